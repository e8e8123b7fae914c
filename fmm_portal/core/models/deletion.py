"""That a record went, for those who keep copies."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Deletion(models.Model):
    """Written once, when the record goes; kept for good. `seen_by` lists the grants that saw it (`core.deletions`)."""

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False, db_index=True)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    seen_by = models.TextField(blank=True)

    class Meta:
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.subject_type}: {self.subject_id}"
