"""A spreadsheet that somebody sent: the file until its preview is confirmed, and the job that writes it."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models.bulk_change import BulkChange
from fmm_portal.core.models.job import Job, JobStatus
from fmm_portal.core.querysets import RecordQuerySet


class SheetUpload(models.Model):
    """Belongs to who sent it and to nobody else; not a record of the programme, and gone after a day.

    `preview` has a line a row of the file, as it was when it was compared; `fingerprint` tells whether it still holds.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The name of the format, and the record that all rows are parts of.
    kind = models.CharField(max_length=50)
    parent_id = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(_("language"), max_length=2)
    file = models.FileField(_("file"), upload_to="imports/", max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=200)
    sha256 = models.CharField(_("fingerprint of the file (sha256)"), max_length=64)
    preview = models.FileField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)
    unknown = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("uploaded spreadsheet")
        verbose_name_plural = _("uploaded spreadsheets")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("core:import_preview", args=[self.key])


class ImportOutcome(models.TextChoices):
    WRITTEN = "written", _("Written")
    OUTDATED = "outdated", _("Not written: rows have changed since the preview")
    REFUSED = "refused", _("Not written: rows are not accepted any more")


class Import(Job):
    """The writing of one confirmed file. `upload` is gone once it is written."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked for by")
    )
    kind = models.CharField(max_length=50)
    parent_id = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(_("language"), max_length=2)
    file_name = models.CharField(_("name of the file"), max_length=200)
    # Confirmed twice, it is written once.
    upload = models.OneToOneField(
        SheetUpload, on_delete=models.SET_NULL, null=True, blank=True, related_name="job"
    )
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    outcome = models.CharField(_("outcome"), max_length=8, choices=ImportOutcome, blank=True)
    bulk = models.ForeignKey(
        BulkChange, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    task_name = "core.import"

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["status", "lease_until"],
                name="imports_unfinished",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("core:import", args=[self.pk])

    @property
    def is_written(self) -> bool:
        return self.status == JobStatus.DONE and self.outcome == ImportOutcome.WRITTEN
