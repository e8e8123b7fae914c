"""Rows of programmes."""

from typing import TYPE_CHECKING, Self

from fmm_portal.core.querysets import RecordQuerySet

if TYPE_CHECKING:
    from fmm_portal.facility.models import Programme


class ProgrammeQuerySet(RecordQuerySet["Programme"]):
    def with_related(self) -> Self:
        return self.select_related("implementer__country").prefetch_related("funders__country")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("visibility_texts")
