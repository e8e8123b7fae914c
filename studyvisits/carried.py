"""Points that travel: what earlier occasions left open, for the next one with the same institutions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone

from delegations.models import Delegate
from fmm_portal.core.activity import states_on
from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from fmm_portal.facility.models import Action
from fmm_portal.institutions.models import Institution
from strategies.enums import VALIDATIONS, AmendmentStatus
from strategies.models import Amendment, CommitteeMeeting, CommitteeMember, Milestone, Review, Strategy
from studyvisits.enums import OPEN_COMMITMENTS
from studyvisits.models import AgendaHost, Commitment, StudyVisit
from studyvisits.sources import begins_on, ends_on, label_of, name_of_kind, source_kinds, with_sources


@dataclass(frozen=True, slots=True)
class Occasion:
    """A visit, meeting or mission: when it begins, whom it brings together, which strategy it is about."""

    record: Any
    begins: PartialDate
    institutions: frozenset[int]
    strategy: int | None = None

    @classmethod
    def of(cls, record: Any) -> "Occasion":
        """The institutions of a record. An occasion that has no date yet lies ahead of everything that has one."""
        begins = begins_on(record) or PartialDate.of(today())
        if isinstance(record, StudyVisit):
            return cls(record, begins, _of_visit(record), record.strategy_id)
        if isinstance(record, CommitteeMeeting):
            strategy = record.committee.strategy
            return cls(record, begins, _of_meeting(record, strategy), strategy.pk)
        return cls(record, begins, _of_action(record.action))


def _keys(rows: Iterable[int | None]) -> set[int]:
    return {key for key in rows if key is not None}


def _of_visit(visit: StudyVisit) -> frozenset[int]:
    """Those that send, those whose people travel, and those that receive."""
    senders = visit.delegations.through.objects.filter(studyvisit=visit).values_list(
        "delegation__sending_institutions", flat=True
    )
    travelling = Delegate.objects.filter(delegation__study_visits=visit).order_by()
    hosts = AgendaHost.objects.filter(item__visit=visit).order_by()
    return frozenset(
        _keys(senders.order_by())
        | _keys(travelling.values_list("institution", flat=True))
        | _keys(hosts.values_list("institution", flat=True))
    )


def _of_meeting(meeting: CommitteeMeeting, strategy: Strategy) -> frozenset[int]:
    members = CommitteeMember.objects.filter(committee=meeting.committee_id).order_by()
    of_strategy = (strategy.owner_institution_id, strategy.ministry_id, strategy.coordinator_id)
    return frozenset(_keys(members.values_list("institution", flat=True)) | _keys(of_strategy))


def _of_action(action: Action) -> frozenset[int]:
    taking_part = Institution.objects.filter(
        models.Q(actions_received=action) | models.Q(actions_partnered=action)
    ).order_by()
    named = (action.requesting_institution_id, action.implementer_id)
    return frozenset(_keys(taking_part.values_list("pk", flat=True)) | _keys(named))


class Point(NamedTuple):
    """One commitment or amendment, with its state after the last occasion and now."""

    record: Any
    kind: str
    source: Any
    source_label: str
    owed_by: Any
    owed_to: Any
    due: PartialDate | None
    previous: str
    current: str
    is_open: bool

    @property
    def is_overdue(self) -> bool:
        return bool(getattr(self.record, "is_overdue", False))


def earlier_occasions(occasion: Occasion) -> dict[type[Record], models.QuerySet[Any]]:
    """Visits, reviews, meetings and validations before this one with one of its institutions or its strategy."""
    who, when = list(occasion.institutions), occasion.begins
    own_strategy = [occasion.strategy] if occasion.strategy is not None else []
    strategies = Strategy.objects.filter(
        models.Q(pk__in=own_strategy)
        | models.Q(owner_institution__in=who)
        | models.Q(ministry__in=who)
        | models.Q(coordinator__in=who)
        | models.Q(stakeholders__institution__in=who)
        | models.Q(committees__members__institution__in=who)
    )
    about = strategies.order_by().values("pk")
    delegations = StudyVisit.delegations.through.objects
    # Each way by itself: an OR over two joins reads every delegate of every visit.
    sent = delegations.filter(delegation__sending_institutions__in=who).values("studyvisit")
    travelled = delegations.filter(delegation__delegates__institution__in=who).values("studyvisit")
    hosted = AgendaHost.objects.filter(institution__in=who).order_by().values("item__visit")
    found: dict[type[Record], models.QuerySet[Any]] = {
        StudyVisit: StudyVisit.objects.filter(
            models.Q(pk__in=sent)
            | models.Q(pk__in=travelled)
            | models.Q(pk__in=hosted)
            | models.Q(strategy=occasion.strategy, strategy__isnull=False),
            starts_on__lt=when,
        ),
        Review: Review.objects.filter(plan__strategy__in=about, held_on__lt=when),
        CommitteeMeeting: CommitteeMeeting.objects.filter(committee__strategy__in=about, held_on__lt=when),
        Milestone: Milestone.objects.filter(strategy__in=about, kind__in=VALIDATIONS, actual_on__lt=when),
    }
    own = type(occasion.record)
    if own in found:
        found[own] = found[own].exclude(pk=occasion.record.pk)
    return found


def end_of_the_last(earlier: dict[type[Record], models.QuerySet[Any]]) -> datetime | None:
    """The end of the day on which the last of the earlier occasions ended; None when there was none."""
    begun = {Milestone: "actual_on", StudyVisit: "starts_on"}
    latest = [
        rows.order_by(f"-{begun.get(model, 'held_on')}", "-pk").first() for model, rows in earlier.items()
    ]
    days = [last.latest for row in latest if row is not None and (last := ends_on(row)) is not None]
    if not days:
        return None
    return timezone.make_aware(datetime.combine(max(days) + timedelta(days=1), time.min))


def carried_points(occasion: Occasion, principal: Principal) -> list[Point]:
    """What is open, and what was settled since the last occasion; the same number of queries for any number of rows."""
    if not occasion.institutions and occasion.strategy is None:
        return []
    earlier = earlier_occasions(occasion)
    made_there = models.Q(pk__in=[])
    kinds = source_kinds()
    for model, rows in earlier.items():
        made_there |= models.Q(source_type=kinds[model], source_id__in=rows.order_by().values("pk"))
    sides = models.Q(owed_by__in=occasion.institutions) | models.Q(owed_to__in=occasion.institutions)
    sides |= models.Q(owed_by__isnull=True, owed_to__isnull=True)
    commitments = list(
        Commitment.objects.visible_to(principal)
        .for_reader(principal)
        .filter(made_there, sides)
        .select_related("owed_by__country", "owed_to__country")
        .prefetch_related(with_sources())
    )
    amendments = list(
        Amendment.objects.visible_to(principal)
        .filter(milestone__in=earlier[Milestone].order_by().values("pk"))
        .select_related("milestone__strategy__owner_institution__country", "asked_by__country")
        .order_by("milestone__actual_on", "order", "pk")
    )
    moment = end_of_the_last(earlier)
    was = states_on([*commitments, *amendments], moment) if moment is not None else {}
    points = [_commitment(row, was.get(row, row.status)) for row in commitments]
    points += [_amendment(row, was.get(row, row.status)) for row in amendments]
    return [point for point in points if point.is_open or _was_open(point)]


def _was_open(point: Point) -> bool:
    return point.previous in (*OPEN_COMMITMENTS, AmendmentStatus.OPEN)


def _commitment(row: Any, previous: str) -> Point:
    source = row.source if row.source_is_seen else None
    label = f"{name_of_kind(source)} {label_of(source)}" if source is not None else ""
    return Point(
        row,
        name_of_kind(row),
        source,
        label,
        row.owed_by,
        row.owed_to,
        row.due_on,
        previous,
        row.status,
        row.is_open,
    )


def _amendment(row: Amendment, previous: str) -> Point:
    source = row.milestone
    owner = source.strategy.owner_institution if source.strategy.owner_institution_id else None
    return Point(
        row, name_of_kind(row), source, label_of(source), owner, row.asked_by, None, previous, row.status,
        row.status == AmendmentStatus.OPEN,
    )  # fmt: skip
