"""Forms of facilities, requests, stakeholders and scores."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, cast

from django import forms
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.colleagues import choose_colleague
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of, is_staff
from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.facility.assessment import Given, give_scores
from fmm_portal.facility.consultation import add_consultee
from fmm_portal.facility.models import AssessmentScore, Consultee, Criterion, Facility, Request
from fmm_portal.facility.services import draft_request, only_open_facility, own_institution
from fmm_portal.institutions.models import Institution

# Enough to say what speaks for or against; a report is attached, not typed into a link's page.
LONGEST_COMMENT = 4000


class FacilityForm(RecordForm):
    sections: ClassVar = (
        Section(_("The facility"), ("programme", ("code", "is_open"), "name")),
        Section(
            _("Limits of an action"),
            (("ceiling", "currency"), "max_duration_months"),
            _("Left empty, there is no limit. What exceeds a limit is warned of, not refused."),
        ),
        Section(
            _("Days for each step"),
            ("consultation_days", ("registration_days", "assessment_days", "decision_days")),
            _("Counted in calendar days. Left empty, nothing is late."),
        ),
    )

    class Meta:
        model = Facility
        fields = (
            "programme",
            "code",
            "is_open",
            "name",
            "ceiling",
            "currency",
            "max_duration_months",
            "consultation_days",
            "registration_days",
            "assessment_days",
            "decision_days",
        )


class CriterionForm(RecordForm):
    class Meta:
        model = Criterion
        fields = ("name", "guidance", "weight", "max_score", "order", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].label = _("Place in the list")
        if not self.is_edit:
            last = self.instance.facility.criteria.aggregate(last=Max("order"))["last"] or 0
            self.fields["order"].initial = self.initial["order"] = last + 1


class RequestForm(RecordForm):
    """A draft needs a title only; submission asks for the rest."""

    sections: ClassVar = (
        Section(_("The request"), ("title", "facility", ("requested_on", "owner"), "dates_note")),
        Section(_("Who asks"), ("institution", "joint_with", "countries", "contact_position")),
        Section(
            _("What is asked for"), ("themes", "need", "objectives", "expected_results", "support_wanted")
        ),
        Section(
            _("Size"),
            (("estimated_cost", "currency"), "duration_months"),
            _("As far as it is known. What exceeds the limits of the facility is warned of, not refused."),
        ),
        Section(_("Where this is known from"), ("sources",)),
    )

    class Meta:
        model = Request
        fields = (
            "title",
            "facility",
            "requested_on",
            "owner",
            "dates_note",
            "institution",
            "joint_with",
            "countries",
            "contact_position",
            "themes",
            "need",
            "objectives",
            "expected_results",
            "support_wanted",
            "estimated_cost",
            "currency",
            "duration_months",
            "sources",
        )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        facility = cast(forms.ModelChoiceField[Facility], self.fields["facility"])
        takes_requests = Q(is_open=True) | Q(pk=self.instance.facility_id)
        facility.queryset = cast(QuerySet[Facility], facility.queryset).filter(takes_requests)
        if is_staff(actor.principal):
            choose_colleague(self.fields["owner"])
        else:
            del self.fields["owner"]
            self._offer_their_own_institutions(actor)
        if not self.is_edit:
            self._fill_in(actor)

    def _offer_their_own_institutions(self, actor: Actor) -> None:
        """An agency asks for itself: others would be refused only after everything is typed."""
        own = Q(pk__in=institutions_of(actor.principal, {Role.PARTNER})) | Q(pk=self.instance.institution_id)
        field = cast(forms.ModelChoiceField[Institution], self.fields["institution"])
        field.queryset = cast(QuerySet[Institution], field.queryset).filter(own)

    def _fill_in(self, actor: Actor) -> None:
        """What goes without saying, to be seen and changed before it is saved."""
        institution, facility = own_institution(actor.principal), only_open_facility()
        known: dict[str, Any] = {"facility": facility, "institution": institution}
        if institution is not None and institution.country is not None:
            known["countries"] = [institution.country]
        for name, value in known.items():
            if value and not self.initial.get(name):
                self.initial[name] = value

    def create(self, actor: Actor) -> Record:
        values = self.changes()
        many = {field.name for field in Request._meta.many_to_many}
        for name, value in values.items():
            if name not in many:
                setattr(self.instance, name, value)
        related = {name: value for name, value in values.items() if name in many}
        return draft_request(self.instance, actor=actor, related=related)


class ConsulteeForm(RecordForm):
    class Meta:
        model = Consultee
        fields = ("institution", "position", "has_veto", "language")

    def create(self, actor: Actor) -> Record:
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        return add_consultee(self.instance, actor=actor)


class AnswerForm(forms.Form):
    """What the holder of a personal link answers; which of the two is the button that was pressed."""

    answer = forms.ChoiceField(
        choices=[("agree", _("Agree")), ("object", _("Object"))],
        error_messages={"required": _("Choose whether you agree or object.")},
        widget=forms.HiddenInput,
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed with an objection: say what speaks against it. The programme team reads it."),
    )


class ScoreRow(NamedTuple):
    """A criterion with the fields in which this reviewer scores it."""

    criterion: Criterion
    score: forms.BoundField
    comment: forms.BoundField


class ScoresForm(forms.Form):
    """One reviewer's scores and comments on all criteria, saved together or not at all."""

    def __init__(
        self,
        *args: Any,
        request: Request,
        criteria: Iterable[Criterion],
        mine: Sequence[AssessmentScore],
        actor: Actor,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.actor, self.criteria = request, actor, list(criteria)
        given = {score.criterion_id: score for score in mine}
        for criterion in self.criteria:
            known = given.get(criterion.pk)
            self.fields[f"score_{criterion.pk}"] = forms.DecimalField(
                label=_("Score"),
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(criterion.max_score),
                max_digits=5,
                decimal_places=2,
                initial=known.score if known else None,
            )
            self.fields[f"comment_{criterion.pk}"] = forms.CharField(
                label=_("Comment"),
                required=False,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=known.comment if known else "",
            )

    @property
    def rows(self) -> list[ScoreRow]:
        return [
            ScoreRow(criterion, self[f"score_{criterion.pk}"], self[f"comment_{criterion.pk}"])
            for criterion in self.criteria
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for criterion in self.criteria:
            score, comment = cleaned.get(f"score_{criterion.pk}"), cleaned.get(f"comment_{criterion.pk}")
            if comment and score is None and f"score_{criterion.pk}" not in self.errors:
                self.add_error(f"score_{criterion.pk}", _("Give a score with the comment."))
        return cleaned

    def save(self) -> None:
        """Raises Forbidden, ValidationError."""
        given = {
            criterion: Given(
                self.cleaned_data[f"score_{criterion.pk}"], self.cleaned_data[f"comment_{criterion.pk}"]
            )
            for criterion in self.criteria
        }
        give_scores(self.request, given, actor=self.actor)
