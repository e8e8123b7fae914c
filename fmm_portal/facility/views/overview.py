"""The programme at a glance, for its staff and its viewers."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.accounts.roles import reads_the_programme
from fmm_portal.core.overview import overview_data, overview_in_words
from fmm_portal.facility.programme_overview import programme_at_a_glance
from fmm_portal.reports.registry import report_kind


@require_safe
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    principal = request.actor.principal  # type: ignore[attr-defined]
    if not reads_the_programme(principal):
        raise PermissionDenied(_("The programme at a glance is for its staff and its viewers."))
    shown = overview_in_words(overview_data(principal))
    context = {
        "figures": shown.figures,
        "charts": shown.charts,
        "subject": programme_at_a_glance(principal),
        "kind": report_kind("programme-overview"),
    }
    return render(request, "facility/overview.html", context)
