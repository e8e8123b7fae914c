"""What an action exceeds of its facility's limits: warned of with the figure, never refused."""

from decimal import Decimal

from django.utils.translation import gettext as _

from fmm_portal.facility.models import Action
from fmm_portal.facility.money import money, totals_of


def budget_within_the_ceiling(action: Action) -> str | None:
    """Only lines in the facility's currency count: currencies are not added."""
    facility = action.facility
    if facility is None or facility.ceiling is None:
        return None
    totals = {total.currency: total.planned for total in totals_of(action.budget_lines.all())}
    planned = totals.get(facility.currency, Decimal(0))
    if planned <= facility.ceiling:
        return None
    return _("The budget of %(cost)s %(currency)s exceeds the ceiling of %(ceiling)s %(currency)s.") % {
        "cost": money(planned),
        "ceiling": money(facility.ceiling),
        "currency": facility.currency,
    }


def action_within_the_duration(action: Action) -> str | None:
    longest = action.facility.max_duration_months if action.facility else None
    if longest is None or action.duration_months is None or action.duration_months <= longest:
        return None
    return _("The duration of %(months)d months exceeds the longest of %(longest)d months.") % {
        "months": action.duration_months,
        "longest": longest,
    }


def exceeded_limits(action: Action, *, sees_budget: bool) -> list[str]:
    """The sentences for a reader; nothing of the budget for one who may not see it."""
    found = [action_within_the_duration(action)]
    if sees_budget:
        found.insert(0, budget_within_the_ceiling(action))
    return [sentence for sentence in found if sentence]
