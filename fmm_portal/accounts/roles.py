"""Named predicates over a principal's grants. Policies are written in these words."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from fmm_portal.accounts.enums import Role
from fmm_portal.core.principals import Grant, Principal

STAFF: AbstractSet[str] = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.OFFICER})
READERS_OF_THE_PROGRAMME: AbstractSet[str] = STAFF | {Role.VIEWER}


def grants_of(principal: Principal, roles: Iterable[str]) -> list[Grant]:
    wanted = set(roles)
    return [grant for grant in principal.grants if grant.role in wanted]


def has_role(principal: Principal, roles: Iterable[str]) -> bool:
    """The role anywhere at all."""
    return bool(grants_of(principal, roles))


def has_role_everywhere(principal: Principal, roles: Iterable[str]) -> bool:
    """The role without limit to an institution or a country."""
    return any(grant.is_everywhere for grant in grants_of(principal, roles))


def is_administrator(principal: Principal) -> bool:
    return has_role_everywhere(principal, {Role.ADMINISTRATOR})


def is_manager(principal: Principal) -> bool:
    """A manager or an administrator."""
    return has_role(principal, {Role.ADMINISTRATOR, Role.MANAGER})


def is_staff(principal: Principal) -> bool:
    """Programme staff: officer, manager or administrator."""
    return has_role(principal, STAFF)


def reads_the_programme(principal: Principal) -> bool:
    """Programme staff or a viewer."""
    return has_role(principal, READERS_OF_THE_PROGRAMME)


def keeps_keys(principal: Principal) -> bool:
    """Administrators keep all API keys, the administrator of an agency those of the agency."""
    return is_administrator(principal) or has_role(principal, {Role.AGENCY_ADMINISTRATOR})


def countries_of(principal: Principal, roles: Iterable[str]) -> set[int]:
    """Primary keys of the countries that these roles are limited to."""
    return {grant.country_id for grant in grants_of(principal, roles) if grant.country_id is not None}


def institutions_of(principal: Principal, roles: Iterable[str]) -> set[int]:
    """Primary keys of the institutions that these roles are limited to."""
    return {grant.institution_id for grant in grants_of(principal, roles) if grant.institution_id is not None}
