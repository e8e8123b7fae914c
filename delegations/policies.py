"""Who may see delegations, and nominate, confirm or decline delegates."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from django.db import models

from delegations.models import Delegate, Delegation
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import (
    READERS_OF_THE_PROGRAMME,
    STAFF,
    countries_of,
    has_role_everywhere,
    institutions_of,
    is_manager,
)
from fmm_portal.core.policies import YES, Decision, Policy, no, register_policy, remembered
from fmm_portal.core.principals import Principal

# Higher layers add delegations that a principal may see, such as those a host receives.
ExtraScope = Callable[[Principal], models.QuerySet[Any]]
_extra_scopes: list[ExtraScope] = []


def register_delegation_scope(scope: ExtraScope) -> None:
    """`scope(principal)` returns a queryset of primary keys of delegations that become visible."""
    _extra_scopes.append(scope)


def sent_by(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    """Delegations sent by the countries or institutions that these roles are limited to."""
    countries, institutions = countries_of(principal, roles), institutions_of(principal, roles)
    if not countries and not institutions:
        return models.Q(pk__in=[])
    by_country = Delegation.sending_countries.through.objects.filter(country__in=countries).values(
        "delegation"
    )
    by_institution = Delegation.sending_institutions.through.objects.filter(
        institution__in=institutions
    ).values("delegation")
    by_seat = Delegate.objects.filter(
        models.Q(institution__in=institutions)
        | models.Q(country__in=countries)
        | models.Q(institution__country__in=countries)
    ).values("delegation")
    return models.Q(pk__in=by_country) | models.Q(pk__in=by_institution) | models.Q(pk__in=by_seat)


class DelegationPolicy(Policy):
    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if has_role_everywhere(principal, READERS_OF_THE_PROGRAMME):
            return queryset
        visible = sent_by(principal, {*READERS_OF_THE_PROGRAMME, Role.PARTNER})
        if principal.account_id:
            visible |= models.Q(
                pk__in=Delegate.objects.filter(account=principal.account_id).values("delegation")
            )
        for extra in _extra_scopes:
            visible |= models.Q(pk__in=extra(principal))
        return queryset.filter(visible)

    def is_kept_by(self, principal: Principal, delegation: Delegation | None) -> bool:
        """Whether the principal is programme staff for this delegation."""
        if has_role_everywhere(principal, STAFF):
            return True
        if not countries_of(principal, STAFF):
            return False
        if delegation is None or delegation.pk is None:
            return True
        kept = Delegation.objects.filter(sent_by(principal, STAFF), pk=delegation.pk)
        return remembered(delegation, principal, "kept", kept.exists)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, obj) else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)


class DelegatePolicy(Policy):
    """Agencies nominate and answer for their own institution or country; the programme for all."""

    delegations = DelegationPolicy()

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = self.delegations.scope(principal, Delegation.objects.all())
        return queryset.filter(delegation__in=visible.order_by().values("pk"))

    def _is_their_own(self, principal: Principal, obj: Delegate | None) -> bool:
        if obj is None:
            return bool(institutions_of(principal, {Role.PARTNER}) or countries_of(principal, {Role.PARTNER}))
        countries = countries_of(principal, {Role.PARTNER})
        return (
            obj.institution_id in institutions_of(principal, {Role.PARTNER})
            or obj.country_id in countries
            or (obj.institution is not None and obj.institution.country_id in countries)
        )

    def _in_a_delegation_they_see(self, principal: Principal, obj: Delegate | None) -> bool:
        if obj is None:
            return True
        delegation = obj.delegation
        return remembered(
            delegation, principal, "seen", lambda: self.delegations.may_view(principal, delegation).allowed
        )

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if self.delegations.is_kept_by(principal, obj.delegation if obj is not None else None):
            return YES
        return (
            YES
            if self._is_their_own(principal, obj) and self._in_a_delegation_they_see(principal, obj)
            else no()
        )

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return self.may_create(principal, obj)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return (
            YES
            if self.delegations.is_kept_by(principal, obj.delegation if obj is not None else None)
            else no()
        )

    def may_mark_attended(self, principal: Principal, obj: Any) -> Decision:
        return self.may_delete(principal, obj)

    def may_correct(self, principal: Principal, obj: Any) -> Decision:
        return self.may_delete(principal, obj)

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no()

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        """The person is known to the programme and to the institution that sends them."""
        own = obj is not None and obj.institution_id in institutions_of(principal, {Role.PARTNER})
        self_ = (
            obj is not None and principal.account_id is not None and obj.account_id == principal.account_id
        )
        if (
            own
            or self_
            or self.delegations.is_kept_by(principal, obj.delegation if obj is not None else None)
        ):
            return frozenset()
        return Delegate.restricted_fields


def register() -> None:
    register_policy(Delegation, DelegationPolicy())
    register_policy(Delegate, DelegatePolicy())
