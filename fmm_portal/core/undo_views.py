"""The page that asks before one edit is set back."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fmm_portal.core.activity import read_changes
from fmm_portal.core.errors import Refused, StaleRecord
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.policies import require
from fmm_portal.core.resource import Crumb, page_asked_for
from fmm_portal.core.undoing import reasons_against, undo_edit


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be set back, and why not if it cannot be; for who may edit the record now."""
    actor = request.actor  # type: ignore[attr-defined]
    entry = get_object_or_404(Activity.objects.select_related("subject_type", "root_type"), pk=pk)
    subject = _subject_or_404(entry, request)
    require(actor.principal, "change", subject)
    back = page_asked_for(request) or resolve_url(subject.get_absolute_url())  # type: ignore[attr-defined]
    against, status = reasons_against(entry, subject, actor.principal), HTTPStatus.OK
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            saved = undo_edit(
                entry,
                actor=actor,
                expected_version=int(version) if version.isdecimal() else None,
                reason=request.POST.get("reason", "")[:400],
            )
        except (Refused, StaleRecord, ValidationError) as error:
            against, status = list(error.messages), HTTPStatus.CONFLICT
        else:
            messages.success(request, _("%(record)s: set back.") % {"record": saved})
            return redirect(back)
    context = {
        "title": _("Undo this change"),
        "entry": entry,
        "changes": [] if against else list(read_changes(entry)),
        "subject": subject,
        "against": against,
        "cancel_url": back,
        "crumbs": [Crumb(subject, resolve_url(subject.get_absolute_url()))],  # type: ignore[attr-defined]
    }
    return render(request, "core/undo.html", context, status=status)


def _subject_or_404(entry: Activity, request: HttpRequest) -> Record:
    """The record that the entry is about, in the person's scope."""
    model = entry.subject_type.model_class()
    if model is None or not issubclass(model, Record):
        raise Http404
    rows = model._default_manager.visible_to(request.actor.principal)  # type: ignore[attr-defined]
    return get_object_or_404(rows, pk=entry.subject_id)
