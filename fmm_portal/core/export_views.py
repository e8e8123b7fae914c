"""Saving a list as a file: at once when it is short, by a worker when it is long."""

from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any, ClassVar

from django.db import models
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.core.display import counted
from fmm_portal.core.downloads import file_to_save, made_to_save
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.export_jobs import request_export
from fmm_portal.core.exports import (
    CONTENT_TYPES,
    Format,
    Sheet,
    What,
    csv_lines,
    json_lines,
    sheet_of_all,
    sheet_of_view,
    xlsx_bytes,
)
from fmm_portal.core.imports.files import csv_of, rows_to_edit, too_many_to_edit, write_workbook
from fmm_portal.core.imports.formats import MOST_ROWS, format_for
from fmm_portal.core.list_views import PersonalPages
from fmm_portal.core.listing import matching
from fmm_portal.core.models import Export
from fmm_portal.core.policies import can, no
from fmm_portal.core.resource import Crumb, signed_out

# Longer files are written by a worker.
ROWS_AT_ONCE = 2000


def _format_named(name: str) -> Format:
    return Format(name) if name in list(Format) else Format.CSV


class ExportPages(PersonalPages):
    """Every list can be saved: what its address shows, in its order."""

    # Rows up to which the file is sent at once.
    rows_at_once: ClassVar[int] = ROWS_AT_ONCE

    @classmethod
    def all_pages(cls) -> Sequence[str]:
        pages = super().all_pages()
        return (*pages, "export") if "list" in pages and cls.table_class is not None else pages

    def export_rows(self) -> models.QuerySet[Any]:
        """The rows of the list, in its order, with what the columns show."""
        assert self.table_class is not None
        rows = matching(self.request, self.rows(), self.filterset_class)
        related = rows.with_related() if hasattr(rows, "with_related") else rows
        return self.table_class.sorted(related, self.request.GET.get("sort", ""))

    def export_sheet(self, what: str, columns: Sequence[str]) -> Sheet:
        assert self.table_class is not None
        if what == What.ALL:
            return sheet_of_all(self.model, self.export_rows(), self.principal)
        keys = [key for key in columns if key in self.table_class.columns]
        return sheet_of_view(self.table_class, self.export_rows(), keys)

    def import_url(self) -> str:
        """Where a file of such rows is sent; "" where none is taken, or not from this person."""
        import_format = format_for(self.model)
        if import_format is None or not can(self.principal, "create", self.model).allowed:
            return ""
        return reverse("core:import_start", args=[import_format.name])

    def write_to_edit(self, kind: str, file: IO[bytes]) -> int:
        """The rows with their numbers and versions, to be changed and sent back; how many they are."""
        import_format = format_for(self.model)
        assert import_format is not None
        assert self.table_class is not None
        rows: Any = matching(self.request, self.rows(), self.filterset_class)
        records = rows_to_edit(
            import_format, self.table_class.sorted(rows.with_related(), self.request.GET.get("sort", ""))
        )
        columns = import_format.written_columns(self.principal, import_format.languages_in_use(records))
        if kind == Format.CSV:
            for line in csv_of(columns, records):
                file.write(line.encode())
        else:
            write_workbook(file, import_format, columns, records)
        return len(records)

    def file_name(self, extension: str) -> str:
        return f"{self.prefix.replace('/', '-')}-{timezone.localdate():%Y-%m-%d}.{extension}"

    def export(self) -> HttpResponse | StreamingHttpResponse:
        query = self.request.GET.copy()
        asked = query.pop("what", [""])[-1]
        what = What(asked) if asked in (What.ALL, What.EDIT) else What.VIEW
        if what == What.EDIT and not self.import_url():
            raise Forbidden(no().reason)
        kind = _format_named(query.pop("as", [""])[-1])
        if what == What.EDIT and kind == Format.JSON_LINES:
            kind = Format.CSV
        rows = matching(self.request, self.rows(), self.filterset_class).order_by()
        count = rows.count()
        if what == What.EDIT and count > MOST_ROWS:
            raise Refused(too_many_to_edit())
        if count > self.rows_at_once:
            return self.ask_worker(query, what, kind, count)
        if self.request.method == "POST":
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if what == What.EDIT:
            return self.file_to_edit(kind)
        language, sheet = get_language() or "en", self.export_sheet(what, self.shown_columns())
        name = self.file_name(kind)
        if kind == Format.XLSX:
            return made_to_save(xlsx_bytes(sheet, language), name=name, content_type=CONTENT_TYPES[kind])
        lines = csv_lines if kind == Format.CSV else json_lines
        response: Any = StreamingHttpResponse(lines(sheet, language), content_type=CONTENT_TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def file_to_edit(self, kind: str) -> HttpResponse:
        buffer = BytesIO()
        self.write_to_edit(kind, buffer)
        return made_to_save(buffer.getvalue(), name=self.file_name(kind), content_type=CONTENT_TYPES[kind])

    def ask_worker(self, query: QueryDict, what: str, kind: str, count: int) -> HttpResponse:
        """Says that it will take a while; once confirmed, leads to the page where the file will be."""
        address = self.url("list")
        if self.request.method == "POST":
            assert self.actor.user_id is not None
            export = Export(
                user_id=self.actor.user_id,
                title=self.list_title()[:200],
                path=address,
                query=query.urlencode(),
                what=what,
                format=kind,
                language=get_language() or "en",
                columns=self.shown_columns(),
                row_count=count,
                file_name=self.file_name(kind),
            )
            return redirect(request_export(export))
        words = ngettext(
            "The file will have %(count)s row. It is prepared in the background.",
            "The file will have %(count)s rows. It is prepared in the background.",
            count,
        )
        context = {
            "title": _("Export: %(list)s") % {"list": self.list_title()},
            "question": words % {"count": counted(count)},
            "submit_label": _("Prepare the file"),
            "crumbs": self.crumbs(),
            "cancel_url": f"{address}?{query.urlencode()}",
        }
        return self.render("generic/confirm.html", context)


def _own(request: HttpRequest, pk: int) -> Export:
    principal = request.actor.principal  # type: ignore[attr-defined]
    found: Export = get_object_or_404(Export.objects.visible_to(principal), pk=pk)
    return found


@never_cache
@require_safe
def export_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is, and then the file. Renews itself, with or without JavaScript."""
    if not request.user.is_authenticated:
        return signed_out(request)
    export = _own(request, pk)
    context = {
        "object": export,
        "title": _("Export: %(list)s") % {"list": export.title},
        "crumbs": [Crumb(export.title, export.path)],
        "list_url": f"{export.path}?{export.query}",
    }
    template = "core/export.html"
    is_poll = request.htmx  # type: ignore[attr-defined]
    response = render(request, f"{template}#state" if is_poll else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def export_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    if not request.user.is_authenticated:
        return signed_out(request)
    export = _own(request, pk)
    if not export.is_available:
        return redirect(export)
    return file_to_save(export.file, name=export.file_name, content_type=CONTENT_TYPES[export.format])
