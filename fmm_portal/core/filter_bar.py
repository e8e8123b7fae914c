"""The filter bar of a list, made out of its filter set: which fields show, and a chip for each active one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fmm_portal.core.forms import SortedChoices, choice_label
from fmm_portal.core.kept import kept
from fmm_portal.core.querysets import RecordQuerySet, fold

SEARCH = "search"
Choices = list[tuple[Any, str]]


class Chip(NamedTuple):
    """An active filter and the address of the list without it."""

    name: str
    value: str
    query: str


class FilterField(NamedTuple):
    field: forms.BoundField
    is_search: bool
    is_menu: bool
    chosen: int

    @property
    def boxes(self) -> SafeString:
        """The boxes of a menu. Hundreds of them: a template for each would cost more than the list."""
        ticked = {str(value) for value in self.field.value() or ()}
        before = (
            f'<label><input type="checkbox" name="{escape(self.field.html_name)}" id="{self.field.auto_id}'
        )
        return mark_safe(  # noqa: S308 - value and label are escaped
            "".join(
                f'{before}_{place}" value="{escape(value)}"{" checked" if str(value) in ticked else ""}>'
                f"<span>{conditional_escape(label)}</span></label>"
                for place, (value, label) in enumerate(self.field.field.widget.choices)
            )
        )

    @property
    def is_cut(self) -> bool:
        """Whether there are more choices than a menu holds."""
        choices = self.field.field.widget.choices
        return isinstance(choices, ChoicesInUse) and choices.is_cut


# A menu with more boxes is of no use to anybody, and weighs more than the page.
MOST_CHOICES = 300


class ChoicesInUse(SortedChoices):
    """Choices of a filter: fewer rows than those that it accepts in an address, and not more than a menu holds.

    `in_use` gives keys and names, one more than the menu holds where there are more; `chosen` are the rows that the
    address names: they are always among the choices.
    """

    def __init__(
        self,
        field: forms.ModelMultipleChoiceField,
        in_use: Callable[[], Choices],
        chosen: Iterable[Any],
    ) -> None:
        super().__init__(field)
        self.in_use, self.chosen = in_use, chosen

    @property
    def is_cut(self) -> bool:
        return len(self.in_use()) > MOST_CHOICES

    def __iter__(self) -> Iterator[Any]:
        found = self.in_use()[:MOST_CHOICES]
        known = {key for key, _name in found}
        more = [choice for choice in _named(self.field, self.chosen) if choice[0] not in known]
        yield from _in_order([*found, *more]) if more else found


def _named(field: forms.ModelChoiceField, rows: Iterable[Any]) -> Choices:
    return [(row.pk, str(field.label_from_instance(row))) for row in rows]


def _in_order(choices: Choices) -> Choices:
    return sorted(choices, key=lambda choice: fold(choice[1]))


class FilterBar:
    """`names` are the fields in front, `more` those folded away; others work by address and show as chips."""

    def __init__(
        self,
        filterset: django_filters.FilterSet,
        query: QueryDict,
        *,
        names: Sequence[str],
        more: Sequence[str] = (),
    ) -> None:
        self.filterset = filterset
        self.query = query
        for field in filterset.form.fields.values():
            _dress(field)
        self.form = filterset.form
        self.is_valid = filterset.is_valid()
        self.front = [self._shown(name) for name in names if name in filterset.form.fields]
        self.more = [self._shown(name) for name in more if name in filterset.form.fields]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the address holds besides the fields on show, such as the sort: hidden in the form."""
        shown = {entry.field.html_name for entry in (*self.front, *self.more)}
        return [
            (name, value)
            for name, values in self.query.lists()
            for value in values
            if name not in shown and name != "page" and value
        ]

    @property
    def has_more_errors(self) -> bool:
        """What is active stands in chips; what is not understood must be seen."""
        return any(entry.field.errors for entry in self.more)

    def _shown(self, name: str) -> FilterField:
        bound = self.filterset.form[name]
        is_menu = isinstance(bound.field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        if isinstance(bound.field, forms.ModelMultipleChoiceField):
            bound.field.widget.choices = ChoicesInUse(
                bound.field, lambda: self._menus[name], self.form.cleaned_data.get(name) or ()
            )
        chosen = len([value for value in self.query.getlist(name) if value]) if is_menu else 0
        return FilterField(bound, name == SEARCH, is_menu, chosen)

    def _rows_in_use(self, name: str) -> models.QuerySet[Any]:
        """The related rows that occur in the list: a choice of the others would always find nothing."""
        field = self.filterset.form.fields[name]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        rows: Any = field.queryset
        its_filter = self.filterset.filters[name]
        if its_filter.method is not None:
            return rows
        listed: Any = self.filterset.queryset
        return rows.filter(pk__in=listed.order_by().values(its_filter.field_name or name))

    @cached_property
    def _menus(self) -> dict[str, Choices]:
        """The choices of every menu on show, all asked for together: what is kept is looked at once."""

        def build() -> dict[str, Choices]:
            found = {}
            for entry in (*self.front, *self.more):
                field, name = entry.field.field, entry.field.name
                if isinstance(field, forms.ModelMultipleChoiceField):
                    rows = self._rows_in_use(name)[: MOST_CHOICES + 1]
                    found[name] = _in_order(_named(field, rows))
            return found

        request: Any = self.filterset.request
        return kept(f"menus of {request.path}", request.actor.principal, build)

    @property
    def chips(self) -> list[Chip]:
        found = []
        for name, field in self.filterset.form.fields.items():
            value = self.filterset.form.cleaned_data.get(name) if self.is_valid else None
            if value in (None, "", []) or (isinstance(value, models.QuerySet) and not value):
                continue
            for shown, raw in _values(field, value):
                found.append(Chip(str(field.label or name), shown, self._without(name, raw)))
        return found

    def _without(self, name: str, raw: str | None) -> str:
        query = self.query.copy()
        left = [value for value in query.getlist(name) if raw is not None and value != raw]
        query.setlist(name, left)
        if not left:
            query.pop(name)
        query.pop("page", None)
        return query.urlencode()


def _values(field: forms.Field, value: Any) -> Iterable[tuple[str, str | None]]:
    """Each chosen value in words and as it stands in the address; None for the whole parameter."""
    if isinstance(value, models.QuerySet | list | tuple):
        labels = (
            {} if isinstance(field, forms.ModelMultipleChoiceField) else dict(getattr(field, "choices", ()))
        )
        for item in value:
            is_record = isinstance(item, models.Model)
            yield (str(item), str(item.pk)) if is_record else (str(labels.get(item, item)), str(item))
    elif isinstance(value, bool):
        yield (_("yes") if value else _("no")), None
    elif isinstance(field, forms.ChoiceField):
        yield str(dict(_choices_of(field)).get(value, value)), None
    else:
        yield str(value), None


def _choices_of(field: forms.ChoiceField) -> list[Any]:
    return list(field.choices)  # type: ignore[arg-type]


def _dress(field: forms.Field) -> None:
    """Choices of a filter with names in order and without a query a row."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        field.iterator = SortedChoices
        field.label_from_instance = choice_label  # type: ignore[method-assign,assignment]
        field.widget = forms.CheckboxSelectMultiple(choices=())
        rows = field.queryset
        field.queryset = rows.with_related() if isinstance(rows, RecordQuerySet) else rows
    elif isinstance(field, forms.MultipleChoiceField):
        field.widget = forms.CheckboxSelectMultiple(choices=_choices_of(field))
    elif isinstance(field, forms.ModelChoiceField):
        field.empty_label = _("Any")
    field.help_text = ""
