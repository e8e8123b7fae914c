"""The pages for what went wrong. Django's own handlers are replaced so that each has the portal's frame."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: HTTPStatus, code: str, title: str) -> JsonResponse:
    body = {"type": "about:blank", "title": title, "status": int(status), "code": code, "errors": []}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(HTTPStatus.BAD_REQUEST, "bad_request", _("The request is not understood."))
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(HTTPStatus.FORBIDDEN, "forbidden", _("Your role does not allow this."))
    return render(request, "403.html", status=HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _problem(HTTPStatus.NOT_FOUND, "not_found", _("There is nothing at this address."))
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: the database may be what failed."""
    if _is_api(request):
        return _problem(
            HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", _("Something went wrong on our side.")
        )
    context = {"request_id": getattr(request, "request_id", "")}
    return HttpResponse(loader.render_to_string("500.html", context), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly a page left open overnight: say what to do, not what a token is."""
    message = _(
        "This page has been open for too long, or your browser keeps no cookies. Load it again and send it once more."
    )
    return render(request, "403.html", {"reasons": [message]}, status=HTTPStatus.FORBIDDEN)
