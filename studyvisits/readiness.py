"""What is missing before a delegation leaves, and before its visit is closed: each rule declared once.

A rule reads facts that one query counts for any number of visits; it says nothing of what it leaves to people.
Nothing here blocks a step: what does is in `workflow`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, partial
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.composition import Composition, composition_of
from delegations.enums import COUNTED_ROLES, DelegateStatus
from delegations.models import Delegate
from fmm_portal.accounts.roles import reads_the_programme
from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Principal
from fmm_portal.reports.models import Report
from studyvisits.enums import DebriefStatus, HostStatus, SessionKind, VisitStatus
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Commitment,
    Debrief,
    LearningQuestion,
    StudyVisit,
)

LEAVE, CLOSE = "leave", "close"
# What a visit is asked for next; one that is given up is asked for nothing.
STAGE_OF = {
    VisitStatus.PLANNED: LEAVE,
    VisitStatus.CONFIRMED: LEAVE,
    VisitStatus.POSTPONED: LEAVE,
    VisitStatus.UNDER_WAY: CLOSE,
    VisitStatus.COMPLETED: CLOSE,
    VisitStatus.REPORTED: CLOSE,
    VisitStatus.CLOSED: CLOSE,
}
# The reports that tell what a visit brought; others, such as its agenda, are made before it.
TELLING_REPORTS = ("debrief-note",)
# Travel is nobody's to confirm and leaves no notes behind.
SESSIONS = [kind for kind in SessionKind.values if kind != SessionKind.LOGISTICS]


class Progress(NamedTuple):
    """How much of something there is, of how much there should be."""

    done: int
    total: int

    @property
    def is_whole(self) -> bool:
        return 0 < self.total <= self.done


@dataclass(slots=True)
class Facts:
    """What the rules of a visit's stage read of it: numbers by name; to leave, also its delegations' balances and its
    hosts' answers."""

    visit: StudyVisit
    counts: Mapping[str, int]
    balances: list[Composition] = field(default_factory=list)
    delegates: list[Delegate] = field(default_factory=list)
    hosts: list[AgendaHost] = field(default_factory=list)

    def of(self, name: str, total: str) -> Progress:
        return Progress(self.counts[name], self.counts[total])


