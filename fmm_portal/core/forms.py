"""The base of all forms that edit records: saved through the services, safe against double and concurrent saves."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Self

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ImproperlyConfigured, ValidationError
from django.db import models
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.conflicts import (
    Conflict,
    Difference,
    base_of,
    comparable,
    digest,
    read_base,
    tidy,
    value_of,
)
from fmm_portal.core.errors import StaleRecord
from fmm_portal.core.models import Record
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.querysets import RecordQuerySet, fold
from fmm_portal.core.services import create_record, update_record
from fmm_portal.core.submissions import create_once, created_before

# Beyond this many entries a choice gets a search box.
LONG_CHOICE = 10


class PortalFormRenderer(TemplatesSetting):
    """Every form and field of the portal is drawn by the templates in templates/django/forms/."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"


class Section(NamedTuple):
    """A heading and the fields under it; a tuple of names stands side by side."""

    title: str | Promise
    fields: Sequence[str | tuple[str, ...]]
    lead: str | Promise = ""


class SortedChoices(ModelChoiceIterator):
    """Choices in the order of what people read, whatever the language."""

    def __iter__(self) -> Iterator[Any]:
        blank = [("", self.field.empty_label)] if self.field.empty_label is not None else []
        yield from blank
        rows = (self.choice(row) for row in self.queryset)
        yield from sorted(rows, key=lambda choice: fold(str(choice[1])))


def choice_label(record: models.Model) -> str:
    """How a record is named in a list of choices: at more length than elsewhere where its model says so."""
    return str(getattr(record, "choice_label", None) or record)


def visible_rows(queryset: Any, principal: Principal) -> models.QuerySet[Any]:
    """The rows to choose from: those that the principal may see, with what their names need."""
    if isinstance(queryset, RecordQuerySet):
        return queryset.visible_to(principal).with_related()
    try:
        return policy_for(queryset.model).scope(principal, queryset)
    except ImproperlyConfigured:
        return queryset


