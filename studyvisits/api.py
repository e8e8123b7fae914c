"""Study visits and their parts as resources."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from delegations.models import Delegate
from fmm_portal.api.actions import act
from fmm_portal.api.fields import Brief, Briefs, Choice, MultilingualField, RelatedId
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest, ResourceSerializer, StrictSerializer
from fmm_portal.api.viewsets import ResourceViewSet, with_relations
from fmm_portal.casefiles.api import CaseFileActions
from fmm_portal.core.models import Record
from fmm_portal.institutions.models import Country, Institution
from studyvisits import filters, services
from studyvisits.enums import AttendanceStatus, HostStatus, Side
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    StudyVisit,
)

# --- The visit ------------------------------------------------------------------------------------------------


class StudyVisitSerializer(ResourceSerializer):
    sending_countries = Briefs(Country)
    host_countries = Briefs(Country)
    duration_days = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = StudyVisit
        fields = (
            "title",
            "programme",
            "themes",
            "delegations",
            "sending_countries",
            "host_countries",
            "objectives",
            "starts_on",
            "ends_on",
            "duration_days",
            "stated_duration_days",
            "dates_note",
            "outcomes",
            "sources",
            "owner",
        )
        prefetch = {
            "sending_countries": ("delegations__sending_countries",),
            "host_countries": ("legs__country",),
        }


class LegSerializer(ResourceSerializer):
    class Meta:
        model = Leg
        fields = ("visit", "order", "country", "city", "starts_on", "ends_on")


class LegViewSet(ResourceViewSet):
    """Stays in one place of a host country, in travelling order."""

    resource = "legs"
    serializer_class = LegSerializer
    filterset_class = filters.LegFilterSet
    ordering_fields = ("order", "starts_on", "updated_at")


class LearningQuestionSerializer(ResourceSerializer):
    class Meta:
        model = LearningQuestion
        fields = ("visit", "order", "text", "asked_by", "agenda_item", "status", "answer")


class LearningQuestionViewSet(ResourceViewSet):
    """What the delegation wants to learn, and whether the visit answered it."""

    resource = "learning-questions"
    serializer_class = LearningQuestionSerializer
    filterset_class = filters.LearningQuestionFilterSet
    ordering_fields = ("order", "status", "updated_at")


# --- The agenda -----------------------------------------------------------------------------------------------


class ItemHostSerializer(serializers.ModelSerializer[AgendaHost]):
    """A host and its answer, within its session; the resource agenda-hosts changes it."""

    institution_id = serializers.IntegerField()
    institution = Brief(Institution)
    status = Choice(HostStatus.choices)
    is_outdated = serializers.BooleanField(help_text="The host confirmed another slot than today's.")

    class Meta:
        model = AgendaHost
        fields = ("id", "institution_id", "institution", "status", "is_outdated")


class AgendaItemSerializer(ResourceSerializer):
    hosts = ItemHostSerializer(many=True, read_only=True)

    class Meta:
        model = AgendaItem
        fields = (
            "visit",
            "leg",
            "day",
            "starts_at",
            "ends_at",
            "order",
            "kind",
            "topic",
            "host_label",
            "hosts",
            "place",
            "languages",
            "notes",
        )
        prefetch = {"leg": ("leg__country",), "hosts": ("hosts__institution",)}


class AttendanceSerializer(ResourceSerializer):
    class Meta:
        model = Attendance
        fields = ("item", "delegate", "status")


class AttendanceViewSet(ResourceViewSet):
    """Whether a delegate was at a session."""

    resource = "attendances"
    serializer_class = AttendanceSerializer
    filterset_class = filters.AttendanceFilterSet
    ordering_fields = ("status", "updated_at")


class AttendanceEntry(StrictSerializer):
    delegate_id = RelatedId(Delegate, source="delegate")
    status = Choice(AttendanceStatus.choices, allow_blank=True, help_text="Empty to take the entry away.")


class RecordAttendanceRequest(StrictSerializer):
    attendance = AttendanceEntry(many=True, allow_empty=False)
    version = serializers.IntegerField(required=False)


class SessionAttendanceSerializer(serializers.Serializer[Any]):
    """All entries of one session that the caller may see."""

    attendance = AttendanceSerializer(many=True)


class AgendaItemViewSet(ResourceViewSet):
    """Sessions and stops, by hour or by day and order."""

    resource = "agenda-items"
    serializer_class = AgendaItemSerializer
    filterset_class = filters.AgendaItemFilterSet
    ordering_fields = ("day", "starts_at", "order", "updated_at")

    @extend_schema(request=RecordAttendanceRequest, responses=SessionAttendanceSerializer)
    @act
    def record_attendance(self, request: Request, pk: str) -> Response:
        """Set who was at the session, several delegates at once; answers with all entries of the session."""
        item, values = self.action_input(RecordAttendanceRequest)
        statuses = {entry["delegate"]: entry["status"] for entry in values["attendance"]}
        services.record_attendance(item, statuses, actor=self.actor)
        rows = with_relations(
            Attendance.objects.visible_to(self.principal).filter(item=item),
            AttendanceSerializer,
            in_list=True,
        )
        shown = AttendanceSerializer(rows, many=True, in_list=True, context=self.get_serializer_context())
        return Response({"attendance": shown.data})


class AgendaHostSerializer(ResourceSerializer):
    is_outdated = serializers.BooleanField(read_only=True)

    class Meta:
        model = AgendaHost
        fields = ("item", "institution", "comment", "replaced_by", "is_outdated")


class AgendaHostViewSet(ResourceViewSet):
    """Institutions asked to receive the delegation in a session, and their answers."""

    resource = "agenda-hosts"
    serializer_class = AgendaHostSerializer
    filterset_class = filters.AgendaHostFilterSet
    ordering_fields = ("status", "updated_at")


class AgendaVersionSerializer(ResourceSerializer):
    items = serializers.JSONField(read_only=True, help_text="The agenda items as they were published.")
    changes = serializers.JSONField(read_only=True, help_text="What changed since the version before.")

    class Meta:
        model = AgendaVersion
        fields = ("visit", "number", "published_at", "published_by", "note", "items", "changes")
        detail_fields = ("items", "changes")


class AgendaVersionViewSet(ResourceViewSet):
    """Published agendas. A visit's action `publish-agenda` makes the next one; none is ever changed."""

    resource = "agenda-versions"
    serializer_class = AgendaVersionSerializer
    filterset_class = filters.AgendaVersionFilterSet
    ordering_fields = ("number", "published_at", "updated_at")
    methods = ("list", "retrieve")


