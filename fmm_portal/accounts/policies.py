"""Who may see and manage memberships and API keys: administrators; an agency's administrator the agency's keys."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from fmm_portal.accounts.agencies import beyond
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import ApiKey, Membership
from fmm_portal.accounts.roles import has_role_everywhere, institutions_of, is_administrator, keeps_keys
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


class ApiKeyPolicy(Policy):
    """Kept by administrators, and by the administrator of the agency for the agency; managers see what there is."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        agencies = institutions_of(principal, {Role.AGENCY_ADMINISTRATOR})
        return queryset.filter(institution__in=agencies) if agencies else queryset.none()

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, {Role.ADMINISTRATOR, Role.MANAGER})

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if obj is None:
            return YES if keeps_keys(principal) else no()
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        """To revoke a key is enough to keep it; whoever shapes it must not gain by it."""
        decision = self.may_revoke(principal, obj)
        if not decision.allowed:
            return decision
        reason = beyond(principal, obj)
        return no(reason) if reason else YES

    def may_revoke(self, principal: Principal, obj: Any) -> Decision:
        agencies = institutions_of(principal, {Role.AGENCY_ADMINISTRATOR})
        keeps = is_administrator(principal) or (obj is not None and obj.institution_id in agencies)
        return YES if keeps else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return no(_("Keys are revoked, not deleted: their history stays."))

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        return frozenset({"secret_hash", "previous_hash"})


def register() -> None:
    register_policy(Membership, MembershipPolicy())
    register_policy(ApiKey, ApiKeyPolicy())
