"""What the case file of a visit may hold: names, types and words. Rules of the field stay in the models."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from delegations.enums import DelegateRole
from fmm_portal.casefiles.schema import (
    Date,
    InstitutionPart,
    Part,
    Steps,
    Text,
    choice,
    count,
    flag,
    moment,
    other_dates,
    word,
    words,
)
from fmm_portal.facility.cases.schema import ProgrammePart
from fmm_portal.institutions.enums import Constituency, Sex
from strategies.enums import MilestoneKind
from studyvisits.enums import AttendanceStatus, QuestionStatus, SessionKind, Side, Transferability

CASE_FORMAT = "fmm-case/1"

# --- The visit -------------------------------------------------------------------------------------------


class MilestoneLinkPart(Part):
    """A milestone of the visit's strategy: its kind and the date by which it stands in the process."""

    kind = choice(MilestoneKind, required=True)
    on = Date(required=False)


class VisitPart(Part):
    reference = word()
    title = Text(required=True)
    themes = words()
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    stated_duration_days = count()
    dates_note = Text()
    objectives = Text()
    outcomes = Text()
    sources = words()
    other_dates = other_dates()
    # What it hangs on, in other files; what the portal does not have is left out, and noted.
    action = word()
    activity = serializers.IntegerField(min_value=1, max_value=32767, required=False)
    strategy = word()
    milestone = MilestoneLinkPart(required=False)
    plan_activity = word()
    steps = Steps()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for part, whole in (("activity", "action"), ("milestone", "strategy"), ("plan_activity", "strategy")):
            if part in attrs and whole not in attrs:
                raise serializers.ValidationError({whole: _("Say of which it is a part.")})
        return attrs


class LegPart(Part):
    key = word()
    country = word(required=True)
    city = word()
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    order = count()


class DelegatePart(Part):
    key = word()
    order = count()
    position = Text(required=True)
    institution = word()
    country = word()
    constituency = choice(Constituency)
    role = choice(DelegateRole)
    sex = choice(Sex)
    seats = count()
    replaces = word()
    notes = Text()
    steps = Steps()


class TargetsPart(Part):
    size = count()
    women_percent = count()
    government = count()
    employers = count()
    workers = count()
    civil_society = count()


class ReportedPart(Part):
    size = count()
    women = count()
    men = count()


class DelegationPart(Part):
    name = Text(required=True)
    purpose = Text()
    sending_countries = words()
    sending_institutions = words()
    targets = TargetsPart(required=False)
    reported = ReportedPart(required=False)
    notes = Text()
    delegates = DelegatePart(many=True, required=False)


class QuestionPart(Part):
    order = count()
    text = Text(required=True)
    asked_by = word()
    agenda_item = word()
    status = choice(QuestionStatus)
    answer = Text()


class HostPart(Part):
    institution = word(required=True)
    comment = word()
    replaced_by = word()
    # The slot that the host agreed to, where the session has been moved since.
    answered_slot = word()
    steps = Steps()


class NotePart(Part):
    author = word()
    key_points = Text()
    practice_observed = Text()
    transferability = choice(Transferability)
    open_questions = Text()
    people_met = Text()
    is_shared = flag()


class AgendaItemPart(Part):
    key = word()
    leg = word()
    day = serializers.DateField(required=False)
    starts_at = serializers.TimeField(required=False)
    ends_at = serializers.TimeField(required=False)
    order = count()
    kind = choice(SessionKind)
    topic = Text()
    host_label = Text()
    place = word()
    languages = word()
    notes = Text()
    hosts = HostPart(many=True, required=False)
    attendance = serializers.DictField(
        child=serializers.ChoiceField(choices=AttendanceStatus.choices), required=False
    )
    session_notes = NotePart(many=True, required=False)


class VersionPart(Part):
    """Without `items` the version is the agenda of the file."""

    number = serializers.IntegerField(min_value=1)
    published_at = moment()
    note = word()
    items = serializers.ListField(child=serializers.DictField(), required=False)


class ParticipantPart(Part):
    side = choice(Side, required=True)
    order = count()
    position = Text(required=True)
    institution = word()
    delegate = word()
    has_agreed = flag()


class DebriefPart(Part):
    agenda_item = word()
    held_on = Date(required=False)
    place = word()
    recap = Text()
    cooperation_points = Text()
    next_steps = Text()
    participants = ParticipantPart(many=True, required=False)
    steps = Steps()


class LessonPart(Part):
    key = word()
    order = count()
    text = Text(required=True)
    agenda_item = word()
    learnt_from = word()
    transferability = choice(Transferability)


class CommitmentPart(Part):
    reference = word()
    text = Text(required=True)
    owed_by = word()
    owed_to = word()
    due_on = Date(required=False)
    lesson = word()
    evidence = word()
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
