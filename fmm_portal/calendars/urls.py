"""Addresses of calendars: the secret ones that programs read, and what a person does about their own."""

from django.urls import path, re_path

from fmm_portal.calendars import views

app_name = "calendars"

urlpatterns = [
    re_path(r"^calendars/(?P<secret>[A-Za-z0-9_.-]{40,90})\.ics$", views.read_feed, name="read"),
    path("calendars/<slug:kind>/<int:pk>.ics", views.download, name="download"),
    path("calendars/<slug:kind>/<int:pk>/address/", views.feed_subscribe, name="feed_subscribe"),
    path("calendars/<slug:kind>/<int:pk>/address/renew/", views.feed_renew, name="feed_renew"),
    path("calendars/<slug:kind>/<int:pk>/address/revoke/", views.feed_revoke, name="feed_revoke"),
]
