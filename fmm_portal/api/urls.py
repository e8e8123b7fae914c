"""Addresses of the API, version 1. The composition root: the one module of the platform that knows every resource."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

import delegations.api
import fmm_portal.api.api_keys
import fmm_portal.api.comments
import fmm_portal.api.documents
import fmm_portal.api.stated_dates
import fmm_portal.facility.api
import fmm_portal.institutions.api
import fmm_portal.news.api
import fmm_portal.reports.api
import fmm_portal.webhooks.api
import strategies.api
import studyvisits.api
from fmm_portal.api.deletions import DeletionsView
from fmm_portal.api.errors import unknown_address
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.views import ReferenceView, RootView, SwaggerView

app_name = "api"

router = ResourceRouter()
for module in (
    fmm_portal.institutions.api,
    fmm_portal.facility.api,
    fmm_portal.news.api,
    delegations.api,
    strategies.api,
    studyvisits.api,
    fmm_portal.api.documents,
    fmm_portal.api.comments,
    fmm_portal.api.stated_dates,
    fmm_portal.api.api_keys,
    fmm_portal.reports.api,
    fmm_portal.webhooks.api,
):
    module.register(router)

version_1 = [
    path("", RootView.as_view(), name="root"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("deletions/", DeletionsView.as_view(), name="deletions"),
    path("docs/", SwaggerView.as_view(), name="docs"),
    path("reference/", ReferenceView.as_view(), name="reference"),
    *router.urls,
]

urlpatterns = [
    path("v1/", include(version_1)),
    re_path(r"^.*$", unknown_address),
]
