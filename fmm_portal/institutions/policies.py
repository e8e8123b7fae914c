"""Who may see and change the directory: everyone signed in reads institutions; people behind posts are restricted."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import (
    has_role_everywhere,
    institutions_of,
    is_administrator,
    is_staff,
    reads_the_programme,
)
from fmm_portal.core.document_policies import DocumentHost
from fmm_portal.core.enums import Audience
from fmm_portal.core.policies import YES, Decision, Policy, no, register_policy
from fmm_portal.core.principals import Principal
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution, Theme


class DirectoryPolicy(Policy):
    """Read by everyone who has a role; kept by programme staff."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset if principal.grants else queryset.none()

    def may_view(self, principal: Principal, obj: Any) -> Decision:
        return YES if principal.grants else no()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_staff(principal) else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)


class ReferenceDataPolicy(DirectoryPolicy):
    """Countries and themes: kept by administrators."""

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_administrator(principal) else no()


class InstitutionPolicy(DocumentHost, DirectoryPolicy):
    """A partner's own institution may keep its own entry up to date. What was merged into another is not there."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return super().scope(principal, queryset).filter(merged_into__isnull=True)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_staff(principal) else no()

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.merged_into_id is not None:
            return no(_("This entry was merged into %(institution)s.") % {"institution": obj.merged_into})
        if is_staff(principal) or (obj is not None and obj.pk in institutions_of(principal, {Role.PARTNER})):
            return YES
        return no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj) if is_staff(principal) else no()

    def may_merge(self, principal: Principal, obj: Any) -> Decision:
        """It moves what belongs to every country and programme: for managers without such limits."""
        if not has_role_everywhere(principal, {Role.ADMINISTRATOR, Role.MANAGER}):
            return no(_("Only a manager may merge institutions."))
        return self.may_change(principal, obj)

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if is_staff(principal):
            return hosts
        if audience == Audience.PARTICIPANTS:
            return hosts.filter(pk__in=institutions_of(principal, {Role.PARTNER, Role.HOST}))
        return super().document_scope(principal, audience, hosts)


class ContactPolicy(Policy):
    """Staff and viewers see all posts, agencies their own; the person only staff and the agency itself."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if reads_the_programme(principal):
            return queryset
        return queryset.filter(institution__in=institutions_of(principal, {Role.PARTNER, Role.HOST}))

    def _owns(self, principal: Principal, obj: Any) -> bool:
        return obj is not None and obj.institution_id in institutions_of(principal, {Role.PARTNER, Role.HOST})

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if obj is None and institutions_of(principal, {Role.PARTNER}):
            return YES
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        owns = obj is not None and obj.institution_id in institutions_of(principal, {Role.PARTNER})
        return YES if is_staff(principal) or owns else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        if is_staff(principal) or self._owns(principal, obj):
            return frozenset()
        return Contact.restricted_fields


class FormerNamePolicy(DirectoryPolicy):
    """Follows the institution."""

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if is_staff(principal):
            return YES
        return InstitutionPolicy().may_change(principal, obj.institution if obj is not None else None)


def register() -> None:
    register_policy(Country, ReferenceDataPolicy())
    register_policy(Theme, ReferenceDataPolicy())
    register_policy(Institution, InstitutionPolicy())
    register_policy(FormerName, FormerNamePolicy())
    register_policy(Contact, ContactPolicy())
