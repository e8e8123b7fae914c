"""Programmes and the visibility texts that their documents carry, as resources."""

from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.facility.filters.programmes import ProgrammeFilterSet, VisibilityTextFilterSet
from fmm_portal.facility.models import Programme, VisibilityText


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


def register(router: ResourceRouter) -> None:
    router.register_resource(ProgrammeViewSet)
    router.register_resource(VisibilityTextViewSet)
