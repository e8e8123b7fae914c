"""Actions, their activities and the parts of the fiche as resources."""

from rest_framework import serializers

from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.casefiles.api import CaseFileActions
from fmm_portal.facility.filters import actions as filters
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Expert,
    Indicator,
    Risk,
)


class ActionSerializer(ResourceSerializer):
    class Meta:
        model = Action
        fields = (
            "title",
            "programme",
            "facility",
            "request",
            "countries",
            "requesting_institution",
            "beneficiaries",
            "partners",
            "implementer",
            "themes",
            "context",
            "overall_objective",
            "specific_objectives",
            "expected_results",
            "outcomes",
            "visibility_note",
            "starts_on",
            "ends_on",
            "duration_months",
            "dates_note",
            "sources",
            "owner",
        )


class ActionViewSet(CaseFileActions):
    """Technical assistance under a fiche. An action is cancelled, never deleted."""

    resource = "actions"
    serializer_class = ActionSerializer
    filterset_class = filters.ActionFilterSet
    ordering_fields = ("reference", "starts_on", "ends_on", "status", "created_at", "updated_at")


class ActivitySerializer(ResourceSerializer):
    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Activity
        fields = (
            "action",
            "number",
            "kind",
            "title",
            "description",
            "starts_on",
            "ends_on",
            "stated_duration_days",
            "dates_note",
            "is_overdue",
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


class ActivityViewSet(ResourceViewSet):
    """The numbered activities of actions: workshops, trainings, missions, tools, events."""

    resource = "activities"
    serializer_class = ActivitySerializer
    filterset_class = filters.ActivityFilterSet
    ordering_fields = ("number", "starts_on", "status", "updated_at")


class ExpertSerializer(ResourceSerializer):
    class Meta:
        model = Expert
        fields = ("action", "order", "profile", "country", "institution", "days_planned", "days_actual")


class ExpertViewSet(ResourceViewSet):
    """Experts by profile and days, never by name."""

    resource = "experts"
    serializer_class = ExpertSerializer
    filterset_class = filters.ExpertFilterSet
    ordering_fields = ("order", "updated_at")


class BudgetLineSerializer(ResourceSerializer):
    class Meta:
        model = BudgetLine
        fields = ("action", "order", "text", "currency", "amount", "spent")


class BudgetLineViewSet(ResourceViewSet):
    """Lines of the budget, for the programme and its viewers. Amounts are exact decimals, written as strings."""

    resource = "budget-lines"
    serializer_class = BudgetLineSerializer
    filterset_class = filters.BudgetLineFilterSet
    ordering_fields = ("order", "amount", "updated_at")


class IndicatorSerializer(ResourceSerializer):
    class Meta:
        model = Indicator
        fields = (
            "action",
            "order",
            "text",
            "unit",
            "baseline",
            "target",
            "actual",
            "source_of_verification",
        )


class IndicatorViewSet(ResourceViewSet):
    """What shows that the results of an action were reached."""

    resource = "indicators"
    serializer_class = IndicatorSerializer
    filterset_class = filters.IndicatorFilterSet
    ordering_fields = ("order", "updated_at")


class RiskSerializer(ResourceSerializer):
    class Meta:
        model = Risk
        fields = ("action", "order", "text", "likelihood", "impact", "mitigation")


class RiskViewSet(ResourceViewSet):
    """What may go wrong in an action, and what is done about it."""

    resource = "risks"
    serializer_class = RiskSerializer
    filterset_class = filters.RiskFilterSet
    ordering_fields = ("order", "updated_at")


class ApprovalSerializer(ResourceSerializer):
    class Meta:
        model = Approval
        fields = ("action", "order", "institution", "position", "decision", "decided_on", "comment")


class ApprovalViewSet(ResourceViewSet):
    """Who approved or refused the fiche of an action, by institution and position."""

    resource = "approvals"
    serializer_class = ApprovalSerializer
    filterset_class = filters.ApprovalFilterSet
    ordering_fields = ("order", "decided_on", "updated_at")


def register(router: ResourceRouter) -> None:
    for viewset in (
        ActionViewSet,
        ActivityViewSet,
        ExpertViewSet,
        BudgetLineViewSet,
        IndicatorViewSet,
        RiskViewSet,
        ApprovalViewSet,
    ):
        router.register_resource(viewset)
