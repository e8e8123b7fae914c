"""Filters of news, for the list and the API."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import ChoicesFilter, RelationFilter, SearchableFilterSet, from_date, until_date
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.models import Country, Theme
from fmm_portal.news.enums import NewsStatus
from fmm_portal.news.models import NewsItem


class NewsFilterSet(SearchableFilterSet):
    status = ChoicesFilter(NewsStatus, field_name="status", label=_("Status"))
    country_id = RelationFilter(Country, field_name="countries", label=_("Country"))
    theme_id = RelationFilter(Theme, field_name="themes", label=_("Theme"))
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    date_from = from_date("date", _("From"))
    date_until = until_date("date", _("Until"))

    class Meta:
        model = NewsItem
        fields = ()
