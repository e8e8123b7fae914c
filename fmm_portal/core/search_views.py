"""The search page, and what the command palette shows while somebody types."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.core.commands import commands_for
from fmm_portal.core.search import (
    LONGEST,
    Hit,
    is_too_short,
    record_meant,
    search_everything,
    search_kinds,
    search_one_kind,
)

# The palette is small: a few of each kind, and the page for the rest.
IN_THE_PALETTE = 3


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


@require_safe
@never_cache
@login_required
def search_page(request: HttpRequest) -> HttpResponse:
    """Everything that is found, by kind; a reference typed in full opens its record."""
    principal = request.actor.principal  # type: ignore[attr-defined]
    text = _asked(request)
    groups = search_everything(text, principal)
    chosen = next((kind for kind in search_kinds() if kind.key == request.GET.get("kind")), None)
    if chosen is None and (record := record_meant(groups)) is not None:
        return redirect(record.get_absolute_url())
    page = None
    if chosen is not None and not is_too_short(text):
        page = search_one_kind(chosen, text, principal, request.GET.get("page", ""))
    context: dict[str, Any] = {
        "title": _("Search: %(text)s") % {"text": text} if text else _("Search"),
        "text": text,
        "is_too_short": is_too_short(text),
        "groups": groups,
        "total": sum(group.total for group in groups),
        "chosen": chosen,
        "page": page,
        "hits": [Hit(chosen, record) for record in page] if chosen is not None and page is not None else [],
    }
    return render(request, "core/search.html", context)


@require_safe
@never_cache
@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """Commands and first hits for what is typed so far: the list of the palette, without a page around it."""
    principal = request.actor.principal  # type: ignore[attr-defined]
    text = _asked(request)
    groups = search_everything(text, principal, first=IN_THE_PALETTE)
    commands = commands_for(principal, text)
    shown = len(commands) + sum(len(group.hits) for group in groups)
    context = {"text": text, "groups": groups, "commands": commands, "shown": shown}
    return render(request, "core/palette.html", context)
