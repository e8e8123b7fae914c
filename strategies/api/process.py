"""The process of a strategy as resources."""

from collections.abc import Collection
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act
from fmm_portal.api.fields import Choice, MultilingualField, PartialDateField
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest, RecordUrl, ResourceSerializer, StrictSerializer
from fmm_portal.api.viewsets import ResourceViewSet, with_relations
from fmm_portal.casefiles.api import CaseFileActions
from strategies import services
from strategies.enums import MilestoneKind, MilestoneStatus
from strategies.filters import process as filters
from strategies.models import (
    Amendment,
    Axis,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from strategies.querysets import progress_lookups
from strategies.workflow import out_of_order

# --- The strategy ---------------------------------------------------------------------------------------------


class ShortMilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """A milestone within its strategy; the resource milestones has all of it."""

    url = RecordUrl()
    title = MultilingualField()
    kind = Choice(MilestoneKind.choices)
    status = Choice(MilestoneStatus.choices)
    planned_on = PartialDateField(allow_null=True)
    actual_on = PartialDateField(allow_null=True)

    class Meta:
        model = Milestone
        fields = ("id", "url", "kind", "title", "status", "planned_on", "actual_on")


class StrategySerializer(ResourceSerializer):
    stage = Choice(
        MilestoneKind.choices,
        read_only=True,
        allow_blank=True,
        help_text="The kind of the latest milestone reached; empty before the first.",
    )
    latest_milestone = ShortMilestoneSerializer(read_only=True, allow_null=True)
    next_milestone = ShortMilestoneSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Strategy
        fields = (
            "acronym",
            "title",
            "kind",
            "country",
            "programme",
            "actions",
            "themes",
            "owner_institution",
            "ministry",
            "coordinator",
            "vision",
            "horizon",
            "period_from",
            "period_until",
            "stage",
            "latest_milestone",
            "next_milestone",
            "notes",
            "sources",
            "owner",
        )
        shows = ("milestones",)

    @classmethod
    def relations(cls, names: Collection[str]) -> tuple[list[str], list[Any]]:
        joined, fetched = super().relations(names)
        told = {"stage", "latest_milestone", "next_milestone"} & set(names)
        return joined, [*fetched, *(progress_lookups() if told else ())]


class MilestoneSerializer(ResourceSerializer):
    is_overdue = serializers.BooleanField(read_only=True)
    amendment_count = serializers.IntegerField(read_only=True)
    integrated_amendment_count = serializers.IntegerField(read_only=True)
    open_amendment_count = serializers.IntegerField(
        read_only=True, help_text="Neither integrated nor set aside: what lifting reservations waits for."
    )
    order_warnings = serializers.SerializerMethodField(
        help_text="What is unusual about its place in the process; it never blocks a step."
    )

    class Meta:
        model = Milestone
        fields = (
            "strategy",
            "kind",
            "title",
            "text_version",
            "activity",
            "planned_on",
            "planned_until",
            "is_overdue",
            "actual_on",
            "actual_until",
            "dates_note",
            "place",
            "people",
            "women",
            "men",
            "outcome",
            "amendment_count",
            "integrated_amendment_count",
            "open_amendment_count",
            "order_warnings",
            "instrument",
            "instrument_reference",
            "sources",
        )
        detail_fields = ("order_warnings",)
        prefetch = {"amendment_count": ("amendments",)}

    def get_order_warnings(self, milestone: Milestone) -> list[str]:
        if not milestone.is_reached:
            return []
        return out_of_order(milestone, milestone.strategy.milestones.reached())


class AddedMilestonesSerializer(serializers.Serializer[Any]):
    """The milestones that were planned, in the template's order."""

    milestones = MilestoneSerializer(many=True)


class AddFromTemplateRequest(StrictSerializer):
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=30),
        help_text="Kinds of milestones that the strategy has none of yet.",
    )
    version = serializers.IntegerField(required=False, help_text="Of the strategy.")


class StrategyViewSet(CaseFileActions):
    """National strategies and policies; a country may have several. How far each is, its milestones tell."""

    resource = "strategies"
    serializer_class = StrategySerializer
    filterset_class = filters.StrategyFilterSet
    ordering_fields = (
        "reference",
        "acronym",
        ("country", "country__code"),
        "horizon",
        "created_at",
        "updated_at",
    )

    @extend_schema(request=AddFromTemplateRequest, responses={201: AddedMilestonesSerializer})
    @act
    def add_from_template(self, request: Request, pk: str) -> Response:
        """Plan milestones of several kinds of the template at once: all of them, or none."""
        strategy, values = self.action_input(AddFromTemplateRequest)
        added = services.add_from_template(
            strategy, values["kinds"], actor=self.actor, expected_version=values["expected_version"]
        )
        rows = with_relations(
            Milestone.objects.visible_to(self.principal).filter(pk__in=[row.pk for row in added]),
            MilestoneSerializer,
            in_list=True,
        )
        shown = MilestoneSerializer(
            rows.order_by("pk"), many=True, in_list=True, context=self.get_serializer_context()
        )
        return Response({"milestones": shown.data}, status=status.HTTP_201_CREATED)


# --- Versions, axes, stakeholders -----------------------------------------------------------------------------


class StrategyVersionSerializer(ResourceSerializer):
    class Meta:
        model = StrategyVersion
        fields = ("strategy", "name", "dated", "is_current", "note", "sources")


