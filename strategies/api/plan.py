"""The action plan of a strategy with its lines and its reviews as resources."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act, sends_file
from fmm_portal.api.fields import Choice, MultilingualField, PartialDateField, RelatedId
from fmm_portal.api.parsers import JSONParser, MultiPartParser
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer, StrictSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from strategies.enums import StallReason
from strategies.filters import plan as filters
from strategies.models import (
    ActionPlan,
    CommitteeMeeting,
    PlanActivity,
    PlanObjective,
    PlanResult,
    Review,
    ReviewEntry,
)
from strategies.plan_progress import update_progress
from strategies.reviews import Figures, figures_of_plan, figures_of_review, take_review
from strategies.sheet.importing import import_sheet
from strategies.sheet.planning import SheetPlan, compare
from strategies.sheet.reading import UnreadableSheet, check_sheet, read_sheet
from strategies.sheet.writing import XLSX, sheet_of


class FiguresSerializer(serializers.Serializer[Any]):
    """How many activities are in which state; null where a source does not say."""

    total = serializers.IntegerField()
    done = serializers.IntegerField(allow_null=True)
    in_progress = serializers.IntegerField(allow_null=True)
    not_started = serializers.IntegerField(allow_null=True)
    postponed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    started = serializers.IntegerField(allow_null=True, help_text="Done and in progress together.")
    done_percent = serializers.FloatField(allow_null=True)
    started_percent = serializers.FloatField(allow_null=True)


def figures_data(figures: Figures | None) -> dict[str, Any] | None:
    return figures.as_data() if figures is not None else None


class ReviewSerializer(ResourceSerializer):
    figures = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = (
            "plan",
            "meeting",
            "title",
            "held_on",
            "held_until",
            "stated_total",
            "stated_done",
            "stated_in_progress",
            "stated_not_started",
            "figures",
            "conclusions",
            "note",
            "sources",
        )
        detail_fields = ("figures",)
        prefetch = {"figures": ("entries",)}

    @extend_schema(responses=FiguresSerializer)
    def get_figures(self, review: Review) -> dict[str, Any] | None:
        return figures_data(figures_of_review(review))


# --- The plan ---------------------------------------------------------------------------------------------


class ActionPlanSerializer(ResourceSerializer):
    figures = serializers.SerializerMethodField()

    class Meta:
        model = ActionPlan
        fields = (
            "strategy",
            "text_version",
            "title",
            "starts_on",
            "ends_on",
            "currency",
            "stated_activity_count",
            "note",
            "sources",
            "is_sample",
            "figures",
        )
        detail_fields = ("figures",)
        prefetch = {"figures": ("activities",)}

    @extend_schema(responses=FiguresSerializer)
    def get_figures(self, plan: ActionPlan) -> dict[str, Any] | None:
        return figures_data(figures_of_plan(plan))


class TakeReviewRequest(StrictSerializer):
    title = MultilingualField(allow_empty=False)
    held_on = PartialDateField()
    held_until = PartialDateField(required=False, allow_null=True)
    meeting_id = RelatedId(CommitteeMeeting, source="meeting", required=False, allow_null=True)
    conclusions = MultilingualField(required=False)
    note = MultilingualField(required=False)
    version = serializers.IntegerField(required=False)


class SheetUploadRequest(StrictSerializer):
    file = serializers.FileField(help_text="An XLSX file with the columns of `sheet/`.")


class SheetChangeSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class SheetErrorSerializer(serializers.Serializer[Any]):
    cell = serializers.CharField()
    column = serializers.CharField()
    message = serializers.CharField()


class SheetRowSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    id = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_blank=True)
    action = serializers.CharField(help_text="create, update, unchanged or error")
    changes = SheetChangeSerializer(many=True)
    errors = SheetErrorSerializer(many=True)  # type: ignore[assignment]


class SheetOutcomeSerializer(serializers.Serializer[Any]):
    """What the file does, row by row. With an error in any row nothing is written."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    left_alone = serializers.IntegerField(help_text="Activities of the plan that the file does not name.")
    written = serializers.BooleanField()
    rows = SheetRowSerializer(many=True)


def outcome_of(preview: SheetPlan, *, written: bool) -> dict[str, Any]:
    counts = preview.counts
    return {
        "created": counts["create"],
        "updated": counts["update"],
        "unchanged": counts["unchanged"],
        "refused": counts["error"],
        "left_alone": preview.left_alone,
        "written": written,
        "rows": [
            {
                "row": row.number,
                "id": row.activity.pk if row.activity is not None else None,
                "code": row.code,
                "action": row.action,
                "changes": [change._asdict() for change in row.changes],
                "errors": [
                    {"cell": error.cell, "column": error.column, "message": error.message}
                    for error in row.errors
                ],
            }
            for row in preview.rows
        ],
    }


