"""Forms of action plans, their lines and their reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from strategies.models import (
    ActionPlan,
    PlanActivity,
    PlanObjective,
    PlanResult,
    Review,
    ReviewEntry,
    StrategyVersion,
)
from strategies.plan_progress import PROGRESS_FIELDS, update_progress
from strategies.reviews import take_review
from strategies.workflow import PLAN_ACTIVITY_WORKFLOW


def narrow(form: forms.ModelForm[Any], name: str, **conditions: Any) -> None:
    """Offer only the rows of the plan at hand; a form without the field is left as it is."""
    field = form.fields.get(name)
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = field.queryset.filter(**conditions)  # type: ignore[union-attr]


class ActionPlanForm(RecordForm):
    sections = (
        Section(_("The plan"), ("title", "text_version", ("starts_on", "ends_on"), "currency")),
        Section(_("What is known of it"), ("stated_activity_count", "note", "sources", "is_sample")),
    )

    class Meta:
        model = ActionPlan
        fields = (
            "title",
            "text_version",
            "starts_on",
            "ends_on",
            "currency",
            "stated_activity_count",
            "note",
            "sources",
            "is_sample",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "text_version", strategy=self.instance.strategy_id)
        versions = list(StrategyVersion.objects.filter(strategy=self.instance.strategy_id)[:2])
        if not self.is_edit and len(versions) == 1:
            self.initial["text_version"] = versions[0].pk


class PlanObjectiveForm(RecordForm):
    class Meta:
        model = PlanObjective
        fields = ("axis", "code", "text", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "axis", version_of=self.instance.plan.text_version_id)


class PlanResultForm(RecordForm):
    class Meta:
        model = PlanResult
        fields = ("objective", "code", "text", "order")

    def __init__(self, *args: Any, plan: ActionPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._options["plan"] = plan
        narrow(self, "objective", plan=plan)


class PlanActivityForm(RecordForm):
    sections = (
        Section(_("The activity"), ("result", ("code", "order"), "text")),
        Section(
            _("How it is measured"), ("indicator", ("baseline", "target", "unit"), "source_of_verification")
        ),
        Section(_("Who and when"), ("lead", "partners", ("starts_in", "ends_in"), "milestone")),
        Section(_("Cost and funding"), (("cost", "currency"), ("funding_source", "funder"))),
        Section(_("How far it is"), (("percent", "stall_reason"), "comment")),
    )

    class Meta:
        model = PlanActivity
        fields = (
            "result",
            "code",
            "order",
            "text",
            "indicator",
            "baseline",
            "target",
            "unit",
            "source_of_verification",
            "lead",
            "partners",
            "starts_in",
            "ends_in",
            "milestone",
            "cost",
            "currency",
            "funding_source",
            "funder",
            "percent",
            "stall_reason",
            "comment",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "result", objective__plan=self.instance.plan_id)
        narrow(self, "milestone", strategy=self.instance.plan.strategy_id)


class ProgressForm(RecordForm):
    """How far an activity is: for its lead institution and the programme."""

    step = forms.ChoiceField(label=_("Status"), required=False)

    class Meta:
        model = PlanActivity
        fields = PROGRESS_FIELDS
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        steps = PLAN_ACTIVITY_WORKFLOW.available(self.instance, actor.principal)
        stays = _("Stays: %(state)s") % {"state": self.instance.get_status_display()}
        step = self.fields["step"]
        assert isinstance(step, forms.ChoiceField)
        step.choices = [("", stays), *((entry.name, entry.label) for entry in steps)]
        self.fields["reason"].label = _("Reason")
        self.fields["reason"].help_text = _("Needed to postpone, cancel or set back. Kept in the history.")
        self.order_fields(("step", *PROGRESS_FIELDS, "reason"))

    def save(self, actor: Actor | None = None) -> Any:  # type: ignore[override]
        return update_progress(
            self.instance,
            actor=actor or self.actor,
            changes=self.changes(),
            step=self.cleaned_data["step"],
            reason=self.cleaned_data["reason"],
            expected_version=self.cleaned_data["record_version"],
        )


REVIEW_FIELDS = (
    "title",
    "held_on",
    "held_until",
    "meeting",
    "stated_total",
    "stated_done",
    "stated_in_progress",
    "stated_not_started",
    "conclusions",
    "note",
    "sources",
)
REVIEW_SECTIONS = (
    Section(_("The review"), ("title", ("held_on", "held_until"), "meeting", "takes_states")),
    Section(
        _("Published totals"),
        (("stated_total", "stated_done"), ("stated_in_progress", "stated_not_started")),
        _("Only where a source counts the activities and does not list them; they then stand for the rows."),
    ),
    Section(_("What came of it"), ("conclusions", "note", "sources")),
)


class ReviewForm(RecordForm):
    sections = REVIEW_SECTIONS

    class Meta:
        model = Review
        fields = REVIEW_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "meeting", committee__strategy=self.instance.plan.strategy_id)


class NewReviewForm(ReviewForm):
    """A review with the present state of every activity, or only with what was published."""

    takes_states = forms.BooleanField(
        label=_("Take the present state of every activity"),
        required=False,
        initial=True,
        help_text=_("Each can be corrected until the review is made final."),
    )

    def create(self, actor: Actor) -> Record:
        if not self.cleaned_data["takes_states"]:
            return super().create(actor)
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        return take_review(self.instance, actor=actor)


class ReviewEntryForm(RecordForm):
    class Meta:
        model = ReviewEntry
        fields = ("state", "percent", "stall_reason", "comment")
