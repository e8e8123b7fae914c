"""What a calendar holds, and who fills it: kinds of calendars and the sources of a person's own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.functional import Promise

from fmm_portal.core.principals import Principal


class EntryStatus(StrEnum):
    """In the words of the standard."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    # What was removed or called off stays in the calendar as this, so that programs take it away.
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event. Days are for all day, with the last one counted; hours are of a zone, or of wherever it is."""

    # The same for a record for ever, such as "commitment-12".
    uid: str
    # Never falls; grows when the record changes.
    sequence: int
    title: str
    starts: date | datetime
    ends: date | datetime | None
    changed_at: datetime
    status: EntryStatus = EntryStatus.CONFIRMED
    place: str = ""
    text: str = ""
    path: str = ""
    category: str = ""


class Undated(NamedTuple):
    """What has no day yet: the calendar names it in its description, and never on a day that nobody said."""

    title: str


Content = Entry | Undated
Source = Callable[[Principal], Iterable[Content]]


@dataclass(frozen=True, slots=True)
class FeedKind:
    """A kind of calendar. `find` gives the subject if the principal may read it today, else None."""

    key: str
    find: Callable[[int, Principal], Any | None]
    name: Callable[[Any], str]
    # What one finds in it, for the panel.
    about: str | Promise
    contents: Callable[[Any, Principal], Iterable[Content]]
    # The page to come back to.
    page: Callable[[Any], str]


_kinds: dict[str, FeedKind] = {}
_personal: list[Source] = []


def register_feed(kind: FeedKind) -> None:
    _kinds[kind.key] = kind


def feed_kind(key: str) -> FeedKind | None:
    return _kinds.get(key)


def register_personal(source: Source) -> None:
    """Fill a person's own calendar; `source` asks through the policy, in queries that do not grow with the rows."""
    if source not in _personal:
        _personal.append(source)


def personal_contents(principal: Principal) -> Iterable[Content]:
    for source in _personal:
        yield from source(principal)
