"""How strategies, milestones and plan activities are found."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.commands import Command, register_commands
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.search import SearchKind, register_search
from strategies.models import Milestone, PlanActivity, Strategy


def commands(principal: Principal) -> Iterable[Command]:
    if can(principal, "create", Strategy).allowed:
        yield Command(_t("Add strategy"), reverse("strategies:strategy_create"), "plus")


def quarters_of(activity: PlanActivity) -> str:
    """ "2018-Q3 – 2019-Q2", as far as it is known."""
    return " – ".join(dict.fromkeys(quarter for quarter in (activity.starts_in, activity.ends_in) if quarter))


def register() -> None:
    register_search(
        SearchKind(
            70, Strategy, _("Strategies"), lambda row: row.title, place=lambda row: row.country,
            dated=lambda row: (row.period_from, row.period_until), joined=("country",), icon="globe",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            80, Milestone, _("Milestones"), str, place=lambda row: row.strategy,
            dated=lambda row: (row.begins_on, row.ends_on), joined=("strategy",), icon="check",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            90, PlanActivity, _("Plan activities"), lambda row: f"{row.code} {row.text}",
            place=lambda row: " · ".join(filter(None, (str(row.plan.strategy), quarters_of(row)))),
            joined=("plan__strategy",), icon="arrow",
        )
    )  # fmt: skip
    register_commands(commands, order=40)
