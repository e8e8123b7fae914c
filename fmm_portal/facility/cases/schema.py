"""What case files may hold of programmes, facilities, requests and actions."""

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
    moment,
    other_dates,
    word,
    words,
)
from fmm_portal.facility.enums import ActivityKind, ApprovalDecision, Level

ACTION_FORMAT = "fmm-action/1"
REQUEST_FORMAT = "fmm-request/1"


# --- Programmes and facilities ---------------------------------------------------------------------------


class VisibilityPart(Part):
    funding_line = Text()
    disclaimer = Text()
    valid_from = Date(required=False)
    valid_until = Date(required=False)


class CriterionPart(Part):
    order = count()
    name = Text(required=True)
    guidance = Text()
    weight = amount()
    max_score = count()
    is_active = serializers.BooleanField(required=False)


class FacilityPart(Part):
    """The code finds a facility; with its name it can be added. What is not given does not limit."""

    code = word(required=True)
    name = Text()
    is_open = serializers.BooleanField(required=False)
    currency = word()
    ceiling = amount()
    max_duration_months = count()
    consultation_days = count()
    registration_days = count()
    assessment_days = count()
    decision_days = count()
    criteria = CriterionPart(many=True, required=False)


class ProgrammePart(Part):
    """The acronym finds a programme; with its name it can be added."""

    acronym = word(required=True)
    name = Text()
    implementer = word()
    funders = words()
    contract_numbers = word()
    visibility_texts = VisibilityPart(many=True, required=False)
    facilities = FacilityPart(many=True, required=False)


# --- A request -------------------------------------------------------------------------------------------


class ConsulteePart(Part):
    """Who is asked when the consultation opens: the step "ask" is taken for everybody and not told."""

    round = count()
    institution = word()
    position = Text()
    has_veto = flag()
    comment = word()
    answered_at = moment()
    steps = Steps()


class RequestPart(Part):
    reference = word()
    facility = word()
    title = Text(required=True)
    institution = word()
    joint_with = words()
    countries = words()
    themes = words()
    contact_position = Text()
    need = Text()
    objectives = Text()
    expected_results = Text()
    support_wanted = Text()
    estimated_cost = amount()
    currency = word()
    duration_months = count()
    requested_on = Date(required=False)
    dates_note = Text()
    other_dates = other_dates()
    sources = words()
    submitted_at = moment()
    consultation_due_at = moment()
    eligibility_note = word()
    decided_on = Date(required=False)
    decision_body = word()
    decided_by = word()
    decision_reasons = word()
    consultees = ConsulteePart(many=True, required=False)
    steps = Steps()


class RequestDocument(Part):
    format = serializers.ChoiceField(choices=[REQUEST_FORMAT])
    request = RequestPart()
    programme = ProgrammePart(required=False)
    institutions = serializers.DictField(child=InstitutionPart(), required=False)


# --- An action -------------------------------------------------------------------------------------------


class ActionPart(Part):
    reference = word()
    title = Text(required=True)
    facility = word()
    countries = words()
    requesting_institution = word()
    beneficiaries = words()
    partners = words()
    implementer = word()
    themes = words()
    context = Text()  # type: ignore[assignment]  # of the action, not of the serializer
    overall_objective = Text()
    specific_objectives = Text()
    expected_results = Text()
    outcomes = Text()
    visibility_note = Text()
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    duration_months = count()
    dates_note = Text()
    other_dates = other_dates()
    sources = words()
    steps = Steps()


class HeadcountPart(Part):
    people = count()
    women = count()
    men = count()


class ActivityPart(Part):
    number = serializers.IntegerField(min_value=1, max_value=32767)
    kind = choice(ActivityKind, required=True)
    title = Text(required=True)
    description = Text()
    starts_on = Date(required=False)
    ends_on = Date(required=False)
    stated_duration_days = count()
    dates_note = Text()
    other_dates = other_dates()
    country = word()
    place = word()
    is_online = flag()
    institutions = words()
    target_groups = Text()
    planned = HeadcountPart(required=False)
    actual = HeadcountPart(required=False)
    people_note = Text()
    outcome = Text()
    sources = words()
    steps = Steps()


class ExpertPart(Part):
    order = count()
    profile = Text(required=True)
    country = word()
    institution = word()
    days_planned = amount(places=1)
    days_actual = amount(places=1)


class BudgetLinePart(Part):
    order = count()
    text = Text(required=True)
    currency = word()
    spent = amount()
    # Last: from here on the word means this field.
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class IndicatorPart(Part):
    order = count()
    text = Text(required=True)
    unit = word()
    baseline = word()
    target = word()
    actual = word()
    source_of_verification = Text()


class RiskPart(Part):
    order = count()
    text = Text(required=True)
    likelihood = choice(Level)
    impact = choice(Level)
    mitigation = Text()


class ApprovalPart(Part):
    order = count()
    institution = word()
    position = Text()
    decision = choice(ApprovalDecision)
    decided_on = Date(required=False)
    comment = word()


class ActionDocument(Part):
    format = serializers.ChoiceField(choices=[ACTION_FORMAT])
    action = ActionPart()
    programme = ProgrammePart(required=False)
    institutions = serializers.DictField(child=InstitutionPart(), required=False)
    request = RequestPart(required=False)
    activities = ActivityPart(many=True, required=False)
    experts = ExpertPart(many=True, required=False)
    budget = BudgetLinePart(many=True, required=False)
    indicators = IndicatorPart(many=True, required=False)
    risks = RiskPart(many=True, required=False)
    approvals = ApprovalPart(many=True, required=False)
