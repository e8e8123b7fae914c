"""Webhooks: agencies are told of changes by signed messages to their own systems."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "fmm_portal.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from fmm_portal.core.models.activity import listen_to_history
        from fmm_portal.webhooks import outbox, policies, workflow

        policies.register()
        workflow.register()
        listen_to_history(outbox.tell)
