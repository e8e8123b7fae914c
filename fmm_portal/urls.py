"""The addresses of the whole portal; each app brings its own."""

from django.contrib import admin
from django.urls import include, path

from fmm_portal.accounts.views import set_language
from fmm_portal.core.health import healthz, readyz
from fmm_portal.core.home import home

urlpatterns = [
    # First, for the others without a prefix are tried route by route.
    path("api/", include("fmm_portal.api.urls")),
    path("", home, name="home"),
    path("account/", include("fmm_portal.accounts.urls")),
    path("language/", set_language, name="set_language"),
    path("", include("fmm_portal.core.urls")),
    path("", include("fmm_portal.calendars.urls")),
    path("", include("fmm_portal.institutions.urls")),
    path("", include("fmm_portal.reports.urls")),
    path("", include("fmm_portal.facility.urls")),
    path("", include("fmm_portal.news.urls")),
    path("", include("fmm_portal.webhooks.urls")),
    path("open/", include("fmm_portal.opendata.public_urls")),
    path("open/", include("fmm_portal.news.public_urls")),
    path("open-data/", include("fmm_portal.opendata.urls")),
    path("", include("delegations.urls")),
    path("", include("strategies.urls")),
    path("", include("studyvisits.urls")),
    path("support/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]

handler400 = "fmm_portal.core.error_pages.bad_request"
handler403 = "fmm_portal.core.error_pages.permission_denied"
handler404 = "fmm_portal.core.error_pages.page_not_found"
handler500 = "fmm_portal.core.error_pages.server_error"
