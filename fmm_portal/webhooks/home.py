"""What webhooks tell on the first screen: those that failed for so long that they were paused."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.core.home import HomePart, Task, register_home
from fmm_portal.core.principals import Principal
from fmm_portal.webhooks.enums import PauseCause, SubscriptionStatus
from fmm_portal.webhooks.models import Subscription
from fmm_portal.webhooks.policies import keeps_webhooks


def paused_after_failures(principal: Principal) -> HomePart:
    if not keeps_webhooks(principal):
        return HomePart()
    causes = (PauseCause.FAILING, PauseCause.GONE)
    stopped = (
        Subscription.objects.visible_to(principal)
        .filter(status=SubscriptionStatus.PAUSED, pause_cause__in=causes)
        .with_related()
    )
    return HomePart(
        tasks=[
            Task(
                _("Webhook “%(name)s” of %(agency)s is paused. %(cause)s")
                % {
                    "name": webhook.name,
                    "agency": webhook.institution,
                    "cause": webhook.get_pause_cause_display(),
                },
                webhook.get_absolute_url(),
                _l("See what failed"),
                when=webhook.failing_since,
                is_late=True,
            )
            for webhook in stopped
        ]
    )


def register() -> None:
    register_home(paused_after_failures, order=45)
