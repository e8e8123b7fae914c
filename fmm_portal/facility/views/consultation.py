"""The personal page of a stakeholder: opened by its link, without an account, in the stakeholder's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fmm_portal.core.errors import TransitionRefused
from fmm_portal.core.middleware import SESSION_LANGUAGE
from fmm_portal.facility.consultation import answer_by_link, consultee_of, time_left
from fmm_portal.facility.enums import ConsulteeStatus
from fmm_portal.facility.forms.requests import AnswerForm
from fmm_portal.facility.models import Consultee


@contextmanager
def language_of(request: HttpRequest, consultee: Consultee) -> Iterator[None]:
    """The stakeholder's, until the reader chooses another."""
    has_chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES or (
        settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_LANGUAGE in request.session
    )
    if has_chosen or not consultee.language:
        yield
        return
    with translation.override(consultee.language):
        yield


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, by whom and until when; agree or object, and change it until the deadline."""
    consultee = consultee_of(token)
    if consultee is None:
        raise Http404
    with language_of(request, consultee):
        response = _answer(request, consultee)
        response["Content-Language"] = translation.get_language()
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: HttpRequest, consultee: Consultee) -> HttpResponse:
    form, status = AnswerForm(initial={"comment": consultee.comment}), HTTPStatus.OK
    if request.method == "POST":
        form, status = AnswerForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                answer_by_link(consultee, form.cleaned_data["answer"], form.cleaned_data["comment"])
            except TransitionRefused:
                # The page says that it is over.
                status = HTTPStatus.CONFLICT
            except ValidationError as error:
                form.add_error("comment", error.messages)
            else:
                return redirect(request.path)
    asked = consultee.request
    has_answered = consultee.status in (ConsulteeStatus.AGREED, ConsulteeStatus.OBJECTED)
    context = {
        "consultee": consultee,
        "asked": asked,
        "form": form,
        "is_open": consultee.is_open,
        "is_silent": consultee.status == ConsulteeStatus.SILENT,
        "has_answered": has_answered,
        "time_left": time_left(consultee.due_at) if consultee.due_at else "",
        "title": str(asked.title),
    }
    return render(request, "facility/consultation.html", context, status=status)
