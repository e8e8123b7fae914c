"""Forms of actions, their activities and the parts of the fiche. They ask; the models and workflows decide."""

from typing import Any, ClassVar

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.colleagues import choose_colleague
from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Expert,
    Indicator,
    Risk,
)


class NewActionForm(RecordForm):
    """An action from nothing: a title is enough."""

    sections: ClassVar = (
        Section(_("The action"), ("title", "programme", "facility", "request")),
        Section(_("For whom"), ("countries", "requesting_institution")),
        Section(_("When"), (("starts_on", "ends_on"),)),
    )

    class Meta:
        model = Action
        fields = (
            "title",
            "programme",
            "facility",
            "request",
            "countries",
            "requesting_institution",
            "starts_on",
            "ends_on",
        )


class ActionForm(RecordForm):
    sections: ClassVar = (
        Section(_("The action"), ("title", ("programme", "facility"), "request", "owner")),
        Section(
            _("Who takes part"),
            ("countries", "requesting_institution", "beneficiaries", "partners", "implementer"),
        ),
        Section(_("Dates"), (("starts_on", "ends_on"), "duration_months", "dates_note")),
        Section(
            _("What it is for"),
            ("themes", "context", "overall_objective", "specific_objectives", "expected_results"),
        ),
        Section(_("What came of it"), ("outcomes",)),
        Section(_("Visibility and sources"), ("visibility_note", "sources")),
    )

    class Meta:
        model = Action
        fields = (
            "title",
            "programme",
            "facility",
            "request",
            "owner",
            "countries",
            "requesting_institution",
            "beneficiaries",
            "partners",
            "implementer",
            "starts_on",
            "ends_on",
            "duration_months",
            "dates_note",
            "themes",
            "context",
            "overall_objective",
            "specific_objectives",
            "expected_results",
            "outcomes",
            "visibility_note",
            "sources",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_colleague(self.fields["owner"])


class ActivityForm(RecordForm):
    sections: ClassVar = (
        Section(_("The activity"), (("number", "kind"), "title", "description")),
        Section(_("When"), (("starts_on", "ends_on"), "stated_duration_days", "dates_note")),
        Section(_("Where"), ("country", "place", "is_online")),
        Section(
            _("Who takes part"),
            (
                "institutions",
                "target_groups",
                ("planned_people", "planned_women", "planned_men"),
                ("actual_people", "actual_women", "actual_men"),
                "people_note",
            ),
        ),
        Section(_("What came of it"), ("outcome", "sources")),
    )

    class Meta:
        model = Activity
        fields = (
            "number",
            "kind",
            "title",
            "description",
            "starts_on",
            "ends_on",
            "stated_duration_days",
            "dates_note",
            "country",
            "place",
            "is_online",
            "institutions",
            "target_groups",
            "planned_people",
            "planned_women",
            "planned_men",
            "actual_people",
            "actual_women",
            "actual_men",
            "people_note",
            "outcome",
            "sources",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_edit:
            last = self.instance.action.activities.aggregate(last=Max("number"))["last"] or 0
            self.initial["number"] = last + 1


class FichePartForm(RecordForm):
    """A line of the fiche; a new one is put at the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_edit:
            self.fields["order"].label = _("Place in the list")
        else:
            del self.fields["order"]

    def create(self, actor: Actor) -> Record:
        siblings = self._meta.model._default_manager.filter(action=self.instance.action_id)
        self.instance.order = (siblings.aggregate(last=Max("order"))["last"] or 0) + 1
        return super().create(actor)


class ExpertForm(FichePartForm):
    class Meta:
        model = Expert
        fields = ("profile", "country", "institution", "days_planned", "days_actual", "order")


class BudgetLineForm(FichePartForm):
    class Meta:
        model = BudgetLine
        fields = ("text", "currency", "amount", "spent", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility = self.instance.action.facility
        if not self.is_edit and facility is not None:
            self.initial["currency"] = facility.currency


class IndicatorForm(FichePartForm):
    class Meta:
        model = Indicator
        fields = ("text", "unit", "baseline", "target", "actual", "source_of_verification", "order")


class RiskForm(FichePartForm):
    class Meta:
        model = Risk
        fields = ("text", "likelihood", "impact", "mitigation", "order")


class ApprovalForm(FichePartForm):
    class Meta:
        model = Approval
        fields = ("decision", "institution", "position", "decided_on", "comment", "order")
