"""The place of study visits in the navigation, and what they ask of people on the first screen."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from delegations.models import Delegate
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of, is_manager, is_staff
from fmm_portal.core.home import (
    NEAR,
    Coming,
    Figure,
    HomePanel,
    HomePart,
    HomeSection,
    Task,
    Wait,
    register_home,
)
from fmm_portal.core.navigation import NavigationItem, register_navigation
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.my_countries import register_last_contact
from studyvisits.enums import AHEAD_STATUSES, HostStatus, SessionKind, VisitStatus
from studyvisits.models import AgendaHost, AgendaItem, Commitment, StudyVisit
from studyvisits.readiness import may_read_readiness, readiness_counts
from studyvisits.tables import StudyVisitTable

# Enough to fill the first screen; the lists have the rest.
LOOKED_AT = 20
SHOWN_VISITS = 5
# Visits that took place.
PAST_STATUSES = (VisitStatus.COMPLETED, VisitStatus.REPORTED, VisitStatus.CLOSED)


def theirs_or_nobodys(principal: Principal) -> Q:
    """What this person answers for, and what has no owner: somebody must see to it."""
    return Q(owner=principal.account_id) | Q(owner__isnull=True)


def _late_commitments(principal: Principal) -> Iterable[Task]:
    """Overdue ones that this person or nobody follows, or whose side they speak for."""
    late = Commitment.objects.visible_to(principal).overdue(today()).with_related()
    mine = late.filter(theirs_or_nobodys(principal)) if is_staff(principal) else late
    for commitment in mine[:LOOKED_AT]:
        if can(principal, "mark_done", commitment).allowed:
            yield Task(
                str(commitment),
                commitment.get_absolute_url(),
                _("Open commitment"),
                commitment.due_on,
                is_late=True,
            )


def _slots_to_answer(principal: Principal) -> Iterable[Task]:
    """Slots that wait for this person's own answer: of hosts, not of the programme that asks them."""
    if is_staff(principal):
        return
    waiting = AgendaHost.objects.visible_to(principal).filter(status=HostStatus.PROPOSED).with_related()
    for host in waiting[:LOOKED_AT]:
        if can(principal, "confirm", host).allowed:
            words = {"session": host.item, "visit": host.item.visit.reference}
            yield Task(
                _("%(session)s (%(visit)s)") % words,
                host.get_absolute_url(),
                _("Answer for the slot"),
                host.item.day,
            )


def _silent_hosts(principal: Principal) -> Iterable[Task]:
    """Visits ahead of this officer whose hosts have not all answered, the next one first."""
    if not is_staff(principal):
        return
    silent = AgendaHost.objects.filter(item__visit=OuterRef("pk"), status=HostStatus.PROPOSED)
    counted = silent.order_by().values("item__visit").annotate(n=Count("pk")).values("n")
    mine = StudyVisit.objects.visible_to(principal).ahead().filter(theirs_or_nobodys(principal))
    asked = mine.annotate(silent=Subquery(counted)).filter(silent__gt=0)
    for visit in asked.order_by(F("starts_on").asc(nulls_last=True), "pk")[:LOOKED_AT]:
        count = visit.silent  # type: ignore[attr-defined]
        text = ngettext(
            "%(count)d slot waits for its host's answer: %(visit)s",
            "%(count)d slots wait for their hosts' answers: %(visit)s",
            count,
        )
        yield Task(
            text % {"count": count, "visit": visit},
            reverse("studyvisits:visit_agenda", args=[visit.pk]),
            _("Open agenda"),
            visit.starts_on,
        )


def _visits_to_report(principal: Principal) -> Iterable[Task]:
    """Completed visits of this officer whose debrief is not agreed or that are not marked as reported."""
    if not is_staff(principal):
        return
    mine = StudyVisit.objects.visible_to(principal).filter(
        theirs_or_nobodys(principal), status=VisitStatus.COMPLETED
    )
    for visit in mine.order_by(F("ends_on").asc(nulls_last=True), "pk")[:LOOKED_AT]:
        yield Task(
            _("%(visit)s is completed and not yet reported") % {"visit": visit},
            reverse("studyvisits:visit_debrief", args=[visit.pk]),
            _("Open debrief"),
            visit.ends_on,
        )


