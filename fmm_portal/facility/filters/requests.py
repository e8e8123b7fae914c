"""Filters of facilities, requests, stakeholders and scores."""

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.accounts.colleagues import ColleagueFilter
from fmm_portal.accounts.enums import Role
from fmm_portal.core.filters import (
    ChoicesFilter,
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    YesNoFilter,
    from_date,
    until_date,
)
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.enums import PENDING_REQUESTS, ConsulteeStatus, RequestStatus
from fmm_portal.facility.models import (
    AssessmentScore,
    Consultee,
    Criterion,
    Facility,
    Programme,
    Request,
)
from fmm_portal.facility.policies import asked_by
from fmm_portal.institutions.models import Country, Institution, Theme


class FacilityFilterSet(SearchableFilterSet):
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    code = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("Code"))
    is_open = YesNoFilter(field_name="is_open", label=_("Takes requests"))

    class Meta:
        model = Facility
        fields = ()


class CriterionFilterSet(RecordFilterSet):
    facility_id = RelationFilter(Facility, field_name="facility", label=_("Facility"))
    is_active = YesNoFilter(field_name="is_active", label=_("In use"))

    class Meta:
        model = Criterion
        fields = ()


class RequestFilterSet(SearchableFilterSet):
    reference = django_filters.CharFilter(field_name="reference", lookup_expr="iexact", label=_("Reference"))
    status = ChoicesFilter(RequestStatus, label=_("Status"))
    country_id = RelationFilter(Country, field_name="countries", label=_("Country"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Requesting authority"))
    facility_id = RelationFilter(Facility, field_name="facility", label=_("Facility"))
    theme_id = RelationFilter(Theme, field_name="themes", label=_("Theme"))
    is_mine = YesNoFilter(method="filter_mine", label=_("Mine"))
    is_pending = YesNoFilter(method="filter_pending", label=_("Awaits its decision"))
    owner_id = ColleagueFilter(field_name="owner", label=pgettext_lazy("request", "Responsible officer"))
    year = django_filters.NumberFilter(method="filter_year", label=_("Year"), min_value=1900, max_value=2200)
    requested_on_from = from_date("requested_on", _("Requested from"))
    requested_on_until = until_date("requested_on", _("Requested until"))

    class Meta:
        model = Request
        fields = ()

    def filter_mine(
        self, queryset: models.QuerySet[Request], name: str, value: bool
    ) -> models.QuerySet[Request]:
        """Requests in this person's hands, or asked by an institution that they speak for."""
        mine = asked_by(self.principal, {Role.PARTNER})
        if self.principal.account_id is not None:
            mine |= models.Q(owner=self.principal.account_id)
        return queryset.filter(mine) if value else queryset.exclude(mine)

    def filter_pending(
        self, queryset: models.QuerySet[Request], name: str, value: bool
    ) -> models.QuerySet[Request]:
        pending = models.Q(status__in=PENDING_REQUESTS)
        return queryset.filter(pending) if value else queryset.exclude(pending)

    def filter_year(
        self, queryset: models.QuerySet[Request], name: str, value: int
    ) -> models.QuerySet[Request]:
        """Requests of a year, as far as their date is known."""
        year = int(value)
        return queryset.filter(requested_on__gte=PartialDate(year), requested_on__lt=PartialDate(year + 1))


class ConsulteeFilterSet(RecordFilterSet):
    request_id = RelationFilter(Request, field_name="request", label=_("Request"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))
    status = ChoicesFilter(ConsulteeStatus, label=_("Answer"))
    round = django_filters.NumberFilter(field_name="round", label=_("Round"), min_value=1, max_value=32767)
    has_veto = YesNoFilter(field_name="has_veto", label=_("Has a veto"))

    class Meta:
        model = Consultee
        fields = ()


class AssessmentScoreFilterSet(RecordFilterSet):
    request_id = RelationFilter(Request, field_name="request", label=_("Request"))
    criterion_id = RelationFilter(Criterion, field_name="criterion", label=_("Criterion"))
    reviewer_id = ColleagueFilter(field_name="reviewer", label=_("Reviewer"))
    round = django_filters.NumberFilter(field_name="round", label=_("Round"), min_value=1, max_value=32767)

    class Meta:
        model = AssessmentScore
        fields = ()
