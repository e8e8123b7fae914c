"""The place of reports on the page of the record that they are about."""

from typing import Any

from django import template

from fmm_portal.core.models import Record
from fmm_portal.core.policies import can
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import kinds_for

register = template.Library()

NEWEST = 5


@register.inclusion_tag("reports/pages/panel.html", takes_context=True)
def report_panel(context: template.Context, subject: Record) -> dict[str, Any]:
    """{% report_panel visit %}: a button per kind and language, and the newest reports that the reader may open."""
    request = context["request"]
    principal = request.actor.principal
    reports = Report.objects.visible_to(principal).of_subject(subject).with_related()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "subject": subject,
        "kinds": kinds_for(subject) if can(principal, "request_report", subject).allowed else [],
        "reports": list(reports[:NEWEST]),
    }
