"""The base of all filter sets, shared by lists on screen and in the API: search, periods of partial dates, relations.

A relation's filter is named as in the API, `country_id`, and takes several values: any of them matches.
"""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate, PartialDateFormField
from fmm_portal.core.principals import Nobody, Principal


def visible(model: type[Record]) -> Callable[[HttpRequest | None], models.QuerySet[Any]]:
    """The rows of a model to choose from: those that the person who asks may see."""

    def rows(request: HttpRequest | None) -> models.QuerySet[Any]:
        if request is None:
            return model._default_manager.none()
        return model._default_manager.visible_to(request.actor.principal)  # type: ignore[attr-defined]

    return rows


class RelatedRecords(django_filters.fields.ModelMultipleChoiceField):
    """Refuses a number that no key can be as it does other keys that are not there; SQLite would raise.

    A view saved before a record was merged into another finds the other: the model says which, by `current_keys`.
    """

    def clean(self, value: Any) -> Any:
        if not value:
            # An empty query would be put together only to be found empty, for each filter of each list.
            return []
        try:
            return super().clean(value)
        except ValidationError:
            model: Any = self.queryset.model if self.queryset is not None else None
            current_keys = getattr(model, "current_keys", None)
            renewed = current_keys(value) if current_keys is not None else value
            if renewed == value:
                raise
            return super().clean(renewed)
        except OverflowError as error:
            message = self.error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice", params={"value": value[0]}) from error


class RelationFilter(django_filters.ModelMultipleChoiceFilter):
    """Rows related to any of the given records; through a subquery, so that no row is met twice."""

    field_class = RelatedRecords

    def __init__(self, model: type[Record], **kwargs: Any) -> None:
        self.related_model = model
        super().__init__(queryset=visible(model), **kwargs)  # type: ignore[arg-type]

    def filter(self, qs: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        keys = [record.pk for record in value or ()]
        if not keys:
            return qs
        names = self.field_name or ""
        related = qs.model._base_manager.filter(**{f"{names}__in": keys}).order_by().values("pk")
        return qs.filter(pk__in=related)


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Rows whose field has any of the given words."""

    def __init__(self, choices: type[models.TextChoices], **kwargs: Any) -> None:
        super().__init__(choices=choices.choices, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": list(value)}) if value else qs


class YesNoField(forms.NullBooleanField):
    """Yes, no, or nothing said; Django's own field takes every other word for nothing said."""

    default_error_messages = {"invalid": _("“%(value)s” is neither yes nor no. Write true or false.")}
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("Any")), ("true", _("Yes")), ("false", _("No"))]
        super().__init__(widget=forms.Select(choices=choices), **kwargs)

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        known = self.words.get(str(value).lower())
        if known is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value})
        return known

    def prepare_value(self, value: Any) -> Any:
        """The choice that shows it, whichever word the address has."""
        known = self.words.get(str(value).lower())
        return value if known is None else str(known).lower()


class YesNoFilter(django_filters.BooleanFilter):
    """Rows of which something is true, or of which it is not."""

    field_class = YesNoField


class PartialDateFilter(django_filters.Filter):
    """One end of a period. A date known only by its year counts when any of its days may lie in the period."""

    field_class = PartialDateFormField

    def __init__(self, *args: Any, end: str, **kwargs: Any) -> None:
        self.end = end
        super().__init__(*args, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: PartialDate | None) -> models.QuerySet[Any]:
        if value is None:
            return qs
        name = self.field_name
        if self.end == "until":
            return qs.filter(**{f"{name}__lte": PartialDate.of(value.latest)})
        first = value.earliest
        wider = [PartialDate(first.year), PartialDate(first.year, first.month)]
        return qs.filter(Q(**{f"{name}__gte": PartialDate.of(first)}) | Q(**{f"{name}__in": wider}))


class MonthFilter(django_filters.Filter):
    """What is known to lie in a month; a year alone is in none of its months."""

    field_class = PartialDateFormField

    def filter(self, qs: models.QuerySet[Any], value: PartialDate | None) -> models.QuerySet[Any]:
        if value is None:
            return qs
        first = PartialDate(value.year, value.month or 1)
        last = PartialDate.of(value.latest)
        return qs.filter(**{f"{self.field_name}__gte": first, f"{self.field_name}__lte": last})


def from_date(field_name: str, label: Any) -> PartialDateFilter:
    return PartialDateFilter(field_name=field_name, end="from", label=label)


def until_date(field_name: str, label: Any) -> PartialDateFilter:
    return PartialDateFilter(field_name=field_name, end="until", label=label)


class NumbersFilter(django_filters.BaseInFilter, django_filters.NumberFilter):
    """Any of several numbers, separated by commas."""


class RecordFilterSet(django_filters.FilterSet):
    """What every list offers."""

    id = NumbersFilter(field_name="pk", label=_("Ids"))
    updated_after = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte", label=_("Changed at or after")
    )

    @property
    def principal(self) -> Principal:
        """Who asks."""
        request: Any = self.request
        return request.actor.principal if request is not None else Nobody()


class SearchableFilterSet(RecordFilterSet):
    """For records with search text."""

    search = django_filters.CharFilter(method="filter_search", label=_("Search"))

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search(value)
