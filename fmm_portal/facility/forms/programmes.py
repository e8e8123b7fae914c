"""Forms of programmes and of what their documents must say."""

from fmm_portal.core.forms import RecordForm
from fmm_portal.facility.models import Programme, VisibilityText


class ProgrammeForm(RecordForm):
    class Meta:
        model = Programme
        fields = ("acronym", "name", "implementer", "funders", "contract_numbers")


class VisibilityTextForm(RecordForm):
    class Meta:
        model = VisibilityText
        fields = ("funding_line", "disclaimer", "valid_from", "valid_until")
