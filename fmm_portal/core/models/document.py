"""Files attached to a record. The file is served by a view that asks the policy, never by a public address."""

import uuid
from collections.abc import Iterable
from functools import partial
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.enums import Audience
from fmm_portal.core.models.record import Record, Searchable
from fmm_portal.core.querysets import RecordQuerySet


def storage_path(document: "Document", file_name: str) -> str:
    """A name that tells nothing of the content; the person's own file name is kept in the row."""
    return f"documents/{uuid.uuid4().hex}{PurePath(file_name).suffix.lower()}"


class Document(Searchable, Record):
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=settings.CONTENT_LANGUAGES, blank=True)
    audience = models.CharField(
        _("who may open it"), max_length=12, choices=Audience, default=Audience.PROGRAMME
    )
    file = models.FileField(_("file"), upload_to=storage_path, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("added by"),
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = (models.Index(fields=["subject_type", "subject_id"], name="documents_of_subject"),)

    def __str__(self) -> str:
        return self.title

    def search_terms(self) -> Iterable[str]:
        # Not the name of the file on somebody's disk, which may tell a person's.
        return (self.title,)

    def get_absolute_url(self) -> str:
        return reverse("core:document_download", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """With its file, once the row is gone for good."""
        storage, name = self.file.storage, str(self.file.name)
        deleted = super().delete(*args, **kwargs)
        transaction.on_commit(partial(storage.delete, name))
        return deleted

    def history_root(self) -> Record:
        return self.subject.history_root() if self.subject is not None else self
