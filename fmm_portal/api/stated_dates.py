"""Dates that other sources give of a record, as a resource."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from fmm_portal.api.documents import SubjectFilterSet
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.subjects import SubjectSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.filters import from_date, until_date
from fmm_portal.core.models import Record, StatedDate
from fmm_portal.core.stated_dates import dated_models


class StatedDateFilterSet(SubjectFilterSet):
    first_from = from_date("first", _("Begins from"))
    first_until = until_date("first", _("Begins until"))

    class Meta:
        model = StatedDate
        fields = ()


class StatedDateSerializer(SubjectSerializer):
    class Meta:
        model = StatedDate
        fields = ("subject_type", "subject_id", "subject", "first", "last", "source", "note")
        prefetch = {"subject": ("subject",)}


class StatedDateViewSet(ResourceViewSet):
    """A date that one source gives where the record itself carries another. Seen and kept as the record is."""

    resource = "stated-dates"
    serializer_class = StatedDateSerializer
    filterset_class = StatedDateFilterSet
    ordering_fields = ("first", "source", "updated_at")

    def may_create(self) -> None:
        """Whether one may depends on the subject alone: the service asks its policy."""

    def perform_create(self, values: dict[str, Any]) -> Record:
        if type(values["subject"]) not in dated_models():
            raise ValidationError({"subject_type": [_("Records of this resource carry no other dates.")]})
        return super().perform_create(values)


def register(router: ResourceRouter) -> None:
    router.register_resource(StatedDateViewSet)
