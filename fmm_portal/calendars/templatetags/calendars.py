"""The panel by which a person subscribes to a calendar, on whatever page it belongs to."""

from typing import Any

from django import template

from fmm_portal.calendars.entries import feed_kind
from fmm_portal.calendars.models import CalendarFeed

register = template.Library()


@register.inclusion_tag("calendars/panel.html", takes_context=True)
def calendar_panel(context: template.Context, kind: str, pk: int) -> dict[str, Any]:
    """The person's address of a calendar, or the button that makes one."""
    request = context["request"]
    found = feed_kind(kind)
    feed = CalendarFeed.objects.filter(user=request.user.pk, kind=kind, subject_id=pk).first()
    return {"request": request, "kind": kind, "pk": pk, "about": found.about if found else "", "feed": feed}
