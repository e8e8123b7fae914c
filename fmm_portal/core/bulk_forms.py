"""The form of a change of many rows: each field is kept, set to one value for all, or cleared."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record

KEEP, SET, CLEAR = "keep", "set", "clear"


class BulkField(NamedTuple):
    """What to do with a field, and the value that it may be set to."""

    label: str
    todo: forms.BoundField
    value: forms.BoundField
    is_set: bool


class BulkForm(forms.Form):
    """`fields` are those of the resource's own form, so that the same can be chosen as for a single record."""

    def __init__(
        self, *args: Any, model: type[Record], fields: Mapping[str, forms.Field], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.record_model = model
        self.names = list(fields)
        for name, its_field in fields.items():
            todo = [(KEEP, _("Keep as it is")), (SET, _("Set to"))]
            if may_be_empty(model, name):
                todo.append((CLEAR, _("Clear")))
            self.fields[f"{name}_todo"] = forms.ChoiceField(
                label=its_field.label, choices=todo, initial=KEEP, widget=forms.RadioSelect
            )
            self.fields[name] = (
                yes_or_no(its_field) if isinstance(its_field, forms.BooleanField) else its_field
            )
            self.fields[name].required = False
        self.fields["reason"] = forms.CharField(
            label=_("Reason for the change"),
            required=False,
            max_length=500,
            help_text=_("Optional. It is kept in the history of every row."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        todo = {name: cleaned.get(f"{name}_todo", KEEP) for name in self.names}
        for name, what in todo.items():
            value = cleaned.get(name)
            is_empty = value in (None, "") or (isinstance(value, models.QuerySet | list) and not value)
            if what == SET and is_empty and name not in self.errors:
                self.add_error(name, _("Say what it is set to, or keep it as it is."))
            elif what != SET and name in self.errors:
                # Nobody asked for this value.
                del self.errors[name]
        if not self.errors and set(todo.values()) <= {KEEP}:
            self.add_error(None, _("Choose at least one field to set or to clear."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """Field by field what to write."""
        found: dict[str, Any] = {}
        for name in self.names:
            todo = self.cleaned_data[f"{name}_todo"]
            if todo == SET:
                value = self.cleaned_data[name]
                found[name] = list(value) if isinstance(value, models.QuerySet) else value
            elif todo == CLEAR:
                found[name] = empty_value(self.record_model, name)
        return found

    def rows(self) -> Iterator[BulkField]:
        for name in self.names:
            todo = self[f"{name}_todo"]
            yield BulkField(str(self[name].label), todo, self[name], todo.value() == SET)


def may_be_empty(model: type[Record], name: str) -> bool:
    field: Any = model._meta.get_field(name)
    return bool(field.blank) and not isinstance(field, models.BooleanField)


def empty_value(model: type[Record], name: str) -> Any:
    """What a field holds when nothing is known."""
    field: Any = model._meta.get_field(name)
    if field.many_to_many:
        return []
    return None if field.null else field.get_default()


def yes_or_no(field: forms.Field) -> forms.Field:
    """A box that is not ticked says nothing; of many rows both answers must be said."""
    return forms.TypedChoiceField(
        label=field.label,
        choices=[("", _("Choose…")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
