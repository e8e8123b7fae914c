"""Rows of institutions and contacts."""

from typing import TYPE_CHECKING, Self

from django.db import models

from fmm_portal.core.querysets import RecordQuerySet

if TYPE_CHECKING:
    from fmm_portal.institutions.models import Contact, Institution


class InstitutionQuerySet(RecordQuerySet["Institution"]):
    def with_related(self) -> Self:
        return self.select_related("country", "parent", "parent__country")

    def with_detail(self) -> Self:
        """Whether other entries were merged into it is read with it: few have any."""
        doubles = self.model._base_manager.filter(merged_into=models.OuterRef("pk"))
        return (
            self.with_related()
            .prefetch_related("former_names", "themes")
            .annotate(has_doubles=models.Exists(doubles))
        )


class ContactQuerySet(RecordQuerySet["Contact"]):
    def with_related(self) -> Self:
        return self.select_related("institution", "institution__country")

    def current(self, on: object) -> Self:
        """Posts not known to have ended before a PartialDate."""
        return self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on))
