"""Addresses of the platform's own pages."""

from django.urls import path

from fmm_portal.core import document_views

app_name = "core"

urlpatterns = [
    path("documents/<int:pk>/", document_views.download, name="document_download"),
    path("documents/<int:pk>/remove/", document_views.remove, name="document_remove"),
    path("documents/attach/<slug:kind>/<int:pk>/", document_views.attach, name="document_attach"),
]
