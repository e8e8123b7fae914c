"""Records about some other record, such as a document of a visit: `subject_type`, `subject_id` and `subject`."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fmm_portal.api.fields import brief_of, principal_of
from fmm_portal.api.resources import resource_models, resource_name
from fmm_portal.api.serializers import ResourceSerializer


@extend_schema_field({"type": "string", "description": "The resource of the subject, such as study-visits."})
class SubjectType(serializers.Field[Any, Any, Any, Any]):
    default_error_messages = {"invalid": _("Name the resource of the subject, such as study-visits.")}

    def to_internal_value(self, data: Any) -> type[models.Model]:
        model = resource_models().get(data) if isinstance(data, str) else None
        if model is None:
            self.fail("invalid")
        return model

    def to_representation(self, value: int) -> str | None:
        model = ContentType.objects.get_for_id(value).model_class()
        return resource_name(model) if model is not None else None


@extend_schema_field(
    {
        "type": ["object", "null"],
        "properties": {"id": {"type": "integer"}, "url": {"type": ["string", "null"], "format": "uri"}},
        "required": ["id", "url"],
        "description": "The brief of the subject: its id, reference or name, and address.",
    }
)
class SubjectBrief(serializers.Field[Any, Any, Any, Any]):
    def to_representation(self, value: models.Model) -> dict[str, Any]:
        return brief_of(value, self.context.get("request"))


class SubjectSerializer(ResourceSerializer):
    """Finds the subject among the records that the caller may see; gives it to the service as `subject`."""

    subject_type = SubjectType(source="subject_type_id")
    subject_id = serializers.IntegerField()
    subject = SubjectBrief(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = super().validate(attrs)
        if self.instance is not None:
            fixed = {"subject_type_id": "subject_type", "subject_id": "subject_id", "file": "file"}
            errors = {name: [_("This cannot be changed.")] for key, name in fixed.items() if key in values}
            if errors:
                raise serializers.ValidationError(errors, code="read_only")
            return values
        model = values.pop("subject_type_id")
        pk = values.pop("subject_id")
        subject = model._default_manager.visible_to(principal_of(self)).filter(pk=pk).first()
        if subject is None:
            message = _("There is no such record with the id {pk_value}, or none that you may see.")
            raise serializers.ValidationError(
                {"subject_id": [message.format(pk_value=pk)]}, code="does_not_exist"
            )
        return {**values, "subject": subject}
