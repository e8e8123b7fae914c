"""The facts of a record for its page: label by label, without what the reader may not see."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.html import format_html, format_html_join, linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from fmm_portal.core.display import badge, fallback_mark, text
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual, MultilingualField
from fmm_portal.core.policies import colleague_fields, policy_for
from fmm_portal.core.principals import Principal


class Fact(NamedTuple):
    """A label and what is known; an empty value is shown as not known."""

    label: str
    value: str | SafeString
    name: str = ""


def facts_of(record: Record, names: Sequence[str], principal: Principal) -> list[Fact]:
    """Fields and properties of a record by name, in that order."""
    hidden = policy_for(record).hidden_fields(principal, record)
    if not principal.knows_colleagues:
        hidden |= colleague_fields(type(record))
    return [Fact(_label(record, name), _value(record, name), name) for name in names if name not in hidden]


def _label(record: Record, name: str) -> str:
    try:
        return capfirst(str(record._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return capfirst(name.replace("_", " "))


def _value(record: Record, name: str) -> str | SafeString:
    value = getattr(record, name)
    if isinstance(value, models.Manager):
        return format_html_join(", ", "{}", ((linked(item),) for item in value.all()))
    if isinstance(value, models.Model):
        return linked(value)
    field = next((field for field in record._meta.get_fields() if field.name == name), None)
    if isinstance(field, MultilingualField) and field.is_long:
        return paragraphs(value)
    if isinstance(field, models.TextField) and value:
        return mark_safe(linebreaks(urlize(value, nofollow=True, autoescape=True)))  # noqa: S308 - urlize escapes
    if isinstance(field, models.URLField) and value:
        return format_html(
            '<a href="{}" rel="noreferrer">{}</a>',
            value,
            value.removeprefix("https://").removeprefix("http://"),
        )
    if getattr(field, "choices", None):
        shown = getattr(record, f"get_{name}_display")()
        return badge(record, name) if name == "status" else str(shown)
    return text(value)


def linked(record: Any) -> str | SafeString:
    """A record's name, leading to its page when it has one."""
    name = text(record)
    address = getattr(record, "get_absolute_url", None)
    return format_html('<a href="{}">{}</a>', address(), name) if address else name


def paragraphs(value: Multilingual) -> str | SafeString:
    """A long text with its line ends, language and direction."""
    local = value.in_language()
    if not local.text:
        return ""
    body = mark_safe(linebreaks(local.text, autoescape=True))  # noqa: S308 - linebreaks escapes
    return format_html(
        '<div class="prose" lang="{}" dir="{}">{}</div>{}',
        local.language,
        local.direction,
        body,
        fallback_mark(local),
    )
