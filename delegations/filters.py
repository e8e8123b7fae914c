"""Filters of delegations and delegates, the same on screen and in the API."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from delegations.enums import DelegateRole, DelegateStatus
from delegations.models import Delegate, Delegation
from fmm_portal.core.filters import ChoicesFilter, RelationFilter, SearchableFilterSet, YesNoFilter
from fmm_portal.institutions.enums import Constituency, Sex
from fmm_portal.institutions.models import Country, Institution


class DelegationFilterSet(SearchableFilterSet):
    sending_country_id = RelationFilter(Country, field_name="sending_countries", label=_("Sending country"))
    sending_institution_id = RelationFilter(
        Institution, field_name="sending_institutions", label=_("Sending institution")
    )

    class Meta:
        model = Delegation
        fields = ()


class DelegateFilterSet(SearchableFilterSet):
    delegation_id = RelationFilter(Delegation, field_name="delegation", label=_("Delegation"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))
    country_id = RelationFilter(Country, method="filter_country", field_name="country", label=_("Country"))
    status = ChoicesFilter(DelegateStatus, label=_("Status"))
    role = ChoicesFilter(DelegateRole, label=_("Role"))
    sex = ChoicesFilter(Sex, label=_("Sex"))
    constituency = ChoicesFilter(Constituency, method="filter_constituency", label=_("Constituency"))
    is_replacement = YesNoFilter(
        field_name="replaces", lookup_expr="isnull", exclude=True, label=_("Replaces somebody")
    )

    class Meta:
        model = Delegate
        fields = ()

    def filter_country(
        self, queryset: models.QuerySet[Delegate], name: str, value: list[Country]
    ) -> models.QuerySet[Delegate]:
        """The delegate's own country, or that of the institution."""
        return (
            queryset.filter(Q(country__in=value) | Q(institution__country__in=value)) if value else queryset
        )

    def filter_constituency(
        self, queryset: models.QuerySet[Delegate], name: str, value: list[str]
    ) -> models.QuerySet[Delegate]:
        """Whom the seat counts for: its own constituency or, where it has none, the institution's."""
        if not value:
            return queryset
        return queryset.filter(
            Q(constituency__in=value) | Q(constituency="", institution__constituency__in=value)
        )
