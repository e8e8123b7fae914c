"""Sending what waits. A worker holds a webhook by a lease and sends its messages one after the other, the oldest first.

A receiver that is down is left alone for a while as a whole; the others never wait for it. A message that a working
receiver refuses steps aside until its next attempt, and those behind it go on. A worker that dies is replaced once its
lease has run out: the message is sent again, under the same id.
"""

import random
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fmm_portal.core.errors import Refused
from fmm_portal.core.principals import Source, system_actor
from fmm_portal.webhooks.enums import AttemptError, DeliveryStatus, PauseCause
from fmm_portal.webhooks.event_types import TEST
from fmm_portal.webhooks.messages import body_of, headers_of
from fmm_portal.webhooks.models import Attempt, Delivery, Subscription
from fmm_portal.webhooks.outbox import seen_by
from fmm_portal.webhooks.posting import Answer, post
from fmm_portal.webhooks.signing import SecretLost
from fmm_portal.webhooks.waking import lease_length, wake
from fmm_portal.webhooks.workflow import SUBSCRIPTION_WORKFLOW

log = structlog.get_logger(__name__)

# Seconds from one attempt to the next: eleven attempts within about a day.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
MOST_ATTEMPTS = len(PAUSES) + 1
# Attempts of one moment are spread, so that a receiver that comes back is not met by all at once.
JITTER = 0.2
LONGEST_WISH = timedelta(days=1)
# So many failures one after the other, and the receiver is left alone even if it answers.
FAILURES_OF_A_BROKEN_ONE = 5
# Then another webhook has its turn.
MOST_AT_ONCE, SECONDS_AT_ONCE = 50, 60


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send for one webhook."""

    pk: int
    owner: str

    @classmethod
    def take(cls, pk: int) -> "Lease | None":
        """None when somebody has it, it is paused, or its receiver is left alone."""
        now, owner = timezone.now(), secrets.token_hex(16)
        until = now + lease_length()
        taken = Subscription.objects.free(now).filter(pk=pk).update(lease_owner=owner, lease_until=until)
        return cls(pk, owner) if taken else None

    def renew(self) -> bool:
        """False when it is no longer ours, or the webhook was paused meanwhile."""
        now = timezone.now()
        mine = Subscription.objects.filter(pk=self.pk, lease_owner=self.owner, status="active")
        return bool(mine.update(lease_until=now + lease_length()))

    def give_back(self) -> None:
        mine = Subscription.objects.filter(pk=self.pk, lease_owner=self.owner)
        mine.update(lease_owner="", lease_until=None, woken_at=None)


def send_waiting(pk: int) -> int:
    """Send what waits for one receiver, as long as it takes it; how many messages it took. The body of the task."""
    lease = Lease.take(pk)
    if lease is None:
        return 0
    begun, taken = time.monotonic(), 0
    try:
        for _turn in range(MOST_AT_ONCE):
            if time.monotonic() - begun > SECONDS_AT_ONCE or not lease.renew():
                break
            delivery = Delivery.objects.due(timezone.now()).with_related().filter(subscription=pk).first()
            if delivery is None:
                break
            if not is_still_seen(delivery):
                log.info("webhook.withheld", delivery=delivery.pk)
                delivery.delete()
                continue
            answer = attempt(delivery)
            taken += answer.was_taken
            if not answer.was_taken and leaves_alone(delivery, answer):
                break
    except SoftTimeLimitExceeded:
        log.warning("webhook.too_long", subscription=pk)
    lease.give_back()
    if Delivery.objects.due(timezone.now()).filter(subscription=pk).exists():
        wake(pk)
    return taken


def is_still_seen(delivery: Delivery) -> bool:
    """Whether the agency may still see the record. One that is gone was seen when its message was written."""
    model = delivery.subject_type.model_class() if delivery.subject_type is not None else None
    if model is None or delivery.subject_id is None:
        return True
    if not model._base_manager.filter(pk=delivery.subject_id).exists():
        return True
    return bool(seen_by(delivery.subscription, model, [delivery.subject_id]))


def attempt(delivery: Delivery) -> Answer:
    """Send one message once, and write down what came of it. The attempt is in the log before it is made."""
    now = timezone.now()
    delivery.attempts += 1
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts)
        entry = Attempt.objects.create(
            delivery=delivery,
            number=delivery.attempts,
            started_at=now,
            endpoint=delivery.subscription.endpoint,
        )
    body = body_of(delivery)
    try:
        answer = post(entry.endpoint, body, headers_of(delivery, body, now))
    except SecretLost:
        answer = Answer(0, error=AttemptError.NO_SECRET)
    with transaction.atomic():
        Attempt.objects.filter(pk=entry.pk).update(
            duration_ms=answer.duration_ms,
            status_code=answer.status_code,
            error=answer.error,
            answer=answer.text,
        )
        if answer.was_taken:
            _note_success(delivery)
        else:
            _note_failure(delivery, answer, begun=now)
    return answer


def _note_success(delivery: Delivery) -> None:
    _write(delivery, status=DeliveryStatus.DELIVERED, next_attempt_at=None, finished_at=timezone.now())
    Subscription.objects.filter(pk=delivery.subscription_id).update(
        failing_since=None, failures_in_row=0, rests_until=None
    )


def _note_failure(delivery: Delivery, answer: Answer, *, begun: datetime) -> None:
    """Another attempt later; none after the last, nor where the receiver is gone. A test is tried once."""
    now, subscription = timezone.now(), delivery.subscription
    since = subscription.failing_since or begun
    is_gone = answer.status_code == 410
    is_over = is_gone or delivery.attempts >= MOST_ATTEMPTS or delivery.event_type == TEST
    next_at = now + pause_after(delivery.attempts, answer)
    if is_over:
        _write(delivery, status=DeliveryStatus.FAILED, next_attempt_at=None, finished_at=now)
    else:
        _write(delivery, next_attempt_at=next_at)
    subscription.failing_since = since
    subscription.failures_in_row += 1
    rests = next_at if leaves_alone(delivery, answer) and delivery.event_type != TEST else None
    Subscription.objects.filter(pk=subscription.pk).update(
        failing_since=since, failures_in_row=F("failures_in_row") + 1, rests_until=rests
    )
    if is_gone:
        _suspend(subscription, PauseCause.GONE)
    elif is_over and delivery.event_type != TEST and _first_attempt(delivery) >= since:
        # Nothing was taken in all the time in which this message was tried.
        _suspend(subscription, PauseCause.FAILING)


def leaves_alone(delivery: Delivery, answer: Answer) -> bool:
    """Whether the failure is the receiver's and not that of this message: then it is left alone for a while."""
    return (
        answer.status_code is None
        or answer.retry_after is not None
        or answer.status_code == 410
        or delivery.subscription.failures_in_row >= FAILURES_OF_A_BROKEN_ONE
    )


def pause_after(attempts: int, answer: Answer) -> timedelta:
    """How long to wait after so many attempts; longer where the receiver asks for it."""
    seconds = PAUSES[min(attempts, len(PAUSES)) - 1]
    spread = timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
    wish = min(timedelta(seconds=answer.retry_after or 0), LONGEST_WISH)
    return max(spread, wish)


def _first_attempt(delivery: Delivery) -> datetime:
    """When the present set of attempts began."""
    begun = delivery.log.order_by("-pk")[: delivery.attempts]
    return min(entry.started_at for entry in begun)


def _suspend(subscription: Subscription, cause: PauseCause) -> None:
    """Pause it; its agency and the programme find it on their first screens."""
    actor = system_actor(Source.JOB)
    try:
        SUBSCRIPTION_WORKFLOW.apply(
            subscription, "suspend", actor=actor, reason=str(cause.label), data={"pause_cause": cause}
        )
    except Refused:
        log.info("webhook.paused_already", subscription=subscription.pk)


def _write(delivery: Delivery, **values: object) -> None:
    """With a new version, so that readers notice."""
    now = timezone.now()
    rows = Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.WAITING)
    rows.update(version=F("version") + 1, updated_at=now, **values)
