"""Who calls the API: an agency by its key, or a person by the session of the portal's pages."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as BaseSessionAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.accounts.lockout import client_address
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.services import authenticate_api_key, note_use
from fmm_portal.core.principals import Source


class Presented(NamedTuple):
    """The key that a request brings, and why it opens nothing; `key` is None when there is no such key."""

    key: ApiKey | None
    address: str | None = None
    refusal: APIException | None = None


def presented_key(request: HttpRequest) -> Presented | None:
    """What `Authorization: Bearer` brings, looked up once in a request; None without that header.

    One answer for every bad key: none tells what was right. A good one from a wrong network is told so.
    """
    if not hasattr(request, "_presented_key"):
        request._presented_key = _look_up(request)  # type: ignore[attr-defined]
    found: Presented | None = request._presented_key  # type: ignore[attr-defined]
    return found


def _look_up(request: HttpRequest) -> Presented | None:
    scheme, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != ApiKeyAuthentication.scheme.lower():
        return None
    key = authenticate_api_key(text.strip())
    if key is None:
        message = _("This API key is not valid: it is unknown, expired or revoked.")
        return Presented(None, refusal=AuthenticationFailed(message, code="invalid_key"))
    address = client_address(request)
    if not key.may_come_from(address):
        message = _("This API key may not be used from %(address)s.")
        words = message % {"address": address or _("an unknown address")}
        return Presented(key, address, PermissionDenied(words, code="wrong_network"))
    return Presented(key, address)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer fmm_<prefix>_<secret>`."""

    scheme = "Bearer"

    def authenticate(self, request: Request) -> tuple[AgencyPrincipal, ApiKey] | None:
        presented = presented_key(request._request)
        if presented is None:
            return None
        if presented.refusal is not None:
            raise presented.refusal
        key = presented.key
        assert key is not None
        note_use(key, presented.address)
        principal = AgencyPrincipal.of(key)
        request._request.actor = actor_of(  # type: ignore[attr-defined]
            principal, source=Source.API_KEY, request_id=getattr(request, "request_id", "")
        )
        return principal, key

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 instead of 403 to those who did not sign in."""
        return f'{self.scheme} realm="FMM portal API"'


class SessionAuthentication(BaseSessionAuthentication):
    """The cookie of a person signed in to the portal; writes need the CSRF token as forms do."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found = super().authenticate(request)
        if found is not None:
            request._request.actor = actor_of(  # type: ignore[attr-defined]
                found[0], source=Source.SCREEN, request_id=getattr(request, "request_id", "")
            )
        return found


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "fmm_portal.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "fmm_<prefix>_<secret>",
            "description": "A partner agency's key. Its scopes are resource:read, resource:write and resource:act.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "fmm_portal.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of a person signed in to the portal. Writes need the X-CSRFToken header.",
        }
