"""Addresses for everybody, under /open/; each page names its language."""

from django.urls import path, re_path

from fmm_portal.news import public
from fmm_portal.news.feeds import news_feed

app_name = "open"

urlpatterns = [
    path("<slug:language>/news/", public.news_list, name="news_list"),
    path("<slug:language>/news/feed.xml", news_feed, name="news_feed"),
    path("<slug:language>/news/countries/<slug:code>/", public.news_country, name="news_country"),
    path("<slug:language>/news/<slug:reference>/", public.news_item, name="news_item"),
    re_path(r"^pictures/(?P<pk>\d{1,18})-(?P<size>large|small)\.jpg$", public.picture, name="picture"),
]
