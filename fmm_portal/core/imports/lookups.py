"""Other records in cells: what they are called there, and how all that a file names are found together."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold

# Candidates that an error names.
NAMED = 4
MOST_DIGITS = 18


@dataclass(frozen=True)
class Lookup:
    """How records of one model are called in a cell.

    `label` leads back to one record; `names` are all that it may be called; `narrow` leaves the rows that may be
    meant by some texts, in one cheap query. "#12 anything" is always the record with that number.
    """

    model: type[models.Model]
    label: Callable[[Any], str]
    names: Callable[[Any], Iterable[str]]
    about: str | Promise = ""
    narrow: Callable[[models.QuerySet[Any], Collection[str]], models.QuerySet[Any]] | None = None
    # Rows so few that a template can list them.
    listed: Callable[[], Iterable[Any]] | None = None
    related: tuple[str, ...] = field(default=())

    def all_labels(self) -> list[str]:
        return [self.label(row) for row in self.listed()] if self.listed is not None else []

    def rows(self, principal: Principal) -> models.QuerySet[Any]:
        found = self.model._default_manager.visible_to(principal)  # type: ignore[attr-defined]
        return found.select_related(*self.related) if self.related else found

    def find(self, texts: Collection[str], principal: Principal) -> "Found":
        """Every record that is called by one of the texts, as far as the principal sees it; at most two queries."""
        numbers = {text: number_in(text) for text in texts}
        words = {text for text, number in numbers.items() if number is None}
        by_number: dict[int, Any] = {}
        keys = {number for number in numbers.values() if number is not None}
        if keys:
            by_number = {row.pk: row for row in self.rows(principal).filter(pk__in=keys)}
        exact: dict[str, dict[int, Any]] = defaultdict(dict)
        loose: dict[str, dict[int, Any]] = defaultdict(dict)
        if words:
            wanted = {fold(word) for word in words}
            rows = self.rows(principal)
            rows = self.narrow(rows, words) if self.narrow is not None else rows
            for row in rows.iterator(chunk_size=2000):
                label = fold(self.label(row))
                if label in wanted:
                    exact[label][row.pk] = by_number.setdefault(row.pk, row)
                for name in self.names(row):
                    if (folded := fold(name)) in wanted:
                        loose[folded][row.pk] = by_number.setdefault(row.pk, row)
        return Found(self, numbers, by_number, exact, loose)


def number_in(text: str) -> int | None:
    """12 in "#12" and in "#12 National Employment Agency"."""
    digits = text[1:].split(" ", 1)[0] if text.startswith("#") else ""
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else None


@dataclass
class Found:
    """What the texts of a file name."""

    lookup: Lookup
    numbers: dict[str, int | None]
    by_number: dict[int, Any]
    exact: dict[str, dict[int, Any]]
    loose: dict[str, dict[int, Any]]

    def all(self) -> Iterable[Any]:
        """Every record that was found."""
        return self.by_number.values()

    def one(self, text: str) -> Any:
        """Raises ValueError with a sentence: nobody, or several that it may be."""
        number = self.numbers.get(text)
        if number is not None:
            if number not in self.by_number:
                raise ValueError(
                    _("There is no record with the number %(number)d here.") % {"number": number}
                )
            return self.by_number[number]
        folded = fold(text)
        found = self.exact.get(folded) or self.loose.get(folded) or {}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            names = ", ".join(f"#{row.pk} {row}" for row in list(found.values())[:NAMED])
            words = {"text": text, "candidates": names}
            raise ValueError(_("“%(text)s” may be several: %(candidates)s. Write one of these.") % words)
        kind = self.lookup.model._meta.verbose_name
        raise ValueError(
            _("“%(text)s” is not found (%(kind)s). Write it as the portal has it.")
            % {"text": text, "kind": kind}
        )


_lookups: dict[type[models.Model], Lookup] = {}


def register_lookup(lookup: Lookup) -> None:
    _lookups[lookup.model] = lookup


def lookup_for(model: type[models.Model]) -> Lookup:
    try:
        return _lookups[model]
    except KeyError:
        raise ImproperlyConfigured(f"{model.__name__} has no lookup; register one in apps.py.") from None
