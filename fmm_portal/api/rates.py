"""How many requests a minute a key, a person or an address may send, told in every answer of the API.

Counted in the cache "rates": Redis in production, small files on one machine; never in the database.
"""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple
from zlib import crc32

import structlog
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import ngettext

from fmm_portal.accounts.lockout import client_address
from fmm_portal.api.authentication import presented_key
from fmm_portal.api.errors import PROBLEM_JSON, problem

WINDOW = 60

log = structlog.get_logger(__name__)


class Caller(NamedTuple):
    """Who is counted: the name of the policy, the one it is about, and how many requests are theirs."""

    policy: str
    identity: str
    limit: int


class Rate(NamedTuple):
    """Where a caller stands within the present minute."""

    policy: str
    limit: int
    used: int
    resets_in: int

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """As in draft-ietf-httpapi-ratelimit-headers."""
        left = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={left};t={self.resets_in}',
        }


class RateLimitMiddleware:
    """Counts what is asked of the API before anything else is done for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        rate = count(caller_of(request))
        response = refusal(rate) if rate.is_spent else self.get_response(request)
        for name, value in rate.headers.items():
            response[name] = value
        return response


def caller_of(request: HttpRequest) -> Caller:
    """The key when it is a good one, the person signed in, else the address: a bad key spends nobody's share."""
    presented = presented_key(request)
    if presented is not None and presented.refusal is None and presented.key is not None:
        key = presented.key
        return Caller("key", f"key-{key.pk}", key.rate_per_minute or settings.API_RATE_KEY)
    if presented is None and request.user.is_authenticated:
        return Caller("person", f"person-{request.user.pk}", settings.API_RATE_PERSON)
    return Caller("visitor", f"address-{_neighbourhood(client_address(request))}", settings.API_RATE_VISITOR)


def _neighbourhood(address: str | None) -> str:
    """An address by IPv4; the network of 64 bits by IPv6, of which one caller has all addresses."""
    if address is None:
        return "unknown"
    place = ip_address(address)
    return str(ip_network((place, 64), strict=False)) if isinstance(place, IPv6Address) else str(place)


def count(caller: Caller) -> Rate:
    """Add one request. Minutes begin at another second for each caller, so that not all come back at once."""
    now = int(time.time()) + crc32(caller.identity.encode()) % WINDOW
    resets_in = WINDOW - now % WINDOW
    cache, key = caches["rates"], f"rate-{caller.identity}-{now // WINDOW}"
    try:
        try:
            used = cache.incr(key)
        except ValueError:
            cache.add(key, 0, timeout=2 * WINDOW)
            used = cache.incr(key)
    except Exception:
        # A lost counter must not close the API.
        log.exception("rate_not_counted")
        used = 1
    return Rate(caller.policy, caller.limit, used, resets_in)


def refusal(rate: Rate) -> HttpResponse:
    message = ngettext(
        "More than %(limit)d request in a minute. Wait %(seconds)d s, then go on.",
        "More than %(limit)d requests in a minute. Wait %(seconds)d s, then go on.",
        rate.limit,
    )
    body = problem(429, "rate_limited", message % {"limit": rate.limit, "seconds": rate.resets_in})
    headers = {"Retry-After": str(rate.resets_in), "Cache-Control": "private, no-store"}
    return JsonResponse(body, status=429, content_type=PROBLEM_JSON, headers=headers)
