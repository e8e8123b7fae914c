"""The door locked after repeated failures: which failures count together, and the page that says for how long.

django-axes asks these; settings.AXES_* names them.
"""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext


def account_asked_for(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The address as accounts are found by it: another spelling of it is no fresh set of attempts."""
    typed = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(typed).strip().lower()


def client_address(request: HttpRequest) -> str | None:
    """Where the request comes from: as the outermost of our own proxies saw it, never as the caller claims.

    None when that is no address: then the failures of the account count together, wherever they come from.
    """
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), request.META.get("REMOTE_ADDR", "")]
    seen = [hop.strip() for hop in hops if hop.strip()]
    try:
        return str(ip_address(seen[-1 - settings.PROXY_COUNT :][0]))
    except (IndexError, ValueError):
        return None


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """After too many failures: say for how long, and nothing about whether the account exists."""
    pause = get_cool_off(request)
    minutes = round(pause.total_seconds() / 60) if pause else 0
    reason = ngettext(
        "Sign-in failed too often. Wait %(minutes)d minute, then try again, or ask the programme team for help.",
        "Sign-in failed too often. Wait %(minutes)d minutes, then try again, or ask the programme team for help.",
        minutes,
    ) % {"minutes": minutes}
    answer = render(request, "429.html", {"reasons": [reason]}, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(minutes * 60)
    return answer
