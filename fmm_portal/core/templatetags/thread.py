"""What stands around a record on its page: its thread, and the panels that higher layers add."""

from typing import Any

from django import template
from django.urls import reverse

from fmm_portal.core import thread as threads
from fmm_portal.core.models import Record
from fmm_portal.core.panels import panels_of

register = template.Library()


@register.inclusion_tag("components/thread.html", takes_context=True)
def thread(context: template.Context, record: Record) -> dict[str, Any]:
    """{% thread object %}: the line of the record's thread; nothing for records that are in none."""
    stage = threads.stage_of(type(record))
    if stage is None or record.pk is None:
        return {"thread": []}
    return {
        "thread": threads.thread_of(record, context["request"].actor.principal),
        "thread_url": reverse("core:thread", args=[stage.key, record.pk]),
    }


@register.simple_tag(takes_context=True)
def panels(context: template.Context, record: Record) -> list[Any]:
    """{% panels object as added %}: the panels that the apps add to this record's page."""
    return panels_of(record, context["request"].actor.principal)
