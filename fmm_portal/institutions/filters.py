"""Filters of the directory, the same on screen and in the API."""

import django_filters
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import (
    ChoicesFilter,
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    YesNoFilter,
    from_date,
    until_date,
)
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.institutions.enums import Constituency, InstitutionKind, Sex
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution, Theme


class CountryFilterSet(SearchableFilterSet):
    code = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("ISO code"))
    is_programme_country = YesNoFilter(label=_("Programme country"))
    is_ecowas_member = YesNoFilter(method="filter_member", label=_("Member of ECOWAS today"))

    class Meta:
        model = Country
        fields = ()

    def filter_member(
        self, queryset: models.QuerySet[Country], name: str, value: bool
    ) -> models.QuerySet[Country]:
        now = PartialDate.of(today())
        member = Q(ecowas_member_from__lte=now) & (
            Q(ecowas_member_until__isnull=True) | Q(ecowas_member_until__gte=now)
        )
        return queryset.filter(member) if value else queryset.exclude(member)


class ThemeFilterSet(SearchableFilterSet):
    code = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("Code"))

    class Meta:
        model = Theme
        fields = ()


class InstitutionFilterSet(SearchableFilterSet):
    country_id = RelationFilter(Country, field_name="country", label=_("Country"))
    kind = ChoicesFilter(InstitutionKind, label=_("Kind"))
    constituency = ChoicesFilter(Constituency, label=_("Constituency"))
    theme_id = RelationFilter(Theme, field_name="themes", label=_("Theme"))
    parent_id = RelationFilter(Institution, field_name="parent", label=_("Part of"))
    acronym = django_filters.CharFilter(field_name="acronym", lookup_expr="iexact", label=_("Acronym"))
    has_country = YesNoFilter(
        field_name="country", lookup_expr="isnull", exclude=True, label=_("Belongs to a country")
    )

    class Meta:
        model = Institution
        fields = ()


class FormerNameFilterSet(RecordFilterSet):
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))
    valid_until_from = from_date("valid_until", _("Ended from"))
    valid_until_until = until_date("valid_until", _("Ended until"))

    class Meta:
        model = FormerName
        fields = ()


class ContactFilterSet(SearchableFilterSet):
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))
    country_id = RelationFilter(Country, field_name="institution__country", label=_("Country"))
    sex = ChoicesFilter(Sex, label=_("Sex"))
    is_current = YesNoFilter(method="filter_current", label=_("In the post today"))

    class Meta:
        model = Contact
        fields = ()

    def filter_current(
        self, queryset: models.QuerySet[Contact], name: str, value: bool
    ) -> models.QuerySet[Contact]:
        current = Q(ends_on__isnull=True) | Q(ends_on__gte=PartialDate.of(today()))
        return queryset.filter(current) if value else queryset.exclude(current)
