"""How the filters of lists are described in OpenAPI, where the name of a model's field does not say it."""

from typing import Any

import django_filters
from drf_spectacular.contrib.django_filters import DjangoFilterExtension

from fmm_portal.core.filters import NumbersFilter


class FilterExtension(DjangoFilterExtension):
    """Records are named by their ids, whatever works out which rows they are met in."""

    target_class = "fmm_portal.api.filtering.FilterBackend"
    priority = 1

    def resolve_filter_field(
        self, auto_schema: Any, model: Any, filterset_class: Any, field_name: str, filter_field: Any
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super().resolve_filter_field(
            auto_schema, model, filterset_class, field_name, filter_field
        )
        if isinstance(filter_field, django_filters.ModelMultipleChoiceFilter | NumbersFilter):
            for parameter in found:
                parameter["schema"]["items"] = {"type": "integer"}
        return found
