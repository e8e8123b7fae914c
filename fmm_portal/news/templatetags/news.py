"""Texts of news in templates."""

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.news.models import NewsItem
from fmm_portal.news.prose import drawn_as_html

register = template.Library()


@register.filter
def article(value: Multilingual, level: int = 2) -> SafeString | str:
    """{{ item.body|article }}: paragraphs, headings and lists, in their language; `:3` for lower headings."""
    local = value.in_language()
    if not local.text:
        return ""
    return format_html(
        '<div class="article" lang="{}" dir="{}">{}</div>',
        local.language,
        local.direction,
        drawn_as_html(local.text, level=level),
    )


@register.filter
def plain(value: Multilingual) -> str:
    """{{ item.lead|plain }}: one line for a description of the page, without marks."""
    return " ".join(str(value).split())


@register.filter
def public_url(item: NewsItem) -> str:
    """{{ item|public_url }}: its page for everybody, in the language of this page."""
    return item.public_url(get_language() or settings.LANGUAGE_CODE)
