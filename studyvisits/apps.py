"""Study visits: agenda, session notes, debrief, lessons and commitments."""

from django.apps import AppConfig


class StudyVisitsConfig(AppConfig):
    name = "studyvisits"

    def ready(self) -> None:
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.documents import register_document_host
        from fmm_portal.core.stated_dates import register_dated
        from studyvisits import (
            calendar_entries,
            calendar_feed,
            cases,
            events,
            imports,
            key_presets,
            navigation,
            news,
            open_data,
            overview,
            panels,
            policies,
            reports,
            search,
            sources,
            thread,
            workflow,
        )
        from studyvisits.models import AgendaHost, AgendaItem, Commitment, StudyVisit

        policies.register()
        sources.register()
        workflow.register()
        thread.register()
        search.register()
        key_presets.register()
        imports.register()
        calendar_entries.register()
        calendar_feed.register()
        events.register()
        panels.register()
        news.register()
        open_data.register()
        cases.register()
        reports.register()
        navigation.register()
        overview.register()
        register_document_host(StudyVisit, Commitment, has_own_place=True)
        register_document_host(AgendaItem, AgendaHost)
        register_dated(StudyVisit)
        register_comment_host(StudyVisit, AgendaItem, AgendaHost, Commitment)
