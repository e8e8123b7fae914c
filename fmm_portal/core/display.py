"""How values look to people: dates, texts with their language, states as badges. For tables and templates alike."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from html import unescape
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fmm_portal.core.multilingual import LocalText, Multilingual, MultilingualField
from fmm_portal.core.partial_dates import PartialDate, babel_locale
from fmm_portal.core.workflow import workflow_for

MARKS = re.compile(r"<[^>]*>")

# Colour only helps the word. States that no table names are neutral.
TONES = {
    "planned": "info",
    "proposed": "info",
    "nominated": "info",
    "draft": "info",
    "open": "warn",
    "queued": "info",
    "running": "info",
    "in_progress": "info",
    "under_way": "warn",
    "postponed": "warn",
    "suspended": "warn",
    "reporting": "info",
    "fiche_drafted": "info",
    "fiche_approved": "good",
    "ex_post": "good",
    "confirmed": "good",
    "completed": "good",
    "attended": "good",
    "agreed": "good",
    "answered": "good",
    "done": "good",
    "validated": "good",
    "held": "good",
    "integrated": "good",
    "reserved": "warn",
    "set_aside": "off",
    "reported": "done",
    "closed": "done",
    "submitted": "info",
    "consultation": "info",
    "asked": "info",
    "approved": "good",
    "returned": "warn",
    "objected": "bad",
    "rejected": "bad",
    "withdrawn": "off",
    "declined": "bad",
    "failed": "bad",
    "active": "good",
    "paused": "warn",
    "waiting": "info",
    "delivered": "good",
    "cancelled": "off",
    "dropped": "off",
    "replaced": "off",
}


def text(value: Any, language: str | None = None) -> str | SafeString:
    """A value as text. A text in another language than the reader's carries its language and a mark."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, PartialDate | date | datetime):
        return day(value)
    if isinstance(value, time):
        return hour(value)
    if isinstance(value, Multilingual):
        return _in_its_language(value.in_language(language))
    if isinstance(value, models.Model) and language is None:
        return _record(value)
    return str(value)


def for_file(value: Any) -> Any:
    """A value for a cell of a file: numbers and exact dates as such, all else as text in the reader's language."""
    if type(value) is str:
        return value
    if isinstance(value, int | Decimal | date) and not isinstance(value, bool | datetime):
        return value
    if isinstance(value, datetime):
        return timezone.make_naive(value, UTC) if timezone.is_aware(value) else value
    if isinstance(value, PartialDate):
        return value.earliest if value.is_exact else value.display()
    if isinstance(value, SafeString):
        return " ".join(unescape(MARKS.sub(" ", value)).split())
    if isinstance(value, models.QuerySet | models.Manager | list | tuple | set):
        items = value.all() if isinstance(value, models.Manager) else value
        return ", ".join(str(for_file(item)) for item in items)
    if isinstance(value, Multilingual):
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {for_file(item)}" for key, item in value.items())
    name = getattr(value, "name", None)
    if isinstance(value, models.Model) and isinstance(name, Multilingual) and str(value) == str(name):
        return str(name)
    return str(text(value))


def _in_its_language(local: LocalText) -> str | SafeString:
    if not local.is_fallback:
        return local.text
    words = format_html('<span lang="{}" dir="{}">{}</span>', local.language, local.direction, local.text)
    return words + fallback_mark(local)


def _record(record: models.Model) -> str | SafeString:
    """What a record is called. Where its name has to be in another language, that part of it says so."""
    called = str(record)
    for field in record._meta.fields:
        if isinstance(field, MultilingualField):
            local = getattr(record, field.attname).in_language()
            if local.is_fallback and local.text in called:
                before, _separator, after = called.partition(local.text)
                return format_html("{}{}{}", before, _in_its_language(local), after)
    return called


def sentence(words: str, **values: Any) -> SafeString:
    """A translated sentence with "%(name)s" in it, each value as `text` shows it: in its own language, escaped."""
    shown = {name: conditional_escape(text(value)) for name, value in values.items()}
    return mark_safe(escape(words) % shown)  # noqa: S308 - all of it is escaped


