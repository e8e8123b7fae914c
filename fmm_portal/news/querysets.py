"""Rows of news items and their pictures."""

from typing import TYPE_CHECKING, Self

from django.contrib.contenttypes.models import ContentType

from fmm_portal.core.models import Record
from fmm_portal.core.principals import Nobody
from fmm_portal.core.querysets import RecordQuerySet

if TYPE_CHECKING:
    from fmm_portal.news.models import NewsItem


class NewsItemQuerySet(RecordQuerySet["NewsItem"]):
    def with_related(self) -> Self:
        return self.select_related("programme").prefetch_related("countries")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("themes", "pictures")

    def public(self) -> Self:
        """What a visitor reads, whoever is signed in."""
        return self.visible_to(Nobody())

    def drafted_from(self, source: Record) -> Self:
        kind = ContentType.objects.get_for_model(source)
        return self.filter(source_type=kind, source_id=source.pk)
