"""Strategies: versions and axes, milestones up to validation and adoption, committees, action plans, reviews."""

from django.apps import AppConfig


class StrategiesConfig(AppConfig):
    name = "strategies"

    def ready(self) -> None:
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.documents import register_document_host
        from fmm_portal.core.stated_dates import register_dated
        from strategies import (
            calendar_entries,
            calendar_feed,
            cases,
            events,
            imports,
            navigation,
            news,
            open_data,
            overview,
            plan_home,
            policies,
            search,
            thread,
            workflow,
        )
        from strategies.models import (
            ActionPlan,
            Committee,
            CommitteeMeeting,
            Milestone,
            PlanActivity,
            Review,
            Strategy,
        )

        policies.register()
        workflow.register()
        thread.register()
        search.register()
        imports.register()
        calendar_entries.register()
        calendar_feed.register()
        events.register()
        navigation.register()
        overview.register()
        plan_home.register()
        news.register()
        open_data.register()
        cases.register()
        for model in (Strategy, Milestone, Committee, CommitteeMeeting):
            register_document_host(model, has_own_place=True)
            register_comment_host(model)
        register_document_host(ActionPlan, PlanActivity, Review)
        register_comment_host(ActionPlan, PlanActivity, Review)
        for dated in (Milestone, CommitteeMeeting):
            register_dated(dated)
