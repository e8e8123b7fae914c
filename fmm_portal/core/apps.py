"""The platform's lowest layer: records, history, workflow, policies."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fmm_portal.core"
    label = "core"

    def ready(self) -> None:
        from fmm_portal.core import document_policies, export_jobs, stated_dates

        document_policies.register()
        export_jobs.register()
        stated_dates.register()
