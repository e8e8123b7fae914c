"""Pages of action plans and reviews."""

from typing import Any

from fmm_portal.core.parts import PartViews
from strategies.forms.plan import ActionPlanForm, PlanActivityForm, ReviewForm
from strategies.models import ActionPlan, PlanActivity, Review
from strategies.views.process import StrategyPartViews


class PlanViews(StrategyPartViews):
    model = ActionPlan
    resource = "plan"
    prefix = "strategies/<int:strategy_pk>/plans"
    pages = ("create", "detail", "edit", "delete")
    form_class = ActionPlanForm
    facts = ("title", "text_version")


class PlanPartViews(PartViews):
    """Pages of the parts of one action plan."""

    owner_model = ActionPlan
    owner_key = "plan_pk"
    path = "plan"

    def owners(self) -> Any:
        return super().owners().filter(strategy=self.kwargs["strategy_pk"])


class PlanActivityViews(PlanPartViews):
    model = PlanActivity
    resource = "plan_activity"
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/activities"
    pages = ("create", "detail", "edit", "delete", "step")
    form_class = PlanActivityForm
    facts = ("code", "text")


class ReviewViews(PlanPartViews):
    model = Review
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/reviews"
    pages = ("create", "detail", "edit", "delete", "step")
    form_class = ReviewForm
    facts = ("title", "held_on")
