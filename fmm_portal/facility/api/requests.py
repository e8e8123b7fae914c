"""Facilities with their criteria, requests, the stakeholders consulted and the scores, as resources."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from fmm_portal.api.actions import act
from fmm_portal.api.fields import principal_of
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer, StrictSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.casefiles.api import CaseFileActions
from fmm_portal.core.models import Record
from fmm_portal.core.policies import can
from fmm_portal.facility.api.actions import ActionSerializer
from fmm_portal.facility.assessment import Assessment, assessment_of, give_score
from fmm_portal.facility.consultation import add_consultee
from fmm_portal.facility.filters import requests as filters
from fmm_portal.facility.models import AssessmentScore, Consultee, Criterion, Facility, Request
from fmm_portal.facility.services import draft_request, open_action

# --- Facilities ------------------------------------------------------------------------------------------


class FacilitySerializer(ResourceSerializer):
    class Meta:
        model = Facility
        fields = (
            "programme",
            "code",
            "name",
            "is_open",
            "currency",
            "ceiling",
            "max_duration_months",
            "consultation_days",
            "registration_days",
            "assessment_days",
            "decision_days",
        )


class FacilityViewSet(ResourceViewSet):
    """Where institutions ask for technical assistance, with limits and days. An empty limit is no limit."""

    resource = "facilities"
    serializer_class = FacilitySerializer
    filterset_class = filters.FacilityFilterSet
    ordering_fields = ("code", "updated_at")


class CriterionSerializer(ResourceSerializer):
    class Meta:
        model = Criterion
        fields = ("facility", "order", "name", "guidance", "weight", "max_score", "is_active")


class CriterionViewSet(ResourceViewSet):
    """What a facility's requests are scored by."""

    resource = "criteria"
    serializer_class = CriterionSerializer
    filterset_class = filters.CriterionFilterSet
    ordering_fields = ("order", "updated_at")


# --- Requests --------------------------------------------------------------------------------------------


class CriterionResultSerializer(serializers.Serializer[Any]):
    """One criterion in the assessment of a request."""

    criterion_id = serializers.IntegerField()
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)
    max_score = serializers.IntegerField()
    scores = serializers.IntegerField(help_text="How many reviewers scored it.")
    mean = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)


class AssessmentSerializer(serializers.Serializer[Any]):
    """What the reviewers' scores of the present round add up to."""

    reviewers = serializers.IntegerField()
    is_complete = serializers.BooleanField(help_text="Every criterion has a score.")
    percent = serializers.DecimalField(
        max_digits=4,
        decimal_places=1,
        allow_null=True,
        help_text="The weighted total in percent of the highest possible, over the criteria that have a score.",
    )
    criteria = CriterionResultSerializer(many=True)


def shown_assessment(assessment: Assessment) -> dict[str, Any]:
    def number(value: Decimal | None) -> str | None:
        return str(value) if value is not None else None

    return {
        "reviewers": assessment.reviewers,
        "is_complete": assessment.is_complete,
        "percent": number(assessment.percent),
        "criteria": [
            {
                "criterion_id": result.criterion.pk,
                "weight": str(result.criterion.weight),
                "max_score": result.criterion.max_score,
                "scores": len(result.scores),
                "mean": number(result.mean),
            }
            for result in assessment.results
        ],
    }


