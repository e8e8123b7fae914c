"""A list that a worker writes into a file, for the one person who asked."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models.job import Job, JobStatus
from fmm_portal.core.querysets import RecordQuerySet


class Export(Job):
    """`path` and `query` are the address of the list as it was filtered; the rows are those of when it is written."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked for by")
    )
    title = models.CharField(_("list"), max_length=200)
    path = models.CharField(max_length=200)
    query = models.TextField(blank=True)
    what = models.CharField(_("columns"), max_length=4)
    format = models.CharField(_("file format"), max_length=5)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    columns = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    file = models.FileField(_("file"), max_length=200, blank=True)
    file_name = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    task_name = "core.export"

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("exported list")
        verbose_name_plural = _("exported lists")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["status", "lease_until"],
                name="exports_unfinished",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("core:export", args=[self.pk])

    @property
    def is_available(self) -> bool:
        """Whether there is a file to download."""
        return self.status == JobStatus.DONE and bool(self.file)

    @property
    def is_expired(self) -> bool:
        return self.status == JobStatus.DONE and not self.file
