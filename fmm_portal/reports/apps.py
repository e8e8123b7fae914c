"""Reports: documents that workers print from a frozen copy of the data. Pillars register their kinds."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "fmm_portal.reports"
    label = "reports"

    def ready(self) -> None:
        from fmm_portal.reports import policies

        policies.register()
