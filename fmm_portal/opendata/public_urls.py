"""Addresses of the open data, for everybody, under /open/."""

from django.urls import path

from fmm_portal.opendata import public

app_name = "open_data"

urlpatterns = [
    path("", public.home, name="home"),
    path("iati/activities.xml", public.activities, name="activities"),
    path("iati/organisation.xml", public.organisation, name="organisation"),
    path("<slug:language>/", public.page, name="page"),
]
