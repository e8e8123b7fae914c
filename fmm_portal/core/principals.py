"""Who acts: grants, principals (people and agencies) and the actor that every service is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Through which door a change came in."""

    SCREEN = "screen", _("Screen")
    API_KEY = "api_key", _("API key")
    LINK = "link", _("Personal link")
    IMPORT = "import", _("Import")
    JOB = "job", _("Background job")
    SYSTEM = "system", _("System")


class Grant(NamedTuple):
    """A role somewhere: in an institution, in a country, or everywhere when both are None."""

    role: str
    institution_id: int | None = None
    country_id: int | None = None

    @property
    def is_everywhere(self) -> bool:
        return self.institution_id is None and self.country_id is None


class Principal(Protocol):
    """Anyone a policy can be asked about: a signed-in person, an agency's key, or nobody."""

    @property
    def grants(self) -> Sequence[Grant]: ...

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def account_id(self) -> int | None:
        """The user's primary key, None for an agency or nobody."""
        ...

    @property
    def knows_colleagues(self) -> bool:
        """Whether they may read the names of the people who work with the portal."""
        ...


def name_for(principal: Principal, label: str, user_id: int | None) -> str:
    """Who did something, for a reader: the name of a person only to the programme and the person; else "".

    Agencies and the portal itself are named to all.
    """
    is_known = user_id is None or principal.knows_colleagues or principal.account_id == user_id
    return label if is_known else ""


@dataclass(frozen=True, slots=True)
class Nobody:
    """A visitor who has not signed in: no grants."""

    grants: tuple[Grant, ...] = ()
    is_authenticated: bool = False
    account_id: int | None = None
    knows_colleagues: bool = False


@dataclass(frozen=True, slots=True)
class Portal:
    """The portal itself, for jobs and migrations of data: every grant, no account."""

    grants: tuple[Grant, ...] = (Grant("administrator"),)
    is_authenticated: bool = True
    account_id: int | None = None
    knows_colleagues: bool = True


@dataclass(frozen=True, slots=True)
class Actor:
    """A principal doing something through a door; every service takes one and history keeps it."""

    principal: Principal
    source: Source
    label: str
    api_key_id: int | None = None
    request_id: str = ""
    # The change of many rows that this is a part of, see core.bulk.
    bulk_id: int | None = None

    @property
    def user_id(self) -> int | None:
        return self.principal.account_id

    def within(self, bulk_id: int) -> "Actor":
        """The same one, as part of a change of many rows."""
        return replace(self, bulk_id=bulk_id)


def system_actor(source: Source = Source.SYSTEM) -> Actor:
    """The portal acting by itself."""
    return Actor(principal=Portal(), source=source, label="FMM portal")
