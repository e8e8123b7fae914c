"""The principal behind an API key: an agency acting in the key's role, narrowed by the key's scopes."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import KeyRole, Role
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.networks import are_within
from fmm_portal.accounts.roles import (
    countries_of,
    has_role_everywhere,
    institutions_of,
    is_administrator,
    is_staff,
)
from fmm_portal.accounts.scopes import KEYS, covers, exceeding
from fmm_portal.core.principals import Grant, Principal

# These roles reach the rows of the key's agency; the others those of the programme.
OWN_ROWS = {KeyRole.PARTNER, KeyRole.HOST}


@dataclass(frozen=True, slots=True)
class AgencyPrincipal:
    key_id: int
    label: str
    grants: tuple[Grant, ...]
    scopes: frozenset[str]
    networks: tuple[str, ...] = ()
    expires_at: datetime | None = None
    is_authenticated: bool = True
    account_id: int | None = None

    @classmethod
    def of(cls, key: ApiKey) -> "AgencyPrincipal":
        return cls(
            key_id=key.pk,
            label=f"{key.institution}: {key.name}",
            grants=grants_of_key(key),
            scopes=frozenset(key.scopes),
            networks=tuple(key.networks),
            expires_at=key.expires_at,
        )

    @property
    def knows_colleagues(self) -> bool:
        return is_staff(self)

    # DRF and Django's middleware ask these of any request.user.
    @property
    def pk(self) -> None:
        return None

    @property
    def is_active(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def has_scope(self, resource: str, right: str) -> bool:
        """Whether a scope such as "study-visits:read" or "*:read" covers this right on this resource."""
        return covers(self.scopes, resource, right)


def grants_of_key(key: ApiKey) -> tuple[Grant, ...]:
    """What a key's role gives it before its scopes narrow it."""
    grants = []
    if key.role in OWN_ROWS:
        grants.append(Grant(key.role, institution_id=key.institution_id))
    if key.role not in OWN_ROWS or key.country_id:
        # For the programme's own roles no country means everywhere.
        grants.append(Grant(key.role, country_id=key.country_id))
    if any(covers(key.scopes, KEYS, right) for right in ("read", "write", "act")):
        grants.append(Grant(Role.AGENCY_ADMINISTRATOR, institution_id=key.institution_id))
    return tuple(grants)


def beyond(principal: Principal, key: ApiKey) -> str:
    """Why whoever keeps this key would gain rights by it, in a sentence; "" when they would not.

    A key never does more than the person, or the key, that issues it, renews its secret or changes it.
    """
    if is_administrator(principal):
        return ""
    if not all(_holds(principal, grant) for grant in grants_of_key(key)):
        return _(
            "The key would reach more than you may reach yourself. Ask an administrator of the programme."
        )
    if not isinstance(principal, AgencyPrincipal):
        return ""
    if more := exceeding(key.scopes, principal.scopes):
        return _("A key cannot give scopes that it lacks itself: %(scopes)s.") % {"scopes": ", ".join(more)}
    if principal.networks and not (key.networks and are_within(key.networks, principal.networks)):
        return _("A key cannot let another be used from networks that it may not be used from itself.")
    if principal.expires_at and (key.expires_at is None or key.expires_at > principal.expires_at):
        return _("A key cannot let another work for longer than it works itself.")
    return ""


def _holds(principal: Principal, grant: Grant) -> bool:
    role = {grant.role}
    if has_role_everywhere(principal, role):
        return True
    if grant.institution_id is not None:
        return grant.institution_id in institutions_of(principal, role)
    return grant.country_id is not None and grant.country_id in countries_of(principal, role)
