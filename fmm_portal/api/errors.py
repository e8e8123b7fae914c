"""Every error as a problem document (RFC 9457) with a stable code and the fields at fault."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from fmm_portal.api.parsers import BodyTooLarge
from fmm_portal.api.resources import absolute, resource_path
from fmm_portal.core.errors import DomainError, Forbidden, Gone, StaleRecord, TransitionRefused
from fmm_portal.core.rows import RowsRefused

PROBLEM_JSON = "application/problem+json"
logger = logging.getLogger("django.request")


def status_title(status: int) -> str:
    """The reader's words for an HTTP status; the plain standard phrase where we have none."""
    titles = {
        400: _("The request has errors"),
        401: _("Not signed in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not offered here"),
        406: _("No such format"),
        409: _("Not possible now"),
        410: _("Merged into another record"),
        412: _("Changed in the meantime"),
        413: _("Too large"),
        415: _("Format not accepted"),
        422: _("Not the request that this key stands for"),
        428: _("Say which version you are changing"),
        429: _("Too many requests"),
        500: _("The portal failed"),
    }
    return titles.get(status) or HTTPStatus(status).phrase


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None, **more: Any
) -> dict[str, Any]:
    """The body of a problem document. `type` is stable and needs no look-up: a URN of the code."""
    return {
        "type": f"urn:fmm-portal:problem:{code.replace('_', '-')}",
        "title": status_title(status),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
        **more,
    }


def problem_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """Turn whatever a view raised into a problem document."""
    view = context.get("view")
    body, headers = _body_of(exc, view, context["request"])
    if body is None:
        body = problem(500, "server_error", _("The portal failed. The failure has been recorded."))
        request = context["request"]._request
        got_request_exception.send(sender=None, request=request)
        set_rollback()
        response = Response(body, status=500, content_type=PROBLEM_JSON)
        log_response(
            "%s: %s", "Internal Server Error", request.path, response=response, request=request, exception=exc
        )
        return response
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=PROBLEM_JSON)


def _body_of(exc: Exception, view: Any, request: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None
    if isinstance(exc, RowsRefused):
        body = _rows_problem(exc, view, request)
    elif isinstance(exc, DomainError):
        body = _domain_problem(exc, request)
    elif isinstance(exc, DjangoValidationError):
        names = view.api_field_name if hasattr(view, "api_field_name") else str
        body = _invalid([_entry(names(name), code, message) for name, code, message in _django_errors(exc)])
    elif isinstance(exc, exceptions.ValidationError):
        body = _invalid([_entry(name, code, message) for name, code, message in _flatten(exc.detail)])
    elif isinstance(exc, exceptions.UnsupportedMediaType):
        known = ", ".join(parser.media_type for parser in view.get_parsers())
        given = request.content_type or _("nothing")
        message = _("Send the body as %(known)s, and say so in Content-Type; it says %(given)s.")
        body = problem(415, "unsupported_media_type", message % {"known": known, "given": given})
        headers = {"Accept": known}
    elif isinstance(exc, exceptions.APIException):
        headers = _headers_of(exc)
        code = exc.get_codes()
        body = problem(
            exc.status_code,
            code if isinstance(code, str) else str(exc.default_code),
            str(exc.detail),
            **getattr(exc, "more", {}),
        )
    elif isinstance(exc, Http404):
        body = not_found_problem()
    elif isinstance(exc, PermissionDenied):
        body = problem(403, "forbidden", str(exc) or _("Your role does not allow this."))
    elif isinstance(exc, RequestDataTooBig):
        body = problem(413, "too_large", str(BodyTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE).detail))
    elif isinstance(exc, TooManyFilesSent):
        body = problem(413, "too_large", _("The request is larger than the portal accepts."))
    return body, headers


def not_found_problem() -> dict[str, Any]:
    return problem(404, "not_found", _("There is nothing at this address, or nothing that you may see."))


def _headers_of(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _domain_problem(exc: DomainError, request: Any) -> dict[str, Any]:
    detail = " ".join(exc.messages)
    if isinstance(exc, Forbidden):
        return problem(403, exc.code, detail)
    if isinstance(exc, Gone):
        now = exc.now
        return problem(
            410,
            exc.code,
            detail,
            merged_into={"id": now.pk, "url": absolute(request, resource_path(type(now), now.pk))},
        )
    if isinstance(exc, StaleRecord):
        return problem(
            412,
            exc.code,
            detail,
            current_version=exc.current.version,
            changed_by=exc.author_for(request.actor.principal) or None,
            changed_at=exc.changed_at.isoformat() if exc.changed_at else None,
        )
    if isinstance(exc, TransitionRefused):
        if exc.code == "unknown_transition":
            return problem(404, exc.code, detail)
        blockers = [
            {"code": blocker.code, "message": blocker.message, "can_be_overridden": blocker.overridable}
            for blocker in exc.blockers
        ]
        return problem(409, exc.code, detail, blockers=blockers)
    return problem(409, exc.code, detail)


def _rows_problem(exc: RowsRefused, view: Any, request: Any) -> dict[str, Any]:
    """Every row's refusal as it would be of that row alone. Where all are of one kind, so is the whole."""
    told = {place: _body_of(error, view, request)[0] or {} for place, error in exc.refusals.items()}
    errors = []
    for place, body in told.items():
        of_fields = body["errors"] or [_entry("", body["code"], body["detail"])]
        errors += [{**error, "field": f"{place}.{error['field']}".rstrip(".")} for error in of_fields]
    kinds = {(body["status"], body["code"]) for body in told.values()}
    status, code = kinds.pop() if len(kinds) == 1 else (400, "invalid")
    return problem(status, code, " ".join(exc.messages), errors)


def _invalid(errors: list[dict[str, str]]) -> dict[str, Any]:
    return problem(400, "invalid", " ".join(dict.fromkeys(error["message"] for error in errors)), errors)


def _entry(field: str, code: str, message: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": message}


def _django_errors(exc: DjangoValidationError) -> Iterator[tuple[str, str, str]]:
    """The (field, code, message) of a model's or service's refusal; the field is "" for the whole record."""
    by_field = exc.error_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.error_list}
    for name, errors in by_field.items():
        for error in errors:
            for message in error.messages:
                yield ("" if name == NON_FIELD_ERRORS else name), error.code or "invalid", str(message)


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """The (path, code, message) of every leaf of DRF's nested errors; paths read like `legs.0.country_id`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name in (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS)
            yield from _flatten(inner, path if whole else f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flatten(inner, f"{path}.{position}" if nested and path else path)
    else:
        yield path, getattr(detail, "code", None) or "invalid", str(detail)


@csrf_exempt  # Nothing is written here, and a client with a key has no token to send.
def unknown_address(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
    """The answer to addresses under /api/ that are no route at all."""
    return JsonResponse(not_found_problem(), status=404, content_type=PROBLEM_JSON)
