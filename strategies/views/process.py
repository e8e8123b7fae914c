"""Pages of strategies, milestones and committees."""

from typing import Any

from fmm_portal.core.parts import PartViews
from fmm_portal.core.views import CrudViews
from strategies.filters.process import StrategyFilterSet
from strategies.forms.process import CommitteeForm, MeetingForm, MilestoneForm, StrategyForm
from strategies.models import Committee, CommitteeMeeting, Milestone, Strategy
from strategies.tables.process import StrategyTable


class StrategyViews(CrudViews):
    model = Strategy
    prefix = "strategies"
    form_class = StrategyForm
    table_class = StrategyTable
    filterset_class = StrategyFilterSet
    facts = ("title", "country")


class StrategyPartViews(PartViews):
    """Pages of the parts of one strategy."""

    owner_model = Strategy
    owner_key = "strategy_pk"
    path = "strategy"
    owner_list = "strategies:strategy_list"


class MilestoneViews(StrategyPartViews):
    model = Milestone
    prefix = "strategies/<int:strategy_pk>/milestones"
    pages = ("create", "detail", "edit", "delete", "step")
    form_class = MilestoneForm
    facts = ("kind", "planned_on", "actual_on")


class CommitteeViews(StrategyPartViews):
    model = Committee
    prefix = "strategies/<int:strategy_pk>/committees"
    pages = ("create", "detail", "edit", "delete")
    form_class = CommitteeForm
    facts = ("kind", "name")


class CommitteePartViews(PartViews):
    """Pages of the parts of one committee."""

    owner_model = Committee
    owner_key = "committee_pk"
    path = "committee"

    def owners(self) -> Any:
        return super().owners().filter(strategy=self.kwargs["strategy_pk"])


class MeetingViews(CommitteePartViews):
    model = CommitteeMeeting
    resource = "meeting"
    prefix = "strategies/<int:strategy_pk>/committees/<int:committee_pk>/meetings"
    pages = ("create", "detail", "edit", "delete", "step")
    form_class = MeetingForm
    facts = ("title", "held_on")
