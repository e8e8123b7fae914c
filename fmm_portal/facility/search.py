"""How requests, actions and activities are found, and what the command palette does with them."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.roles import is_staff
from fmm_portal.core.commands import Command, register_commands
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.core.search import SearchKind, register_search
from fmm_portal.facility.models import Action, Activity, Request


def commands(principal: Principal) -> Iterable[Command]:
    requests, actions = reverse("facility:request_list"), reverse("facility:action_list")
    if can(principal, "create", Request).allowed:
        yield Command(_t("Add request"), reverse("facility:request_create"), "plus")
    if can(principal, "create", Action).allowed:
        yield Command(_t("Add action"), reverse("facility:action_create"), "plus")
    if is_staff(principal):
        yield Command(_t("My requests"), with_query(requests, is_mine="true"), "person")
        yield Command(_t("My actions"), with_query(actions, is_mine="true"), "person")


def register() -> None:
    register_search(
        SearchKind(
            10, Request, _("Requests"), lambda row: row.title, place=lambda row: row.institution,
            dated=lambda row: (row.requested_on, None), joined=("institution__country",), icon="inbox",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            20, Action, _("Actions"), lambda row: row.title, place=lambda row: row.requesting_institution,
            dated=lambda row: (row.starts_on, row.ends_on), joined=("requesting_institution__country",),
            icon="arrow",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            30, Activity, _("Activities"), lambda row: row.title, place=lambda row: row.action.reference,
            dated=lambda row: (row.starts_on, row.ends_on), joined=("action",), icon="people",
        )
    )  # fmt: skip
    register_commands(commands, order=10)
