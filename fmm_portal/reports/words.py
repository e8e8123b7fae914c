"""Words that all printed documents share: periods, the size of a title, sources. Read no database."""

from collections.abc import Iterable
from typing import Any

from babel.dates import format_skeleton

from fmm_portal.core.partial_dates import PartialDate, babel_locale


def period(first: str | None, last: str | None) -> str:
    """ "21–25 January 2019", "30 November – 4 December 2019", "July 2015"; "" when unknown."""
    if first is None or last is None or first == last:
        known = first or last
        return PartialDate.from_iso(known).display() if known else ""
    begin, end = PartialDate.from_iso(first), PartialDate.from_iso(last)
    if begin.is_exact and end.is_exact and begin.year == end.year:
        if begin.month == end.month:
            return f"{begin.day}–{end.display()}"
        return f"{format_skeleton('MMMMd', begin.earliest, locale=babel_locale())} – {end.display()}"
    return f"{begin.display()} – {end.display()}"


def title_size(title: str) -> str:
    """The longer a title, the smaller it is set: it must leave room on the cover."""
    steps = ((70, "display"), (140, "large"), (320, "medium"))
    return next((size for length, size in steps if len(title) <= length), "small")


def sources_in_words(sources: Iterable[str]) -> list[dict[str, Any]]:
    return [{"text": source, "is_address": source.startswith(("https://", "http://"))} for source in sources]
