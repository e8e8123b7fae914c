"""Programmes and their facilities, requests for technical assistance, and the actions that answer them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FacilityConfig(AppConfig):
    name = "fmm_portal.facility"
    label = "facility"

    def ready(self) -> None:
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.documents import register_document_host
        from fmm_portal.core.navigation import NavigationItem, register_in_section, register_navigation
        from fmm_portal.core.stated_dates import register_dated
        from fmm_portal.facility import (
            calendar_entries,
            cases,
            country_events,
            navigation,
            overview,
            policies,
            programme_overview,
            reports,
            search,
            thread,
            waiting,
            workflow,
        )
        from fmm_portal.facility.models import Action, Activity, Facility, Programme, Request
        from fmm_portal.institutions.navigation import DIRECTORY

        policies.register()
        workflow.register()
        navigation.register()
        waiting.register()
        thread.register()
        search.register()
        calendar_entries.register()
        country_events.register()
        overview.register()
        programme_overview.register()
        reports.register()
        cases.register()
        for model in (Request, Action, Activity):
            register_document_host(model, has_own_place=True)
            register_dated(model)
        register_document_host(Programme, Facility)
        register_comment_host(Programme, Facility, Request, Action, Activity)
        register_navigation(NavigationItem(_("Actions"), "facility:action_list", 7, ("/actions/",)))
        register_in_section(DIRECTORY, NavigationItem(_("Programmes"), "facility:programme_list", 50))