Measure = Callable[[Facts], Progress | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to have done: when, by asking whom, and on which page of the visit."""

    code: str
    stage: str
    text: str | Promise
    ask: str | Promise
    # Days from the departure, or, to close, from the return; before it they are negative.
    days: int
    page: str
    # How much is done of how much; None where the rule does not apply.
    measure: Measure
    anchor: str = ""


# --- How much of each is done --------------------------------------------------------------------------------


def dates(facts: Facts) -> Progress:
    stated = (facts.visit.starts_on, facts.visit.ends_on)
    return Progress(sum(day is not None and day.is_exact for day in stated), 2)


def heads(facts: Facts) -> Progress:
    balances = len(facts.balances)
    named = {row.delegation_id for row in facts.delegates if row.role == "head" and row.is_standing}
    return Progress(len(named), max(balances, 1))


def seats(facts: Facts) -> Progress:
    """Seats asked for; without a number asked, one filled seat is enough to leave."""
    asked = sum(balance.target or max(balance.planned, 1) for balance in facts.balances)
    filled = sum(min(balance.planned, balance.target or balance.planned) for balance in facts.balances)
    return Progress(filled, max(asked, 1))


def targets(facts: Facts) -> Progress | None:
    asked = [is_met for balance in facts.balances for is_met in balance.targets_met]
    return Progress(sum(asked), len(asked)) if asked else None


def nominations(facts: Facts) -> Progress:
    standing = [row for row in facts.delegates if row.is_standing and row.role in COUNTED_ROLES]
    settled = [row for row in standing if row.status != DelegateStatus.NOMINATED]
    return Progress(len(settled), max(len(standing), 1))


def confirmed_hosts(facts: Facts) -> Progress:
    asked = [host for host in facts.hosts if host.status != HostStatus.REPLACED]
    agreed = [host for host in asked if host.status == HostStatus.CONFIRMED and not host.is_outdated]
    return Progress(len(agreed), max(len(asked), 1))


def commitments(facts: Facts) -> Progress:
    """A debrief may end without any; until it is agreed, none at all means that nobody wrote them down."""
    made = facts.counts["promises"]
    if not made:
        return Progress(facts.counts["debriefs_agreed"], 1)
    return Progress(facts.counts["promises_whole"], made)


def at_least_one(name: str) -> Measure:
    return lambda facts: Progress(min(facts.counts[name], 1), 1)


def all_of(name: str, total: str) -> Measure:
    return lambda facts: Progress(facts.counts[name], max(facts.counts[total], 1))


SENDERS = _("sending institutions")
HOSTS = _("host institutions")
OFFICER = _("responsible officer")
DELEGATION = _("the delegation")

RULES: tuple[Rule, ...] = (
    Rule("dates", LEAVE, _("First and last day are exact"), OFFICER, -30, "edit", dates),
    Rule("head", LEAVE, _("Head of delegation is named"), SENDERS, -30, "delegation", heads),
    Rule("seats", LEAVE, _("Seats are filled"), SENDERS, -30, "delegation", seats),
    Rule("balance", LEAVE, _("Balance asked for is reached"), SENDERS, -30, "delegation", targets),
    Rule(
        "questions",
        LEAVE,
        _("Learning questions are written"),
        DELEGATION,
        -30,
        "detail",
        at_least_one("questions"),
        "questions",
    ),
    Rule("nominations", LEAVE, _("Nominations are confirmed"), SENDERS, -10, "delegation", nominations),
    Rule("days", LEAVE, _("Every session has its day"), OFFICER, -10, "agenda", all_of("with_day", "items")),
    Rule("hosts", LEAVE, _("Every slot is confirmed by its hosts"), HOSTS, -10, "agenda", confirmed_hosts),
    Rule("published", LEAVE, _("Agenda is published"), OFFICER, -10, "agenda", at_least_one("versions")),
    Rule(
        "hours", LEAVE, _("Every session has its hour"), HOSTS, -2, "agenda", all_of("with_hour", "sessions")
    ),
    Rule(
        "places",
        LEAVE,
        _("Every session has its place"),
        HOSTS,
        -2,
        "agenda",
        all_of("with_place", "sessions"),
    ),
    Rule(
        "attendance",
        CLOSE,
        _("Attendance is recorded"),
        OFFICER,
        2,
        "delegation",
        all_of("attended", "expected"),
    ),
    Rule(
        "notes",
        CLOSE,
        _("Notes of every session are shared"),
        DELEGATION,
        2,
        "notes",
        all_of("with_notes", "sessions"),
    ),
    Rule(
        "debrief",
        CLOSE,
        _("Debrief is agreed"),
        _("heads of both sides"),
        2,
        "debrief",
        at_least_one("debriefs_agreed"),
    ),
    Rule(
        "commitments",
        CLOSE,
        _("Commitments say who owes them and by when"),
        OFFICER,
        10,
        "followup",
        commitments,
    ),
    Rule("report", CLOSE, _("Report is made"), OFFICER, 30, "detail", at_least_one("reports"), "reports"),
)


# --- The facts ------------------------------------------------------------------------------------------------


def _counted(rows: models.QuerySet[Any], by: str, *, distinct: str = "pk") -> Coalesce:
    """The number of rows of the visit at hand, as a subquery."""
    counted = (
        rows.filter(**{by: OuterRef("pk")})
        .order_by()
        .values(by)
        .annotate(n=Count(distinct, distinct=True))
        .values("n")
    )
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), Value(0))


@cache
def _counts(stage: str, visits: int) -> models.QuerySet[StudyVisit, dict[str, Any]]:
    """Visits with their numbers, described once: that takes longer than to ask for one visit."""
    numbers = _numbers(stage, visits)
    return StudyVisit.objects.order_by().annotate(**numbers).values("pk", *numbers)


def _numbers(stage: str, visits: int) -> dict[str, Coalesce]:
    """What is counted for the rules of a stage: as little as they need, for each count costs as much as a query.

    `visits` is the key of the content type of visits.
    """
    items = AgendaItem.objects.all()
    sessions = items.filter(kind__in=SESSIONS)
    at_visit = partial(_counted, by="visit")
    if stage == LEAVE:
        return {
            "questions": at_visit(LearningQuestion.objects.all()),
            "items": at_visit(items),
            "with_day": at_visit(items.filter(day__isnull=False)),
            "sessions": at_visit(sessions),
            "with_hour": at_visit(sessions.filter(starts_at__isnull=False)),
            "with_place": at_visit(sessions.exclude(place="")),
            "versions": at_visit(AgendaVersion.objects.all()),
        }
    made = Commitment.objects.filter(source_type=visits)
    reports = Report.objects.filter(subject_type=visits, kind__in=TELLING_REPORTS, status=JobStatus.DONE)
    expected = Delegate.objects.filter(
        role__in=COUNTED_ROLES, status__in=(DelegateStatus.CONFIRMED, DelegateStatus.ATTENDED)
    )
    travelling = partial(_counted, by="delegation__study_visits")
    return {
        "expected": travelling(expected),
        "attended": travelling(expected.filter(status=DelegateStatus.ATTENDED)),
        "sessions": at_visit(sessions),
        "with_notes": at_visit(sessions.filter(session_notes__is_shared=True)),
        "debriefs_agreed": at_visit(Debrief.objects.filter(status=DebriefStatus.AGREED)),
        "promises": _counted(made, "source_id"),
        "promises_whole": _counted(
            made.filter(Q(owed_by__isnull=False), Q(due_on__isnull=False)), "source_id"
        ),
        "reports": _counted(reports, "subject_id"),
    }


def facts_of(visits: Sequence[StudyVisit]) -> dict[int, Facts]:
    """The facts of these visits, in as many queries for one as for a hundred."""
    by_stage: dict[str, list[StudyVisit]] = defaultdict(list)
    for visit in visits:
        by_stage[stage_of(visit)].append(visit)
    kind = ContentType.objects.get_for_model(StudyVisit).pk
    found: dict[int, Facts] = {}
    for stage, some in by_stage.items():
        rows = _counts(stage, kind).filter(pk__in=[visit.pk for visit in some])
        counted = {row["pk"]: row for row in rows}
        found |= {visit.pk: Facts(visit, counted[visit.pk]) for visit in some}
    if leaving := by_stage[LEAVE]:
        _add_people(leaving, found)
    return found


def _add_people(visits: Sequence[StudyVisit], facts: Mapping[int, Facts]) -> None:
    """The delegates and the hosts of visits that are to leave."""
    for host in AgendaHost.objects.filter(item__visit__in=[visit.pk for visit in visits]).select_related(
        "item"
    ):
        facts[host.item.visit_id].hosts.append(host)
    models.prefetch_related_objects(
        visits,
        models.Prefetch("delegations__delegates", queryset=Delegate.objects.select_related("institution")),
    )
    for visit in visits:
        for delegation in visit.delegations.all():
            facts[visit.pk].balances.append(composition_of(delegation))
            facts[visit.pk].delegates.extend(delegation.delegates.all())


# --- The answers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as it stands for one visit."""

    code: str
    text: str
    is_done: bool
    progress: Progress
    ask: str
    days: int
    due_on: date | None
    page: str
    url: str

    @property
    def term(self) -> str:
        """When it is due, as people of the field say it: "T-30"; after the visit, "T+2"."""
        return f"T{self.days:+d}".replace("-", "−")

    @property
    def is_late(self) -> bool:
        return not self.is_done and self.due_on is not None and self.due_on < today()

    @property
    def amount(self) -> str:
        """ "2 of 3", where a plain yes or no would say less."""
        if self.progress.total < 2:
            return ""
        return _t("%(done)d of %(total)d") % {"done": self.progress.done, "total": self.progress.total}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a visit has and lacks, to leave or to close."""

    stage: str
    lines: list[Line]

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.lines)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    @property
    def title(self) -> str:
        return _t("What is missing to leave") if self.stage == LEAVE else _t("What is missing to close")

    @property
    def terms(self) -> list[tuple[str, date | None, list[Line]]]:
        """The lines by when they are due."""
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            groups[line.term].append(line)
        return [(term, lines[0].due_on, lines) for term, lines in groups.items()]


def stage_of(visit: StudyVisit) -> str:
    """Whether a visit gets ready to leave or to be closed; "" for one that was cancelled."""
    return STAGE_OF.get(VisitStatus(visit.status), "")


def _due(visit: StudyVisit, rule: Rule) -> date | None:
    """When a rule is due; not known while the days of the visit are not."""
    counted_from = visit.starts_on if rule.stage == LEAVE else visit.ends_on
    if counted_from is None or not counted_from.is_exact:
        return None
    return counted_from.earliest + timedelta(days=rule.days)


def _judged(facts: Facts) -> Iterable[tuple[Rule, Progress]]:
    """The rules of the visit's stage that apply to it."""
    stage = stage_of(facts.visit)
    for rule in RULES:
        if rule.stage == stage and (measured := rule.measure(facts)) is not None:
            yield rule, measured


def readiness_of(visit: StudyVisit) -> Readiness | None:
    """Line by line; None for a visit that is asked for nothing."""
    stage = stage_of(visit)
    if not stage:
        return None
    lines = [
        Line(
            rule.code,
            str(rule.text),
            measured.is_whole,
            measured,
            str(rule.ask),
            rule.days,
            _due(visit, rule),
            rule.page,
            reverse(f"studyvisits:visit_{rule.page}", args=[visit.pk])
            + (f"#{rule.anchor}" if rule.anchor else ""),
        )
        for rule, measured in _judged(facts_of([visit])[visit.pk])
    ]
    return Readiness(stage, lines)


def readiness_counts(visits: Sequence[StudyVisit]) -> dict[int, tuple[int, int]]:
    """(done, total) of each visit that is asked for anything; the same number of queries for one as for many."""
    counts = {}
    for key, facts in facts_of([visit for visit in visits if stage_of(visit)]).items():
        judged = [measured.is_whole for _rule, measured in _judged(facts)]
        counts[key] = (sum(judged), len(judged))
    return counts


def may_read_readiness(principal: Principal) -> bool:
    """It is the programme's own list: agencies, hosts and delegates see what waits for them instead."""
    return reads_the_programme(principal)
