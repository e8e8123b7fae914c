"""Strategies and their milestones in spreadsheets. The action plan has a spreadsheet of its own, `strategies.sheet`."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.imports.formats import ImportFormat, register_import
from fmm_portal.core.imports.lookups import Lookup, register_lookup
from strategies.models import Milestone, Strategy


def _address(strategy: Any) -> str:
    if strategy:
        return reverse("strategies:strategy_milestones", args=[strategy.pk])
    return reverse("strategies:strategy_list")


MILESTONES = ImportFormat(
    name="milestones",
    model=Milestone,
    fields=(
        "strategy", "kind", "title", "planned_on", "planned_until", "actual_on", "actual_until", "dates_note",
        "place", "people", "women", "men", "outcome", "instrument", "instrument_reference", "sources",
    ),
    read_only=("status",),
    keys=(("kind", "strategy", "title"),),
    parent="strategy",
    address=_address,
    select=("text_version",),
)  # fmt: skip


def register() -> None:
    register_lookup(
        Lookup(
            Strategy,
            label=lambda strategy: strategy.reference,
            names=lambda strategy: (strategy.reference,),
            about=_("The reference of the strategy, such as ST-2015-001."),
            narrow=lambda rows, texts: rows.filter(reference__in={text.upper() for text in texts}),
        )
    )
    register_import(MILESTONES)
