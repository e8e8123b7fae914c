"""The columns of the spreadsheet of a plan, the words that their cells may hold."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.currencies import Currency
from fmm_portal.core.multilingual import active_language, content_languages
from fmm_portal.core.querysets import fold
from strategies.enums import FundingSource, PlanActivityStatus, StallReason

SEPARATOR = ";"


class SheetColumn(NamedTuple):
    """A column: the name of its field, the heading, what it holds. `language` for a text in one language."""

    field: str
    label: str | Promise
    about: str | Promise
    width: int
    choices: type[models.TextChoices] | None = None
    is_multilingual: bool = False
    language: str = ""

    @property
    def key(self) -> str:
        return f"{self.field}_{self.language}" if self.language else self.field

    @property
    def heading(self) -> str:
        words = capfirst(str(self.label))
        return f"{words} [{self.language.upper()}]" if self.language else words


# Texts that belong to the lines above an activity; each row repeats them.
LINE_TEXTS = ("objective", "result")
COLUMNS = (
    SheetColumn("id", _("Id"), _("The portal's number of the activity. Leave it as it is; empty for a new one."), 8),
    SheetColumn("axis", _("Axis"), _("The code of an axis of the text. Axes are not changed here."), 10),
    SheetColumn("axis_title", _("Title of the axis"), _("Only to read; it is not imported."), 28),
    SheetColumn("objective_code", _("Code of the objective"), _("A new code adds an objective under the axis."), 12),
    SheetColumn("objective", _("Specific objective"), _("Left empty, it stays as it is."), 34, is_multilingual=True),
    SheetColumn("result_code", _("Code of the result"), _("A new code adds a result under the objective."), 12),
    SheetColumn("result", _("Expected result"), _("Left empty, it stays as it is."), 34, is_multilingual=True),
    SheetColumn("code", _("Code"), _("Each code occurs once in the plan, such as 2.1.3."), 10),
    SheetColumn("text", _("Activity"), _("Required, in one language at least."), 46, is_multilingual=True),
    SheetColumn("indicator", _("Indicator"), _("What shows that it is done."), 30, is_multilingual=True),
    SheetColumn("baseline", _("Baseline"), _("The value at the beginning."), 14),
    SheetColumn("target", _("Target"), _("The value to reach."), 14),
    SheetColumn("unit", _("Unit"), _("What is counted."), 14),
    SheetColumn(
        "source_of_verification", _("Source of verification"), _("Where it can be checked."), 28, is_multilingual=True
    ),
    SheetColumn("lead", _("Lead institution"), _("As the directory has it, such as ANPE (TG)."), 20),
    SheetColumn("partners", _("Partners"), _("Institutions of the directory, with semicolons between them."), 28),
    SheetColumn("starts_in", _("From quarter"), _("Such as 2018-Q3."), 12),
    SheetColumn("ends_in", _("To quarter"), _("Such as 2019-Q2."), 12),
    SheetColumn("cost", _("Cost"), _("A number that is not negative, with at most two decimals."), 16),
    SheetColumn("currency", _("Currency"), _("One of the codes of the list."), 10, Currency),
    SheetColumn("funding_source", _("Funding source"), _("One of the words of the list, or empty."), 20, FundingSource),
    SheetColumn("funder", _("Funder"), _("Who pays, in words."), 20),
    SheetColumn("status", _("Status"), _("One of the words of the list; a change is a step."), 16, PlanActivityStatus),
    SheetColumn("percent", _("Done (%)"), _("A whole number from 0 to 100, or empty."), 10),
    SheetColumn("stall_reason", _("What holds it up"), _("One of the words of the list, or empty."), 24, StallReason),
    SheetColumn("comment", _("Comment or evidence"), _("Also kept as the reason when the status changes."), 46),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}


def with_languages(languages: Sequence[str]) -> list[SheetColumn]:
    """The columns, with one for each language where a column holds texts by language."""
    found = []
    for column in COLUMNS:
        if column.is_multilingual:
            found += [column._replace(language=code) for code in languages]
        else:
            found.append(column)
    return found


def languages_in_use(texts: Sequence[Any]) -> list[str]:
    """The reader's language first, then those in which any of these texts is written."""
    first = active_language()
    used = {code for text in texts for code in text}
    return [first, *(code for code in content_languages() if code in used and code != first)]


def known_headings() -> dict[str, str]:
    """What a heading may read, in every language of the portal, and the key of its column."""
    found: dict[str, str] = {}
    every = with_languages(content_languages())
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {fold(column.heading): column.key for column in every}
    # The keys themselves, as the hidden row has them, win.
    return found | {column.key: column.key for column in every}


def column_of(key: str) -> SheetColumn:
    """The column with a key such as "code" or "text_fr"."""
    if key in BY_FIELD:
        return BY_FIELD[key]
    field, _separator, language = key.rpartition("_")
    return BY_FIELD[field]._replace(language=language)


def word_of(choices: type[models.TextChoices], value: str) -> str:
    """How the sheet writes a choice: currencies by their code, all others in the reader's words."""
    if not value or choices is Currency:
        return value
    return str(choices(value).label)


def value_of_word(choices: type[models.TextChoices], word: str) -> str | None:
    """The stored value of a word in any language of the portal; None for no such word."""
    wanted = fold(word)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for value, label in choices.choices:
                if wanted in (fold(str(label)), fold(str(value))):
                    return str(value)
    return None
