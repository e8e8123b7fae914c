"""Study visits and their parts as resources."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from delegations.models import Delegate
from fmm_portal.api.actions import act
from fmm_portal.api.bulk import look_up_together
from fmm_portal.api.conditional import PreconditionRequired, versions_named
from fmm_portal.api.fields import (
    Brief,
    Briefs,
    Choice,
    MultilingualField,
    PartialDateField,
    RelatedId,
    principal_of,
)
from fmm_portal.api.permissions import require_scope
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest, ResourceSerializer, StrictSerializer
from fmm_portal.api.subjects import SubjectBrief
from fmm_portal.api.viewsets import RecordResponse, ResourceViewSet, with_relations
from fmm_portal.casefiles.api import CaseFileActions
from fmm_portal.core.models import Record
from fmm_portal.core.policies import can, require
from fmm_portal.core.principals import Principal
from fmm_portal.institutions.models import Country, Institution
from studyvisits import filters, services
from studyvisits.agenda import state_of
from studyvisits.enums import AttendanceStatus, HostStatus, Side
from studyvisits.evaluations import figures_of
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    Evaluation,
    EvaluationQuestion,
    EvaluationResponse,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    SessionOutcome,
    StudyVisit,
)
from studyvisits.readiness import CLOSE, LEAVE, may_read_readiness, readiness_of
from studyvisits.sources import SOURCES, source_is_seen, source_name, with_sources


def without_unseen(
    shown: dict[str, Any], record: Any, principal: Principal, served: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """What a record says of others, without those that the reader may not see; lists know it beforehand."""
    for owner, names in served.items():
        if not getattr(record, f"{owner}_id"):
            continue
        is_seen = getattr(record, f"sees_{owner}", None)
        if is_seen is None:
            is_seen = can(principal, "view", getattr(record, owner)).allowed
        if not is_seen:
            shown |= {key: None for name in names for key in (name, f"{name}_id") if key in shown}
    return shown


# --- The visit ------------------------------------------------------------------------------------------------


class ReadinessLineSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    is_done = serializers.BooleanField()
    ask = serializers.CharField(help_text="Who can bring it about.")
    due_on = serializers.DateField(allow_null=True)


class ReadinessSerializer(serializers.Serializer[Any]):
    """What a visit has and lacks, to leave or to close."""

    stage = serializers.ChoiceField(choices=[LEAVE, CLOSE])
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    lines = ReadinessLineSerializer(many=True)


class StudyVisitSerializer(ResourceSerializer):
    readiness = serializers.SerializerMethodField()
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
            "action",
            "activity",
            "strategy",
            "milestone",
            "plan_activity",
            "readiness",
        )
        detail_fields = ("readiness",)
        prefetch = {
            "sending_countries": ("delegations__sending_countries",),
            "host_countries": ("legs__country",),
        }

    def to_representation(self, instance: Any) -> dict[str, Any]:
        served = {"action": ("action", "activity"), "strategy": ("strategy", "milestone", "plan_activity")}
        return without_unseen(super().to_representation(instance), instance, principal_of(self), served)

    @extend_schema_field(ReadinessSerializer(allow_null=True))
    def get_readiness(self, visit: StudyVisit) -> dict[str, Any] | None:
        """For the programme; null for everybody else, and for a visit that was cancelled."""
        readiness = readiness_of(visit) if may_read_readiness(principal_of(self)) else None
        return dict(ReadinessSerializer(readiness).data) if readiness is not None else None


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


class AgendaRowHost(StrictSerializer):
    """A host of a session. Its answer may be given back as it was read; it is not written here."""

    id = serializers.IntegerField(read_only=True)
    institution_id = RelatedId(Institution, source="institution")
    institution = Brief(Institution)
    status = Choice(HostStatus.choices, read_only=True)
    is_outdated = serializers.BooleanField(read_only=True)

    def refuse_unknown(self, data: Mapping[str, Any]) -> None:
        super().refuse_unknown(_without_read_only(self, data))


class AgendaRowSerializer(AgendaItemSerializer):
    """A session of a whole agenda: with `id` one that is there, without a new one. What was read of it may be given
    back; a field that is left out stays as it is, and so do `hosts`."""

    id = serializers.IntegerField(required=False, allow_null=True)
    hosts = AgendaRowHost(many=True, required=False)  # type: ignore[assignment]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["visit_id"].required = False
        return fields

    def refuse_unknown(self, data: Mapping[str, Any]) -> None:
        super().refuse_unknown(_without_read_only(self, data))


def _without_read_only(serializer: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    fields = serializer.fields
    return {name: value for name, value in data.items() if not (name in fields and fields[name].read_only)}


class AgendaRequest(StrictSerializer):
    """The whole agenda as it shall be: sessions that are left out are removed."""

    visit_id = serializers.IntegerField(read_only=True)
    items = AgendaRowSerializer(many=True)

    def refuse_unknown(self, data: Mapping[str, Any]) -> None:
        super().refuse_unknown(_without_read_only(self, data))

    def rows_for(self, visit: StudyVisit) -> list[services.AgendaRow]:
        """What was sent, for the service.  Raises ValidationError for sessions of another visit."""
        rows, errors = [], {}
        for number, values in enumerate(self.validated_data["items"]):
            if values.pop("visit", visit) != visit:
                errors[f"items.{number}.visit_id"] = [_("This session belongs to another visit.")]
            hosts = values.pop("hosts", None)
            rows.append(
                services.AgendaRow(
                    pk=values.pop("id", None),
                    expected_version=values.pop("version", None),
                    hosts=None if hosts is None else [host["institution"] for host in hosts],
                    values=values,
                )
            )
        if errors:
            raise ValidationError(errors)
        return rows


class AgendaSerializer(serializers.Serializer[Any]):
    """All sessions of a visit in their order."""

    visit_id = serializers.IntegerField()
    items = AgendaItemSerializer(many=True)


def look_up_agenda(sent: AgendaRequest, data: Any) -> None:
    """All legs in one query, and all hosts in another."""
    items = data.get("items") if isinstance(data, Mapping) else None
    rows = [row for row in items if isinstance(row, Mapping)] if isinstance(items, list) else []
    row_fields: Any = sent.fields["items"]
    look_up_together(row_fields.child, rows)
    hosts = [host for row in rows if isinstance(row.get("hosts"), list) for host in row["hosts"]]
    look_up_together(row_fields.child.fields["hosts"].child, hosts)


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
        prefetch = {"is_outdated": ("item",)}


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


class BarSerializer(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class QuestionFiguresSerializer(serializers.Serializer[Any]):
    question_id = serializers.IntegerField(source="question.pk")
    n = serializers.IntegerField()
    mean = serializers.DecimalField(
        max_digits=4, decimal_places=2, allow_null=True, help_text="Null where too few answered."
    )
    distribution = BarSerializer(many=True, source="bars")


class EvaluationFiguresSerializer(serializers.Serializer[Any]):
    """Groups of fewer than five people are left out."""

    n = serializers.IntegerField()
    response_rate = serializers.DecimalField(
        max_digits=5, decimal_places=1, allow_null=True, source="rate", help_text="In per cent."
    )
    questions = QuestionFiguresSerializer(many=True)


class EvaluationSerializer(ResourceSerializer):
    figures = serializers.SerializerMethodField()

    class Meta:
        model = Evaluation
        fields = (
            "visit",
            "title",
            "level",
            "lowest",
            "highest",
            "labels",
            "held_on",
            "invited",
            "figures",
        )
        detail_fields = ("figures",)
        prefetch = {"figures": ("questions", "responses")}

    @extend_schema_field(EvaluationFiguresSerializer)
    def get_figures(self, evaluation: Evaluation) -> dict[str, Any]:
        return dict(EvaluationFiguresSerializer(figures_of(evaluation)).data)


class EvaluationViewSet(ResourceViewSet):
    """Forms that delegates answer, with the figures of their answers."""

    resource = "evaluations"
    serializer_class = EvaluationSerializer
    filterset_class = filters.EvaluationFilterSet
    ordering_fields = ("level", "held_on", "updated_at")


class EvaluationQuestionSerializer(ResourceSerializer):
    class Meta:
        model = EvaluationQuestion
        fields = ("evaluation", "order", "text")


class EvaluationQuestionViewSet(ResourceViewSet):
    """Questions of an evaluation, each answered by a value of its scale."""

    resource = "evaluation-questions"
    serializer_class = EvaluationQuestionSerializer
    filterset_class = filters.EvaluationPartFilterSet
    ordering_fields = ("order", "updated_at")


class EvaluationResponseSerializer(ResourceSerializer):
    answers = serializers.DictField(
        child=serializers.IntegerField(), required=False, help_text="The value given, by question id."
    )

    class Meta:
        model = EvaluationResponse
        fields = ("evaluation", "sex", "answers", "liked", "improve")


class EvaluationResponseViewSet(ResourceViewSet):
    """One person's answers without the person; for the programme's staff only."""

    resource = "evaluation-responses"
    serializer_class = EvaluationResponseSerializer
    filterset_class = filters.EvaluationPartFilterSet
    ordering_fields = ("updated_at",)


# Null in an answer for who may not see where the commitment was made; never taken.
NULL_UNSEEN = {"type": ["integer", "null"]}


@extend_schema_field(NULL_UNSEEN)
class SourceId(serializers.IntegerField):
    pass


@extend_schema_field(NULL_UNSEEN)
class VisitId(RelatedId):
    pass


@extend_schema_field({"type": "string", "enum": list(SOURCES)})
class SourceType(serializers.Field[Any, Any, Any, Any]):
    """The resource of the record at which a commitment was made."""

    default_error_messages = {"invalid": _l("Where it was made is one of: {known}.")}

    def to_internal_value(self, data: Any) -> type[Record]:
        if not isinstance(data, str) or data not in SOURCES:
            self.fail("invalid", known=", ".join(SOURCES))
        return SOURCES[data]

    def to_representation(self, value: int) -> str | None:
        model = ContentType.objects.get_for_id(value).model_class()
        return source_name(model) if model is not None else None  # type: ignore[arg-type]


class CommitmentSerializer(ResourceSerializer):
    """`source` is the one record at which it was made; `visit` repeats it where that is a study visit.

    All of them are null for a side of the commitment that may not see the source.
    """

    source_type = SourceType(source="source_type_id", required=False)
    source_id = SourceId(required=False)
    source = SubjectBrief(read_only=True, allow_null=True)  # type: ignore[assignment]
    visit_id = VisitId(StudyVisit, source="visit", required=False)
    visit = Brief(StudyVisit, allow_null=True)
    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Commitment
        fields = (
            "source_type",
            "source_id",
            "source",
            "visit_id",
            "visit",
            "lesson",
            "text",
            "owed_by",
            "owed_to",
            "due_on",
            "is_overdue",
            "owner",
            "plan_activity",
            "request",
            "evidence",
            "done_on",
            "notes",
        )
        shows = ("source",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Turn the ways of naming the source into one record that the caller may see."""
        values: dict[str, Any] = super().validate(attrs)
        model, pk = values.pop("source_type_id", None), values.pop("source_id", None)
        visit = values.pop("visit", None)
        if visit is not None and (model or pk):
            raise ValidationError({"visit_id": [_("Give either visit_id or source_type with source_id.")]})
        if visit is not None:
            return {**values, "source": visit}
        if model is None and pk is None and self.instance is not None:
            return values
        missing = {"source_type": model, "source_id": pk}
        if errors := {
            name: [_("Say where this was promised.")] for name, value in missing.items() if not value
        }:
            raise ValidationError(errors, code="required")
        rows: Any = model._default_manager
        source = rows.visible_to(principal_of(self)).filter(pk=pk).first()
        if source is None:
            message = _("There is no such record with the id {pk_value}, or none that you may see.")
            raise ValidationError({"source_id": [message.format(pk_value=pk)]}, code="does_not_exist")
        return {**values, "source": source}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not source_is_seen(instance, principal_of(self)):
            told = ("source_type", "source_id", "source", "visit_id", "visit", "lesson_id", "lesson")
            shown |= dict.fromkeys(told)
        served = {"plan_activity": ("plan_activity",), "request": ("request",)}
        return without_unseen(shown, instance, principal_of(self), served)


