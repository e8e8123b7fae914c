"""Filters of lists: only those that the caller sets are made; a list has dozens and a request names one or two."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django_filters import IsoDateTimeFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from fmm_portal.api.changes import changed_since
from fmm_portal.core.filter_bar import SEARCH


@lru_cache(maxsize=512)
def narrowed(filterset_class: Any, names: frozenset[str], serializer_class: Any) -> Any:
    """The same filter set with these filters alone; `updated_after` minds all that the serializer shows."""

    def changed(rows: models.QuerySet[Any], name: str, moment: Any) -> models.QuerySet[Any]:
        return changed_since(rows, serializer_class, moment)

    some: Any = type(filterset_class.__name__, (filterset_class,), {})
    some.base_filters = {name: made for name, made in filterset_class.base_filters.items() if name in names}
    if "updated_after" in names:
        label = filterset_class.base_filters["updated_after"].label
        some.base_filters["updated_after"] = IsoDateTimeFilter(method=changed, label=label)
    return some


def refuse_empty(request: Any, names: Iterable[str]) -> None:
    """A form on screen sends empty fields; a client whose variable is empty must not be given all rows."""
    given = request.query_params
    empty = [name for name in sorted(names) if not all(value.strip() for value in given.getlist(name))]
    if empty:
        message = _("Give the filter a value, or leave it out.")
        raise ValidationError({name: [message] for name in empty}, code="empty_filter")


class FilterBackend(DjangoFilterBackend):
    def filter_queryset(
        self, request: Any, queryset: models.QuerySet[Any], view: Any
    ) -> models.QuerySet[Any]:
        filterset_class: Any = self.get_filterset_class(view, queryset)
        if filterset_class is None or not set(filterset_class.base_filters) & set(request.query_params):
            return queryset
        filtered: models.QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered

    def get_filterset(self, request: Any, queryset: models.QuerySet[Any], view: Any) -> Any:
        filterset_class: Any = self.get_filterset_class(view, queryset)
        names = frozenset(filterset_class.base_filters) & set(request.query_params)
        refuse_empty(request, names - {SEARCH})
        options = self.get_filterset_kwargs(request, queryset, view)
        return narrowed(filterset_class, names, view.serializer_class)(**options)
