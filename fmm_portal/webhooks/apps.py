"""Webhooks: agencies are told of changes by signed messages to their own systems."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "fmm_portal.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.models.activity import listen_to_history
        from fmm_portal.core.navigation import AccountItem, register_account_item
        from fmm_portal.webhooks import home, outbox, policies, workflow
        from fmm_portal.webhooks.models import Subscription

        policies.register()
        workflow.register()
        home.register()
        register_comment_host(Subscription)
        register_account_item(
            AccountItem(_("Webhooks"), "webhooks:subscription_list", policies.keeps_webhooks)
        )
        listen_to_history(outbox.tell)
