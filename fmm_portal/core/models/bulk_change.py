"""One change of many rows: what the history entries of the rows have in common, so that they can be undone together."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models.record import Record


class BulkChange(models.Model):
    """Written once by core.bulk, with its entries. `values` maps a field to what it was set to, as history keeps it."""

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_label = models.CharField(_("who"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    model_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(_("rows"), default=0)
    values = models.JSONField(_("values"), default=dict, encoder=DjangoJSONEncoder)
    undoes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name=_("undoes"),
    )

    class Meta:
        verbose_name = _("change of many rows")
        verbose_name_plural = _("changes of many rows")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.count} {self.model_type}"

    def get_absolute_url(self) -> str:
        return reverse("core:bulk_change", args=[self.pk])

    @property
    def changed_model(self) -> type[Record]:
        model = self.model_type.model_class()
        assert model is not None
        assert issubclass(model, Record)
        return model