# --- What was learnt ------------------------------------------------------------------------------------------


class SessionNoteSerializer(ResourceSerializer):
    class Meta:
        model = SessionNote
        fields = (
            "item",
            "author",
            "author_label",
            "key_points",
            "practice_observed",
            "transferability",
            "open_questions",
            "people_met",
            "is_shared",
        )


class SessionNoteViewSet(ResourceViewSet):
    """Notes of a session by several authors; drafts are read by their author and the programme."""

    resource = "session-notes"
    serializer_class = SessionNoteSerializer
    filterset_class = filters.SessionNoteFilterSet
    ordering_fields = ("created_at", "updated_at")

    def perform_create(self, values: dict[str, Any]) -> Record:
        return services.write_note(SessionNote(**values), actor=self.actor)


class LessonSerializer(ResourceSerializer):
    class Meta:
        model = Lesson
        fields = ("visit", "order", "agenda_item", "learnt_from", "text", "transferability")


class LessonViewSet(ResourceViewSet):
    """What was learnt, from whom, and how far it can be used at home."""

    resource = "lessons"
    serializer_class = LessonSerializer
    filterset_class = filters.LessonFilterSet
    ordering_fields = ("order", "transferability", "updated_at")


# --- What was agreed ------------------------------------------------------------------------------------------


class ShortParticipantSerializer(serializers.ModelSerializer[DebriefParticipant]):
    """A participant within the debrief; the resource debrief-participants changes it."""

    position = MultilingualField()
    side = Choice(Side.choices)
    institution_id = serializers.IntegerField(allow_null=True)
    institution = Brief(Institution, allow_null=True)

    class Meta:
        model = DebriefParticipant
        fields = ("id", "side", "position", "institution_id", "institution", "has_agreed")


