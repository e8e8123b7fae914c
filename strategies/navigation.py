"""The place of strategies in the navigation, and what their processes ask of people on the first screen."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from fmm_portal.accounts.roles import is_manager, is_staff, reads_the_programme
from fmm_portal.core.display import day
from fmm_portal.core.home import NEAR, Coming, Figure, HomePanel, HomePart, Task, register_home
from fmm_portal.core.navigation import NavigationItem, register_navigation
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.institutions.my_countries import LineCell, register_country_line, register_last_contact
from strategies.enums import MeetingStatus
from strategies.models import CommitteeMeeting, Milestone, Strategy
from strategies.quarters import last_day_of, quarter_of
from strategies.tables.process import MilestonesAheadTable

# What is planned within so many days is worth a reminder.
DAYS_AHEAD = 30
# Enough to fill the first screen; the strategies have the rest.
LOOKED_AT = 20
SHOWN_MILESTONES = 5


def in_short(strategy: Strategy) -> str:
    """By reference and acronym; titles are too long for a sentence."""
    return f"{strategy.reference} {strategy.acronym}".strip()


def of_theirs_or_nobodys(milestones: QuerySet[Milestone], principal: Principal) -> QuerySet[Milestone]:
    """For programme staff the strategies that are theirs or nobody's; for others all that they see."""
    if not is_staff(principal):
        return milestones
    mine = Q(strategy__owner=principal.account_id) | Q(strategy__owner__isnull=True)
    return milestones.filter(mine)


def due_soon(principal: Principal) -> QuerySet[Milestone]:
    """Awaited milestones that are overdue or planned within the days ahead, the earliest first."""
    found = Milestone.objects.visible_to(principal).due_until(today() + timedelta(days=DAYS_AHEAD))
    return found.with_related().order_by(F("planned_on").asc(nulls_last=True), "pk")


def _milestones_due(principal: Principal) -> Iterable[Task]:
    """Each with its strategy; only where this person may say what came of it."""
    for milestone in of_theirs_or_nobodys(due_soon(principal), principal)[:LOOKED_AT]:
        if can(principal, "mark_done", milestone).allowed:
            words = {"milestone": milestone, "strategy": in_short(milestone.strategy)}
            yield Task(
                _("%(milestone)s (%(strategy)s)") % words,
                milestone.get_absolute_url(),
                _("Open milestone"),
                milestone.planned_on,
                is_late=milestone.is_overdue,
            )


def _amendments_to_settle(principal: Principal) -> Iterable[Task]:
    """Validations with reservations whose amendments are not all settled, the oldest first."""
    reserved = Milestone.objects.visible_to(principal).with_open_amendments().with_related()
    mine = of_theirs_or_nobodys(reserved, principal).prefetch_related("amendments")
    for milestone in mine.order_by(F("actual_on").asc(nulls_last=True), "pk")[:LOOKED_AT]:
        if can(principal, "lift_reservations", milestone).allowed:
            count = milestone.open_amendment_count
            text = ngettext(
                "%(count)d amendment is open since %(milestone)s (%(strategy)s)",
                "%(count)d amendments are open since %(milestone)s (%(strategy)s)",
                count,
            )
            words = {"count": count, "milestone": milestone, "strategy": in_short(milestone.strategy)}
            yield Task(
                text % words,
                f"{milestone.get_absolute_url()}#amendments",
                _("Open amendments"),
                milestone.actual_on,
            )


def _coming(principal: Principal) -> Iterable[Coming]:
    """Milestones and committee meetings planned within the days ahead."""
    now = today()
    begin, end = PartialDate.of(now), PartialDate.of(now + NEAR)
    soon = Milestone.objects.visible_to(principal).due_until(now + NEAR).filter(planned_on__gte=begin)
    milestones = of_theirs_or_nobodys(soon.with_related(), principal).order_by("planned_on", "pk")
    for milestone in milestones[:LOOKED_AT]:
        assert milestone.planned_on is not None
        yield Coming(
            milestone.planned_on,
            _("Milestone"),
            f"{milestone} ({in_short(milestone.strategy)})",
            milestone.get_absolute_url(),
            milestone.planned_until,
        )
    meetings = CommitteeMeeting.objects.visible_to(principal).filter(
        status=MeetingStatus.PLANNED, held_on__gte=begin, held_on__lte=end
    )
    for meeting in meetings.select_related("committee__strategy").order_by("held_on", "pk")[:LOOKED_AT]:
        assert meeting.held_on is not None
        yield Coming(
            meeting.held_on,
            _("Committee meeting"),
            f"{meeting.title} ({in_short(meeting.committee.strategy)})",
            meeting.get_absolute_url(),
            meeting.held_until,
        )


def _of_the_quarter(principal: Principal) -> QuerySet[Milestone]:
    """Awaited milestones planned until the end of the quarter, the overdue ones among them."""
    end = last_day_of(quarter_of(today()))
    assert end is not None
    found = Milestone.objects.visible_to(principal).due_until(end)
    return found.with_related().order_by(F("planned_on").asc(nulls_last=True), "pk")


def strategies_at_a_glance(principal: Principal) -> HomePart:
    tasks = [*_milestones_due(principal), *_amendments_to_settle(principal)]
    if is_staff(principal) and not is_manager(principal):
        # An officer finds their own among the tasks and the days ahead; a manager and the partners look at all.
        return HomePart(tasks=tasks, coming=list(_coming(principal)))
    address = reverse("strategies:strategy_list")
    known = Strategy.objects.visible_to(principal).count()
    is_reader = reads_the_programme(principal) and not is_staff(principal)
    due = _of_the_quarter(principal) if is_reader else due_soon(principal)
    panel = HomePanel(
        _("Milestones of the quarter") if is_reader else _("Milestones due"),
        MilestonesAheadTable(list(due[:SHOWN_MILESTONES])),
        address,
        due.count(),
        _("No milestone is overdue or planned within this quarter.")
        if is_reader
        else _("No milestone is overdue or planned within 30 days."),
    )
    return HomePart(
        tasks=tasks,
        coming=list(_coming(principal)) if is_staff(principal) else None,
        figures=[Figure(known, npgettext("figure", "strategy", "strategies", known), address)]
        if known
        else [],
        panels=[panel] if known else [],
    )


def _next_milestones(principal: Principal) -> dict[int, LineCell]:
    """The milestone of each country that is planned next."""
    found: dict[int, LineCell] = {}
    ahead = (
        Milestone.objects.visible_to(principal)
        .next_first()
        .filter(planned_on__isnull=False, strategy__country__isnull=False)
    )
    for milestone in ahead.select_related("strategy"):
        note = day(milestone.planned_on)
        cell = LineCell(str(milestone), milestone.get_absolute_url(), note)
        country = milestone.strategy.country_id
        assert country is not None
        found.setdefault(country, cell)
    return found


def _last_milestones(principal: Principal) -> dict[int, PartialDate]:
    reached = (
        Milestone.objects.visible_to(principal)
        .reached()
        .filter(actual_on__isnull=False, strategy__country__isnull=False)
    )
    by_country = reached.order_by().values_list("strategy__country")
    return dict(by_country.annotate(last=Max("actual_on")))


def register() -> None:
    register_navigation(
        NavigationItem(gettext_lazy("Strategies"), "strategies:strategy_list", 15, ("/strategies/",))
    )
    register_home(strategies_at_a_glance, order=15)
    register_country_line("milestone", gettext_lazy("Next milestone"), _next_milestones, order=20)
    register_last_contact("milestones", _last_milestones)
