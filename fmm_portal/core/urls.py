"""Addresses of the platform's own pages."""

from django.urls import path

from fmm_portal.core import (
    bulk_views,
    document_views,
    export_views,
    import_views,
    search_views,
    thread_views,
    undo_views,
)
from fmm_portal.core.comment_views import CommentViews
from fmm_portal.core.stated_date_views import StatedDateViews

app_name = "core"

urlpatterns = [
    path("documents/<int:pk>/", document_views.download, name="document_download"),
    path("documents/<int:pk>/remove/", document_views.remove, name="document_remove"),
    path("documents/attach/<slug:kind>/<int:pk>/", document_views.attach, name="document_attach"),
    path("search/", search_views.search_page, name="search"),
    path("search/palette/", search_views.palette, name="palette"),
    path("thread/<slug:kind>/<int:pk>/", thread_views.thread_page, name="thread"),
    path("changes/<int:pk>/", bulk_views.bulk_change, name="bulk_change"),
    path("history/<int:pk>/undo/", undo_views.undo, name="undo"),
    path("exports/<int:pk>/", export_views.export_page, name="export"),
    path("exports/<int:pk>/file/", export_views.export_file, name="export_file"),
    path("imports/<int:pk>/", import_views.import_page, name="import"),
    path("imports/files/<uuid:key>/", import_views.import_preview, name="import_preview"),
    path("imports/files/<uuid:key>/marked/", import_views.import_marked, name="import_marked"),
    path("imports/<slug:kind>/", import_views.import_start, name="import_start"),
    path("imports/<slug:kind>/template/", import_views.import_template, name="import_template"),
    path("imports/<slug:kind>/rows/", import_views.import_rows, name="import_rows"),
    *CommentViews.get_urls(),
    *StatedDateViews.get_urls(),
]
