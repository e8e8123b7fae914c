"""Addresses of the directory."""

from fmm_portal.institutions.views import ContactViews, CountryViews, InstitutionViews, ThemeViews

app_name = "institutions"

urlpatterns = [
    *InstitutionViews.get_urls(),
    *ContactViews.get_urls(),
    *CountryViews.get_urls(),
    *ThemeViews.get_urls(),
]
