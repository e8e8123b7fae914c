"""The columns of a spreadsheet: how a value of a record is written into a cell, and read from one."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.dateparse import parse_time
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmm_portal.core.cells import restored, tidy
from fmm_portal.core.imports.lookups import Found, lookup_for
from fmm_portal.core.multilingual import Multilingual, MultilingualField
from fmm_portal.core.partial_dates import PartialDate, PartialDateField, parse_partial_date
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold
from fmm_portal.core.sources import SourcesField

# Between several values in one cell.
SEPARATOR = ";"
# Allowed words that an error names.
WORDS_NAMED = 40


def text_of(cell: Any) -> str:
    """A cell as text, however the spreadsheet kept it; what looks like a formula is a text like any other."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return restored(tidy(cell))
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "minutes")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


class SheetColumn:
    """A column of one field. `show` gives what a cell holds, `read` a value or a ValueError with a sentence.

    `is_read_only` is written into files and never imported; `is_kept_if_empty` leaves a value where a cell is empty.
    """

    is_read_only = False

    def __init__(
        self,
        name: str,
        field: Any = None,
        *,
        label: str | Promise = "",
        about: str | Promise = "",
        is_read_only: bool = False,
        is_kept_if_empty: bool = False,
    ) -> None:
        self.name = self.key = name
        self.field = field
        self.label = label
        self.about = about
        self.is_read_only = is_read_only or type(self).is_read_only
        self.is_kept_if_empty = is_kept_if_empty

    @property
    def heading(self) -> str:
        return str(capfirst(str(self.label or self.field.verbose_name)))

    @property
    def explanation(self) -> str:
        """What a cell holds, in a sentence."""
        return str(self.about or getattr(self.field, "help_text", "") or "")

    @property
    def words(self) -> list[str]:
        """The words that a cell may hold; none where it is not one of a few."""
        return []

    @property
    def is_required(self) -> bool:
        field = self.field
        return field is not None and not field.blank and not field.has_default() and not field.null

    def show(self, record: Any) -> Any:
        return self.written(getattr(record, self.name))

    def written(self, value: Any) -> Any:
        """A value as a cell holds it."""
        return "" if value is None else str(value)

    def read(self, cell: Any) -> Any:
        text = text_of(cell)
        if not text:
            return self.empty()
        return self.parsed(text)

    def empty(self) -> Any:
        """The value of an empty cell."""
        if self.is_required:
            raise ValueError(_("This field is required."))
        return None if self.field.null else self.field.get_default()

    def parsed(self, text: str) -> Any:
        return text

    def in_words(self, value: Any) -> str:
        """A value as a preview shows it."""
        return str(self.written(value))


class ChoiceColumn(SheetColumn):
    """One of a few words; read in every language of the portal, and by its key."""

    @property
    def words(self) -> list[str]:
        return [str(word) for value, word in self.field.flatchoices if value != ""]

    def written(self, value: Any) -> Any:
        return str(dict(self.field.flatchoices).get(value, value or ""))

    @cached_property
    def known(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                for value, word in self.field.flatchoices:
                    found.setdefault(fold(str(word)), value)
        return found | {fold(str(value)): value for value, _word in self.field.flatchoices}

    def parsed(self, text: str) -> Any:
        value = self.known.get(fold(text))
        if value is None:
            named = ", ".join(self.words[:WORDS_NAMED]) + ("…" if len(self.words) > WORDS_NAMED else "")
            words = {"text": text, "words": named}
            raise ValueError(_("“%(text)s” is none of the allowed words: %(words)s.") % words)
        return value


class YesNoColumn(SheetColumn):
    @property
    def words(self) -> list[str]:
        return [_("yes"), _("no")]

    def written(self, value: Any) -> Any:
        return "" if value is None else (_("yes") if value else _("no"))

    @cached_property
    def known(self) -> dict[str, bool]:
        found = {"1": True, "true": True, "0": False, "false": False}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                found |= {fold(_("yes")): True, fold(_("no")): False}
        return found

    def parsed(self, text: str) -> Any:
        if fold(text) not in self.known:
            raise ValueError(_("Write yes or no."))
        return self.known[fold(text)]


class NumberColumn(SheetColumn):
    """A number without or with decimals; spaces between thousands are nothing."""

    def written(self, value: Any) -> Any:
        return "" if value is None else value

    def in_words(self, value: Any) -> str:
        return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)

    def parsed(self, text: str) -> Any:
        plain = re.sub(r"\s", "", text).replace(",", ".")
        is_whole = not isinstance(self.field, models.DecimalField)
        if not re.fullmatch(r"-?\d+" if is_whole else r"-?\d+(\.\d+)?", plain):
            if is_whole:
                raise ValueError(_("“%(text)s” is not a whole number.") % {"text": text})
            raise ValueError(_("“%(text)s” is not a number.") % {"text": text})
        try:
            return int(plain) if is_whole else Decimal(plain)
        except InvalidOperation as error:
            raise ValueError(_("“%(text)s” is not a number.") % {"text": text}) from error


