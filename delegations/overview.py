"""What delegations add to the programme at a glance: how many of those who travel are women."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from delegations.composition import composition_of
from delegations.enums import COUNTED_ROLES, PLANNED_STATUSES
from delegations.models import Delegate, Delegation
from fmm_portal.core.home import Figure
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.overview import Cell, Chart, OverviewPart, Row, register_overview
from fmm_portal.core.principals import Principal
from fmm_portal.institutions.enums import Sex

# The latest delegations, one bar each.
SHOWN = 8


def build(principal: Principal) -> dict[str, Any]:
    """Seats of those whose sex is known: as reported of a whole delegation, else counted seat by seat."""
    seen = Delegation.objects.visible_to(principal)
    reported = seen.order_by().aggregate(women=Sum("reported_women"), men=Sum("reported_men"))
    one_by_one = Delegate.objects.visible_to(principal).filter(
        role__in=COUNTED_ROLES, status__in=PLANNED_STATUSES, delegation__reported_size__isnull=True
    )
    counted = one_by_one.order_by().aggregate(
        women=Sum("seats", filter=Q(sex=Sex.FEMALE)), men=Sum("seats", filter=Q(sex=Sex.MALE))
    )
    latest = seen.with_detail().order_by(F("created_at").desc(), "-pk")[:SHOWN]
    return {
        "women": (reported["women"] or 0) + (counted["women"] or 0),
        "men": (reported["men"] or 0) + (counted["men"] or 0),
        "delegations": [
            {"id": delegation.pk, "name": dict(delegation.name), **_known(delegation)}
            for delegation in latest
        ],
    }


def _known(delegation: Delegation) -> dict[str, int]:
    seats = {share.key: max(share.planned, share.actual) for share in composition_of(delegation).by_sex}
    return {"women": seats.get(Sex.FEMALE, 0), "men": seats.get(Sex.MALE, 0)}


def present(data: Mapping[str, Any]) -> OverviewPart:
    known = data["women"] + data["men"]
    if not known:
        return OverviewPart()
    rows = []
    for delegation in data["delegations"]:
        address = reverse("delegations:delegation_detail", args=[delegation["id"]])
        whole = delegation["women"] + delegation["men"]
        if whole:
            cells = [Cell(delegation["women"], address), Cell(delegation["men"], address)]
            rows.append(Row(str(Multilingual(delegation["name"])), cells, address, whole))
    words = {"women": data["women"], "known": known}
    figure = Figure(
        f"{round(100 * data['women'] / known)} %",
        _("women in delegations"),
        reverse("delegations:delegation_list"),
        _("%(women)d of %(known)d people whose sex is known") % words,
    )
    chart = Chart(
        "women",
        _("Women's share, by delegation"),
        _("The share of women in the latest delegations, of those whose sex is known."),
        [_("Delegation"), _("Women"), _("Men")],
        rows,
    )
    return OverviewPart(figures=[figure], charts=[chart] if rows else [])


def register() -> None:
    register_overview("delegations", build, present, order=40)
