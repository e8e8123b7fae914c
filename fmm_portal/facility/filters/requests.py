"""Filters of facilities and requests."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import ChoicesFilter, SearchableFilterSet
from fmm_portal.facility.enums import RequestStatus
from fmm_portal.facility.models import Facility, Request


class FacilityFilterSet(SearchableFilterSet):
    class Meta:
        model = Facility
        fields = ()


class RequestFilterSet(SearchableFilterSet):
    status = ChoicesFilter(RequestStatus, label=_("Status"))

    class Meta:
        model = Request
        fields = ()
