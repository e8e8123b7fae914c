"""Forms of facilities and requests."""

from fmm_portal.core.forms import RecordForm
from fmm_portal.facility.models import Facility, Request


class FacilityForm(RecordForm):
    class Meta:
        model = Facility
        fields = ("programme", "code", "name")


class RequestForm(RecordForm):
    class Meta:
        model = Request
        fields = ("title", "facility", "institution")
