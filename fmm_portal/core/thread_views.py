"""The thread of a record as a page of its own, and on paper as an annex of evidence."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.core.resource import Crumb
from fmm_portal.core.thread import stages, thread_of


@require_safe
@never_cache
@login_required
def thread_page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A table for each stage of the record's thread; 404 for a record that this person may not see."""
    stage = next((stage for stage in stages() if stage.key == kind), None)
    if stage is None:
        raise Http404
    principal = request.actor.principal  # type: ignore[attr-defined]
    visible = stage.model._default_manager.visible_to(principal)  # type: ignore[attr-defined]
    record = get_object_or_404(visible.select_related(*stage.joined), pk=pk)
    context = {
        "title": _("Thread of %(record)s") % {"record": record},
        "record": record,
        "stage": stage,
        "thread": thread_of(record, principal),
        "crumbs": [Crumb(record, record.get_absolute_url())],
    }
    return render(request, "core/thread.html", context)
