"""Addresses of reports."""

from django.urls import path

from fmm_portal.reports.views import ReportViews, request_page

app_name = "reports"

urlpatterns = [
    *ReportViews.get_urls(),
    path("reports/request/<slug:kind>/<int:subject_id>/", request_page, name="report_request"),
]
