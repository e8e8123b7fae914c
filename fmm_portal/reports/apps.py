"""Reports: documents that workers print from a frozen copy of the data. Pillars register their kinds."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "fmm_portal.reports"
    label = "reports"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from fmm_portal.core.changes import register_silent
        from fmm_portal.core.navigation import NavigationItem, register_navigation
        from fmm_portal.reports import home, policies, search
        from fmm_portal.reports.models import Report

        policies.register()
        search.register()
        home.register()
        register_silent(Report, "updated_at")
        register_navigation(NavigationItem(_("Reports"), "reports:report_list", 50, ("/reports/",)))
