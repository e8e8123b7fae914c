"""Who may see and keep webhooks, and in whose eyes an agency is told of changes."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import STAFF, has_role_everywhere, institutions_of, is_administrator
from fmm_portal.core.policies import YES, Decision, PartPolicy, Policy, no, policy_for, register_policy
from fmm_portal.core.principals import Grant, Principal
from fmm_portal.webhooks.models import Delivery, Subscription


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The agency behind a webhook: it is told of what a partner of that agency may see."""

    grants: tuple[Grant, ...]
    is_authenticated: bool = True
    account_id: int | None = None
    knows_colleagues: bool = False

    @classmethod
    def of(cls, subscription: Subscription) -> "Subscriber":
        return cls((Grant(Role.PARTNER, institution_id=subscription.institution_id),))


class SubscriptionPolicy(Policy):
    """Kept by administrators and by the agency's own people; read by the programme's staff."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, STAFF)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        own = institutions_of(principal, {Role.PARTNER})
        return queryset.filter(institution__in=own) if own else queryset.none()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if obj is None or obj.institution_id is None:
            return YES if is_administrator(principal) or institutions_of(principal, {Role.PARTNER}) else no()
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        owns = obj is not None and obj.institution_id in institutions_of(principal, {Role.PARTNER})
        return YES if is_administrator(principal) or owns else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)


class DeliveryPolicy(PartPolicy):
    """Written and removed by the portal alone; who keeps the webhook may have a message sent once more."""

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return no()

    may_change = may_delete = may_create

    def may_redeliver(self, principal: Principal, obj: Any) -> Decision:
        return super().may_change(principal, obj)


def keeps_webhooks(principal: Principal) -> bool:
    """Whether the pages of webhooks are of use to somebody."""
    policy = policy_for(Subscription)
    return policy.sees_all(principal) or policy.can(principal, "create").allowed


def register() -> None:
    register_policy(Subscription, SubscriptionPolicy())
    register_policy(Delivery, DeliveryPolicy(Subscription, "subscription"))
