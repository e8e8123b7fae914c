"""Kinds and states of strategies, milestones, committees, plans and reviews.

The kinds of milestone are the template of 22 steps that national processes go through (domain notes, 4.2),
and one for what fits none of them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StrategyKind(models.TextChoices):
    STRATEGY = "strategy", _("Strategy")
    POLICY = "policy", pgettext_lazy("kind of strategy", "Policy")
    ACTION_PLAN = "action_plan", _("Action plan")


class MilestoneKind(models.TextChoices):
    LAUNCH = "launch", _("Official request or launch")
    STEERING_COMMITTEE = "steering_committee", _("Steering committee set up")
    BASELINE_STUDY = "baseline_study", _("Baseline study")
    STUDY_RETURNED = "study_returned", _("Study returned, committee trained")
    ROADMAP = "roadmap", _("Roadmap")
    CONSULTATIONS = "consultations", _("Consultations")
    FIRST_DRAFT = "first_draft", _("First draft")
    REVIEW_WORKSHOP = "review_workshop", _("Review workshop")
    PRE_VALIDATION = "pre_validation", _("Pre-validation")
    ACTION_PLAN = "action_plan", _("Action plan, costing, monitoring framework")
    TECHNICAL_VALIDATION = "technical_validation", _("Technical validation")
    AMENDMENTS_INTEGRATED = "amendments_integrated", _("Amendments integrated")
    POLITICAL_VALIDATION = "political_validation", _("Political validation")
    HAND_OVER = "hand_over", _("Hand-over to the Government")
    ADOPTION = "adoption", _("Adoption")
    PUBLICATION = "publication", _("Publication and translation")
    DISSEMINATION = "dissemination", _("Launch and dissemination")
    MONITORING_COMMITTEE = "monitoring_committee", _("Monitoring committee created")
    PERIODIC_REVIEW = "periodic_review", _("Periodic review")
    MID_TERM_REVIEW = "mid_term_review", _("Mid-term review")
    FINAL_EVALUATION = "final_evaluation", _("Final evaluation")
    REVISION = "revision", _("Revision")
    OTHER = "other", _("Other")


# The order in which the template has them; "other" has no place in it.
TEMPLATE = tuple(kind for kind in MilestoneKind if kind is not MilestoneKind.OTHER)
# Meetings that agree to a text, or not; their outcome is more than "done".
VALIDATIONS = (
    MilestoneKind.PRE_VALIDATION,
    MilestoneKind.TECHNICAL_VALIDATION,
    MilestoneKind.POLITICAL_VALIDATION,
)
# Those that agree to the text itself, which its adoption follows.
AGREEMENTS = (MilestoneKind.TECHNICAL_VALIDATION, MilestoneKind.POLITICAL_VALIDATION)


class MilestoneStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("milestone", "Planned")
    DONE = "done", pgettext_lazy("milestone", "Done")
    VALIDATED = "validated", pgettext_lazy("milestone", "Validated")
    RESERVED = "reserved", pgettext_lazy("milestone", "Validated with reservations")
    RETURNED = "returned", pgettext_lazy("milestone", "Returned")
    POSTPONED = "postponed", pgettext_lazy("milestone", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("milestone", "Cancelled")


OUTCOMES_OF_VALIDATIONS = (MilestoneStatus.VALIDATED, MilestoneStatus.RESERVED, MilestoneStatus.RETURNED)
REACHED = (MilestoneStatus.DONE, MilestoneStatus.VALIDATED, MilestoneStatus.RESERVED)
AHEAD = (MilestoneStatus.PLANNED, MilestoneStatus.POSTPONED, MilestoneStatus.RETURNED)
# Those that a planned day can pass by: a returned text was treated on its day.
AWAITED = (MilestoneStatus.PLANNED, MilestoneStatus.POSTPONED)


class AmendmentStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("amendment", "Open")
    INTEGRATED = "integrated", pgettext_lazy("amendment", "Integrated")
    SET_ASIDE = "set_aside", pgettext_lazy("amendment", "Set aside")


class StakeholderRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    COORDINATOR = "coordinator", _("Coordinator")
    OPERATIONAL_LEAD = "operational_lead", _("Operational lead")
    PARTNER = "partner", _("Development partner")
    FUNDER = "funder", _("Funder")
    SOCIAL_PARTNER = "social_partner", _("Social partner")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    OBSERVER = "observer", pgettext_lazy("stakeholder", "Observer")
    OTHER = "other", _("Other")


class CommitteeKind(models.TextChoices):
    STEERING = "steering", _("Steering committee")
    DRAFTING = "drafting", _("Drafting committee")
    MONITORING = "monitoring", _("Monitoring committee")
    INTERMINISTERIAL = "interministerial", _("Interministerial committee")
    WORKING_GROUP = "working_group", _("Working group")
    OTHER = "other", _("Other")


class MemberRole(models.TextChoices):
    CHAIR = "chair", pgettext_lazy("committee", "Chair")
    VICE_CHAIR = "vice_chair", pgettext_lazy("committee", "Vice-chair")
    SECRETARY = "secretary", pgettext_lazy("committee", "Secretary")
    MEMBER = "member", pgettext_lazy("committee", "Member")
    OBSERVER = "observer", pgettext_lazy("committee", "Observer")


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("meeting", "Planned")
    HELD = "held", pgettext_lazy("meeting", "Held")
    POSTPONED = "postponed", pgettext_lazy("meeting", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")


class PlanActivityStatus(models.TextChoices):
    """As reviews in the press have them: réalisée, en cours, non entamée; and two more of our own."""

    NOT_STARTED = "not_started", pgettext_lazy("plan activity", "Not started")
    IN_PROGRESS = "in_progress", pgettext_lazy("plan activity", "In progress")
    DONE = "done", pgettext_lazy("plan activity", "Done")
    POSTPONED = "postponed", pgettext_lazy("plan activity", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("plan activity", "Cancelled")


UNFINISHED = (
    PlanActivityStatus.NOT_STARTED,
    PlanActivityStatus.IN_PROGRESS,
    PlanActivityStatus.POSTPONED,
)


class FundingSource(models.TextChoices):
    STATE = "state", _("State")
    PARTNER = "partner", _("Development partner")
    MIXED = "mixed", _("State and partners")
    GAP = "gap", _("Not funded yet")


class StallReason(models.TextChoices):
    """Why nothing moves: what the cases name first, lack of funding and transfers of staff."""

    FUNDING = "funding", _("Lack of funding")
    STAFF = "staff", _("Transfer or lack of staff")
    DECISION = "decision", _("Waiting for a decision")
    BODY = "body", _("The body in charge is not set up")
    PARTNER = "partner", _("Waiting for a partner")
    OTHER = "other", _("Other")


class ReviewStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("review", "Draft")
    FINAL = "final", pgettext_lazy("review", "Final")
