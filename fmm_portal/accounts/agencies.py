"""The principal behind an API key: an agency acting as a partner, narrowed by the key's scopes."""

from dataclasses import dataclass

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import ApiKey
from fmm_portal.core.principals import Grant


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
        grants = [Grant(Role.PARTNER, institution_id=key.institution_id)]
        if key.country_id:
            grants.append(Grant(Role.PARTNER, country_id=key.country_id))
        return cls(
            key_id=key.pk,
            label=f"{key.institution}: {key.name}",
            grants=tuple(grants),
            scopes=frozenset(key.scopes),
        )

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
