"""Time lines: what happened around a record and what will, from what the apps know of it.

Apps register builders for a model, such as countries or strategies; each is asked for one record and one principal
and answers in a few queries, however many rows there are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.functional import Promise

from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal

# More events than this are shown a year at a time, unless all are asked for.
ONE_PAGE = 60
NEXT_DATES = 5

# The drawing of each kind; its words stand beside it.
ICONS = {
    "request": "inbox",
    "action": "arrow",
    "activity": "people",
    "milestone": "check",
    "meeting": "person",
    "review": "history",
    "visit": "globe",
    "session": "clock",
    "commitment": "handshake",
    "deadline": "warning",
}


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

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "calendar")


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    label: str | Promise
    count: int


BuildEvents = Callable[[Any, Principal], Iterable[Event]]

_events: dict[type[Record], list[tuple[int, BuildEvents]]] = {}


def register_events(model: type[Record], build: BuildEvents, *, order: int) -> None:
    """`build(record, principal)` gives the events around a record of this model that the principal may see."""
    registered = _events.setdefault(model, [])
    if all(known is not build for _order, known in registered):
        registered.append((order, build))
        registered.sort(key=lambda entry: entry[0])


def events_of(record: Record, principal: Principal) -> list[Event]:
    return [event for _order, build in _events.get(type(record), ()) for event in build(record, principal)]


def next_dates(events: Iterable[Event]) -> list[Event]:
    """The first events that are not over, soonest first."""
    ahead = [event for event in events if event.first and (event.last or event.first).latest >= today()]
    return sorted(ahead, key=lambda event: event.first or "")[:NEXT_DATES]


class MonthOfEvents(NamedTuple):
    """The events of one month; `month` is None for those of which only the year is known."""

    month: PartialDate | None
    events: list[Event]


class YearOfEvents(NamedTuple):
    """The events of one year; `year` is None for those of which no date is known."""

    year: int | None
    events: list[Event]

    @property
    def months(self) -> list[MonthOfEvents]:
        """In the order of the events."""
        return [MonthOfEvents(month, list(rows)) for month, rows in groupby(self.events, _month_of)]


def _month_of(event: Event) -> PartialDate | None:
    first = event.first
    return PartialDate(first.year, first.month) if first is not None and first.month else None


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
    # Today stands before this event, or behind all that is dated; where another year is shown it stands nowhere.
    today: date
    today_before: Event | None
    today_is_last: bool


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
    now = today()
    is_marked = bool(dated) and year in (None, now.year)
    before = next(_beyond(dated, now, oldest_first=oldest_first), None) if is_marked else None
    return TimeLine(
        years, list(kinds.values()), every_year, len(chosen), kind, oldest_first, year,
        now, before, is_marked and before is None,
    )  # fmt: skip


def _beyond(dated: list[Event], now: date, *, oldest_first: bool) -> Iterator[Event]:
    """The events on the far side of today, in the order of the line. What has begun is not ahead."""
    for event in dated:
        assert event.first is not None
        if (event.first.earliest > now) == oldest_first:
            yield event


def _year_asked(query: dict[str, str], every_year: list[int], total: int) -> int | None:
    asked = query.get("year", "")
    if asked.isdecimal() and int(asked) in every_year:
        return int(asked)
    if "all" in query or total <= ONE_PAGE or not every_year:
        return None
    # Where there is too much for one page, it opens at the year nearest to today.
    now = today().year
    return min(every_year, key=lambda year: (abs(year - now), -year))
