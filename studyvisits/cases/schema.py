"""What a case file may hold: names, types and words. Rules of the field stay in the models and workflows."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from delegations.enums import DelegateRole
from fmm_portal.api.fields import MultilingualField, PartialDateField
from fmm_portal.institutions.enums import Constituency, InstitutionKind, Sex
from studyvisits.cases.errors import InvalidCase, flatten
from studyvisits.enums import AttendanceStatus, QuestionStatus, SessionKind, Side, Transferability

CASE_FORMAT = "fmm-case/1"
EMPTY: tuple[Any, ...] = (None, "", [], {})


class Step(NamedTuple):
    """A step taken in a workflow; with `override` what it lacked was passed over, for the reason given."""

    name: str
    reason: str = ""
    override: bool = False


class Part(serializers.Serializer[Any]):
    """Refuses what it does not know; an empty value is as good as none."""

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            data = {str(name): value for name, value in data.items() if value not in EMPTY}
            known = ", ".join(self.fields)
            errors = {
                name: [_t("There is nothing of this name here; known are: %(known)s.") % {"known": known}]
                for name in data
                if name not in self.fields
            }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **error.detail}) from error  # type: ignore[dict-item]
        if errors:
            raise serializers.ValidationError(errors)
        return values


class Text(MultilingualField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty=False, **{"required": False, **kwargs})


class Date(PartialDateField):
    """A year may be written as a number."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(str(data) if type(data) is int else data)


class Steps(serializers.ListField):
    """Each step by its name, or with a reason: `[confirm, {step: decline, reason: "…"}]`."""

    class _Step(serializers.Field[Step, Any, Any, Any]):
        default_error_messages = {
            "invalid": _("Give the step by its name, or as step, reason and override."),
        }

        def to_internal_value(self, data: Any) -> Step:
            if isinstance(data, str):
                return Step(data)
            if not isinstance(data, Mapping) or not isinstance(data.get("step"), str):
                self.fail("invalid")
            reason, override = data.get("reason") or "", data.get("override") or False
            is_known = set(data) <= {"step", "reason", "override"}
            if not is_known or not isinstance(reason, str) or not isinstance(override, bool):
                self.fail("invalid")
            return Step(data["step"], reason, override)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=self._Step(), **{"required": False, **kwargs})


def _word(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(**{"required": False, **kwargs})


def _words(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), **{"required": False, **kwargs})


def _count() -> serializers.IntegerField:
    return serializers.IntegerField(required=False, min_value=0, max_value=32767)


def _choice(choices: Any, **kwargs: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices.choices, **{"required": False, **kwargs})


def _flag() -> serializers.BooleanField:
    return serializers.BooleanField(required=False)


# --- The directory ---------------------------------------------------------------------------------------


class FormerNamePart(Part):
    name = Text(required=True)
    acronym = _word()
    valid_from = Date(required=False)
    valid_until = Date(required=True)


