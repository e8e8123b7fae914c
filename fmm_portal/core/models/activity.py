"""The history of every record: who did what when, before and after. Rows are never changed or removed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.principals import Source

# Called with the entries that were just written, in the transaction of the change that they tell of.
_listeners: list[Callable[[Sequence["Activity"]], None]] = []


def listen_to_history(listener: Callable[[Sequence["Activity"]], None]) -> None:
    """Let `listener` be told of every new entry, one or many at a time; what it writes stands or falls with them."""
    if listener not in _listeners:
        _listeners.append(listener)


def _announce(entries: Sequence["Activity"]) -> None:
    for listener in _listeners:
        listener(entries)


class ActivityQuerySet(models.QuerySet["Activity"]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        written = super().bulk_create(objs, *args, **kwargs)
        _announce(written)
        return written

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("History cannot be changed.")

    def delete(self) -> NoReturn:
        raise TypeError("History cannot be deleted.")


class Activity(models.Model):
    """One change of one record.

    `changes` maps a field name to `[before, after]` as shown to people; `root` is the record on whose page
    the entry appears (an agenda item's changes appear on its visit).
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
    actor_label = models.CharField(_("who"), max_length=200)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    api_key_id = models.BigIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    verb = models.CharField(_("what"), max_length=60)
    reason = models.TextField(_("reason"), blank=True)
    changes = models.JSONField(_("changes"), default=dict, encoder=DjangoJSONEncoder)
    bulk = models.ForeignKey(
        "core.BulkChange",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="entries",
        verbose_name=_("change of many rows"),
    )

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(max_length=300)
    root_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    root_id = models.BigIntegerField()

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes = (
            models.Index(fields=["root_type", "root_id", "-at"], name="activity_of_root"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="activity_of_subject"),
            models.Index(
                fields=["api_key_id", "-at"],
                name="activity_of_key",
                condition=models.Q(api_key_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History cannot be changed.")
        super().save(*args, **kwargs)
        _announce([self])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("History cannot be deleted.")
