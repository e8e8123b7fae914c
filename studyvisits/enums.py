"""States and kinds of study visits and their parts.

The states name what they are said of: in French their words agree with it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VisitStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("visit", "Planned")
    CONFIRMED = "confirmed", pgettext_lazy("visit", "Confirmed")
    UNDER_WAY = "under_way", pgettext_lazy("visit", "Under way")
    COMPLETED = "completed", pgettext_lazy("visit", "Completed")
    REPORTED = "reported", pgettext_lazy("visit", "Reported")
    CLOSED = "closed", pgettext_lazy("visit", "Closed")
    POSTPONED = "postponed", pgettext_lazy("visit", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("visit", "Cancelled")


# The road a visit normally takes, for the state strip.
VISIT_STAGES = (
    VisitStatus.PLANNED,
    VisitStatus.CONFIRMED,
    VisitStatus.UNDER_WAY,
    VisitStatus.COMPLETED,
    VisitStatus.REPORTED,
    VisitStatus.CLOSED,
)
AHEAD_STATUSES = (VisitStatus.PLANNED, VisitStatus.CONFIRMED, VisitStatus.POSTPONED, VisitStatus.UNDER_WAY)
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
    PROPOSED = "proposed", pgettext_lazy("host", "Proposed")
    CONFIRMED = "confirmed", pgettext_lazy("host", "Confirmed")
    DECLINED = "declined", pgettext_lazy("host", "Declined")
    REPLACED = "replaced", pgettext_lazy("host", "Replaced")


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", pgettext_lazy("attendance", "Present")
    REMOTE = "remote", pgettext_lazy("attendance", "Present from a distance")
    ABSENT = "absent", pgettext_lazy("attendance", "Absent")


class OutcomeKind(models.TextChoices):
    INFORMATION = "information", pgettext_lazy("outcome", "Information")
    DECISION = "decision", pgettext_lazy("outcome", "Decision")
    TASK = "task", pgettext_lazy("outcome", "Task")


class Transferability(models.TextChoices):
    HIGH = "high", pgettext_lazy("transferability", "High")
    MEDIUM = "medium", pgettext_lazy("transferability", "Medium")
    LOW = "low", pgettext_lazy("transferability", "Low")


class QuestionStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("question", "Open")
    ANSWERED = "answered", pgettext_lazy("question", "Answered")


class DebriefStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("debrief", "Draft")
    AGREED = "agreed", pgettext_lazy("debrief", "Agreed")


class Side(models.TextChoices):
    VISITING = "visiting", _("Visiting side")
    HOSTING = "hosting", _("Hosting side")


class KirkpatrickLevel(models.IntegerChoices):
    """What an evaluation asks about, by the levels of Kirkpatrick."""

    REACTION = 1, _("1: reaction to the visit")
    LEARNING = 2, _("2: what was learnt")
    BEHAVIOUR = 3, _("3: what is done differently at work")
    RESULTS = 4, _("4: results in the institution")


class CommitmentStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("commitment", "Open")
    IN_PROGRESS = "in_progress", pgettext_lazy("commitment", "In progress")
    DONE = "done", pgettext_lazy("commitment", "Done")
    DROPPED = "dropped", pgettext_lazy("commitment", "Dropped")


OPEN_COMMITMENTS = (CommitmentStatus.OPEN, CommitmentStatus.IN_PROGRESS)
