"""The programme's page about the open data: what is published, what is missing, when the files were written."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fmm_portal.accounts.roles import reads_the_programme
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.policies import can, require
from fmm_portal.facility.models import Action
from fmm_portal.opendata.facts import for_open_data
from fmm_portal.opendata.gaps import gaps_of, keeps_out
from fmm_portal.opendata.models import Publication
from fmm_portal.opendata.services import current_publication, request_publication, set_open

PAGE_SIZE = 25


def _readers_only(request: HttpRequest) -> Any:
    """The actor, if one of the programme's. Raises Forbidden."""
    actor = request.actor  # type: ignore[attr-defined]
    if not reads_the_programme(actor.principal):
        raise Forbidden(_("Your role does not allow this."))
    return actor


@require_safe
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Published actions, or those that are not; each with what it lacks."""
    principal = _readers_only(request).principal
    is_open = request.GET.get("show") != "others"
    rows = for_open_data(Action.objects.visible_to(principal).filter(is_open_data=is_open)).order_by("-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    listed = []
    for action in page:
        gaps = gaps_of(action)
        listed.append({"action": action, "gaps": gaps, "is_left_out": keeps_out(gaps)})
    last = Publication.objects.visible_to(principal).first()
    context = {
        "title": _("Open data"),
        "page": page,
        "listed": listed,
        "is_open": is_open,
        "current": current_publication(),
        "last": last,
        "may_write": can(principal, "create", Publication).allowed,
    }
    return render(request, "opendata/overview.html", context)


@require_POST
@login_required
def write(request: HttpRequest) -> HttpResponse:
    """Have the files written now instead of tonight."""
    request_publication(actor=_readers_only(request))
    messages.success(request, _("The files are being written. Load this page again in a moment."))
    return redirect("opendata:overview")


def _action(request: HttpRequest, pk: int) -> Action:
    principal = request.actor.principal  # type: ignore[attr-defined]
    action: Action = get_object_or_404(for_open_data(Action.objects.visible_to(principal)), pk=pk)
    return action


@require_safe
@never_cache
@login_required
def action_gaps(request: HttpRequest, pk: int) -> HttpResponse:
    """What one action lacks, and where it is put right."""
    action = _action(request, pk)
    actor = _readers_only(request)
    gaps = gaps_of(action)
    context = {
        "title": _("Open data: %(reference)s") % {"reference": action.reference},
        "action": action,
        "gaps": gaps,
        "is_left_out": keeps_out(gaps),
        "may_publish": can(actor.principal, "publish_open_data", action).allowed,
    }
    return render(request, "opendata/action.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def action_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let everybody read of an action."""
    action = _action(request, pk)
    consequences = [
        _(
            "Everybody may read its title, texts, countries, institutions, dates, indicators and the sum of its budget."
        ),
        _("Nothing personal is published: no name of a person, no document, no single budget line."),
        *(gap.text for gap in gaps_of(action) if gap.keeps_out),
    ]
    return _confirmed(request, action, _("Publish as open data"), consequences, is_open=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def action_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an action out of the files."""
    consequences = [
        _("The action leaves the files when they are next written."),
        _("Copies that others have taken stay with them."),
    ]
    return _confirmed(
        request, _action(request, pk), _("Withdraw from open data"), consequences, is_open=False
    )


def _confirmed(
    request: HttpRequest, action: Action, title: str, consequences: list[str], *, is_open: bool
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    require(actor.principal, "publish_open_data", action)
    address = reverse("opendata:action_gaps", args=[action.pk])
    if request.method == "POST":
        set_open(action, is_open=is_open, actor=actor)
        told = (
            _("The action is open data from the next writing on.")
            if is_open
            else _("The action is withdrawn from the next writing on.")
        )
        messages.success(request, told)
        return redirect(address)
    context = {
        "title": title,
        "question": str(action),
        "consequences": consequences,
        "submit_label": title,
        "cancel_url": address,
    }
    return render(request, "generic/confirm.html", context)
