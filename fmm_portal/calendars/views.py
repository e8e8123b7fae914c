"""The calendars as files, and the small pages by which a person keeps their addresses."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fmm_portal.calendars.entries import FeedKind, feed_kind
from fmm_portal.calendars.models import CalendarFeed, feed_of
from fmm_portal.calendars.services import calendar_of, read, renew, revoke, subscribe
from fmm_portal.core.downloads import made_to_save
from fmm_portal.core.principals import Principal

CONTENT_TYPE = "text/calendar; charset=utf-8"


class Asked(NamedTuple):
    """A calendar that the person may read."""

    kind: FeedKind
    subject: Any
    principal: Principal
    user_id: int

    @property
    def page(self) -> str:
        return f"{self.kind.page(self.subject)}#calendar"


def asked_for(request: HttpRequest, kind: str, pk: int) -> Asked:
    """Raises Http404 for what the person may not read, as for what does not exist."""
    principal: Principal = request.actor.principal  # type: ignore[attr-defined]
    found = feed_kind(kind)
    subject = found.find(pk, principal) if found is not None else None
    if found is None or subject is None or principal.account_id is None:
        raise Http404
    return Asked(found, subject, principal, principal.account_id)


@require_safe
def read_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar program reads, with no log-in: whoever has the address sees what its owner may see."""
    feed = feed_of(secret)
    if feed is None:
        raise Http404
    written = read(feed)
    etag = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    response = HttpResponse(written, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'inline; filename="fmm-portal.ics"'
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    answer["Content-Language"] = feed.user.preferred_language
    return answer


@require_safe
@never_cache
@login_required
def download(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The same calendar as a file, as it is now."""
    asked = asked_for(request, kind, pk)
    written = calendar_of(asked.kind, pk, asked.principal)
    assert written is not None
    name = f"{getattr(asked.subject, 'reference', '') or 'fmm-portal'}.ics"
    return made_to_save(written, name=name, content_type=CONTENT_TYPE)


@require_POST
@login_required
def feed_subscribe(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    asked = asked_for(request, kind, pk)
    subscribe(asked.user_id, asked.kind, pk)
    messages.success(request, _("Your calendar address is ready. Copy it into your calendar program."))
    return redirect(asked.page)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def feed_renew(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Another address, for when the old one got into other hands."""
    consequences = [
        _("The present address stops working at once, in every calendar program that reads it."),
        _("You put the new address into your calendar program."),
    ]
    return _confirmed(
        request,
        kind,
        pk,
        renew,
        title=_("Renew the calendar address"),
        consequences=consequences,
        done=_("The address is renewed. Copy the new one into your calendar program."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def feed_revoke(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """No address any more."""
    consequences = [
        _("The present address stops working at once, in every calendar program that reads it."),
        _("What such a program has read already, you take away there."),
    ]
    return _confirmed(
        request,
        kind,
        pk,
        revoke,
        title=_("Revoke the calendar address"),
        consequences=consequences,
        done=_("The address is revoked."),
    )


def _confirmed(
    request: HttpRequest,
    kind: str,
    pk: int,
    act: Callable[[CalendarFeed], Any],
    *,
    title: str,
    consequences: list[str],
    done: str,
) -> HttpResponse:
    asked = asked_for(request, kind, pk)
    feed = get_object_or_404(CalendarFeed, user=asked.user_id, kind=kind, subject_id=pk)
    if request.method == "POST":
        act(feed)
        messages.success(request, done)
        return redirect(asked.page)
    context = {
        "title": title,
        "question": asked.kind.name(asked.subject),
        "consequences": consequences,
        "submit_label": title,
        "cancel_url": asked.page,
        "is_danger": act is revoke,
    }
    return render(request, "generic/confirm.html", context)
