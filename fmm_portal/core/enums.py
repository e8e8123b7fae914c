"""Words of the platform that are stored: who may open a document, who may read a comment."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who among those who may see the subject may also open a document of it."""

    PROGRAMME = "programme", _("Programme staff only")
    PARTICIPANTS = "participants", _("Programme staff and the institutions taking part")
    EVERYONE = "everyone", _("Everyone who may see the record")


class CommentAudience(models.TextChoices):
    """Who among those who may see the subject also reads a comment on it."""

    PROGRAMME = Audience.PROGRAMME.value, Audience.PROGRAMME.label
    EVERYONE = Audience.EVERYONE.value, Audience.EVERYONE.label
