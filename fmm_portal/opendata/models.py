"""The identifiers that were given out, and the jobs that wrote the files."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.jobs import Job
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.models import Action


class ActivityIdentifier(models.Model):
    """What an action is called in the files, from the first time on and whoever reports it later."""

    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="open_identifier")
    identifier = models.CharField(max_length=120, unique=True)
    # The organisation that reported it first: a later one names it beside its own.
    reporter = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.identifier


class Publication(Job):
    """One writing of both files. The newest that is done is what everybody reads: it replaces the last as a whole."""

    activities = models.FileField(_("activities"), max_length=200, blank=True)
    activities_sha256 = models.CharField(max_length=64, blank=True)
    organisation = models.FileField(_("organisations"), max_length=200, blank=True)
    organisation_sha256 = models.CharField(max_length=64, blank=True)
    published = models.PositiveIntegerField(_("actions written"), default=0)
    left_out = models.PositiveIntegerField(_("actions left out"), default=0)

    task_name = "opendata.write"

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("writing of open data")
        verbose_name_plural = _("writings of open data")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["status", "lease_until"],
                name="publications_unfinished",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        )

    def __str__(self) -> str:
        return str(_("Open data"))

    def get_absolute_url(self) -> str:
        return reverse("opendata:overview")
