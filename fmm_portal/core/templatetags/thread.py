"""What stands around a record on its page: its thread, and the panels that higher layers add."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from fmm_portal.core import thread as threads
from fmm_portal.core.kept import kept
from fmm_portal.core.models import Record
from fmm_portal.core.panels import panels_of

register = template.Library()


@register.simple_tag(takes_context=True)
def thread(context: template.Context, record: Record) -> SafeString:
    """{% thread object %}: the line of the record's thread; nothing for records that are in none."""
    stage = threads.stage_of(type(record))
    if stage is None or record.pk is None:
        return SafeString()
    principal, key = context["request"].actor.principal, stage.key

    def drawn() -> SafeString:
        address = reverse("core:thread", args=[key, record.pk])
        parts = {"thread": threads.thread_of(record, principal), "thread_url": address}
        return render_to_string("components/thread.html", parts)

    return kept(f"thread of {key} {record.pk}", principal, drawn)


@register.simple_tag(takes_context=True)
def panels(context: template.Context, record: Record) -> list[Any]:
    """{% panels object as added %}: the panels that the apps add to this record's page."""
    return panels_of(record, context["request"].actor.principal)
