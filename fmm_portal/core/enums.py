"""Words of the platform that are stored: who may open a document."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who among those who may see the subject may also open a document of it."""

    PROGRAMME = "programme", _("Programme staff only")
    PARTICIPANTS = "participants", _("Programme staff and the institutions taking part")
    EVERYONE = "everyone", _("Everyone who may see the record")
