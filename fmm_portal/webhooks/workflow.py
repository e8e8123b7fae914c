"""The states of a webhook: messages are sent, or wait while it is paused."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.principals import Actor
from fmm_portal.core.workflow import Transition, Workflow, register_workflow
from fmm_portal.webhooks.enums import DeliveryStatus, PauseCause
from fmm_portal.webhooks.enums import SubscriptionStatus as S
from fmm_portal.webhooks.models import Subscription
from fmm_portal.webhooks.waking import wake_after_commit


def note_that_it_was_asked(subscription: Any, actor: Actor) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(pause_cause=PauseCause.ASKED)


def send_what_waited(subscription: Subscription, actor: Actor) -> None:
    """Nothing is lost by a pause: what waited is sent, and what failed while the receiver was down is tried anew."""
    if subscription.failing_since is not None:
        failed = subscription.deliveries.filter(
            status=DeliveryStatus.FAILED, finished_at__gte=subscription.failing_since
        )
        anew(failed)
    Subscription.objects.filter(pk=subscription.pk).update(
        pause_cause="", failing_since=None, failures_in_row=0, rests_until=None
    )
    wake_after_commit(subscription.pk)


def anew(deliveries: Any) -> int:
    """Give messages another set of attempts; how many there were."""
    now = timezone.now()
    return int(
        deliveries.update(
            status=DeliveryStatus.WAITING,
            attempts=0,
            next_attempt_at=now,
            finished_at=None,
            version=F("version") + 1,
            updated_at=now,
        )
    )


SUBSCRIPTION_WORKFLOW = Workflow(
    model=Subscription,
    field="status",
    transitions=(
        Transition("pause", _("Pause"), (S.ACTIVE,), S.PAUSED, effects=(note_that_it_was_asked,)),
        Transition("resume", _("Resume"), (S.PAUSED,), S.ACTIVE, effects=(send_what_waited,)),
        Transition(
            "suspend",
            _("Pause after failures"),
            (S.ACTIVE,),
            S.PAUSED,
            fields=("pause_cause",),
            permission="change",
            automatic=True,
        ),
    ),
)


def register() -> None:
    register_workflow(SUBSCRIPTION_WORKFLOW)