class StrategyVersionViewSet(ResourceViewSet):
    """The text of a strategy at one time. Each version has axes of its own."""

    resource = "strategy-versions"
    serializer_class = StrategyVersionSerializer
    filterset_class = filters.StrategyVersionFilterSet
    ordering_fields = ("dated", "created_at", "updated_at")

    @extend_schema(request=ReasonRequest, responses=StrategyVersionSerializer)
    @act
    def put_in_force(self, request: Request, pk: str) -> Response:
        """Make this the version in force; the one before it no longer is."""
        version, values = self.action_input(ReasonRequest)
        return self.shown_again(
            services.put_in_force(version, actor=self.actor, expected_version=values["expected_version"])
        )


class AxisSerializer(ResourceSerializer):
    class Meta:
        model = Axis
        fields = ("version_of", "order", "code", "title")


class AxisViewSet(ResourceViewSet):
    """Strategic axes as one version words them."""

    resource = "axes"
    serializer_class = AxisSerializer
    filterset_class = filters.AxisFilterSet
    ordering_fields = ("order", "code", "updated_at")


class StakeholderSerializer(ResourceSerializer):
    class Meta:
        model = Stakeholder
        fields = ("strategy", "institution", "label", "role")


class StakeholderViewSet(ResourceViewSet):
    """Who has a part in a strategy, and which."""

    resource = "stakeholders"
    serializer_class = StakeholderSerializer
    filterset_class = filters.StakeholderFilterSet
    ordering_fields = ("role", "updated_at")


# --- Milestones -----------------------------------------------------------------------------------------------


class MilestoneViewSet(ResourceViewSet):
    """Steps of a strategy's process. Technical validation, political validation and adoption are steps of their own."""

    resource = "milestones"
    serializer_class = MilestoneSerializer
    filterset_class = filters.MilestoneFilterSet
    ordering_fields = ("planned_on", "actual_on", "kind", "status", "created_at", "updated_at")


class MilestoneParticipantSerializer(ResourceSerializer):
    class Meta:
        model = MilestoneParticipant
        fields = ("milestone", "institution", "label", "people", "women", "men")


class MilestoneParticipantViewSet(ResourceViewSet):
    """Who took part in a milestone, by institution, with how many people."""

    resource = "milestone-participants"
    serializer_class = MilestoneParticipantSerializer
    filterset_class = filters.MilestoneParticipantFilterSet
    ordering_fields = ("people", "updated_at")


class AmendmentSerializer(ResourceSerializer):
    class Meta:
        model = Amendment
        fields = ("milestone", "order", "text", "asked_by", "integrated_where", "integrated_on")


class AmendmentViewSet(ResourceViewSet):
    """Changes that a validation asked for, and where the text took them in."""

    resource = "amendments"
    serializer_class = AmendmentSerializer
    filterset_class = filters.AmendmentFilterSet
    ordering_fields = ("order", "status", "updated_at")


# --- Committees -----------------------------------------------------------------------------------------------


class CommitteeSerializer(ResourceSerializer):
    member_count = serializers.IntegerField(
        read_only=True, help_text="As reported where a source counts them, else the seats that are listed."
    )

    class Meta:
        model = Committee
        fields = (
            "strategy",
            "kind",
            "name",
            "mandate",
            "created_by",
            "created_on",
            "member_count",
            "stated_member_count",
            "composition_note",
            "sources",
        )
        prefetch = {"member_count": ("members",)}


class CommitteeViewSet(ResourceViewSet):
    """Bodies that steer, draft or follow a strategy."""

    resource = "committees"
    serializer_class = CommitteeSerializer
    filterset_class = filters.CommitteeFilterSet
    ordering_fields = ("created_on", "kind", "created_at", "updated_at")


class CommitteeMemberSerializer(ResourceSerializer):
    class Meta:
        model = CommitteeMember
        fields = ("committee", "order", "position", "institution", "role", "seats", "starts_on", "ends_on")


class CommitteeMemberViewSet(ResourceViewSet):
    """Seats of a committee, by position and institution; never by name."""

    resource = "committee-members"
    serializer_class = CommitteeMemberSerializer
    filterset_class = filters.CommitteeMemberFilterSet
    ordering_fields = ("order", "role", "updated_at")


class CommitteeMeetingSerializer(ResourceSerializer):
    class Meta:
        model = CommitteeMeeting
        fields = (
            "committee",
            "milestone",
            "title",
            "held_on",
            "held_until",
            "place",
            "people",
            "women",
            "men",
            "agenda",
            "conclusions",
            "dates_note",
            "sources",
        )


class CommitteeMeetingViewSet(ResourceViewSet):
    """Meetings of committees, with what they concluded."""

    resource = "committee-meetings"
    serializer_class = CommitteeMeetingSerializer
    filterset_class = filters.CommitteeMeetingFilterSet
    ordering_fields = ("held_on", "status", "created_at", "updated_at")


def register(router: ResourceRouter) -> None:
    """Their resources."""
    for viewset in (
        StrategyViewSet,
        StrategyVersionViewSet,
        AxisViewSet,
        StakeholderViewSet,
        MilestoneViewSet,
        MilestoneParticipantViewSet,
        AmendmentViewSet,
        CommitteeViewSet,
        CommitteeMemberViewSet,
        CommitteeMeetingViewSet,
    ):
        router.register_resource(viewset)
