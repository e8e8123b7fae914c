"""Rows of institutions and contacts."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Left

from fmm_portal.core.querysets import RecordQuerySet

if TYPE_CHECKING:
    from fmm_portal.institutions.models import Contact, Institution


def in_order() -> Left:
    """What institutions are listed by. Its beginning alone: an index holds no text of any length."""
    return Left("search_text", 100)


class InstitutionQuerySet(RecordQuerySet["Institution"]):
    def with_related(self) -> Self:
        return self.select_related("country", "parent", "parent__country")

    def for_list(self, columns: Collection[str]) -> Self:
        # Whom it is part of shows to who chose that column.
        return self.with_related() if "parent" in columns else self.select_related("country")

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