@extend_schema_field(AssessmentSerializer(allow_null=True))
class AssessmentField(serializers.Field[Any, Any, Any, Any]):
    """For the programme and its viewers; null for others."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "source": "*", "read_only": True})

    def to_representation(self, request: Request) -> dict[str, Any] | None:
        if not can(principal_of(self), "see_scores", request).allowed:
            return None
        return shown_assessment(assessment_of(request))


class RequestSerializer(ResourceSerializer):
    exceeds_ceiling = serializers.BooleanField(read_only=True)
    exceeds_duration = serializers.BooleanField(read_only=True)
    assessment = AssessmentField()

    class Meta:
        model = Request
        fields = (
            "title",
            "facility",
            "institution",
            "joint_with",
            "countries",
            "themes",
            "contact_position",
            "need",
            "objectives",
            "expected_results",
            "support_wanted",
            "estimated_cost",
            "currency",
            "duration_months",
            "exceeds_ceiling",
            "exceeds_duration",
            "requested_on",
            "dates_note",
            "sources",
            "owner",
            "round",
            "submitted_at",
            "consultation_due_at",
            "eligibility_note",
            "decided_on",
            "decision_body",
            "decided_by",
            "decision_reasons",
            "assessment",
        )
        step_fields = (
            "eligibility_note",
            "decided_on",
            "decision_body",
            "decided_by",
            "decision_reasons",
        )
        detail_fields = ("assessment",)
        prefetch = {"exceeds_ceiling": ("facility",), "exceeds_duration": ("facility",)}


class OpenActionRequest(StrictSerializer):
    version = serializers.IntegerField(required=False, help_text="Of the request.")


class RequestViewSet(CaseFileActions):
    """What institutions ask a facility for. A draft needs a title only; what was submitted is what is judged."""

    resource = "requests"
    # A consultation ends at its hour.
    told_by_history = False
    serializer_class = RequestSerializer
    filterset_class = filters.RequestFilterSet
    ordering_fields = ("reference", "requested_on", "status", "submitted_at", "created_at", "updated_at")

    def perform_create(self, values: dict[str, Any]) -> Record:
        many = {field.name for field in Request._meta.many_to_many}
        related = {name: values.pop(name) for name in list(values) if name in many}
        return draft_request(Request(**values), actor=self.actor, related=related)

    @extend_schema(request=OpenActionRequest, responses=ActionSerializer)
    @act
    def open_action(self, request: HttpRequest, pk: str) -> Response:
        """The action that an approved request becomes; the same one when it is asked for again."""
        record, _values = self.action_input(OpenActionRequest)
        return self.shown_as(ActionSerializer, open_action(record, self.actor))


# --- Consultation and assessment -------------------------------------------------------------------------


class ConsulteeSerializer(ResourceSerializer):
    is_open = serializers.BooleanField(read_only=True, help_text="It can be answered now.")

    class Meta:
        model = Consultee
        fields = (
            "request",
            "round",
            "institution",
            "position",
            "has_veto",
            "language",
            "comment",
            "due_at",
            "answered_at",
            "is_open",
        )
        step_fields = ("comment",)
        prefetch = {"is_open": ("request",)}


class ConsulteeViewSet(ResourceViewSet):
    """Stakeholders asked about a request. After the deadline silence counts as consent, and is shown as silence."""

    resource = "consultees"
    # It can be answered until its hour.
    told_by_history = False
    serializer_class = ConsulteeSerializer
    filterset_class = filters.ConsulteeFilterSet
    ordering_fields = ("status", "due_at", "answered_at", "updated_at")

    def perform_create(self, values: dict[str, Any]) -> Record:
        return add_consultee(Consultee(**values), actor=self.actor)


class AssessmentScoreSerializer(ResourceSerializer):
    class Meta:
        model = AssessmentScore
        fields = ("request", "round", "criterion", "reviewer", "score", "comment")


class AssessmentScoreViewSet(ResourceViewSet):
    """A reviewer's score and comment on one criterion. One scores for oneself; totals stand in the request."""

    resource = "assessment-scores"
    serializer_class = AssessmentScoreSerializer
    filterset_class = filters.AssessmentScoreFilterSet
    ordering_fields = ("score", "updated_at")

    def perform_create(self, values: dict[str, Any]) -> Record:
        return give_score(AssessmentScore(**values), actor=self.actor)


def register(router: ResourceRouter) -> None:
    for viewset in (
        FacilityViewSet,
        CriterionViewSet,
        RequestViewSet,
        ConsulteeViewSet,
        AssessmentScoreViewSet,
    ):
        router.register_resource(viewset)
