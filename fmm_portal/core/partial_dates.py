"""Dates that history knows only in part: a year, a month, a day. Unknown is None; nothing is ever padded.

Stored as ISO 8601 text of reduced precision ("2015", "2015-07", "2015-07-14"), which sorts by time as it
stands, a period before the days in it.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Any

from babel.dates import format_date, format_skeleton, get_month_names
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.querysets import fold

INVALID = _(
    "Write a date as 14/11/2017 or 14 November 2017, a month as 07/2015 or July 2015, or a year as 2015."
)


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month or a year.  Raises ValueError when the parts do not make a date."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("A day needs its month.")
        # Month or day 0 is no way to say "unknown".
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def from_iso(cls, text: str) -> "PartialDate":
        """From "2015", "2015-07" or "2015-07-14"; ValueError otherwise."""
        if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
            raise ValueError(f"{text!r} is not an ISO date of full or reduced precision.")
        return cls(*(int(part) for part in text.split("-")))

    @classmethod
    def of(cls, value: "date | PartialDate | str") -> "PartialDate":
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, date):
            return cls(value.year, value.month, value.day)
        return cls.from_iso(value)

    @property
    def precision(self) -> str:
        """ "day", "month" or "year"."""
        return "day" if self.day else "month" if self.month else "year"

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def is_exact(self) -> bool:
        return self.day is not None

    def display(self, language: str | None = None) -> str:
        """As people write it: "14 November 2017", "juillet 2015", "2015"."""
        locale = babel_locale(language)
        if self.day:
            return format_date(self.earliest, "long", locale=locale)
        if self.month:
            return format_skeleton("yMMMM", self.earliest, locale=locale)
        return str(self.year)

    def isoformat(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)

    def __str__(self) -> str:
        return self.display()

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self.isoformat() < other.isoformat()


def babel_locale(language: str | None = None) -> str:
    """The CLDR locale for a language; English as written in Europe (21 January 2019)."""
    code = (language or get_language() or "en").split("-")[0]
    return {"en": "en_GB", "pt": "pt_PT"}.get(code, code)


def _month_number(word: str) -> int | None:
    """The number of a month named in any of the portal's languages, in full or by three letters or more.

    None for letters that two months of a language begin with: "jui" is no guess between juin and juillet.
    """
    wanted = fold(word.rstrip("."))
    if len(wanted) < 3:
        return None
    for locale in ("en_GB", "fr", "pt_PT"):
        names = get_month_names("wide", locale=locale)
        begun = [number for number, name in names.items() if fold(name).startswith(wanted)]
        if len(begun) == 1:
            return begun[0]
    return None


def parse_partial_date(text: str) -> PartialDate | None:
    """What a person typed, or None for nothing. Raises ValidationError with a sentence that says how to write it."""
    text = " ".join(text.replace(",", " ").split())
    if not text:
        return None
    iso = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text)
    numeric = re.fullmatch(r"(?:(\d{1,2})[/.])?(\d{1,2})[/.](\d{4})", text)
    named = re.fullmatch(
        r"(?:(\d{1,2})(?:er|st|nd|rd|th)?\s+(?:de\s+)?)?([^\W\d]+\.?)\s+(?:de\s+)?(\d{4})", text
    )
    try:
        if iso:
            return PartialDate(*(int(part) for part in iso.groups() if part))
        if numeric:
            day, month, year = numeric.groups()
            return PartialDate(int(year), int(month), int(day) if day else None)
        if named:
            day, month_name, year = named.groups()
            month_number = _month_number(month_name)
            if month_number:
                return PartialDate(int(year), month_number, int(day) if day else None)
    except ValueError as error:
        raise ValidationError(
            _("%(text)s is not a date in the calendar."), code="invalid", params={"text": text}
        ) from error
    raise ValidationError(INVALID, code="invalid")


def today() -> date:
    return timezone.localdate()


class PartialDateField(models.Field):
    """A PartialDate or None. Compares in the database by `__gte`, `__lt` and so on with another PartialDate."""

    description = "A date known to the day, the month or the year"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "CharField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "varchar(10)"

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        # A language's collation may skip hyphens; the order of dates must be that of their bytes.
        collation = "C" if connection.vendor == "postgresql" else "BINARY"
        return {**super().db_parameters(connection), "collation": collation}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> PartialDate | None:
        return PartialDate.from_iso(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        if value is None or value == "":
            return None
        try:
            return PartialDate.of(value)
        except (ValueError, TypeError) as error:
            raise ValidationError(INVALID, code="invalid") from error

    def get_prep_value(self, value: Any) -> str | None:
        value = self.to_python(value)
        return value.isoformat() if value is not None else None

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": PartialDateFormField, **kwargs})


# `due_on__length=7` finds the dates known to the month.
PartialDateField.register_lookup(Length)


class PartialDateInput(forms.TextInput):
    """One text box; what was typed stays as it was typed."""

    template_name = "django/forms/widgets/text.html"

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, PartialDate):
            return (
                f"{value.day:02d}/{value.month:02d}/{value.year}"
                if value.day
                else (f"{value.month:02d}/{value.year}" if value.month else str(value.year))
            )
        return super().format_value(value)


class PartialDateFormField(forms.Field):
    """Accepts a day, a month or a year in the ways people write them."""

    widget = PartialDateInput
    default_help_text = _("A day (14/11/2017), a month (07/2015) or a year (2015), as far as it is known.")

    def __init__(self, **kwargs: Any) -> None:
        for option in ("max_length", "empty_value"):
            kwargs.pop(option, None)
        kwargs["help_text"] = kwargs.get("help_text") or self.default_help_text
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> PartialDate | None:
        if value is None or isinstance(value, PartialDate):
            return value
        return parse_partial_date(str(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True
