"""People, their roles, and the keys of partner agencies."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fmm_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from fmm_portal.accounts import home, onlookers, policies
        from fmm_portal.core.deletions import register_onlookers

        policies.register()
        home.register()
        register_onlookers(onlookers.onlookers)
