"""The place of strategies in the navigation, and what their processes ask of people on the first screen."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from fmm_portal.accounts.roles import is_manager, is_staff
from fmm_portal.core.home import Figure, HomePanel, HomePart, Task, register_home
from fmm_portal.core.navigation import NavigationItem, register_navigation
from fmm_portal.core.partial_dates import today
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from strategies.models import Milestone, Strategy
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


def strategies_at_a_glance(principal: Principal) -> HomePart:
    address = reverse("strategies:strategy_list")
    known = Strategy.objects.visible_to(principal).count()
    soon = due_soon(principal)
    count = soon.count()
    panel = HomePanel(
        _("Milestones due"),
        MilestonesAheadTable(list(soon[:SHOWN_MILESTONES])),
        address,
        count,
        _("No milestone is overdue or planned within 30 days."),
    )
    return HomePart(
        tasks=[*_milestones_due(principal), *_amendments_to_settle(principal)],
        figures=[Figure(known, npgettext("figure", "strategy", "strategies", known), address)]
        if known
        else [],
        # An officer finds their own among the tasks; a manager and the partners look at all.
        panels=[panel] if known and (is_manager(principal) or not is_staff(principal)) else [],
    )


def register() -> None:
    register_navigation(
        NavigationItem(gettext_lazy("Strategies"), "strategies:strategy_list", 15, ("/strategies/",))
    )
    register_home(strategies_at_a_glance, order=15)
