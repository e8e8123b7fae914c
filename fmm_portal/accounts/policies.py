"""Who may see and manage memberships and API keys: administrators; everybody sees their own."""

from typing import Any

from django.db import models

from fmm_portal.accounts.models import ApiKey, Membership
from fmm_portal.accounts.roles import is_administrator
from fmm_portal.core.policies import YES, Decision, Policy, no, register_policy
from fmm_portal.core.principals import Principal


class AdministratorsOnly(Policy):
    """Administrators manage these rows; others see nothing."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset if is_administrator(principal) else queryset.none()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_administrator(principal) else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)


class MembershipPolicy(AdministratorsOnly):
    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if is_administrator(principal):
            return queryset
        return queryset.filter(user_id=principal.account_id) if principal.account_id else queryset.none()


def register() -> None:
    register_policy(Membership, MembershipPolicy())
    register_policy(ApiKey, AdministratorsOnly())
