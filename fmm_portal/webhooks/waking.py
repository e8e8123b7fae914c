"""Waking a worker for a webhook with something to send. The rows are the truth: the sweep makes up for what is lost."""

from datetime import timedelta
from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from fmm_portal.webhooks.models import Delivery, Subscription

log = structlog.get_logger(__name__)

TASK = "webhooks.send"


def lease_length() -> timedelta:
    """Longer than any attempt takes, so that nobody else sends the same message meanwhile."""
    return timedelta(seconds=max(settings.JOB_LEASE_SECONDS, 3 * settings.WEBHOOK_TIMEOUT_SECONDS))


def wake_after_commit(pk: int) -> None:
    """Wake a worker once the present transaction is committed; one wake-up is enough for many messages."""
    transaction.on_commit(partial(wake, pk))


def wake(pk: int) -> bool:
    """Tell some worker about a webhook, unless one was told and has not come yet. False when the broker is down."""
    now = timezone.now()
    unheard = Q(woken_at__isnull=True) | Q(woken_at__lt=now - lease_length())
    # Marked before it is sent: a worker may be done with it before this line would come after.
    if not Subscription.objects.free(now).filter(unheard, pk=pk).update(woken_at=now):
        return True
    try:
        current_app.send_task(TASK, args=[pk], retry=False, ignore_result=True)
    except (
        Exception
    ) as error:  # Every transport fails in its own ways: OSError, OperationalError, redis' own.
        log.warning("webhook.broker_unreachable", subscription=pk, error=type(error).__name__)
        Subscription.objects.filter(pk=pk).update(woken_at=None)
        return False
    return True


def sweep() -> int:
    """Wake workers for whatever is due and nobody works on; how many webhooks there were."""
    now = timezone.now()
    waiting = Delivery.objects.due(now).order_by().filter(subscription=OuterRef("pk"))
    unheard = Q(woken_at__isnull=True) | Q(woken_at__lt=now - lease_length())
    found = Subscription.objects.free(now).filter(unheard, Exists(waiting)).order_by("pk")
    woken = 0
    for pk in list(found.values_list("pk", flat=True)):
        if not wake(pk):
            break  # The broker is down for all of them; the next sweep tries again.
        woken += 1
    return woken
