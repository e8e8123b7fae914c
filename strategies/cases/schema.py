"""What the case file of a strategy may hold: names, types and words. Rules of the field stay in the models."""

from rest_framework import serializers

from fmm_portal.casefiles.schema import (
    Date,
    InstitutionPart,
    Part,
    Steps,
    Text,
    amount,
    choice,
    count,
    flag,
    other_dates,
    word,
    words,
)
from fmm_portal.facility.cases.schema import ProgrammePart
from strategies.enums import (
    CommitteeKind,
    FundingSource,
    MemberRole,
    MilestoneKind,
    PlanActivityStatus,
    StakeholderRole,
    StallReason,
    StrategyKind,
)

STRATEGY_FORMAT = "fmm-strategy/1"


class StrategyPart(Part):
    reference = word()
    acronym = word()
    title = Text(required=True)
    kind = choice(StrategyKind)
    country = word()
    # References such as AC-2018-001; those that the portal does not have are left out, and noted.
    actions = words()
    themes = words()
    owner_institution = word()
    ministry = word()
    coordinator = word()
    vision = Text()
    horizon = count()
    period_from = Date(required=False)
    period_until = Date(required=False)
    notes = Text()
    sources = words()


class AxisPart(Part):
    key = word()
    order = count()
    code = word()
    title = Text(required=True)


class VersionPart(Part):
    key = word()
    name = Text(required=True)
    dated = Date(required=False)
    note = Text()
    sources = words()
    is_current = flag()
    axes = AxisPart(many=True, required=False)


class StakeholderPart(Part):
    institution = word()
    label = Text()  # type: ignore[assignment]  # of the stakeholder, not of the serializer
    role = choice(StakeholderRole)


class ParticipantPart(Part):
    institution = word()
    label = Text()  # type: ignore[assignment]  # of the participant, not of the serializer
    people = count()
    women = count()
    men = count()


class AmendmentPart(Part):
    order = count()
    text = Text(required=True)
    asked_by = word()
    integrated_where = word()
    integrated_on = Date(required=False)
    steps = Steps()


class ActivityLinkPart(Part):
    """A numbered activity of an action of another file."""

    action = word(required=True)
    number = serializers.IntegerField(min_value=1, max_value=32767)


class MilestonePart(Part):
    key = word()
    kind = choice(MilestoneKind, required=True)
    title = Text()
    text_version = word()
    activity = ActivityLinkPart(required=False)
    planned_on = Date(required=False)
    planned_until = Date(required=False)
    actual_on = Date(required=False)
    actual_until = Date(required=False)
    dates_note = Text()
    other_dates = other_dates()
    place = word()
    people = count()
    women = count()
    men = count()
    outcome = Text()
    instrument = word()
    instrument_reference = word()
    sources = words()
    participants = ParticipantPart(many=True, required=False)
    amendments = AmendmentPart(many=True, required=False)
    steps = Steps()


class MemberPart(Part):
    order = count()
    position = Text()
    institution = word()
    role = choice(MemberRole)
    seats = count()
    starts_on = Date(required=False)
    ends_on = Date(required=False)


class MeetingPart(Part):
    key = word()
    milestone = word()
    title = Text(required=True)
    held_on = Date(required=False)
    held_until = Date(required=False)
    place = word()
    people = count()
    women = count()
    men = count()
    agenda = Text()
    conclusions = Text()
    dates_note = Text()
    other_dates = other_dates()
    sources = words()
    steps = Steps()


class CommitteePart(Part):
    kind = choice(CommitteeKind, required=True)
    name = Text(required=True)
    mandate = Text()
    created_by = Text()
    created_on = Date(required=False)
    stated_member_count = count()
    composition_note = Text()
    sources = words()
    members = MemberPart(many=True, required=False)
    meetings = MeetingPart(many=True, required=False)


class PlanActivityPart(Part):
    order = count()
    code = word(required=True)
    text = Text(required=True)
    indicator = Text()
    unit = word()
    baseline = word()
    target = word()
    source_of_verification = Text()
    lead = word()
    partners = words()
    starts_in = word()
    ends_in = word()
    cost = amount()
    currency = word()
    funding_source = choice(FundingSource)
    funder = word()
    milestone = word()
    percent = count()
    stall_reason = choice(StallReason)
    comment = word()
    steps = Steps()


class ResultPart(Part):
    order = count()
    code = word(required=True)
    text = Text(required=True)
    activities = PlanActivityPart(many=True, required=False)


class ObjectivePart(Part):
    axis = word(required=True)
    order = count()
    code = word(required=True)
    text = Text(required=True)
    results = ResultPart(many=True, required=False)


class ReviewEntryPart(Part):
    """The status of one activity of the plan, by its code, at the time of the review."""

    activity = word(required=True)
    state = choice(PlanActivityStatus, required=True)
    percent = count()
    stall_reason = choice(StallReason)
    comment = word()


class ReviewPart(Part):
    title = Text(required=True)
    meeting = word()
    held_on = Date(required=True)
    held_until = Date(required=False)
    stated_total = count()
    stated_done = count()
    stated_in_progress = count()
    stated_not_started = count()
    conclusions = Text()
    note = Text()
    sources = words()
    entries = ReviewEntryPart(many=True, required=False)
    steps = Steps()


class PlanPart(Part):
    text_version = word(required=True)
    title = Text(required=True)
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    currency = word()
    stated_activity_count = count()
    note = Text()
    sources = words()
    is_sample = flag()
    objectives = ObjectivePart(many=True, required=False)
    reviews = ReviewPart(many=True, required=False)


class StrategyDocument(Part):
    format = serializers.ChoiceField(choices=[STRATEGY_FORMAT])
    strategy = StrategyPart()
    programme = ProgrammePart(required=False)
    institutions = serializers.DictField(child=InstitutionPart(), required=False)
    versions = VersionPart(many=True, required=False)
    stakeholders = StakeholderPart(many=True, required=False)
    milestones = MilestonePart(many=True, required=False)
    committees = CommitteePart(many=True, required=False)
    plans = PlanPart(many=True, required=False)