def fallback_mark(local: LocalText) -> str | SafeString:
    """Says which language a text is in when it is not the reader's; nothing when it is."""
    if not local.is_fallback:
        return ""
    language = dict(settings.CONTENT_LANGUAGES)[local.language]
    title = _("Only in %(language)s") % {"language": language}
    return format_html('<abbr class="fallback" title="{}">{}</abbr>', title, local.language.upper())


def day(value: PartialDate | date | datetime | None) -> str | SafeString:
    """A date as people write it, never more exact than it is known: "21 Jan 2019", "July 2015", "2015"."""
    if value is None:
        return ""
    locale = babel_locale()
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        shown = format_datetime(local, "d MMM y, HH:mm", locale=locale)
        return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), _("UTC"), shown)
    if isinstance(value, PartialDate):
        if not value.is_exact:
            return format_html('<time datetime="{}">{}</time>', value.isoformat(), value.display())
        value = value.earliest
    exact = full_day(value)
    shown = format_date(value, "d MMM y", locale=locale)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, shown)


def full_day(value: date) -> str:
    """A day with its weekday: "Monday 21 January 2019", "segunda-feira, 21 de janeiro de 2019"."""
    locale = babel_locale()
    pattern = "EEEE, d 'de' MMMM 'de' y" if locale == "pt_PT" else "EEEE d MMMM y"
    return format_date(value, pattern, locale=locale)


def hour(value: time | None) -> str:
    return format_time(value, "HH:mm", locale=babel_locale()) if value else ""


def counted(number: int) -> str:
    """How many there are, as the reader's language writes it: "10,000", "10 000" with a space that does not break."""
    return str(format_decimal(number, locale=babel_locale()))


def dates(first: PartialDate | date | None, last: PartialDate | date | None) -> str | SafeString:
    """A period: "21–25 Jan 2019", "30 Nov – 4 Dec 2019", "July 2015 – 2017"."""
    if first is None or last is None or first == last:
        return day(first or last)
    begin, end = PartialDate.of(first), PartialDate.of(last)
    if begin.is_exact and end.is_exact and begin.year == end.year:
        locale = babel_locale()
        same_month = begin.month == end.month
        start = str(begin.day) if same_month else format_date(begin.earliest, "d MMM", locale=locale)
        joint = "–" if same_month else " – "
        shown = f"{start}{joint}{format_date(end.earliest, 'd MMM y', locale=locale)}"
        title = f"{begin.display()} – {end.display()}"
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', f"{begin.isoformat()}/{end.isoformat()}", title, shown
        )
    return format_html("{} – {}", day(first), day(last))


def word_of(model: type[models.Model], field: str, value: Any) -> str:
    """The word for a value out of a field's choices. `get_<field>_display` reads all choices for each row."""
    return _words(model, field, get_language() or "").get(value, "" if value is None else str(value))


def words_of(model: type[models.Model], field: str) -> Callable[[Any], str]:
    """What makes the word of a value, in the language of the moment; for many rows."""
    words = _words(model, field, get_language() or "")
    return lambda value: words.get(value, "" if value is None else str(value))


@lru_cache(maxsize=500)
def _words(model: type[models.Model], field: str, language: str) -> dict[Any, str]:
    return {value: str(word) for value, word in model._meta.get_field(field).flatchoices}  # type: ignore[union-attr]


def badge(record: models.Model, field: str = "") -> str | SafeString:
    """The state of a record, in words and with a tone."""
    workflow = workflow_for(record)
    name = field or (workflow.field if workflow else "status")
    return state_badge(record, str(getattr(record, name, "") or ""), name)


def state_badge(record: models.Model, state: str, field: str = "status") -> str | SafeString:
    """A state that a record has or had."""
    if not state:
        return ""
    label = word_of(type(record), field, state)
    return format_html('<span class="badge badge--{}">{}</span>', TONES.get(state, "plain"), label)
