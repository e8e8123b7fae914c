"""The programme at a glance: figures and charts that the apps register, the same on the screen and in print.

A part is made in two steps: `build` reads what a principal may see into plain JSON data, `present` puts these into
words in the active language without a query. So the printed page says what the screen says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise

from fmm_portal.core.home import Figure
from fmm_portal.core.principals import Principal

Text = str | Promise
# A picture of fewer values says less than its table.
LEAST_DRAWN = 3


class Cell(NamedTuple):
    """A number of a table and the list of exactly that many rows."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a chart's table; the first number is drawn. `url` leads to the thing itself, where it has a page."""

    label: Text
    cells: Sequence[Cell]
    url: str = ""
    # Of what the number is a part, for shares; 0 where it stands for itself.
    whole: int = 0

    @property
    def number(self) -> int:
        return self.cells[0].number


class Bar(NamedTuple):
    """A bar in units of the drawing. Positions are text: no locale may write them in its own way."""

    label: Text
    value: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One question, its numbers as a table and, where there are enough, as a picture above it."""

    key: str
    title: Text
    # What is counted, in a sentence: the description of the picture.
    description: Text
    headings: Sequence[Text]
    rows: Sequence[Row]
    note: Text = ""
    template = "reports/chart_bars.html"

    WIDTH = 400

    @property
    def is_drawn(self) -> bool:
        return len(self.rows) >= LEAST_DRAWN and any(row.number for row in self.rows)

    @property
    def listed(self) -> Sequence[Row]:
        """The rows of the table."""
        return self.rows

    @property
    def height(self) -> str:
        return str(38 * len(self.rows))

    @property
    def bars(self) -> list[Bar]:
        """Lying, each below its label, as long as its number or its share is great."""
        greatest = max((row.number for row in self.rows), default=0) or 1
        found = []
        for place, row in enumerate(self.rows):
            if row.whole:
                share = row.number / row.whole
                value = f"{round(100 * share)} %"
            else:
                share, value = row.number / greatest, str(row.number)
            found.append(
                Bar(row.label, value, "0", str(38 * place), str(round(share * (self.WIDTH - 60))), "12")
            )
        return found


class Columns(Chart):
    """Standing bars, for the months of a year."""

    __slots__ = ()
    template = "reports/chart_columns.html"

    @property
    def listed(self) -> Sequence[Row]:
        """An empty month is a gap in the picture, and no line of the table."""
        return [row for row in self.rows if row.number]

    @property
    def bars(self) -> list[Bar]:
        greatest = max((row.number for row in self.rows), default=0) or 1
        step = self.WIDTH / len(self.rows)
        found = []
        for place, row in enumerate(self.rows):
            tall = round(110 * row.number / greatest)
            found.append(
                Bar(
                    str(row.label)[:4].rstrip("."),
                    str(row.number) if row.number else "",
                    str(round(place * step)),
                    str(132 - tall),
                    str(round(step) - 6),
                    str(tall),
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class OverviewPart:
    figures: Sequence[Figure] = ()
    charts: Sequence[Any] = ()


Build = Callable[[Principal], Mapping[str, Any]]
Present = Callable[[Any], OverviewPart]


@dataclass(frozen=True, slots=True)
class _Registered:
    key: str
    build: Build = field(compare=False)
    present: Present = field(compare=False)
    order: int = 0


_parts: dict[str, _Registered] = {}


def register_overview(key: str, build: Build, present: Present, *, order: int) -> None:
    """`build` takes the same few queries however many rows there are."""
    _parts[key] = _Registered(key, build, present, order)


def overview_data(principal: Principal) -> dict[str, Any]:
    """What every app has to say, as far as the principal may see it."""
    return {part.key: part.build(principal) for part in _parts.values()}


@dataclass(frozen=True, slots=True)
class Overview:
    figures: Sequence[Figure]
    charts: Sequence[Any]


def overview_in_words(data: Mapping[str, Any]) -> Overview:
    """The parts in their order; what an app had nothing to say of is left out."""
    ordered = sorted(_parts.values(), key=lambda part: part.order)
    shown = [part.present(data[part.key]) for part in ordered if part.key in data]
    return Overview(
        [figure for part in shown for figure in part.figures],
        [chart for part in shown for chart in part.charts],
    )
