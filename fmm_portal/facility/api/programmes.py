"""Programmes, and the visibility texts and logos that their documents carry, as resources."""

from pathlib import PurePath

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from fmm_portal.api.actions import sends_file
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.downloads import file_to_save
from fmm_portal.facility.filters.programmes import (
    LogoFilterSet,
    ProgrammeFilterSet,
    VisibilityTextFilterSet,
)
from fmm_portal.facility.logos import content_type_of
from fmm_portal.facility.models import Logo, Programme, VisibilityText


class ProgrammeSerializer(ResourceSerializer):
    class Meta:
        model = Programme
        fields = ("acronym", "name", "implementer", "funders", "contract_numbers")


class ProgrammeViewSet(ResourceViewSet):
    """Programmes under which visits take place."""

    resource = "programmes"
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilterSet
    ordering_fields = ("acronym", "updated_at")


class VisibilityTextSerializer(ResourceSerializer):
    class Meta:
        model = VisibilityText
        fields = ("programme", "funding_line", "disclaimer", "valid_from", "valid_until")


class VisibilityTextViewSet(ResourceViewSet):
    """The funding line and disclaimer of a programme, for the time they hold."""

    resource = "visibility-texts"
    serializer_class = VisibilityTextSerializer
    filterset_class = VisibilityTextFilterSet
    ordering_fields = ("valid_from", "updated_at")


class LogoSerializer(ResourceSerializer):
    class Meta:
        model = Logo
        fields = (
            "programme",
            "order",
            "language",
            "alternative_text",
            "sha256",
            "valid_from",
            "valid_until",
        )
        read_only_fields = ("sha256",)


class LogoViewSet(ResourceViewSet):
    """The logos on the cover of a programme's documents, for a language or all, and for the time they hold."""

    resource = "logos"
    serializer_class = LogoSerializer
    filterset_class = LogoFilterSet
    ordering_fields = ("order", "valid_from", "updated_at")
    methods = ("list", "retrieve", "partial_update", "destroy")

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @sends_file
    def content(self, request: Request, pk: str) -> FileResponse:
        """The picture."""
        logo = self.get_object()
        name = PurePath(str(logo.file.name)).name
        return file_to_save(logo.file, name=name, content_type=content_type_of(logo))


def register(router: ResourceRouter) -> None:
    router.register_resource(ProgrammeViewSet)
    router.register_resource(VisibilityTextViewSet)
    router.register_resource(LogoViewSet)
