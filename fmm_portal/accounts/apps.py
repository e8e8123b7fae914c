"""People, their roles, and the keys of partner agencies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "fmm_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from fmm_portal.accounts import home, onlookers, policies
        from fmm_portal.accounts.models import User
        from fmm_portal.accounts.roles import keeps_keys
        from fmm_portal.core.changes import register_silent
        from fmm_portal.core.deletions import register_onlookers
        from fmm_portal.core.navigation import AccountItem, register_account_item

        policies.register()
        home.register()
        register_silent(User, "updated_at")
        register_onlookers(onlookers.onlookers)
        register_account_item(AccountItem(_("API keys"), "accounts:key_list", keeps_keys))
