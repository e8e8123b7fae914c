"""The portal's own words in templates. A builtin: no template needs to load it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import template
from django.core.paginator import Page
from django.db import models
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fmm_portal.core import display, facts
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.policies import Decision
from fmm_portal.core.policies import can as policy_allows
from fmm_portal.core.principals import name_for

register = template.Library()


@register.filter
def day(value: Any) -> str | SafeString:
    """{{ visit.starts_on|day }}: a date, a date and time, or a partial date, never more exact than known."""
    return display.day(value)


@register.filter
def full_day(value: date) -> str:
    """{{ item.day|full_day }}: a day with its weekday."""
    return display.full_day(value)


@register.filter
def hour(value: Any) -> str:
    return display.hour(value)


@register.filter
def counted(number: int) -> str:
    return display.counted(number)


@register.simple_tag
def dates(first: Any, last: Any) -> str | SafeString:
    """{% dates visit.starts_on visit.ends_on %}: "21–25 Jan 2019"."""
    return display.dates(first, last)


@register.filter
def text(value: Any) -> str | SafeString:
    """{{ theme.name|text }}: any value; a text in another language than the reader's says which."""
    return display.text(value)


@register.filter
def prose(value: Multilingual) -> str | SafeString:
    """{{ visit.objectives|prose }}: a long text in several languages, in paragraphs."""
    return facts.paragraphs(value)


@register.filter
def lines(value: Any) -> list[str]:
    """A text as its lines that hold something."""
    return [line.strip() for line in str(value or "").splitlines() if line.strip()]


@register.filter
def model_name(record: models.Model) -> str:
    """The name of a record's model, for addresses."""
    return str(record._meta.model_name)


@register.filter
def linked(record: Any) -> str | SafeString:
    """{{ visit.programme|linked }}: a record's name leading to its page."""
    return facts.linked(record) if record is not None else ""


@register.simple_tag
def badge(record: Any, field: str = "") -> str | SafeString:
    """{% badge visit %}: the state in words, with a tone."""
    return display.badge(record, field)


@register.simple_tag
def state_badge(record: models.Model, state: str) -> str | SafeString:
    """{% state_badge commitment "open" %}: a state that the record had, as `badge` shows the one that it has."""
    return display.state_badge(record, state)


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """{% icon "plus" %}: a drawing of static/icons.svg; words beside it carry the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def can(context: template.Context, action: str, record: Any) -> Decision:
    """{% can "change" visit as change %}{% if change.allowed %}: what the policy says, with its reason."""
    return policy_allows(context["request"].actor.principal, action, record)


@register.simple_tag(takes_context=True)
def colleague(context: template.Context, person: Any) -> str:
    """{% colleague visit.owner as who %}: a colleague's name where the reader may know it, else ""."""
    return name_for(context["request"].actor.principal, str(person), person.pk) if person else ""


@register.simple_tag(takes_context=True)
def doer(context: template.Context, entry: Activity) -> str:
    """{% doer entry as who %}: who made a history entry, where the reader may know it, else ""."""
    return name_for(context["request"].actor.principal, entry.actor_label, entry.user_id)


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, number: Any) -> str:
    """The page's own query with another page number."""
    query: QueryDict = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def size_query(context: template.Context, size: int) -> str:
    """The page's own query with another number of rows a page, from the first page."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    query["page_size"] = str(size)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def export_query(context: template.Context, address: str, what: str, kind: str) -> str:
    """The address of the file with the rows of this list, as they are filtered and sorted."""
    query: QueryDict = context["request"].GET.copy()
    for name in ("page", "page_size"):
        query.pop(name, None)
    query["what"], query["as"] = what, kind
    return f"{address}?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def with_own_query(context: template.Context, address: str) -> str:
    """Another page of this list with the filters and the sort of this one."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    return f"{address}?{query.urlencode()}" if query else address


@register.simple_tag(takes_context=True)
def query_fields(context: template.Context, *without: str) -> SafeString:
    """{% query_fields "page" %}: the page's own query as hidden fields of a form that changes a part of it."""
    query: QueryDict = context["request"].GET
    fields = ((name, value) for name, values in query.lists() for value in values if name not in without)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


@register.filter
def elided(page: Page[Any]) -> Iterator[Any]:
    """The numbers of a pager, with gaps: 1 2 … 8 9 10 … 41 42."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def percent_of(part: int | None, whole: int | None) -> int:
    """For bars: a whole percentage between 0 and 100."""
    return min(100, round(100 * (part or 0) / whole)) if whole else 0
