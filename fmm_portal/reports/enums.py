"""How far the printing of a report is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Stored with the job; a stage not listed here is shown as it is."""

    PREPARING = "preparing", _("Preparing the contents")
    LAYING_OUT = "laying_out", _("Laying out the pages")
    WRITING = "writing", _("Writing the file")
    SAVING = "saving", _("Saving the file")
