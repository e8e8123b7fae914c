"""The roles that a membership gives."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Programme manager")
    OFFICER = "officer", _("Programme officer")
    VIEWER = "viewer", _("Viewer")
    PARTNER = "partner", _("Partner agency")
    # A partner who also looks after the agency's API keys.
    AGENCY_ADMINISTRATOR = "agency_admin", _("Administrator of a partner agency")
    HOST = "host", _("Host institution")
    DELEGATE = "delegate", _("Delegate")


class KeyRole(models.TextChoices):
    """The roles that a key may act in: an agency's own rows, or the programme's for its own systems."""

    PARTNER = Role.PARTNER.value, Role.PARTNER.label
    HOST = Role.HOST.value, Role.HOST.label
    VIEWER = Role.VIEWER.value, Role.VIEWER.label
    OFFICER = Role.OFFICER.value, Role.OFFICER.label


class KeyState(models.TextChoices):
    """How a key stands today; nothing that is kept."""

    LIVE = "live", pgettext_lazy("state of a key", "In use")
    EXPIRING = "expiring", pgettext_lazy("state of a key", "Expires soon")
    EXPIRED = "expired", pgettext_lazy("state of a key", "Expired")
    REVOKED = "revoked", pgettext_lazy("state of a key", "Revoked")