class ActionPlanViewSet(ResourceViewSet):
    """Operational action plans of strategies, under the axes of one version of the text."""

    resource = "action-plans"
    serializer_class = ActionPlanSerializer
    filterset_class = filters.ActionPlanFilterSet
    ordering_fields = ("starts_on", "ends_on", "updated_at")
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=TakeReviewRequest, responses={201: ReviewSerializer})
    @act
    def take_review(self, request: Request, pk: str) -> Response:
        """Make a review with the present status of every activity, all or nothing."""
        plan, values = self.action_input(TakeReviewRequest)
        values.pop("expected_version")
        review = take_review(Review(plan=plan, **values), actor=self.actor)
        return self.shown_as(ReviewSerializer, review, code=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    @sends_file
    def sheet(self, request: Request, pk: str) -> HttpResponse:
        """The plan as a spreadsheet that imports back unchanged."""
        return sheet_of(self.get_object(), self.principal)

    @extend_schema(
        request={"multipart/form-data": SheetUploadRequest},
        parameters=[
            OpenApiParameter("dry_run", bool, description="Answer what would happen, and write nothing.")
        ],
        responses=SheetOutcomeSerializer,
    )
    @act
    def import_sheet(self, request: Request, pk: str) -> Response:
        """Create and update activities out of a spreadsheet, all or nothing; a refusal names every bad cell."""
        plan = self.get_object()
        body = SheetUploadRequest(data=request.data)
        body.is_valid(raise_exception=True)
        upload = body.validated_data["file"]
        check_sheet(upload)
        try:
            sheet = read_sheet(upload)
        except UnreadableSheet as error:
            raise ValidationError({"file": [str(error)]}) from error
        is_trial = request.query_params.get("dry_run", "") == "true"
        if is_trial:
            preview = compare(plan, sheet, self.principal)
            return Response(outcome_of(preview, written=False))
        preview = import_sheet(plan, sheet, actor=self.actor, file_name=upload.name or "")
        if preview.has_errors:
            raise ValidationError(
                {
                    f"rows.{row.number}.{error.key}": [
                        _("%(cell)s: %(problem)s") % {"cell": error.cell, "problem": error.message}
                    ]
                    for row in preview.rows
                    for error in row.errors
                }
            )
        return Response(outcome_of(preview, written=True))


# --- Its lines --------------------------------------------------------------------------------------------


class PlanObjectiveSerializer(ResourceSerializer):
    class Meta:
        model = PlanObjective
        fields = ("plan", "axis", "order", "code", "text")


class PlanObjectiveViewSet(ResourceViewSet):
    """Specific objectives of plans, each under an axis."""

    resource = "plan-objectives"
    serializer_class = PlanObjectiveSerializer
    filterset_class = filters.PlanObjectiveFilterSet
    ordering_fields = ("order", "code", "updated_at")


class PlanResultSerializer(ResourceSerializer):
    class Meta:
        model = PlanResult
        fields = ("objective", "order", "code", "text")


class PlanResultViewSet(ResourceViewSet):
    """Expected results of plans, each under an objective."""

    resource = "plan-results"
    serializer_class = PlanResultSerializer
    filterset_class = filters.PlanResultFilterSet
    ordering_fields = ("order", "code", "updated_at")


class PlanActivitySerializer(ResourceSerializer):
    is_overdue = serializers.BooleanField(read_only=True)
    is_stalled = serializers.BooleanField(read_only=True)

    class Meta:
        model = PlanActivity
        fields = (
            "plan",
            "result",
            "order",
            "code",
            "text",
            "indicator",
            "unit",
            "baseline",
            "target",
            "source_of_verification",
            "lead",
            "partners",
            "starts_in",
            "ends_in",
            "is_overdue",
            "cost",
            "currency",
            "funding_source",
            "funder",
            "milestone",
            "percent",
            "stall_reason",
            "is_stalled",
            "comment",
        )


class UpdateProgressRequest(StrictSerializer):
    percent = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)
    stall_reason = Choice(StallReason.choices, required=False, allow_blank=True)
    comment = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(required=False)


class PlanActivityViewSet(ResourceViewSet):
    """Lines of plans: who does what by when, and how far it is. The lead institution says how far."""

    resource = "plan-activities"
    serializer_class = PlanActivitySerializer
    filterset_class = filters.PlanActivityFilterSet
    ordering_fields = ("order", "code", "starts_in", "ends_in", "percent", "status", "updated_at")

    @extend_schema(request=UpdateProgressRequest, responses=PlanActivitySerializer)
    @act
    def update_progress(self, request: Request, pk: str) -> Response:
        """Set per cent, what holds it up and the comment; steps such as `begin` and `finish` set the status."""
        activity, values = self.action_input(UpdateProgressRequest)
        kept = {name: values.pop(name) for name in ("reason", "expected_version") if name in values}
        return self.shown_again(update_progress(activity, actor=self.actor, changes=values, **kept))


# --- Reviews ----------------------------------------------------------------------------------------------


class ReviewViewSet(ResourceViewSet):
    """Dated looks at a plan. A plan's action `take-review` makes one with a row for every activity."""

    resource = "reviews"
    serializer_class = ReviewSerializer
    filterset_class = filters.ReviewFilterSet
    ordering_fields = ("held_on", "status", "updated_at")


class ReviewEntrySerializer(ResourceSerializer):
    class Meta:
        model = ReviewEntry
        fields = ("review", "activity", "state", "percent", "stall_reason", "comment")


class ReviewEntryViewSet(ResourceViewSet):
    """The status of one activity at one review; those of a final review do not change."""

    resource = "review-entries"
    serializer_class = ReviewEntrySerializer
    filterset_class = filters.ReviewEntryFilterSet
    ordering_fields = ("state", "percent", "updated_at")


def register(router: ResourceRouter) -> None:
    """Their resources."""
    for viewset in (
        ActionPlanViewSet,
        PlanObjectiveViewSet,
        PlanResultViewSet,
        PlanActivityViewSet,
        ReviewViewSet,
        ReviewEntryViewSet,
    ):
        router.register_resource(viewset)
