"""Filters of programmes, their visibility texts and logos."""

from datetime import date

import django_filters
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import (
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    from_date,
    until_date,
)
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import Logo, Programme, VisibilityText
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


class LogoFilterSet(RecordFilterSet):
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    language = django_filters.ChoiceFilter(
        choices=settings.CONTENT_LANGUAGES, method="filter_language", label=_("Language of the document")
    )
    holds_on = django_filters.DateFilter(method="filter_day", label=_("In force on"))

    class Meta:
        model = Logo
        fields = ()

    def filter_language(self, queryset: QuerySet[Logo], name: str, value: str) -> QuerySet[Logo]:
        """Those of a document of a language: the logos of every language stand on it, too."""
        return queryset.filter(language__in=["", value])

    def filter_day(self, queryset: QuerySet[Logo], name: str, value: date) -> QuerySet[Logo]:
        wider = [PartialDate(value.year), PartialDate(value.year, value.month)]
        begun = Q(valid_from=None) | Q(valid_from__lte=PartialDate.of(value))
        lasting = Q(valid_until=None) | Q(valid_until__gte=PartialDate.of(value)) | Q(valid_until__in=wider)
        return queryset.filter(begun, lasting)