class InstitutionPart(Part):
    """Acronym and country, or the name, find an institution of the directory; with its kind it can be added."""

    acronym = _word()
    name = Text()
    country = _word()
    kind = _choice(InstitutionKind)
    constituency = _choice(Constituency)
    parent = _word()  # type: ignore[assignment]  # the key of an institution, not the serializer above
    city = _word()
    website = _word()
    themes = _words()
    notes = _word()
    former_names = FormerNamePart(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("acronym") and not attrs.get("name"):
            raise serializers.ValidationError(_("Give the acronym or the name."))
        return attrs


class VisibilityPart(Part):
    funding_line = Text()
    disclaimer = Text()
    valid_from = Date(required=False)
    valid_until = Date(required=False)


class ProgrammePart(Part):
    """The acronym finds a programme; with its name it can be added."""

    acronym = _word(required=True)
    name = Text()
    implementer = _word()
    funders = _words()
    contract_numbers = _word()
    visibility_texts = VisibilityPart(many=True, required=False)


# --- The visit -------------------------------------------------------------------------------------------


class VisitPart(Part):
    reference = _word()
    title = Text(required=True)
    themes = _words()
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    stated_duration_days = _count()
    dates_note = Text()
    objectives = Text()
    outcomes = Text()
    sources = _words()
    steps = Steps()


class LegPart(Part):
    key = _word()
    country = _word(required=True)
    city = _word()
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    order = _count()


class DelegatePart(Part):
    key = _word()
    order = _count()
    position = Text(required=True)
    institution = _word()
    country = _word()
    constituency = _choice(Constituency)
    role = _choice(DelegateRole)
    sex = _choice(Sex)
    seats = _count()
    replaces = _word()
    notes = Text()
    steps = Steps()


class TargetsPart(Part):
    size = _count()
    women_percent = _count()
    government = _count()
    employers = _count()
    workers = _count()
    civil_society = _count()


class ReportedPart(Part):
    size = _count()
    women = _count()
    men = _count()


class DelegationPart(Part):
    name = Text(required=True)
    purpose = Text()
    sending_countries = _words()
    sending_institutions = _words()
    targets = TargetsPart(required=False)
    reported = ReportedPart(required=False)
    notes = Text()
    delegates = DelegatePart(many=True, required=False)


class QuestionPart(Part):
    order = _count()
    text = Text(required=True)
    asked_by = _word()
    agenda_item = _word()
    status = _choice(QuestionStatus)
    answer = Text()


class HostPart(Part):
    institution = _word(required=True)
    comment = _word()
    replaced_by = _word()
    # The slot that the host agreed to, where the session has been moved since.
    answered_slot = _word()
    steps = Steps()


class NotePart(Part):
    author = _word()
    key_points = Text()
    practice_observed = Text()
    transferability = _choice(Transferability)
    open_questions = Text()
    people_met = Text()
    is_shared = _flag()


class AgendaItemPart(Part):
    key = _word()
    leg = _word()
    day = serializers.DateField(required=False)
    starts_at = serializers.TimeField(required=False)
    ends_at = serializers.TimeField(required=False)
    order = _count()
    kind = _choice(SessionKind)
    topic = Text()
    host_label = Text()
    place = _word()
    languages = _word()
    notes = Text()
    hosts = HostPart(many=True, required=False)
    attendance = serializers.DictField(
        child=serializers.ChoiceField(choices=AttendanceStatus.choices), required=False
    )
    session_notes = NotePart(many=True, required=False)


class VersionPart(Part):
    """Without `items` the version is the agenda of the file."""

    number = serializers.IntegerField(min_value=1)
    published_at = serializers.DateTimeField(required=False, input_formats=["iso-8601", "%Y-%m-%d"])
    note = _word()
    items = serializers.ListField(child=serializers.DictField(), required=False)


class ParticipantPart(Part):
    side = _choice(Side, required=True)
    order = _count()
    position = Text(required=True)
    institution = _word()
    delegate = _word()
    has_agreed = _flag()


class DebriefPart(Part):
    agenda_item = _word()
    held_on = Date(required=False)
    place = _word()
    recap = Text()
    cooperation_points = Text()
    next_steps = Text()
    participants = ParticipantPart(many=True, required=False)
    steps = Steps()


class LessonPart(Part):
    key = _word()
    order = _count()
    text = Text(required=True)
    agenda_item = _word()
    learnt_from = _word()
    transferability = _choice(Transferability)


class CommitmentPart(Part):
    reference = _word()
    text = Text(required=True)
    owed_by = _word()
    owed_to = _word()
    due_on = Date(required=False)
    lesson = _word()
    evidence = _word()
    done_on = Date(required=False)
    notes = Text()
    steps = Steps()


class CaseDocument(Part):
    format = serializers.ChoiceField(choices=[CASE_FORMAT])
    visit = VisitPart()
    programme = ProgrammePart(required=False)
    institutions = serializers.DictField(child=InstitutionPart(), required=False)
    legs = LegPart(many=True, required=False)
    delegations = DelegationPart(many=True, required=False)
    learning_questions = QuestionPart(many=True, required=False)
    agenda = AgendaItemPart(many=True, required=False)
    agenda_versions = VersionPart(many=True, required=False)
    debrief = DebriefPart(required=False)
    lessons = LessonPart(many=True, required=False)
    commitments = CommitmentPart(many=True, required=False)


def validated(schema: type[Part], document: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a document.  Raises InvalidCase with everything that is not as the schema says."""
    serializer = schema(data=dict(document))
    if not serializer.is_valid():
        raise InvalidCase(list(flatten(serializer.errors)))
    return dict(serializer.validated_data)
