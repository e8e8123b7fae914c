"""The base queryset: rows that a principal may see, and search without accents."""

import unicodedata
from collections.abc import Collection
from typing import Any, Self, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Principal

M = TypeVar("M", bound=models.Model)


def fold(text: str) -> str:
    """Lower case without accents, so that "Lome" finds "Lomé" on every database."""
    if text.isascii():
        # Nothing to take apart: most texts of long files are such.
        return " ".join(text.casefold().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


class RecordQuerySet(models.QuerySet[M]):
    """Every model's queryset descends from this one; reads start from `visible_to`."""

    def visible_to(self, principal: Principal) -> Self:
        return policy_for(self.model).scope(principal, self)  # type: ignore[return-value]

    def search(self, text: str) -> Self:
        """Rows whose `search_text` holds every word of the text, accents and case apart."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return found

    def of_subject(self, subject: models.Model) -> Self:
        """Of rows that are about records of any kind: those about this one."""
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)

    def with_related(self) -> Self:
        """What a list row shows, in a bounded number of queries."""
        shown: tuple[str, ...] = getattr(self.model, "shown_relations", ())
        return self.select_related(*shown) if shown else self

    def for_list(self, columns: Collection[str]) -> Self:
        """What these columns of a list show of other records."""
        return self.with_related()

    def with_detail(self) -> Self:
        """What the page of one record shows."""
        return self.with_related()

    def any_pk(self) -> "models.QuerySet[Any, Any]":
        """The primary keys, for use as a subquery."""
        return self.order_by().values("pk")