def _coming(principal: Principal) -> Iterable[Coming]:
    """Visits that begin soon or are under way, sessions of the days ahead, commitments that fall due."""
    now = today()
    begin, end = PartialDate.of(now), PartialDate.of(now + NEAR)
    mine = StudyVisit.objects.visible_to(principal).ahead().filter(theirs_or_nobodys(principal))
    soon = Q(starts_on__gte=begin, starts_on__lte=end) | Q(
        status=VisitStatus.UNDER_WAY, starts_on__isnull=False
    )
    visits = list(mine.filter(soon).order_by("starts_on", "pk")[:LOOKED_AT])
    ready = readiness_counts(visits) if may_read_readiness(principal) else {}
    for visit in visits:
        assert visit.starts_on is not None
        done = "/".join(map(str, ready.get(visit.pk, ())))
        yield Coming(
            visit.starts_on,
            _("Study visit"),
            str(visit),
            visit.get_absolute_url(),
            visit.ends_on,
            readiness=done,
        )
    yield from _sessions(mine, now)
    due = Commitment.objects.visible_to(principal).open().filter(theirs_or_nobodys(principal))
    for commitment in due.filter(due_on__gte=begin, due_on__lte=end).order_by("due_on", "pk")[:LOOKED_AT]:
        assert commitment.due_on is not None
        yield Coming(commitment.due_on, _("Commitment due"), str(commitment), commitment.get_absolute_url())


def _sessions(visits: QuerySet[StudyVisit], now: date) -> Iterable[Coming]:
    """The sessions of the days ahead, one line for each day of a visit."""
    rows = AgendaItem.objects.filter(
        visit__in=visits.order_by().values("pk"), day__gte=now, day__lte=now + NEAR
    )
    ordered = rows.exclude(kind=SessionKind.LOGISTICS).order_by("day", "visit", "starts_at", "order", "pk")
    days: dict[tuple[date, int], list[AgendaItem]] = {}
    for item in ordered.select_related("visit")[: LOOKED_AT * 5]:
        assert item.day is not None
        days.setdefault((item.day, item.visit_id), []).append(item)
    for (day, visit), items in days.items():
        text = npgettext(
            "sessions of a day",
            "%(session)s (%(visit)s)",
            "%(count)d sessions, the first: %(session)s (%(visit)s)",
            len(items),
        )
        words = {"count": len(items), "session": items[0], "visit": items[0].visit.reference}
        address = reverse("studyvisits:visit_agenda", args=[visit])
        page = items[0].get_absolute_url() if len(items) == 1 else address
        yield Coming(PartialDate.of(day), _("Session"), text % words, page)


def _silent_since(principal: Principal) -> Iterable[Wait]:
    """Hosts of the visits ahead who have not answered, one line a visit."""
    mine = StudyVisit.objects.visible_to(principal).ahead().filter(theirs_or_nobodys(principal))
    silent = AgendaHost.objects.filter(item__visit__in=mine.any_pk(), status=HostStatus.PROPOSED).order_by()
    counted = silent.values("item__visit", "item__visit__reference")
    for row in counted.annotate(count=Count("pk"), since=Min("created_at")).order_by("since")[:LOOKED_AT]:
        text = ngettext(
            "%(count)d host has not answered: %(visit)s",
            "%(count)d hosts have not answered: %(visit)s",
            row["count"],
        )
        address = reverse("studyvisits:visit_agenda", args=[row["item__visit"]])
        yield Wait(
            text % {"count": row["count"], "visit": row["item__visit__reference"]}, address, row["since"]
        )


def _followups(principal: Principal) -> list[Figure]:
    """What this person's side owes and is owed. The programme's side is who runs its programmes."""
    seen = Commitment.objects.visible_to(principal).open()
    listed = reverse("studyvisits:commitment_list")
    if is_staff(principal):
        runners = Programme.objects.visible_to(principal).exclude(implementer=None).order_by()
        sides = sorted(set(runners.values_list("implementer", flat=True)))
    else:
        sides = sorted(institutions_of(principal, {Role.PARTNER, Role.HOST}))
    owned = Q(owner=principal.account_id) if is_staff(principal) else Q(pk__in=[])
    late = seen.overdue(today()).any_pk()
    counts = seen.aggregate(
        followed=Count("pk", filter=owned),
        owing=Count("pk", filter=Q(owed_by__in=sides)),
        owing_us=Count("pk", filter=Q(owed_to__in=sides)),
        overdue=Count(
            "pk",
            filter=(owned | Q(owed_by__in=institutions_of(principal, {Role.PARTNER, Role.HOST})))
            & Q(pk__in=late),
        ),
    )
    figures = []
    if is_staff(principal):
        url = with_query(listed, is_mine="true", is_open="true")
        figures.append(Figure(counts["followed"], _("Followed by me"), url))
    if sides:
        figures += [
            Figure(counts["owing"], _("Owed by us"), with_query(listed, owed_by_id=sides, is_open="true")),
            Figure(counts["owing_us"], _("Owed to us"), with_query(listed, owed_to_id=sides, is_open="true")),
        ]
    overdue = counts["overdue"]
    url = with_query(listed, is_mine="true", is_overdue="true")
    return [*figures, Figure(overdue, _("Overdue"), url, is_warning=bool(overdue))]


