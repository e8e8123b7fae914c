"""Addresses of programmes."""

from fmm_portal.facility.views import ProgrammeViews, VisibilityTextViews

app_name = "facility"

urlpatterns = [*ProgrammeViews.get_urls(), *VisibilityTextViews.get_urls()]
