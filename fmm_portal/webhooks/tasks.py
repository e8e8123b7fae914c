"""Celery entry points; the periodic ones are named in settings.CELERY_BEAT_SCHEDULE."""

from celery import shared_task

from fmm_portal.webhooks.delivering import send_waiting
from fmm_portal.webhooks.services import remove_old
from fmm_portal.webhooks.waking import TASK, sweep


@shared_task(name=TASK)
def send(subscription_id: int) -> None:
    send_waiting(subscription_id)


@shared_task(name="webhooks.sweep")
def sweep_webhooks() -> None:
    sweep()


@shared_task(name="webhooks.remove_old")
def remove_old_messages() -> None:
    remove_old()
