"""Addresses of the pages on which news is written."""

from django.urls import path

from fmm_portal.news.views import NewsItemViews, PictureViews, draft

app_name = "news"

urlpatterns = [
    *NewsItemViews.get_urls(),
    *PictureViews.get_urls(),
    path("news/from/<slug:kind>/<int:pk>/", draft, name="newsitem_draft"),
]
