"""The file of a country: figures and one time line, from what higher layers know of it.

Apps register builders; each is asked for one country and one principal and answers in a few queries, however many
rows there are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.functional import Promise

from fmm_portal.core.home import Figure
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from fmm_portal.institutions.models import Country

# More events than this are shown a year at a time, unless all are asked for.
ONE_PAGE = 60
NEXT_DATES = 5


class Event(NamedTuple):
    """Something that happened or will: what kind, when as far as it is known, what, and the record itself."""

    kind: str
    kind_label: str | Promise
    first: PartialDate | None
    last: PartialDate | None
    # A text, possibly in several languages, and the record that it leads to and whose state is shown.
    title: Any
    record: Any
    # What it is part of, such as the reference of the strategy: a country may have several.
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    label: str | Promise
    count: int


BuildEvents = Callable[[Country, Principal], Iterable[Event]]
BuildFigures = Callable[[Country, Principal], Iterable[Figure]]

_events: list[tuple[int, BuildEvents]] = []
_figures: list[tuple[int, BuildFigures]] = []


def register_country_events(build: BuildEvents, *, order: int) -> None:
    if all(known is not build for _order, known in _events):
        _events.append((order, build))
        _events.sort(key=lambda entry: entry[0])


def register_country_figures(build: BuildFigures, *, order: int) -> None:
    if all(known is not build for _order, known in _figures):
        _figures.append((order, build))
        _figures.sort(key=lambda entry: entry[0])


def figures_of(country: Country, principal: Principal) -> list[Figure]:
    return [figure for _order, build in _figures for figure in build(country, principal)]


def events_of(country: Country, principal: Principal) -> list[Event]:
    return [event for _order, build in _events for event in build(country, principal)]


def next_dates(events: Iterable[Event]) -> list[Event]:
    """The first events that are not over, soonest first."""
    ahead = [event for event in events if event.first and (event.last or event.first).latest >= today()]
    return sorted(ahead, key=lambda event: event.first or "")[:NEXT_DATES]


class YearOfEvents(NamedTuple):
    """The events of one year; `year` is None for those of which no date is known."""

    year: int | None
    events: list[Event]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """What the page shows of all events, and what else there is."""

    years: list[YearOfEvents]
    kinds: list[Kind]
    every_year: list[int]
    total: int
    kind: str
    is_oldest_first: bool
    # The one year that is shown; None when all are.
    year: int | None


def time_line(events: list[Event], query: dict[str, str]) -> TimeLine:
    """The events as the query asks: `kind`, `order=oldest`, `year`, `all`. What is not understood is not asked."""
    kinds: dict[str, Kind] = {}
    for event in events:
        known = kinds.get(event.kind)
        kinds[event.kind] = Kind(event.kind, event.kind_label, known.count + 1 if known else 1)
    kind = query.get("kind", "") if query.get("kind", "") in kinds else ""
    chosen = [event for event in events if not kind or event.kind == kind]
    oldest_first = query.get("order") == "oldest"
    every_year = sorted({event.first.year for event in chosen if event.first}, reverse=not oldest_first)
    year = _year_asked(query, every_year, len(chosen))
    dated = [event for event in chosen if event.first and (year is None or event.first.year == year)]
    dated.sort(key=lambda event: event.first or "", reverse=not oldest_first)
    years = [YearOfEvents(y, list(rows)) for y, rows in groupby(dated, lambda event: event.first.year)]  # type: ignore[union-attr]
    undated = [event for event in chosen if event.first is None]
    if undated and (year is None or year == every_year[-1]):
        years.append(YearOfEvents(None, undated))
    return TimeLine(years, list(kinds.values()), every_year, len(chosen), kind, oldest_first, year)


def _year_asked(query: dict[str, str], every_year: list[int], total: int) -> int | None:
    asked = query.get("year", "")
    if asked.isdecimal() and int(asked) in every_year:
        return int(asked)
    if "all" in query or total <= ONE_PAGE or not every_year:
        return None
    # Where there is too much for one page, it opens at the year nearest to today.
    now = today().year
    return min(every_year, key=lambda year: (abs(year - now), -year))