class CommitmentViewSet(ResourceViewSet):
    """Who owes what to whom by when: made at a study visit, a review, a committee meeting, a milestone, an action
    or an activity."""

    resource = "commitments"
    serializer_class = CommitmentSerializer
    filterset_class = filters.CommitmentFilterSet
    ordering_fields = ("reference", "due_on", "status", "updated_at")

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.for_reader(self.principal).prefetch_related(with_sources())


class SessionOutcomeSerializer(ResourceSerializer):
    class Meta:
        model = SessionOutcome
        fields = ("item", "kind", "text", "author", "commitment")


class MakeCommitmentRequest(StrictSerializer):
    """Who owes what of it to whom by when; the text is that of the outcome unless another is given."""

    text = MultilingualField(required=False)
    owed_by_id = RelatedId(Institution, source="owed_by", required=False, allow_null=True)
    owed_to_id = RelatedId(Institution, source="owed_to", required=False, allow_null=True)
    due_on = PartialDateField(required=False, allow_null=True)
    version = serializers.IntegerField(required=False, help_text="Of the outcome.")


class SessionOutcomeViewSet(ResourceViewSet):
    """What came out of a session, line by line: an information, a decision, a task. For whoever wrote it and the
    programme, until the debrief takes it up."""

    resource = "session-outcomes"
    serializer_class = SessionOutcomeSerializer
    filterset_class = filters.SessionOutcomeFilterSet
    ordering_fields = ("kind", "created_at", "updated_at")

    def perform_create(self, values: dict[str, Any]) -> Record:
        return services.write_outcome(SessionOutcome(**values), actor=self.actor)

    @extend_schema(request=MakeCommitmentRequest, responses={201: CommitmentSerializer})
    @act
    def make_commitment(self, request: Request, pk: str) -> Response:
        """Make a commitment of the outcome, which names it from then on; 409 when one was made of it already."""
        outcome, values = self.action_input(MakeCommitmentRequest)
        expected = values.pop("expected_version")
        commitment = Commitment(source=outcome.item.visit, **{"text": outcome.text, **values})
        made = services.commit_outcome(outcome, commitment, actor=self.actor, expected_version=expected)
        return self.shown_as(CommitmentSerializer, made, code=status.HTTP_201_CREATED)


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

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.for_reader(self.principal)

    def perform_create(self, values: dict[str, Any]) -> Record:
        related: dict[str, Any] = {
            name: values.pop(name) for name in ("themes", "delegations") if name in values
        }
        return services.plan_study_visit(StudyVisit(**values), actor=self.actor, related=related)

    scopes: ClassVar[Mapping[str, str]] = {"agenda": "read", "replace_agenda": "write"}

    def api_field_name(self, name: str) -> str:
        if self.action == "replace_agenda":
            return AgendaItemSerializer().api_field_name(name)
        return super().api_field_name(name)

    @extend_schema(responses=AgendaSerializer)
    @action(detail=True, methods=["get"], url_path="agenda", url_name="agenda", filterset_class=None)
    def agenda(self, request: Request, pk: str) -> Response:
        """The whole agenda, with a tag that changes with every session and every host."""
        require_scope(self.principal, "agenda-items", "read")
        return self.whole_agenda(self.get_object())

    @extend_schema(request=AgendaRequest, responses=AgendaSerializer)
    @agenda.mapping.put
    def replace_agenda(self, request: Request, pk: str) -> Response:
        """Make the agenda what is sent, all of it or nothing. Needs `If-Match`, and the scopes study-visits:write,
        agenda-items:write and agenda-hosts:write. Hosts that stay keep their answers."""
        for resource in ("agenda-items", "agenda-hosts"):
            require_scope(self.principal, resource, "write")
        visit = self.get_object()
        require(self.principal, "change", visit)
        header = request.headers.get("If-Match")
        if header is None:
            raise PreconditionRequired
        sent = AgendaRequest(data=request.data, context=self.get_serializer_context())
        look_up_agenda(sent, request.data)
        sent.is_valid(raise_exception=True)
        expected = versions_named(header)
        services.replace_agenda(visit, sent.rows_for(visit), actor=self.actor, expected=expected)
        return self.whole_agenda(visit)

    def whole_agenda(self, visit: StudyVisit) -> Response:
        rows: Any = AgendaItem.objects.visible_to(self.principal).filter(visit=visit)
        items = list(with_relations(rows, AgendaItemSerializer, in_list=True))
        shown = AgendaItemSerializer(items, many=True, in_list=True, context=self.get_serializer_context())
        answer = {"visit_id": visit.pk, "items": shown.data}
        return RecordResponse(answer, version=state_of(items), status=status.HTTP_200_OK)

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
        SessionOutcomeViewSet,
        LessonViewSet,
        DebriefViewSet,
        DebriefParticipantViewSet,
        EvaluationViewSet,
        EvaluationQuestionViewSet,
        EvaluationResponseViewSet,
        CommitmentViewSet,
    ):
        router.register_resource(viewset)
