"""States and kinds of requests, consultations, actions and activities."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("request", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("request", "Submitted")
    REGISTERED = "registered", pgettext_lazy("request", "Registered")
    ELIGIBILITY = "eligibility", pgettext_lazy("request", "Eligibility check")
    CONSULTATION = "consultation", pgettext_lazy("request", "Under consultation")
    ASSESSMENT = "assessment", pgettext_lazy("request", "Assessment")
    DECISION = "decision", pgettext_lazy("request", "Awaiting decision")
    APPROVED = "approved", pgettext_lazy("request", "Approved")
    RETURNED = "returned", pgettext_lazy("request", "Returned for completion")
    REJECTED = "rejected", pgettext_lazy("request", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")


# The road a request normally takes, for the state strip.
REQUEST_STAGES = (
    RequestStatus.DRAFT,
    RequestStatus.SUBMITTED,
    RequestStatus.REGISTERED,
    RequestStatus.ELIGIBILITY,
    RequestStatus.CONSULTATION,
    RequestStatus.ASSESSMENT,
    RequestStatus.DECISION,
    RequestStatus.APPROVED,
)
# Only here may its text change: what was submitted is what is judged.
EDITABLE_REQUESTS = (RequestStatus.DRAFT, RequestStatus.RETURNED)
# Their consultation is over; nobody is added to it or taken from it any more.
CONSULTED_REQUESTS = (
    RequestStatus.ASSESSMENT,
    RequestStatus.DECISION,
    RequestStatus.APPROVED,
    RequestStatus.REJECTED,
    RequestStatus.WITHDRAWN,
)
PENDING_REQUESTS = (
    RequestStatus.SUBMITTED,
    RequestStatus.REGISTERED,
    RequestStatus.ELIGIBILITY,
    RequestStatus.CONSULTATION,
    RequestStatus.ASSESSMENT,
    RequestStatus.DECISION,
)


class ConsulteeStatus(models.TextChoices):
    """A stakeholder's answer. Silence counts as consent, and is never shown as agreement."""

    PENDING = "pending", pgettext_lazy("consultee", "Not asked yet")
    ASKED = "asked", pgettext_lazy("consultee", "Asked")
    AGREED = "agreed", pgettext_lazy("consultee", "Agrees")
    OBJECTED = "objected", pgettext_lazy("consultee", "Objects")
    SILENT = "silent", pgettext_lazy("consultee", "Silent: counts as consent")


# What a stakeholder said, or was taken to say: it stays on record.
GIVEN_ANSWERS = (ConsulteeStatus.AGREED, ConsulteeStatus.OBJECTED, ConsulteeStatus.SILENT)


class ActionStatus(models.TextChoices):
    FACT_FINDING = "fact_finding", pgettext_lazy("action", "Fact-finding")
    FICHE_DRAFTED = "fiche_drafted", pgettext_lazy("action", "Fiche drafted")
    FICHE_APPROVED = "fiche_approved", pgettext_lazy("action", "Fiche approved")
    PLANNED = "planned", pgettext_lazy("action", "Planned")
    IN_PROGRESS = "in_progress", pgettext_lazy("action", "In progress")
    REPORTING = "reporting", pgettext_lazy("action", "Reporting")
    COMPLETED = "completed", pgettext_lazy("action", "Completed")
    EX_POST = "ex_post", pgettext_lazy("action", "Ex-post follow-up")
    CLOSED = "closed", pgettext_lazy("action", "Closed")
    SUSPENDED = "suspended", pgettext_lazy("action", "Suspended")
    CANCELLED = "cancelled", pgettext_lazy("action", "Cancelled")


ACTION_STAGES = (
    ActionStatus.FACT_FINDING,
    ActionStatus.FICHE_DRAFTED,
    ActionStatus.FICHE_APPROVED,
    ActionStatus.PLANNED,
    ActionStatus.IN_PROGRESS,
    ActionStatus.REPORTING,
    ActionStatus.COMPLETED,
    ActionStatus.EX_POST,
    ActionStatus.CLOSED,
)
FROZEN_ACTIONS = (ActionStatus.CLOSED, ActionStatus.CANCELLED)
RUNNING_ACTIONS = (
    ActionStatus.FACT_FINDING,
    ActionStatus.FICHE_DRAFTED,
    ActionStatus.FICHE_APPROVED,
    ActionStatus.PLANNED,
    ActionStatus.IN_PROGRESS,
    ActionStatus.REPORTING,
)


class ActivityKind(models.TextChoices):
    FACT_FINDING = "fact_finding", _("Fact-finding mission")
    EXPERT_MISSION = "expert_mission", _("Expert mission")
    DRAFTING = "drafting", _("Drafting")
    WORKSHOP = "workshop", _("Workshop")
    VALIDATION = "validation", _("Validation workshop")
    TRAINING = "training", _("Training")
    TRAINING_OF_TRAINERS = "training_of_trainers", _("Training of trainers")
    STUDY_VISIT = "study_visit", _("Study visit")
    PEER_EXCHANGE = "peer_exchange", _("Peer exchange")
    SEMINAR = "seminar", _("Seminar")
    FORUM = "forum", _("Forum")
    TOOL = "tool", _("Tool or manual")
    STUDY = "study", _("Study or assessment")
    EVENT = "event", _("Event of the facility")
    LAUNCH = "launch", _("Launch or dissemination")
    OTHER = "other", _("Other")


# Activities for which experts travel: open points with the same institutions travel along.
MISSIONS = (ActivityKind.FACT_FINDING, ActivityKind.EXPERT_MISSION)


class ActivityStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("activity", "Planned")
    IN_PROGRESS = "in_progress", pgettext_lazy("activity", "In progress")
    DONE = "done", pgettext_lazy("activity", "Done")
    POSTPONED = "postponed", pgettext_lazy("activity", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")


OPEN_ACTIVITIES = (ActivityStatus.PLANNED, ActivityStatus.IN_PROGRESS, ActivityStatus.POSTPONED)


class Level(models.TextChoices):
    """How likely, or how grave."""

    LOW = "low", pgettext_lazy("level", "Low")
    MEDIUM = "medium", pgettext_lazy("level", "Medium")
    HIGH = "high", pgettext_lazy("level", "High")


class ApprovalDecision(models.TextChoices):
    APPROVED = "approved", pgettext_lazy("approval", "Approved")
    APPROVED_WITH_REMARKS = "approved_with_remarks", pgettext_lazy("approval", "Approved with remarks")
    REFUSED = "refused", pgettext_lazy("approval", "Refused")
