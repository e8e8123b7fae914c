"""The page that explains the open data, and the files themselves; no log-in, the same for everybody."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from fmm_portal.news.public import frame, in_language, language
from fmm_portal.opendata.models import Publication
from fmm_portal.opendata.services import current_publication

FILE_SECONDS = 3600


def home(request: HttpRequest) -> HttpResponse:
    """To the page in the visitor's own language."""
    return redirect("open_data:page", request.LANGUAGE_CODE)


@in_language
def page(request: HttpRequest) -> HttpResponse:
    """What there is, under which licence, how often it is written and when it last was."""
    publication = current_publication()
    context: dict[str, Any] = {
        "title": _("Open data"),
        "description": _("What the programme does, as files that everybody may take and use."),
        "publication": publication,
        "has_files": publication is not None and bool(publication.activities),
        "licence": settings.OPEN_DATA_LICENCE,
        "activities_url": request.build_absolute_uri(reverse("open_data:activities")),
        "organisation_url": request.build_absolute_uri(reverse("open_data:organisation")),
        "language_code": language(),
        **frame(request, "open_data:page"),
    }
    return render(request, "opendata/page.html", context)


def _file(name: str) -> Callable[[HttpRequest], HttpResponseBase]:
    """One of the two files, as it was last written whole."""

    def of(publication: Publication | None) -> tuple[Any, str]:
        file = getattr(publication, name, None)
        return (file, getattr(publication, f"{name}_sha256")) if file else (None, "")

    def etag(request: HttpRequest) -> str | None:
        _written, sha256 = of(current_publication())
        return f'"{sha256}"' if sha256 else None

    @require_safe
    @cache_control(public=True, max_age=FILE_SECONDS)
    @condition(etag_func=etag)
    def send(request: HttpRequest) -> HttpResponseBase:
        written, _sha256 = of(current_publication())
        if not written:
            raise Http404
        response = FileResponse(written.open("rb"), content_type="application/xml", filename=f"{name}.xml")
        # A file that others' programs read, wherever they run.
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return send


activities = _file("activities")
organisation = _file("organisation")
