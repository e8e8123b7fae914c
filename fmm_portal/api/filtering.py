"""Filters of lists: only those that the caller sets are made; a list has dozens and a request names one or two."""

from functools import lru_cache
from typing import Any

from django.db import models
from django_filters import IsoDateTimeFilter
from django_filters.rest_framework import DjangoFilterBackend

from fmm_portal.api.changes import changed_since


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
        options = self.get_filterset_kwargs(request, queryset, view)
        return narrowed(filterset_class, names, view.serializer_class)(**options)
