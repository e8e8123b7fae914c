"""Pages of facilities and requests."""

from typing import ClassVar

from fmm_portal.core.views import CrudViews
from fmm_portal.facility.enums import REQUEST_STAGES
from fmm_portal.facility.filters.requests import FacilityFilterSet, RequestFilterSet
from fmm_portal.facility.forms.requests import FacilityForm, RequestForm
from fmm_portal.facility.models import Facility, Request
from fmm_portal.facility.tables.requests import FacilityTable, RequestTable
from fmm_portal.institutions.navigation import DIRECTORY


class FacilityViews(CrudViews):
    model = Facility
    prefix = "facilities"
    section = DIRECTORY
    form_class = FacilityForm
    table_class = FacilityTable
    filterset_class = FacilityFilterSet
    facts = ("code", "name", "programme")


class RequestViews(CrudViews):
    model = Request
    prefix = "requests"
    form_class = RequestForm
    table_class = RequestTable
    filterset_class = RequestFilterSet
    stages: ClassVar = REQUEST_STAGES
    facts = ("title", "institution")
