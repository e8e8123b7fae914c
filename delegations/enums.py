"""Roles in a delegation and the states of a nomination."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DelegateRole(models.TextChoices):
    HEAD = "head", _("Head of delegation")
    MEMBER = "member", _("Member")
    ALTERNATE = "alternate", _("Alternate")
    OBSERVER = "observer", _("Observer")
    INTERPRETER = "interpreter", _("Interpreter")
    STAFF = "staff", _("Accompanying staff")


class DelegateStatus(models.TextChoices):
    NOMINATED = "nominated", pgettext_lazy("delegate", "Nominated")
    CONFIRMED = "confirmed", pgettext_lazy("delegate", "Confirmed")
    DECLINED = "declined", pgettext_lazy("delegate", "Declined")
    REPLACED = "replaced", pgettext_lazy("delegate", "Replaced")
    ATTENDED = "attended", pgettext_lazy("delegate", "Attended")


# Seats that count: those who are meant to travel, and those who did.
PLANNED_STATUSES = (DelegateStatus.NOMINATED, DelegateStatus.CONFIRMED, DelegateStatus.ATTENDED)
# Interpreters and accompanying staff travel with a delegation but are not part of its balance.
COUNTED_ROLES = (DelegateRole.HEAD, DelegateRole.MEMBER, DelegateRole.ALTERNATE, DelegateRole.OBSERVER)
