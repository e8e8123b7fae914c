"""How delegations and their seats are found: by name, purpose and position, never by person."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Delegation
from fmm_portal.core.commands import Command, register_commands
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.search import SearchKind, register_search


def countries_of(delegation: Delegation) -> str:
    return ", ".join(str(country) for country in delegation.sending_countries.all())


def commands(principal: Principal) -> Iterable[Command]:
    if can(principal, "create", Delegation).allowed:
        yield Command(_t("Add delegation"), reverse("delegations:delegation_create"), "plus")


def register() -> None:
    register_search(
        SearchKind(
            60, Delegation, _("Delegations"), lambda row: row.name,
            place=countries_of, fetched=("sending_countries",), icon="people",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            65, Delegate, _("Delegates, by position"), lambda row: row.position,
            place=lambda row: row.delegation.name, joined=("delegation",), icon="person",
        )
    )  # fmt: skip
    register_commands(commands, order=30)
