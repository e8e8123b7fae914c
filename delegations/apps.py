"""Delegations: who is sent, by position, and how balanced they are."""

from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "delegations"

    def ready(self) -> None:
        from delegations import imports, navigation, overview, policies, search, workflow
        from delegations.models import Delegate, Delegation
        from fmm_portal.core.comments import register_comment_host

        policies.register()
        workflow.register()
        navigation.register()
        overview.register()
        search.register()
        imports.register()
        register_comment_host(Delegation, Delegate)
