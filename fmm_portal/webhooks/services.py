"""What people do with webhooks beyond editing them: secrets, test messages, sending once more; and clearing up."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fmm_portal.core.activity import record_activity
from fmm_portal.core.errors import Refused
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import lock
from fmm_portal.webhooks.event_types import TEST
from fmm_portal.webhooks.models import Delivery, Subscription
from fmm_portal.webhooks.signing import new_seed, secret_of
from fmm_portal.webhooks.waking import wake_after_commit
from fmm_portal.webhooks.workflow import anew

# How long the former secret still signs beside the new one.
OVERLAP = timedelta(hours=24)
# A page sent twice shows the secret twice; after that it is shown no more.
SHOWN_FOR = timedelta(minutes=1)


@transaction.atomic
def reveal_secret(subscription: Subscription, *, actor: Actor) -> str:
    """The secret, to whoever makes the webhook; once.  Raises Forbidden, Refused."""
    current = lock(subscription)
    require(actor.principal, "change", current)
    now = timezone.now()
    if current.secret_shown_at is not None and current.secret_shown_at < now - SHOWN_FOR:
        raise Refused(
            _("The secret was shown already and is shown only once. If it is lost, make a new one."),
            code="secret_shown",
        )
    if current.secret_shown_at is None:
        current.secret_shown_at = now
        current.save(update_fields=["secret_shown_at", "updated_at"])
        record_activity(actor=actor, verb="show_secret", subject=current)
    return secret_of(current.secret_seed)


@transaction.atomic
def rotate_secret(
    subscription: Subscription, *, actor: Actor, expected_version: int | None = None, reason: str = ""
) -> tuple[Subscription, str]:
    """Make a new secret. The former one signs beside it for a day.  Raises Forbidden, StaleRecord."""
    current = lock(subscription, expected_version=expected_version)
    require(actor.principal, "change", current)
    now = timezone.now()
    current.former_seed, current.former_until = current.secret_seed, now + OVERLAP
    current.secret_seed, current.secret_shown_at = new_seed(), now
    current.version += 1
    current.save()
    record_activity(actor=actor, verb="rotate_secret", subject=current, reason=reason)
    return current, secret_of(current.secret_seed)


@transaction.atomic
def send_test(subscription: Subscription, *, actor: Actor) -> Delivery:
    """A message about nothing, to see whether the receiver takes it.  Raises Forbidden, Refused."""
    current = lock(subscription)
    require(actor.principal, "change", current)
    if not current.is_active:
        raise Refused(_("The webhook is paused. Resume it first."), code="paused")
    delivery = Delivery.objects.create(subscription=current, event_type=TEST)
    # Somebody waits for it: a receiver that is left alone after failures is tried at once.
    Subscription.objects.filter(pk=current.pk).update(rests_until=None)
    wake_after_commit(current.pk)
    return delivery


@transaction.atomic
def redeliver(delivery: Delivery, *, actor: Actor) -> Delivery:
    """Send a message once more, under the same id.  Raises Forbidden, Refused."""
    current = lock(delivery)
    require(actor.principal, "redeliver", current)
    if not current.subscription.is_active:
        raise Refused(_("The webhook is paused. Resume it first."), code="paused")
    anew(Delivery.objects.filter(pk=current.pk))
    Subscription.objects.filter(pk=current.subscription_id).update(rests_until=None)
    record_activity(actor=actor, verb="redeliver", subject=current)
    wake_after_commit(current.subscription_id)
    current.refresh_from_db()
    return current


def remove_old() -> int:
    """Remove messages past their time with their log, sent or not: what waits for so long is no news any more."""
    limit = timezone.now() - timedelta(days=settings.WEBHOOK_KEEP_DAYS)
    removed, _by_model = Delivery.objects.filter(created_at__lt=limit).delete()
    return removed
