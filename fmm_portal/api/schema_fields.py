"""How the portal's own serializer fields are described in OpenAPI."""

from typing import Any

from django.db import models
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent

from fmm_portal.api.fields import MultilingualField, PartialDateField, brief_fields
from fmm_portal.core import multilingual

MULTILINGUAL_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {code: {"type": "string"} for code in multilingual.content_languages()},
    "description": "The text by language; only filled languages are present.",
    "examples": [{"en": "Study visit to Tunisia", "fr": "Visite d'étude en Tunisie"}],
}
PARTIAL_DATE_SCHEMA = {
    "type": "string",
    "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$",
    "description": "A date as far as it is known: a day (2017-11-14), a month (2015-07) or a year (2015).",
    "examples": ["2017-11-14", "2015-07", "2015"],
}
NULLABLE_URL = {"type": ["string", "null"], "format": "uri"}


def component(auto_schema: Any, name: str, key: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """A reference to a component, described once."""
    found = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=key)
    auto_schema.registry.register_on_missing(found)
    return found.ref


def brief_component(auto_schema: Any, model: type[models.Model]) -> dict[str, Any]:
    """A reference to the component of the model's brief, described once."""
    properties: dict[str, Any] = {"id": {"type": "integer"}}
    for name in brief_fields(model):
        properties[name] = _brief_property(auto_schema, model, name)
    properties["url"] = NULLABLE_URL
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return component(auto_schema, f"{model.__name__}Brief", model, schema)


def _brief_property(auto_schema: Any, model: type[models.Model], name: str) -> dict[str, Any]:
    fields = {field.name: field for field in model._meta.fields}
    if name == "label" or (name in fields and fields[name].null):
        return {"type": ["string", "null"]}
    # A name that is worked out is given in every language; other such words, like a reference, are one text.
    is_multilingual = isinstance(fields.get(name), multilingual.MultilingualField) or (
        name not in fields and name == "name"
    )
    if is_multilingual:
        return component(auto_schema, "MultilingualText", MultilingualField, MULTILINGUAL_SCHEMA)
    return {"type": "string"}


class MultilingualExtension(OpenApiSerializerFieldExtension):
    target_class = "fmm_portal.api.fields.MultilingualField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return component(auto_schema, "MultilingualText", MultilingualField, MULTILINGUAL_SCHEMA)


class PartialDateExtension(OpenApiSerializerFieldExtension):
    target_class = "fmm_portal.api.fields.PartialDateField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return component(auto_schema, "PartialDate", PartialDateField, PARTIAL_DATE_SCHEMA)


class TimeExtension(OpenApiSerializerFieldExtension):
    """An hour of the clock where it is: OpenAPI's own "time" carries a zone."""

    target_class = "rest_framework.fields.TimeField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$", "examples": ["09:30:00"]}


class BriefExtension(OpenApiSerializerFieldExtension):
    target_class = "fmm_portal.api.fields.Brief"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return brief_component(auto_schema, self.target.related_model)


class BriefsExtension(OpenApiSerializerFieldExtension):
    target_class = "fmm_portal.api.fields.Briefs"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "array", "items": brief_component(auto_schema, self.target.related_model)}


class RecordUrlExtension(OpenApiSerializerFieldExtension):
    target_class = "fmm_portal.api.serializers.RecordUrl"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


class AvailableActionsExtension(OpenApiSerializerFieldExtension):
    target_class = "fmm_portal.api.serializers.AvailableActionsField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        from fmm_portal.api.serializers import AvailableActionSerializer

        step = auto_schema.resolve_serializer(AvailableActionSerializer, "response")
        return {"type": "array", "items": step.ref}
