"""For every request: an id that log and history share, the reader's language, and refusals turned into pages."""

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from fmm_portal.core.errors import DomainError, Forbidden, Refused, StaleRecord

GetResponse = Callable[[HttpRequest], HttpResponse]
ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")
SESSION_LANGUAGE = "language"


class RequestIdMiddleware:
    """Takes the id of a proxy or a partner's system, or makes one, and answers with it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if ACCEPTED_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class LanguageMiddleware:
    """The language chosen on screen, else the account's (both kept in the session), the cookie's, the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    @staticmethod
    def language_of(request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        chosen = (
            request.session.get(SESSION_LANGUAGE, "")
            if settings.SESSION_COOKIE_NAME in request.COOKIES
            else ""
        )
        if chosen in known:
            return str(chosen)
        return translation.get_language_from_request(request)


class DomainErrorMiddleware:
    """A refusal of the domain becomes a page that says why. The API turns its own into problem documents."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        status, template = HTTPStatus.BAD_REQUEST, "400.html"
        if isinstance(error, Forbidden):
            status, template = HTTPStatus.FORBIDDEN, "403.html"
        elif isinstance(error, Refused | StaleRecord):
            status, template = HTTPStatus.CONFLICT, "409.html"
        return render(request, template, {"error": error, "reasons": error.messages}, status=status)
