"""Documents of records as a resource: uploaded as a form, downloaded as a file to save."""

from typing import Any

import django_filters
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from fmm_portal.api.actions import sends_file
from fmm_portal.api.parsers import JSONParser, MultiPartParser
from fmm_portal.api.resources import resource_models
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.subjects import SubjectSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.documents import attach_document, document_hosts
from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.enums import Audience
from fmm_portal.core.filters import ChoicesFilter, RecordFilterSet
from fmm_portal.core.models import Document, Record


class SubjectFilterSet(RecordFilterSet):
    """Filters by the record that a row is about."""

    subject_type = django_filters.CharFilter(method="filter_type", label=_("Resource of the subject"))
    subject_id = django_filters.NumberFilter(field_name="subject_id", label=_("Id of the subject"))

    def filter_type(self, queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        model = resource_models().get(value)
        if model is None:
            raise ValidationError({name: [_("Name the resource of the subject, such as study-visits.")]})
        return queryset.filter(subject_type=ContentType.objects.get_for_model(model))


class DocumentFilterSet(SubjectFilterSet):
    audience = ChoicesFilter(Audience, label=_("Who may open it"))
    language = django_filters.CharFilter(field_name="language", label=_("Language"))
    content_type = django_filters.CharFilter(field_name="content_type", label=_("Type"))

    class Meta:
        model = Document
        fields = ()


class DocumentSerializer(SubjectSerializer):
    file = serializers.FileField(write_only=True)

    class Meta:
        model = Document
        fields = (
            "subject_type",
            "subject_id",
            "subject",
            "title",
            "language",
            "audience",
            "file",
            "file_name",
            "content_type",
            "size",
            "sha256",
            "uploaded_by",
        )
        read_only_fields = ("file_name", "content_type", "size", "sha256", "uploaded_by")
        extra_kwargs = {"title": {"required": False}}
        prefetch = {"subject": ("subject",)}


class DocumentViewSet(ResourceViewSet):
    """Files of records. Seen as the record is, as far as the document's audience reaches."""

    resource = "documents"
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilterSet
    ordering_fields = ("title", "size", "created_at", "updated_at")
    parser_classes = (MultiPartParser, JSONParser)
    in_bulk = ("partial_update",)

    def may_create(self) -> None:
        """Whether one may attach depends on the subject alone: the service asks its policy."""

    def perform_create(self, values: dict[str, Any]) -> Record:
        subject = values.pop("subject")
        if type(subject) not in document_hosts():
            raise ValidationError({"subject_type": [_("Records of this resource carry no documents.")]})
        return attach_document(subject, values.pop("file"), actor=self.actor, **values)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @sends_file
    def content(self, request: Request, pk: str) -> FileResponse:
        """The file, always to be saved and never shown in the browser."""
        document = self.get_object()
        return file_to_save(document.file, name=document.file_name, content_type=document.content_type)


def register(router: ResourceRouter) -> None:
    router.register_resource(DocumentViewSet)