def dress_field(field: forms.Field, principal: Principal) -> None:
    """Give a field of a model's form the portal's widgets, choices in scope and an honest first option."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        field.widget = ChoiceBoxes(choices=())
        field.iterator = SortedChoices
        field.label_from_instance = choice_label  # type: ignore[method-assign,assignment]
        field.queryset = visible_rows(field.queryset, principal)
    elif isinstance(field, forms.ModelChoiceField):
        field.iterator = SortedChoices
        field.label_from_instance = choice_label  # type: ignore[method-assign,assignment]
        field.empty_label = _("Choose…") if field.required else _("None")
        field.widget.attrs |= {"data-searchable": "", "data-none": _("Nothing matches.")}
        field.queryset = visible_rows(field.queryset, principal)
    elif isinstance(field, forms.ChoiceField):
        blank = _("Choose…") if field.required else _("Not stated")
        choices: list[Any] = list(field.choices)  # type: ignore[arg-type]
        field.choices = [(value, blank if value in ("", None) else label) for value, label in choices]
        if len(choices) > LONG_CHOICE:
            field.widget.attrs |= {"data-searchable": "", "data-none": _("Nothing matches.")}
    elif isinstance(field, forms.DateField):
        field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(field, forms.TimeField):
        field.widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class ChoiceBoxes(forms.CheckboxSelectMultiple):
    """Tick boxes in a frame that scrolls; a script adds a search when there are many."""

    template_name = "django/forms/widgets/choice_boxes.html"
    option_template_name = "django/forms/widgets/choice_box.html"


class RecordForm(forms.ModelForm[Any]):
    """A ModelForm that saves through core.services.

    Subclasses list `Meta.fields`, and `sections` when the form is long. The view asks `submitted_before()`
    first, then `save()`, and on StaleRecord shows `rebased_on(error)`: nothing typed is lost.
    """

    sections: ClassVar[Sequence[Section]] = ()

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        # Kept, because a new record has its key even when writing it is rolled back.
        self.is_edit = self.instance.pk is not None
        self.conflict: Conflict | None = None
        self._options = {
            name: value
            for name, value in kwargs.items()
            if name not in {"data", "files", "initial", "instance"}
        }
        if self.is_edit:
            # Whoever adds a record tells what is not there to be read yet.
            for name in policy_for(self._meta.model).hidden_fields(actor.principal, self.instance):
                self.fields.pop(name, None)
        for field in self.fields.values():
            dress_field(field, actor.principal)
        if self.is_edit:
            self.fields["reason"] = forms.CharField(
                label=_("Reason for the change"),
                required=False,
                max_length=500,
                help_text=_("Optional. It is kept in the history."),
            )
            self.fields["record_version"] = forms.IntegerField(
                initial=self.instance.version, widget=forms.HiddenInput
            )
            self.fields["record_base"] = forms.CharField(
                initial=base_of(self.instance, self.record_fields()), required=False, widget=forms.HiddenInput
            )
            # After a conflict: the fields in which what somebody else saved shall stand.
            self.fields["theirs"] = forms.Field(required=False, widget=forms.MultipleHiddenInput)
        else:
            self.fields["submission"] = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)

    def record_fields(self) -> list[str]:
        """The form's fields that are fields of the model."""
        return [name for name in self.fields if name in (self._meta.fields or ())]

    def full_clean(self) -> None:
        if self.is_bound and self.is_edit:
            for name in self["theirs"].data or ():
                if name in self.record_fields():
                    # It keeps the saved value, in the checks and on the page, whatever was typed.
                    self.fields[name].disabled = True
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: tidy(value) for name, value in cleaned.items()}

    # --- saving ---

    def changes(self) -> dict[str, Any]:
        """Field by field what to write. Forms with fields of their own extend it."""
        return {name: self.cleaned_data[name] for name in self.record_fields()}

    def save(self, actor: Actor | None = None) -> Any:  # type: ignore[override]
        """Write through the services. Raises StaleRecord, Forbidden, ValidationError."""
        actor = actor or self.actor
        if self.is_edit:
            return update_record(
                self.instance,
                actor=actor,
                changes=self.changes(),
                expected_version=self.cleaned_data["record_version"],
                reason=self.cleaned_data.get("reason", ""),
            )
        return create_once(self.cleaned_data["submission"], lambda: self.create(actor), actor=actor)

    def create(self, actor: Actor) -> Record:
        """Write the new record. Overridden where creating is a service of its own."""
        many = {field.name for field in self.instance._meta.many_to_many}
        changes = self.changes()
        for name, value in changes.items():
            if name not in many:
                setattr(self.instance, name, value)
        return create_record(
            self.instance, actor=actor, related={name: changes[name] for name in changes if name in many}
        )

    def submitted_before(self) -> Record | None:
        """The record that this very form has already created: a double click, or a page sent again."""
        if self.is_edit or not self.is_bound:
            return None
        try:
            token = uuid.UUID(str(self.data.get(self.add_prefix("submission"), "")))
        except ValueError:
            return None
        return created_before(token, self.actor)

    # --- what went wrong ---

    def take_errors(self, error: ValidationError) -> None:
        """Put what a service refused beside the fields it is about."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            known = name if name in self.fields or name == NON_FIELD_ERRORS else None
            self.add_error(None if known == NON_FIELD_ERRORS else known, errors)

    def rebased_on(self, error: StaleRecord) -> Self:
        """The same form upon the record as it is now: what this person changed is kept, the rest is theirs.

        Its hidden version is the new one, so the next save goes through.
        """
        base = read_base(self.cleaned_data.get("record_base", ""))
        kept: dict[str, Any] = {}
        differences = []
        for name in self.record_fields():
            yours, theirs = self.cleaned_data.get(name), value_of(error.current, name)
            if comparable(yours) == comparable(theirs):
                continue
            by_you, by_them = digest(yours) != base.get(name), digest(theirs) != base.get(name)
            if by_you:
                kept[name] = yours
            label = str(self.fields[name].label or name)
            differences.append(
                Difference(
                    name,
                    label,
                    self.shown(name, yours if by_you else theirs),
                    self.shown(name, theirs),
                    by_you and by_them,
                )
            )
        kept |= {name: self.cleaned_data.get(name) for name in self.own_fields()}
        fresh = type(self)(instance=error.current, initial=kept, **self._options, actor=self.actor)
        fresh.conflict = Conflict(error.author_for(self.actor.principal), error.changed_at, differences)
        return fresh

    def own_fields(self) -> list[str]:
        """Fields that are not the model's, without the hidden machinery."""
        machinery = {"record_version", "record_base", "submission", "theirs"}
        return [
            name for name in self.fields if name not in machinery and name not in (self._meta.fields or ())
        ]

    def shown(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, Mapping):
            return "\n".join(value.values())
        if isinstance(value, Iterable) and not isinstance(value, str):
            return ", ".join(str(item) for item in value)
        choices = getattr(self._meta.model._meta.get_field(name), "flatchoices", None)
        return str(dict(choices).get(value, value)) if choices else str(value if value is not None else "")

    # --- drawing ---

    def grouped(self) -> list[tuple[Section, list[list[forms.BoundField]]]]:
        """Sections with rows of fields. Fields that no section names follow in a section without a heading."""
        shown = [name for name in self.fields if not self[name].is_hidden]
        groups: list[tuple[Section, list[list[forms.BoundField]]]] = []
        for section in self.sections:
            rows = []
            for entry in section.fields:
                names = (entry,) if isinstance(entry, str) else entry
                row = [self[name] for name in names if name in shown]
                shown = [name for name in shown if name not in names]
                if row:
                    rows.append(row)
            if rows:
                groups.append((section, rows))
        if shown:
            groups.append((Section("", shown), [[self[name]] for name in shown]))
        return groups
