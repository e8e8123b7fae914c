"""Forms of action plans and reviews."""

from fmm_portal.core.forms import RecordForm
from strategies.models import ActionPlan, PlanActivity, Review


class ActionPlanForm(RecordForm):
    class Meta:
        model = ActionPlan
        fields = ("title", "text_version")


class PlanActivityForm(RecordForm):
    class Meta:
        model = PlanActivity
        fields = ("result", "code", "text")


class ReviewForm(RecordForm):
    class Meta:
        model = Review
        fields = ("title", "held_on")
