"""The base of everything that people edit: times, a version to detect concurrent edits, and search text."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.querysets import fold


class Record(models.Model):
    """A row with a version. The version grows by one at every save that goes through the services."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, editable=False, db_index=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    # Personal data: history says that such a field changed, never from what to what.
    restricted_fields: ClassVar[frozenset[str]] = frozenset()
    # Free words of which history keeps no copy, only that they changed.
    uncopied_fields: ClassVar[frozenset[str]] = frozenset()
    # What a row of a list shows of other records, followed in the same query.
    shown_relations: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def history_root(self) -> "Record":
        """The record on whose history page this one's changes are shown: itself, or its owner."""
        return self


class Searchable(models.Model):
    """Keeps one folded column of all words that people search the record by."""

    search_text = models.TextField(editable=False, default="", blank=True)

    # Relations whose words are among the search terms: when those change, these rows are renewed.
    searched_through: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new, before = self._state.adding, self.search_text
        self.renew_search_text()
        update_fields = kwargs.get("update_fields")
        if update_fields is not None:
            kwargs["update_fields"] = {*update_fields, "search_text"}
        super().save(*args, **kwargs)
        if not is_new and self.search_text != before:
            renew_what_names(self)

    def renew_search_text(self) -> None:
        self.search_text = fold(" ".join(term for term in self.search_terms() if term))

    def search_terms(self) -> Iterable[str]:
        """The texts to find this record by."""
        raise NotImplementedError


ROWS_AT_ONCE = 500


def renew_what_names(*records: models.Model) -> None:
    """Let the rows that are found by words of these records, all of one model, be found by the new ones.

    No change of theirs: no history.
    """
    kind, keys_named = type(records[0]), [record.pk for record in records]
    for model in apps.get_models():
        if not issubclass(model, Searchable):
            continue
        named = models.Q()
        for name in model.searched_through:
            if model._meta.get_field(name).related_model is kind:
                named |= models.Q(**{f"{name}__in": keys_named})
        if not named:
            continue
        keys = list(model._base_manager.filter(named).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), ROWS_AT_ONCE):
            some = model._base_manager.filter(pk__in=keys[start : start + ROWS_AT_ONCE])
            rows = list(some.select_related(*model.searched_through))
            for row in rows:
                row.renew_search_text()
            model._base_manager.bulk_update(rows, ["search_text"])


class Referenced(Record):
    """Carries a human reference, given by the services when the record is created and never changed."""

    reference = models.CharField(_("reference"), max_length=30, unique=True, editable=False)

    # The first part of the reference, such as "SV".
    reference_prefix: ClassVar[str]

    class Meta:
        abstract = True

    def reference_year(self) -> int:
        """The year in the reference."""
        raise NotImplementedError
