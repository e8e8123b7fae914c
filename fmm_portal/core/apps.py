"""The platform's lowest layer: records, history, workflow, policies."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fmm_portal.core"
    label = "core"

    def ready(self) -> None:
        from fmm_portal.core import comments, deletions, document_policies, document_search, stated_dates

        comments.register()
        deletions.register()
        document_policies.register()
        document_search.register()
        from fmm_portal.core import document_policies, export_jobs, list_views
        from fmm_portal.core.imports import jobs as import_jobs

        export_jobs.register()
        import_jobs.register()
        list_views.register()
        stated_dates.register()
