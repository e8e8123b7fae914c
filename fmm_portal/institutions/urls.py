"""Addresses of the directory."""

from django.urls import path

from fmm_portal.institutions.calendar_views import calendar_page
from fmm_portal.institutions.views import ContactViews, CountryViews, InstitutionViews, ThemeViews

app_name = "institutions"

urlpatterns = [
    path("calendar/", calendar_page, name="calendar"),
    *InstitutionViews.get_urls(),
    *ContactViews.get_urls(),
    *CountryViews.get_urls(),
    *ThemeViews.get_urls(),
]
