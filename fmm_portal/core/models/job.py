"""The row behind work that a worker does; core.jobs moves its state."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models.record import Record


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


class JobFailure(models.TextChoices):
    """Why a job ended without a result, in sentences for the person who asked for it."""

    WORKER_LOST = "worker_lost", _("The worker stopped unexpectedly every time it was tried.")
    TOO_LONG = "too_long", _("It took too long and was stopped.")
    ERROR = "error", _("An error occurred. The programme's technical team finds the details in the log.")


class Job(Record):
    """A record that a worker makes. Its state moves only through core.jobs."""

    status = models.CharField(
        _("status"), max_length=7, choices=JobStatus, default=JobStatus.QUEUED, editable=False
    )
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False)
    stage = models.CharField(_("stage"), max_length=30, blank=True, editable=False)
    failure = models.CharField(
        _("reason of the failure"), max_length=11, choices=JobFailure, blank=True, editable=False
    )
    error = models.TextField(_("technical detail"), blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    lease_owner = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    # When a worker was last woken for this row; None when the broker did not take the message.
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    # The Celery task that takes the row's primary key and does the work.
    task_name: ClassVar[str]

    class Meta:
        abstract = True

    @property
    def is_waiting(self) -> bool:
        """Whether a result may still come by itself."""
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)