def _received(principal: Principal) -> list[HomeSection]:
    """The delegations that a host receives, by post: names are not theirs to know."""
    institutions = institutions_of(principal, {Role.HOST})
    if not institutions:
        return []
    hosted = AgendaHost.objects.filter(institution__in=institutions).order_by().values("item__visit")
    visits = StudyVisit.objects.visible_to(principal).ahead().filter(pk__in=hosted)
    standing = Prefetch("delegations__delegates", Delegate.objects.standing().with_related())
    rows = list(
        visits.prefetch_related("delegations", standing).order_by(F("starts_on").asc(nulls_last=True), "pk")[
            :SHOWN_VISITS
        ]
    )
    return [HomeSection("studyvisits/home_received.html", {"visits": rows})]


def _only_page(principal: Principal) -> str:
    """The visit of a delegate who is nothing else and travels once."""
    if {grant.role for grant in principal.grants} != {Role.DELEGATE.value}:
        return ""
    visits = list(StudyVisit.objects.visible_to(principal)[:2])
    return visits[0].get_absolute_url() if len(visits) == 1 else ""


def _totals(principal: Principal) -> list[Figure]:
    visits, commitments = StudyVisit.objects.visible_to(principal), Commitment.objects.visible_to(principal)
    visit_list, commitment_list = reverse("studyvisits:visit_list"), reverse("studyvisits:commitment_list")
    known, still_open, late = visits.count(), commitments.open().count(), commitments.overdue(today()).count()
    return [
        Figure(known, npgettext("figure", "study visit", "study visits", known), visit_list),
        Figure(
            still_open,
            npgettext("figure", "open commitment", "open commitments", still_open),
            with_query(commitment_list, is_open="true"),
        ),
        Figure(
            late,
            npgettext("figure", "overdue commitment", "overdue commitments", late),
            with_query(commitment_list, is_overdue="true"),
            is_warning=bool(late),
        ),
    ]


def _visits_ahead(principal: Principal) -> HomePanel:
    ahead = StudyVisit.objects.visible_to(principal).ahead()
    first = ahead.with_related().with_counts().order_by(F("starts_on").asc(nulls_last=True), "pk")
    return HomePanel(
        _("Visits ahead and under way"),
        StudyVisitTable(list(first[:SHOWN_VISITS])),
        with_query(reverse("studyvisits:visit_list"), status=AHEAD_STATUSES),
        ahead.count(),
        _("No visit is planned or under way."),
    )


def study_visits_at_a_glance(principal: Principal) -> HomePart:
    straight_to = _only_page(principal)
    if straight_to:
        return HomePart(straight_to=straight_to)
    tasks = [
        *_slots_to_answer(principal),
        *_silent_hosts(principal),
        *_late_commitments(principal),
        *_visits_to_report(principal),
    ]
    if is_staff(principal):
        return HomePart(
            tasks=tasks,
            coming=list(_coming(principal)),
            awaited=list(_silent_since(principal)),
            followups=_followups(principal),
            figures=_totals(principal) if is_manager(principal) else [],
        )
    is_agency = bool(institutions_of(principal, {Role.PARTNER, Role.HOST}))
    return HomePart(
        tasks=tasks,
        followups=_followups(principal) if is_agency else [],
        figures=_totals(principal),
        panels=[_visits_ahead(principal)],
        sections=_received(principal),
    )


def _last_visits(principal: Principal) -> dict[int, PartialDate]:
    """The last day on which a visit that a country sends or hosts began."""
    begun = StudyVisit.objects.visible_to(principal).filter(
        starts_on__lte=PartialDate.of(today()), status__in=[*PAST_STATUSES, VisitStatus.UNDER_WAY]
    )
    found: dict[int, PartialDate] = {}
    for path in ("legs__country", "delegations__sending_countries"):
        pairs = begun.order_by().filter(**{f"{path}__isnull": False}).values_list(path)
        for country, last in pairs.annotate(last=Max("starts_on")):
            found[country] = max(last, found.get(country, last))
    return found


def register() -> None:
    register_navigation(
        NavigationItem(gettext_lazy("Study visits"), "studyvisits:visit_list", 10, ("/study-visits/",))
    )
    register_navigation(
        NavigationItem(
            gettext_lazy("Commitments"),
            "studyvisits:commitment_list",
            20,
            ("/commitments/",),
            (("is_open", "true"),),
        )
    )
    register_home(study_visits_at_a_glance, order=10)
    register_last_contact("visits", _last_visits)
