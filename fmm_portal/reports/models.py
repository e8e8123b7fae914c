"""The report: a job, the frozen data it prints, and the printed file."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.jobs import Job, JobStatus
from fmm_portal.core.models import Record, Searchable
from fmm_portal.reports.enums import Stage
from fmm_portal.reports.fingerprints import canonical_json
from fmm_portal.reports.imprint import Imprint
from fmm_portal.reports.querysets import ReportQuerySet
from fmm_portal.reports.registry import ReportKind, report_kind


class Report(Searchable, Job):
    """A document about one record, in one language, for one audience.

    `number` is the version people see: it grows whenever the data differ from all that were printed before,
    and is the same in every language. (`version` counts the saves of this row, as everywhere.)
    """

    kind = models.CharField(_("kind"), max_length=30)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(_("about"), max_length=300)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    # Who may open it; see policies.audiences_of. A report built for the programme never reaches a partner.
    audience = models.CharField(max_length=60, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("requested by"),
    )
    requested_by_label = models.CharField(_("requested by"), max_length=200, blank=True)
    reference = models.CharField(_("reference"), max_length=40)
    number = models.PositiveIntegerField(_("version"))
    template_version = models.CharField(max_length=16, editable=False)
    data = models.JSONField(_("data"), null=True, editable=False, encoder=DjangoJSONEncoder)
    data_fingerprint = models.CharField(_("fingerprint of the data (sha256)"), max_length=64)
    file = models.FileField(_("file"), max_length=200, blank=True)
    sha256 = models.CharField(_("fingerprint of the file (sha256)"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    task_name = "reports.render"

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "subject_type",
                    "subject_id",
                    "language",
                    "audience",
                    "data_fingerprint",
                    "template_version",
                ],
                name="report_once_per_data_and_language",
                violation_error_message=_("This report has been asked for already."),
            ),
        )
        indexes = (
            models.Index(fields=["subject_type", "subject_id", "kind"], name="reports_of_subject"),
            # What the sweep looks for every few seconds.
            models.Index(
                fields=["status", "lease_until"],
                name="reports_unfinished",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} v{self.number} ({self.language})"

    def search_terms(self) -> Iterable[str]:
        return (self.reference, self.subject_label, self.kind)

    def get_absolute_url(self) -> str:
        return record_address("reports:report_detail", self.pk)

    def history_root(self) -> Record:
        return self.subject.history_root() if self.subject is not None else self

    @property
    def report_kind(self) -> ReportKind:
        return report_kind(self.kind)

    @property
    def kind_label(self) -> str:
        return str(self.report_kind.label)

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label) if self.stage in Stage.values else self.stage

    @property
    def is_available(self) -> bool:
        """Whether there is a file to download."""
        return self.status == JobStatus.DONE and bool(self.file)

    @property
    def is_expired(self) -> bool:
        """Printed once, and the file removed since; asking again prints it anew."""
        return self.status == JobStatus.DONE and not self.file

    @property
    def file_name(self) -> str:
        """What the file is called on the reader's own disk."""
        return f"{self.reference}-v{self.number}-{self.language}.pdf"

    @property
    def imprint(self) -> Imprint:
        """What the printed document says of itself."""
        return Imprint(
            reference=self.reference,
            number=self.number,
            issued_at=self.created_at,
            fingerprint=self.data_fingerprint,
            data=canonical_json(self.data or {}),
        )
