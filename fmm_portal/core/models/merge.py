"""Two records that were made one: what moved, so that exactly that can go back."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Merge(models.Model):
    """Written once, with the merging.

    `moved` lists, for each way in which rows named the other record, the keys of the rows that were moved; `values`
    maps a field of the kept record to what it was before and after; `joined` counts rows that became one with another.
    """

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    model_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    kept_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    moved: models.JSONField[Any, Any] = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    values: models.JSONField[Any, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    joined = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("merging")
        verbose_name_plural = _("mergings")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["model_type", "other_id", "-at"], name="merges_of_other"),)

    def __str__(self) -> str:
        return f"{self.other_id} → {self.kept_id}"
