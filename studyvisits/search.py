"""How visits, sessions and commitments are found, and what the command palette does with them."""

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
from studyvisits.models import AgendaItem, Commitment, StudyVisit


def hosts_of(visit: StudyVisit) -> str:
    """The countries that it leads to, in the order of its legs."""
    return ", ".join(dict.fromkeys(str(leg.country) for leg in visit.legs.all()))


def commands(principal: Principal) -> Iterable[Command]:
    visits, commitments = reverse("studyvisits:visit_list"), reverse("studyvisits:commitment_list")
    if can(principal, "create", StudyVisit).allowed:
        yield Command(_t("Add study visit"), reverse("studyvisits:visit_create"), "plus")
    yield Command(_t("Commitments overdue"), with_query(commitments, is_overdue="true"), "clock")
    if is_staff(principal):
        if principal.account_id is not None:
            yield Command(_t("My visits"), with_query(visits, owner_id=principal.account_id), "person")
        yield Command(_t("My commitments"), with_query(commitments, is_mine="true"), "person")


def register() -> None:
    register_search(
        SearchKind(
            40, StudyVisit, _("Study visits"), lambda row: row.title, place=hosts_of,
            dated=lambda row: (row.starts_on, row.ends_on), fetched=("legs__country",), icon="calendar",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            50, AgendaItem, _("Sessions"), str, place=lambda row: row.visit.reference,
            dated=lambda row: (row.day, None), joined=("visit",), icon="clock",
        )
    )  # fmt: skip
    register_search(
        SearchKind(
            100, Commitment, _("Commitments"), lambda row: row.text, place=lambda row: row.owed_by,
            dated=lambda row: (row.due_on, None), joined=("owed_by__country",), icon="handshake",
        )
    )  # fmt: skip
    register_commands(commands, order=20)
