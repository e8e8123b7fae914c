"""Addresses of the programme's own page about the open data."""

from django.urls import path

from fmm_portal.opendata import views

app_name = "opendata"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("write/", views.write, name="write"),
    path("actions/<int:pk>/", views.action_gaps, name="action_gaps"),
    path("actions/<int:pk>/publish/", views.action_publish, name="action_publish"),
    path("actions/<int:pk>/withdraw/", views.action_withdraw, name="action_withdraw"),
]