class DebriefSerializer(ResourceSerializer):
    participants = ShortParticipantSerializer(many=True, read_only=True)

    class Meta:
        model = Debrief
        fields = (
            "visit",
            "agenda_item",
            "held_on",
            "place",
            "recap",
            "cooperation_points",
            "next_steps",
            "participants",
        )
        detail_fields = ("participants",)
        prefetch = {"participants": ("participants__institution",)}


class DebriefViewSet(ResourceViewSet):
    """What both sides said at the end; a draft until it is agreed."""

    resource = "debriefs"
    serializer_class = DebriefSerializer
    filterset_class = filters.DebriefFilterSet
    ordering_fields = ("held_on", "status", "updated_at")


class DebriefParticipantSerializer(ResourceSerializer):
    class Meta:
        model = DebriefParticipant
        fields = ("debrief", "side", "order", "position", "institution", "delegate", "has_agreed")
        prefetch = {"debrief": ("debrief__visit",)}


class DebriefParticipantViewSet(ResourceViewSet):
    """Who took part in the debrief, by position and side."""

    resource = "debrief-participants"
    serializer_class = DebriefParticipantSerializer
    filterset_class = filters.DebriefParticipantFilterSet
    ordering_fields = ("side", "order", "updated_at")


class CommitmentSerializer(ResourceSerializer):
    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Commitment
        fields = (
            "visit",
            "lesson",
            "text",
            "owed_by",
            "owed_to",
            "due_on",
            "is_overdue",
            "owner",
            "evidence",
            "done_on",
            "notes",
        )


class CommitmentViewSet(ResourceViewSet):
    """Who owes what to whom by when."""

    resource = "commitments"
    serializer_class = CommitmentSerializer
    filterset_class = filters.CommitmentFilterSet
    ordering_fields = ("reference", "due_on", "status", "updated_at")


# --- The visit as a whole ------------------------------------------------------------------------------------


class PublishAgendaRequest(StrictSerializer):
    note = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(required=False, help_text="Of the visit.")


class StudyVisitViewSet(CaseFileActions):
    """Visits of delegations to host countries. A visit is cancelled, never deleted."""

    resource = "study-visits"
    serializer_class = StudyVisitSerializer
    filterset_class = filters.StudyVisitFilterSet
    ordering_fields = ("reference", "starts_on", "ends_on", "status", "created_at", "updated_at")

    def perform_create(self, values: dict[str, Any]) -> Record:
        related: dict[str, Any] = {
            name: values.pop(name) for name in ("themes", "delegations") if name in values
        }
        return services.plan_study_visit(StudyVisit(**values), actor=self.actor, related=related)

    @extend_schema(request=PublishAgendaRequest, responses={201: AgendaVersionSerializer})
    @act
    def publish_agenda(self, request: Request, pk: str) -> Response:
        """Freeze the agenda as the next version, with what changed since the last one."""
        visit, values = self.action_input(PublishAgendaRequest)
        version = services.publish_agenda(visit, actor=self.actor, **values)
        return self.shown_as(AgendaVersionSerializer, version, code=status.HTTP_201_CREATED)

    @extend_schema(request=ReasonRequest, responses={200: DebriefSerializer})
    @act
    def open_debrief(self, request: Request, pk: str) -> Response:
        """The visit's debrief, begun if need be, with the visiting side listed from the delegation."""
        visit, _values = self.action_input(ReasonRequest)
        return self.shown_as(DebriefSerializer, services.open_debrief(visit, actor=self.actor))

    @extend_schema(request=ReasonRequest, responses=StudyVisitSerializer)
    @act
    def mark_delegates_attended(self, request: Request, pk: str) -> Response:
        """Record that every confirmed delegate came; exceptions are put right one by one."""
        visit, _values = self.action_input(ReasonRequest)
        services.mark_delegates_attended(visit, actor=self.actor)
        return self.shown_again(visit)


def register(router: ResourceRouter) -> None:
    for viewset in (
        StudyVisitViewSet,
        LegViewSet,
        LearningQuestionViewSet,
        AgendaItemViewSet,
        AgendaHostViewSet,
        AgendaVersionViewSet,
        AttendanceViewSet,
        SessionNoteViewSet,
        LessonViewSet,
        DebriefViewSet,
        DebriefParticipantViewSet,
        CommitmentViewSet,
    ):
        router.register_resource(viewset)
