"""Rows of reports."""

from datetime import datetime
from typing import Self

from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.querysets import RecordQuerySet


class ReportQuerySet(RecordQuerySet):
    def with_related(self) -> Self:
        # A list shows neither the frozen data nor technical details, which may be long.
        return self.select_related("requested_by", "subject_type").defer("data", "error")

    def expired(self, now: datetime) -> Self:
        """Printed reports that still hold a file and are past their keeping time."""
        return self.filter(status=JobStatus.DONE, expires_at__lt=now).exclude(file="")
