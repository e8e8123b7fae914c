"""The map of the programme's countries: what each app counts there, and the shapes to draw it on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fmm_portal.core.overview import Cell, OverviewPart, Row, register_overview
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.countries import country_name
from fmm_portal.institutions.models import Country

# Made once by scripts/draw_west_africa.py from Natural Earth.
SHAPES = Path(__file__).with_name("west_africa.json")
# Countries without rows are white, those with most rows darkest.
SHADES = ("#ffffff", "#cfe5e0", "#8fc4ba", "#3f8f84")
STEPS = (0, 2, 5)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an app counts by country; `url` of a country's key is the list of exactly these rows."""

    key: str
    heading: str | Promise
    count: Callable[[Principal], Mapping[int, int]] = field(compare=False)
    url: Callable[[int], str] = field(compare=False)
    order: int = 0


_counted: dict[str, Counted] = {}


def register_country_count(
    key: str,
    heading: str | Promise,
    count: Callable[[Principal], Mapping[int, int]],
    url: Callable[[int], str],
    *,
    order: int,
) -> None:
    """`count` takes one query for all countries, by their primary keys."""
    _counted[key] = Counted(key, heading, count, url, order)


def build(principal: Principal) -> dict[str, Any]:
    countries = Country.objects.visible_to(principal).filter(is_programme_country=True).order_by("code")
    counts = {kind.key: kind.count(principal) for kind in _counted.values()}
    return {
        "countries": [
            {
                "id": country.pk,
                "code": country.code,
                **{key: found.get(country.pk, 0) for key, found in counts.items()},
            }
            for country in countries
        ]
    }


class Land(NamedTuple):
    """A country as it is drawn: its shape, its shade, where its number stands."""

    code: str
    name: str
    number: int
    url: str
    path: str
    fill: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class CountryMap:
    """A way into the files of the countries; the table below it says the same."""

    key: str
    title: str | Promise
    description: str | Promise
    headings: Sequence[str | Promise]
    rows: Sequence[Row]
    lands: Sequence[Land]
    drawing: Mapping[str, Any]
    note: str | Promise
    template = "reports/chart_map.html"

    @property
    def is_drawn(self) -> bool:
        return bool(self.lands)

    @property
    def listed(self) -> Sequence[Row]:
        return self.rows


@lru_cache(maxsize=1)
def shapes() -> dict[str, Any]:
    drawing: dict[str, Any] = json.loads(SHAPES.read_text(encoding="utf-8"))
    size = f"0 0 {drawing['width']} {drawing['height']}"
    return {**drawing, "view_box": size, "width": str(drawing["width"]), "height": str(drawing["height"])}


def present(data: Mapping[str, Any]) -> OverviewPart:
    kinds = sorted(_counted.values(), key=lambda kind: kind.order)
    drawing = shapes()
    rows, lands = [], []
    for country in sorted(data["countries"], key=lambda country: fold(country_name(country["code"]))):
        name, address = (
            country_name(country["code"]),
            reverse("institutions:country_detail", args=[country["id"]]),
        )
        cells = [Cell(country.get(kind.key, 0), kind.url(country["id"])) for kind in kinds]
        rows.append(Row(name, cells, address))
        shape = drawing["countries"].get(country["code"])
        if shape is not None:
            total = sum(cell.number for cell in cells)
            shade = SHADES[sum(total > step for step in STEPS)]
            lands.append(
                Land(
                    country["code"],
                    name,
                    total,
                    address,
                    shape["path"],
                    shade,
                    str(shape["x"]),
                    str(shape["y"]),
                )
            )
    chart = CountryMap(
        "countries",
        _("Countries"),
        _("Map of West Africa: how many requests, actions, strategies and study visits each country has."),
        [_("Country"), *(kind.heading for kind in kinds)],
        rows,
        lands,
        drawing,
        _(
            "Shapes: Natural Earth, 1:50 million, public domain. Borders are those of the source and imply no "
            "opinion on the status of any territory; Western Sahara is drawn apart."
        ),
    )
    return OverviewPart(charts=[chart] if rows else [])


def register() -> None:
    register_overview("countries", build, present, order=10)
