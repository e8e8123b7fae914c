"""The roles that a membership gives."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Programme manager")
    OFFICER = "officer", _("Programme officer")
    VIEWER = "viewer", _("Viewer")
    PARTNER = "partner", _("Partner agency")
    HOST = "host", _("Host institution")
    DELEGATE = "delegate", _("Delegate")
