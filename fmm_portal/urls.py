"""The addresses of the whole portal; each app brings its own."""

from django.urls import include, path

from fmm_portal.core.health import healthz, readyz

urlpatterns = [
    path("api/", include("fmm_portal.api.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