class PartialDateColumn(SheetColumn):
    """A day, a month or a year, in ISO when written, as people write them when read."""

    about = gettext_lazy("A day (2017-11-14), a month (2015-07) or a year (2015), as far as it is known.")

    @property
    def explanation(self) -> str:
        return str(type(self).about)

    def written(self, value: Any) -> Any:
        return value.isoformat() if value is not None else ""

    def read(self, cell: Any) -> Any:
        # A spreadsheet that took it for a day has a day.
        return PartialDate.of(cell.date()) if isinstance(cell, datetime) else super().read(cell)

    def parsed(self, text: str) -> Any:
        try:
            return parse_partial_date(text)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def in_words(self, value: Any) -> str:
        return value.display() if value is not None else ""


class DayColumn(PartialDateColumn):
    """A day that is known in full."""

    about = gettext_lazy("A day, such as 2019-01-21.")

    def read(self, cell: Any) -> Any:
        value = super().read(cell)
        if isinstance(value, PartialDate):
            if not value.is_exact:
                raise ValueError(_("Write the whole date, such as 2019-01-21."))
            return value.earliest
        return value

    def in_words(self, value: Any) -> str:
        return PartialDate.of(value).display() if value is not None else ""


class HourColumn(SheetColumn):
    def written(self, value: Any) -> Any:
        return value.strftime("%H:%M") if value is not None else ""

    def parsed(self, text: str) -> Any:
        found = re.fullmatch(r"(\d{1,2})\s*[:hH.]\s*(\d{2})?(:\d{2})?", text)
        try:
            value = parse_time(f"{int(found[1]):02d}:{found[2] or '00'}") if found else None
        except ValueError:
            value = None
        if value is None:
            raise ValueError(_("“%(text)s” is not an hour. Write it as 09:30.") % {"text": text})
        return value


class LinesColumn(SheetColumn):
    """Several texts in one cell, one a line."""

    def written(self, value: Any) -> Any:
        return "\n".join(value or ())

    def parsed(self, text: str) -> Any:
        return [line.strip() for line in text.splitlines() if line.strip()]


class TextColumn(SheetColumn):
    """A text in one language; the other languages of the field have columns of their own."""

    def __init__(self, name: str, field: Any, language: str, **options: Any) -> None:
        super().__init__(name, field, **options)
        self.language = language
        self.key = f"{name}_{language}"

    @property
    def heading(self) -> str:
        return f"{super().heading} [{self.language.upper()}]"

    def show(self, record: Any) -> Any:
        return getattr(record, self.name).get(self.language, "")

    def empty(self) -> Any:
        return ""

    def in_words(self, value: Any) -> str:
        return value.get(self.language, "") if isinstance(value, Multilingual) else str(value or "")


class RelatedColumn(SheetColumn):
    """Another record, or several, by what they are called; `core.imports.lookups` finds them all together.

    `kept` are those that a record has; with `is_only_for_new` they are changed elsewhere once it is there.
    """

    is_only_for_new = False

    @property
    def is_many(self) -> bool:
        return bool(self.field.many_to_many)

    @property
    def related_model(self) -> Any:
        return self.field.related_model

    @property
    def words(self) -> list[str]:
        return lookup_for(self.related_model).all_labels()

    @property
    def explanation(self) -> str:
        found = str(lookup_for(self.related_model).about)
        return f"{found} {_('Several with semicolons between them.')}" if self.is_many else found

    def kept(self, record: Any) -> Any:
        value = getattr(record, self.name)
        return list(value.all()) if self.is_many else value

    def show(self, record: Any) -> Any:
        return self.written(self.kept(record))

    def written(self, value: Any) -> Any:
        label = lookup_for(self.related_model).label
        if self.is_many:
            return f"{SEPARATOR} ".join(sorted(label(row) for row in value))
        return label(value) if value is not None else ""

    def in_words(self, value: Any) -> str:
        if self.is_many:
            return ", ".join(sorted(str(row) for row in value or ()))
        return str(value) if value is not None else ""

    def empty(self) -> Any:
        if self.is_required:
            raise ValueError(_("This field is required."))
        return []

    def find(self, texts: Collection[str], principal: Principal) -> Found:
        return lookup_for(self.related_model).find(texts, principal)

    def parsed(self, text: str) -> list[str]:
        """The texts by which the records are called."""
        parts = text.split(SEPARATOR) if self.is_many else [text]
        return [part.strip() for part in parts if part.strip()]


def columns_of(
    model: type[models.Model], name: str, languages: Iterable[str], **options: Any
) -> list[SheetColumn]:
    """The columns of a field: one, or one a language."""
    field: Any = model._meta.get_field(name)
    if isinstance(field, MultilingualField):
        return [TextColumn(name, field, code, **options) for code in languages]
    return [_kind_of(field)(name, field, **options)]


def _kind_of(field: Any) -> Callable[..., SheetColumn]:
    if field.is_relation:
        return RelatedColumn
    if field.choices:
        return ChoiceColumn
    kinds: tuple[tuple[Any, Callable[..., SheetColumn]], ...] = (
        (PartialDateField, PartialDateColumn),
        (SourcesField, LinesColumn),
        (models.BooleanField, YesNoColumn),
        ((models.IntegerField, models.DecimalField), NumberColumn),
        (models.DateField, DayColumn),
        (models.TimeField, HourColumn),
    )
    return next((column for kind, column in kinds if isinstance(field, kind)), SheetColumn)
