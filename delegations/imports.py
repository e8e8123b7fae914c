"""Delegations and delegates in spreadsheets."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Delegation
from fmm_portal.core.imports.formats import ImportFormat, register_import
from fmm_portal.core.imports.lookups import Lookup, register_lookup
from fmm_portal.core.imports.planning import PlannedRow
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold

# Beyond this many names all delegations are read rather than searched for each.
SEARCHED_AT_MOST = 60


def _narrow(rows: models.QuerySet[Any], texts: Collection[str]) -> models.QuerySet[Any]:
    if len(texts) > SEARCHED_AT_MOST:
        return rows
    found = models.Q(pk__in=[])
    for text in texts:
        found |= models.Q(search_text__contains=fold(text))
    return rows.filter(found)


def _behind_the_others(rows: Sequence[PlannedRow], _principal: Principal) -> None:
    """New positions come after the others of their delegation, in the order of the file."""
    delegations = {row.record.delegation_id for row in rows}
    last = dict(
        Delegate.objects.filter(delegation__in=delegations)
        .order_by()
        .values_list("delegation")
        .annotate(models.Max("order"))
    )
    order: defaultdict[int, int] = defaultdict(int, last)
    for row in rows:
        order[row.record.delegation_id] += 1
        row.record.order = order[row.record.delegation_id]


def _address(delegation: Any) -> str:
    return delegation.get_absolute_url() if delegation else reverse("delegations:delegation_list")


DELEGATES = ImportFormat(
    name="delegates",
    model=Delegate,
    fields=(
        "delegation", "position", "institution", "country", "role", "sex", "constituency", "seats", "person_name",
        "notes",
    ),
    read_only=("status",),
    keys=(("position", "delegation", "institution"),),
    parent="delegation",
    address=_address,
    complete=_behind_the_others,
    select=("contact",),
)  # fmt: skip


def register() -> None:
    register_lookup(
        Lookup(
            Delegation,
            label=lambda delegation: f"#{delegation.pk} {delegation.name}",
            names=lambda delegation: delegation.name.values(),
            about=_("The name of the delegation, or its number as #12."),
            narrow=_narrow,
        )
    )
    register_import(DELEGATES)
