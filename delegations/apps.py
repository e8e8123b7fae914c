"""Delegations: who is sent, by position, and how balanced they are."""

from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "delegations"

    def ready(self) -> None:
        from delegations import imports, key_presets, navigation, overview, policies, search, workflow
        from delegations.models import Delegate, Delegation
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.documents import register_document_host

        policies.register()
        workflow.register()
        navigation.register()
        overview.register()
        search.register()
        register_document_host(Delegation)
        key_presets.register()
        imports.register()
        register_comment_host(Delegation, Delegate)
