"""Serializer fields of the portal's own values: partial dates, texts by language, related records and their briefs."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from fmm_portal.accounts.models import User
from fmm_portal.api.resources import absolute, resource_path
from fmm_portal.core.multilingual import Multilingual, content_languages
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Nobody, Principal

# Characters that JSON can carry and no database keeps as text.
UNWRITABLE = (ProhibitNullCharactersValidator(), ProhibitSurrogateCharactersValidator())
# What a brief shows of a record, as far as its model has such a field.
BRIEF_FIELDS = ("reference", "code", "acronym", "name", "title", "position", "topic")


def knows_colleagues(principal: Principal, person: User) -> bool:
    """Who a person is, only the programme's staff and the person read."""
    return principal.knows_colleagues or principal.account_id == person.pk


def principal_of(field: serializers.Field[Any, Any, Any, Any]) -> Principal:
    request = field.context.get("request")
    return request.actor.principal if request is not None else Nobody()


class PartialDateField(serializers.Field[PartialDate | None, Any, str, Any]):
    default_error_messages = {
        "invalid": _("Write a day as 2017-11-14, a month as 2015-07 or a year as 2015.")
    }

    def to_internal_value(self, data: Any) -> PartialDate | None:
        if data == "" and self.allow_null:
            return None
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return PartialDate.from_iso(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat())


class MultilingualField(serializers.Field[Multilingual, Any, dict[str, str], Any]):
    default_error_messages = {
        "not_an_object": _("Give an object that holds the text of each language, such as en and fr."),
        "unknown_language": _("There is no content language “{language}”; known are {known}."),
        "not_a_string": _("The text in “{language}” must be a string."),
        "required": _("Give the text in at least one language."),
    }

    def __init__(self, *, allow_empty: bool = True, **kwargs: Any) -> None:
        self.allow_empty = allow_empty
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Multilingual:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        for language, text in data.items():
            if language not in content_languages():
                self.fail("unknown_language", language=language, known=", ".join(content_languages()))
            if not isinstance(text, str):
                self.fail("not_a_string", language=language)
            for refuse in UNWRITABLE:
                refuse(text)
        value = Multilingual(data)
        if not value and not self.allow_empty:
            self.fail("required")
        return value

    def to_representation(self, value: Multilingual) -> dict[str, str]:
        return value.texts()


class SourcesField(serializers.ListField):
    """Addresses or titles that a record is known from."""

    child = serializers.CharField(max_length=1000)

    def __init__(self, **kwargs: Any) -> None:
        for option in ("encoder", "decoder", "style"):
            kwargs.pop(option, None)
        super().__init__(**kwargs)


@extend_schema_field({"type": "integer"})
class RelatedId(serializers.PrimaryKeyRelatedField[Any]):
    """The primary key of a related record, always an integer; only records that the caller may see are accepted."""

    default_error_messages = {
        "does_not_exist": _("There is no such record with the id {pk_value}, or none that you may see."),
        "incorrect_type": _("Give the id as an integer."),
    }

    def __init__(self, model: type[models.Model] | None = None, **kwargs: Any) -> None:
        self.related_model = model
        # Records that were looked up beforehand, for many rows at once (api.bulk).
        self.known: dict[int, models.Model] = {}
        if model is not None and not kwargs.get("read_only"):
            kwargs.setdefault("queryset", model._default_manager.all())
        super().__init__(**kwargs)

    def get_queryset(self) -> models.QuerySet[Any]:
        queryset: Any = super().get_queryset()
        return queryset.visible_to(principal_of(self)) if hasattr(queryset, "visible_to") else queryset

    def to_internal_value(self, data: Any) -> Any:
        from_form = isinstance(getattr(self.root, "initial_data", None), QueryDict)
        if from_form and isinstance(data, str) and data.isdecimal():
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if data in self.known:
            return self.known[data]
        return super().to_internal_value(data)


def related_ids(model: type[models.Model], **kwargs: Any) -> Any:
    """A list of primary keys."""
    return RelatedId(model, many=True, **kwargs)


def brief_fields(model: type[models.Model]) -> list[str]:
    """The fields of a model's brief besides `id` and `url`; `label` when the model has none of the usual ones."""
    found = []
    for name in BRIEF_FIELDS:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            if not isinstance(getattr(model, name, None), property):
                continue
        found.append(name)
    return found or ["label"]


def shown(value: Any) -> Any:
    return value.texts() if isinstance(value, Multilingual) else value


def brief_of(record: models.Model, request: Request | None) -> dict[str, Any]:
    """Enough to name a record and to find it."""
    model = type(record)
    brief: dict[str, Any] = {"id": record.pk}
    for name in _brief_names(model):
        brief[name] = str(record) if name == "label" else _brief_value(record, name)
    brief["url"] = absolute(request, resource_path(model, record.pk))
    return brief


_names_by_model: dict[type[models.Model], list[str]] = {}


def _brief_names(model: type[models.Model]) -> list[str]:
    if model not in _names_by_model:
        _names_by_model[model] = brief_fields(model)
    return _names_by_model[model]


def brief_columns(model: type[models.Model]) -> tuple[str, ...] | None:
    """The columns that suffice to write a brief of the model; None where its label may read anything."""
    if model not in _columns_by_model:
        names = _brief_names(model)
        columns = {field.name for field in model._meta.concrete_fields}
        found = tuple(name for name in names if name in columns)
        _columns_by_model[model] = found or None
    return _columns_by_model[model]


_columns_by_model: dict[type[models.Model], tuple[str, ...] | None] = {}


def _brief_value(record: models.Model, name: str) -> Any:
    if name == "name" and hasattr(record, "name_in"):
        return {code: record.name_in(code) for code in content_languages()}
    return shown(getattr(record, name))


class Brief(serializers.Field[Any, Any, Any, Any]):
    """Read-only: `{id, reference or code, name or title, url}` of a related record."""

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        self.related_model = model
        super().__init__(**{**kwargs, "read_only": True})

    def to_representation(self, value: models.Model) -> dict[str, Any]:
        brief = brief_of(value, self.context.get("request"))
        if isinstance(value, User) and not knows_colleagues(principal_of(self), value):
            brief["label"] = None
        return brief


class Briefs(Brief):
    """The briefs of a many-to-many relation, in the order of their ids."""

    def to_representation(self, value: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        request = self.context.get("request")
        rows = value.all() if hasattr(value, "all") else value
        return [brief_of(record, request) for record in sorted(rows, key=lambda record: record.pk)]


class Choice(serializers.ChoiceField):
    """A stored word of a closed list, with the list in the refusal."""

    default_error_messages = {"invalid_choice": _("“{input}” is none of: {choices}.")}

    def to_internal_value(self, data: Any) -> Any:
        if data == "" and self.allow_blank:
            return ""
        try:
            return self.choice_strings_to_values[str(data)]
        except KeyError:
            self.fail("invalid_choice", input=data, choices=", ".join(str(key) for key in self.choices))


def no_such_field(known: list[str]) -> str:
    return _t("There is no such field here. Known are: %(known)s.") % {"known": ", ".join(known)}
