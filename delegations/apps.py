"""Delegations: who is sent, by position, and how balanced they are."""

from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "delegations"

    def ready(self) -> None:
        from delegations import navigation, overview, policies, search, workflow

        policies.register()
        workflow.register()
        navigation.register()
        overview.register()
        search.register()
