"""What strategies add to the programme at a glance: how far they are."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from fmm_portal.core.home import Figure
from fmm_portal.core.overview import Cell, Chart, OverviewPart, Row, register_overview
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.institutions.country_counts import register_country_count
from strategies.enums import MilestoneKind
from strategies.models import Strategy

# What a strategy without a reached milestone counts as.
NONE_YET = "none"


def build(principal: Principal) -> dict[str, Any]:
    seen = Strategy.objects.visible_to(principal)
    return {
        "strategies": {kind or NONE_YET: count for kind, count in seen.counted_by_stage().items()},
        "late": seen.with_overdue_milestones(today()).count(),
    }


def present(data: Mapping[str, Any]) -> OverviewPart:
    listed = reverse("strategies:strategy_list")
    counts, late = data["strategies"], data["late"]
    rows = [
        Row(kind.label, [Cell(counts[kind], with_query(listed, stage=kind.value))])
        for kind in MilestoneKind
        if counts.get(kind)
    ]
    if counts.get(NONE_YET):
        cell = Cell(counts[NONE_YET], with_query(listed, has_milestone="false"))
        rows.insert(0, Row(_("No milestone reached yet"), [cell]))
    chart = Chart(
        "strategies",
        _("Strategies by latest milestone"),
        _("How many strategies have reached which milestone last."),
        [_("Latest milestone"), _("Strategies")],
        rows,
    )
    label = npgettext(
        "figure", "strategy with an overdue milestone", "strategies with overdue milestones", late
    )
    figure = Figure(late, label, with_query(listed, has_overdue_milestones="true"), is_warning=bool(late))
    return OverviewPart(figures=[figure] if rows else [], charts=[chart] if rows else [])


def _by_country(principal: Principal) -> dict[int, int]:
    seen = Strategy.objects.visible_to(principal).order_by()
    return dict(seen.values_list("country").annotate(count=Count("pk")))


def register() -> None:
    register_overview("strategies", build, present, order=50)
    register_country_count(
        "strategies",
        gettext_lazy("Strategies"),
        _by_country,
        lambda country: with_query(reverse("strategies:strategy_list"), country_id=country),
        order=30,
    )
