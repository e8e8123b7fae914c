"""States and kinds of study visits and their parts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    CONFIRMED = "confirmed", _("Confirmed")
    UNDER_WAY = "under_way", _("Under way")
    COMPLETED = "completed", _("Completed")
    REPORTED = "reported", _("Reported")
    CLOSED = "closed", _("Closed")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


# The road a visit normally takes, for the state strip.
VISIT_STAGES = (
    VisitStatus.PLANNED,
    VisitStatus.CONFIRMED,
    VisitStatus.UNDER_WAY,
    VisitStatus.COMPLETED,
    VisitStatus.REPORTED,
    VisitStatus.CLOSED,
)
FROZEN_STATUSES = (VisitStatus.CLOSED, VisitStatus.CANCELLED)


class SessionKind(models.TextChoices):
    COURTESY = "courtesy", _("Courtesy call")
    POLICY_EXCHANGE = "policy_exchange", _("Policy exchange")
    SITE_VISIT = "site_visit", _("Site visit")
    FIELD_VISIT = "field_visit", _("Field visit")
    BRIEFING = "briefing", _("Briefing")
    DEBRIEF = "debrief", _("Debriefing session")
    REMOTE = "remote", _("Remote session")
    LOGISTICS = "logistics", _("Travel and logistics")
    OTHER = "other", _("Other")


class HostStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced")


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", _("Present")
    REMOTE = "remote", _("Present from a distance")
    ABSENT = "absent", _("Absent")


class Transferability(models.TextChoices):
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class QuestionStatus(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")


class DebriefStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    AGREED = "agreed", _("Agreed")


class Side(models.TextChoices):
    VISITING = "visiting", _("Visiting side")
    HOSTING = "hosting", _("Hosting side")


class CommitmentStatus(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


OPEN_COMMITMENTS = (CommitmentStatus.OPEN, CommitmentStatus.IN_PROGRESS)
