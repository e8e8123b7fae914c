"""The principal behind an API key: an agency acting in the key's role, narrowed by the key's scopes."""

from dataclasses import dataclass

from fmm_portal.accounts.enums import KeyRole
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.roles import is_staff
from fmm_portal.core.principals import Grant

# These roles reach the rows of the key's agency; the others those of the programme.
OWN_ROWS = {KeyRole.PARTNER, KeyRole.HOST}


@dataclass(frozen=True, slots=True)
class AgencyPrincipal:
    key_id: int
    label: str
    grants: tuple[Grant, ...]
    scopes: frozenset[str]
    is_authenticated: bool = True
    account_id: int | None = None

    @classmethod
    def of(cls, key: ApiKey) -> "AgencyPrincipal":
        grants = []
        if key.role in OWN_ROWS:
            grants.append(Grant(key.role, institution_id=key.institution_id))
        if key.role not in OWN_ROWS or key.country_id:
            # For the programme's own roles no country means everywhere.
            grants.append(Grant(key.role, country_id=key.country_id))
        return cls(
            key_id=key.pk,
            label=f"{key.institution}: {key.name}",
            grants=tuple(grants),
            scopes=frozenset(key.scopes),
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
        return bool({f"{resource}:{right}", f"*:{right}"} & self.scopes)
