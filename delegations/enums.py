"""Roles in a delegation and the states of a nomination."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DelegateRole(models.TextChoices):
    HEAD = "head", _("Head of delegation")
    MEMBER = "member", _("Member")
    ALTERNATE = "alternate", _("Alternate")
    OBSERVER = "observer", _("Observer")
    INTERPRETER = "interpreter", _("Interpreter")
    STAFF = "staff", _("Accompanying staff")


class DelegateStatus(models.TextChoices):
    NOMINATED = "nominated", _("Nominated")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced")
    ATTENDED = "attended", _("Attended")


# Seats that count: those who are meant to travel, and those who did.
PLANNED_STATUSES = (DelegateStatus.NOMINATED, DelegateStatus.CONFIRMED, DelegateStatus.ATTENDED)
# Interpreters and accompanying staff travel with a delegation but are not part of its balance.
COUNTED_ROLES = (DelegateRole.HEAD, DelegateRole.MEMBER, DelegateRole.ALTERNATE, DelegateRole.OBSERVER)
