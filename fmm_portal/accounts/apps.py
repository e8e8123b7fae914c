"""People, their roles, and the keys of partner agencies."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fmm_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from fmm_portal.accounts import home, policies

        policies.register()
        home.register()
