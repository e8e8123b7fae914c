"""Texts in several languages as printed documents show them: with the language and direction they are in."""

from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fmm_portal.core.multilingual import LocalText, Multilingual
from fmm_portal.core.partial_dates import PartialDate

register = template.Library()


@register.filter
def bullets(value: Multilingual) -> str | SafeString:
    """{{ objectives|bullets }}: one point a line, as a list; a single line as a paragraph."""
    local = value.in_language()
    points = _points(local)
    if len(points) < 2:
        return printed(value)
    return _in_language(local, '<ul class="points" lang="{}" dir="{}">{}</ul>', "<li>{}{}</li>", points)


@register.filter
def printed(value: Multilingual) -> str | SafeString:
    """{{ recap|printed }}: a text in paragraphs, one for each line."""
    local = value.in_language()
    return _in_language(
        local, '<div class="prose" lang="{}" dir="{}">{}</div>', "<p>{}{}</p>", _points(local)
    )


def _points(local: LocalText) -> list[str]:
    """The lines that hold something, without the dashes that people type before them."""
    return [point for line in local.text.splitlines() if (point := line.strip().lstrip("-•–*").strip())]


def _in_language(local: LocalText, frame: str, row: str, points: list[str]) -> str | SafeString:
    """The points in their frame; the last one says which language they are in when it is not the document's."""
    if not points:
        return ""
    mark = (
        format_html('<abbr class="fallback">{}</abbr>', local.language.upper()) if local.is_fallback else ""
    )
    rows = format_html_join("", row, ((point, mark if point is points[-1] else "") for point in points))
    return format_html(frame, local.language, local.direction, rows)


@register.filter
def long_day(value: date) -> str:
    """{{ imprint.issued_on|long_day }}: "21 January 2019", in the document's language."""
    return PartialDate.of(value).display()
