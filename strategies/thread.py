"""Strategies, their plan activities and milestones in the thread."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.thread import Link, Stage, register_link, register_stage
from fmm_portal.facility.models import Action, Activity
from strategies.models import Milestone, PlanActivity, Strategy
from strategies.models.plan import last_day_of


def quarter_of(activity: PlanActivity) -> PartialDate | None:
    """The last month of its last quarter: as exactly as a plan dates its lines."""
    last = last_day_of(activity.ends_in or activity.starts_in)
    return PartialDate(last.year, last.month) if last is not None else None


def register() -> None:
    register_stage(Stage(30, "strategy", _("Strategy"), Strategy, lambda row: row.period_from))
    register_stage(Stage(80, "plan-activity", _("Plan activity"), PlanActivity, quarter_of, ("plan",), str))
    register_stage(Stage(90, "milestone", _("Milestone"), Milestone, lambda row: row.begins_on))
    register_link(Link(Strategy, Action, "actions"))
    register_link(Link(PlanActivity, Strategy, "plan__strategy"))
    register_link(Link(Milestone, Strategy, "strategy"))
    register_link(Link(Milestone, PlanActivity, "plan_activities"))
    register_link(Link(Milestone, Activity, "activity"))
