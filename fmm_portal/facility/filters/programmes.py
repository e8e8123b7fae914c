"""Filters of programmes and their visibility texts."""

import django_filters
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import (
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    from_date,
    until_date,
)
from fmm_portal.facility.models import Programme, VisibilityText
from fmm_portal.institutions.models import Institution


class ProgrammeFilterSet(SearchableFilterSet):
    acronym = django_filters.CharFilter(field_name="acronym", lookup_expr="iexact", label=_("Acronym"))
    implementer_id = RelationFilter(Institution, field_name="implementer", label=_("Implementer"))
    funder_id = RelationFilter(Institution, field_name="funders", label=_("Funder"))

    class Meta:
        model = Programme
        fields = ()


class VisibilityTextFilterSet(RecordFilterSet):
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    valid_from_from = from_date("valid_from", _("In force from"))
    valid_from_until = until_date("valid_from", _("In force until"))

    class Meta:
        model = VisibilityText
        fields = ()
