"""The calendar: a month with everything that the reader may see in it. Apps register what they put there.

What is known only by its month or its year stands beside the days, never on one of them.
"""

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from fmm_portal.core.time_line import Event
from fmm_portal.institutions.models import Country

# A day shows so many events; the list has the rest.
MOST_IN_A_DAY = 4
FIRST_YEAR, LAST_YEAR = 1950, 2150


class Month(NamedTuple):
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, text: str) -> "Month":
        """From "2019-01"; the present month for anything else."""
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, re.ASCII)
        if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return cls(int(found[1]), int(found[2]))
        now = today()
        return cls(now.year, now.month)

    def moved(self, months: int) -> "Month":
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    @property
    def known(self) -> PartialDate:
        return PartialDate(self.year, self.number)

    @property
    def first(self) -> date:
        return self.known.earliest

    @property
    def last(self) -> date:
        return self.known.latest

    @property
    def is_present(self) -> bool:
        return self.first <= today() <= self.last

    def __str__(self) -> str:
        return self.known.isoformat()


def in_month(month: Month, first: str, last: str = "") -> Q:
    """Rows whose period, between two partial dates, touches the month or may do so."""

    def is_not_over(name: str) -> Q:
        return Q(**{f"{name}__gte": month.known}) | Q(**{name: PartialDate(month.year)})

    begun = Q(**{f"{first}__lte": PartialDate.of(month.last)})
    if not last:
        return begun & is_not_over(first)
    return begun & (is_not_over(last) | (Q(**{f"{last}__isnull": True}) & is_not_over(first)))


BuildEntries = Callable[[Month, Country | None, Principal], Iterable[Event]]


@dataclass(frozen=True, slots=True)
class CalendarKind:
    """What one app puts into the calendar. `entries` asks once, through the policy, whatever the rows."""

    order: int
    key: str
    label: str | Promise
    entries: BuildEntries = field(compare=False)


_kinds: dict[str, CalendarKind] = {}


def register_calendar(kind: CalendarKind) -> None:
    _kinds[kind.key] = kind


def calendar_kinds() -> list[CalendarKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


class KindInMonth(NamedTuple):
    kind: CalendarKind
    events: list[Event]


def entries_of(month: Month, country: Country | None, principal: Principal) -> list[KindInMonth]:
    return [KindInMonth(kind, list(kind.entries(month, country, principal))) for kind in calendar_kinds()]


class Day(NamedTuple):
    """A day of the grid; `date` is None for the cells before the first and after the last."""

    date: date | None
    events: list[Event]

    @property
    def shown(self) -> list[Event]:
        return self.events[:MOST_IN_A_DAY]

    @property
    def more(self) -> int:
        return max(0, len(self.events) - MOST_IN_A_DAY)

    @property
    def is_today(self) -> bool:
        return self.date == today()


class Band(NamedTuple):
    """What happens some time in a period that is longer than a day."""

    label: str
    events: list[Event]


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month as it is shown: weeks of days, the dated events once each, and what has no day."""

    weeks: list[list[Day]]
    dated: list[Event]
    bands: list[Band]


def month_page(month: Month, events: Iterable[Event]) -> MonthPage:
    dated = sorted(
        (event for event in events if has_days(event)), key=lambda event: (event.first, event.kind)
    )
    by_day: dict[date, list[Event]] = {}
    for event in dated:
        for day in _days_of(event, month):
            by_day.setdefault(day, []).append(event)
    weeks = [
        [Day(day, by_day.get(day, [])) if day.month == month.number else Day(None, []) for day in week]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.number)
    ]
    return MonthPage(weeks, dated, _bands(event for event in events if not has_days(event)))


def has_days(event: Event) -> bool:
    """Whether the days of an event are known."""
    return all(when.is_exact for when in (event.first, event.last) if when is not None)


def _days_of(event: Event, month: Month) -> Iterable[date]:
    assert event.first is not None
    day, last = max(event.first.earliest, month.first), min((event.last or event.first).latest, month.last)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _bands(events: Iterable[Event]) -> list[Band]:
    """By period, the shorter ones first."""
    found: dict[tuple[PartialDate, PartialDate], list[Event]] = {}
    for event in events:
        assert event.first is not None
        found.setdefault((event.first, event.last or event.first), []).append(event)
    periods = sorted(found, key=lambda period: (period[1].latest - period[0].earliest, period[0]))
    return [Band(_period_in_words(*period), found[period]) for period in periods]


def _period_in_words(first: PartialDate, last: PartialDate) -> str:
    if first == last:
        return _("Some time in %(period)s") % {"period": first}
    return _("Some time between %(first)s and %(last)s") % {"first": first, "last": last}
