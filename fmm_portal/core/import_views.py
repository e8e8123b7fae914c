"""Pages of imports: sending a spreadsheet, looking at what each row does, having it written, how far that is."""

from collections.abc import Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fmm_portal.core.display import counted
from fmm_portal.core.downloads import made_to_save
from fmm_portal.core.errors import Refused
from fmm_portal.core.exports import CONTENT_TYPES, Format
from fmm_portal.core.imports.files import (
    csv_of,
    rows_to_edit,
    template_columns,
    too_many_to_edit,
    write_marked,
    write_workbook,
)
from fmm_portal.core.imports.formats import MOST_ROWS, ImportFormat, import_formats
from fmm_portal.core.imports.jobs import request_import
from fmm_portal.core.imports.planning import ACTIONS, CREATE, ERROR, SAME, UPDATE, plan_file
from fmm_portal.core.imports.reading import UnreadableFile, check_file, read_file
from fmm_portal.core.imports.uploads import (
    compare_again,
    format_of,
    keep_upload,
    parent_of,
    remove_upload,
    rows_of,
    sheet_of,
)
from fmm_portal.core.models import Import, SheetUpload
from fmm_portal.core.policies import require
from fmm_portal.core.resource import Crumb, signed_out, with_query

ROWS_SHOWN = 50
LABELS = {
    ERROR: gettext_lazy("Not accepted"),
    CREATE: gettext_lazy("New"),
    UPDATE: gettext_lazy("Changes"),
    SAME: gettext_lazy("Unchanged"),
}


class UploadForm(forms.Form):
    """The file; what it holds is read at once, so that a file that cannot be read is said to be so here."""

    file = forms.FileField(label=gettext_lazy("Spreadsheet (XLSX or CSV)"))

    def __init__(self, *args: Any, import_format: ImportFormat, principal: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.import_format, self.principal = import_format, principal
        self.sheet: Any = None
        limits = {"limit": filesizeformat(settings.DOCUMENT_MAX_BYTES), "count": counted(MOST_ROWS)}
        self.fields["file"].help_text = _("At most %(limit)s and %(count)s rows.") % limits
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            check_file(upload)
        except ValidationError as error:
            # Told of the field "file" already; here it stands at that field.
            raise ValidationError(error.messages) from error
        try:
            content = BytesIO(upload.read())
            self.sheet = read_file(content, upload.name or "", self.import_format, self.principal)
        except UnreadableFile as error:
            raise ValidationError(str(error)) from error
        if not self.sheet.rows:
            raise ValidationError(_("The file has headings but no rows. Fill in a row and send it again."))
        upload.seek(0)
        return upload


def _format(kind: str, request: HttpRequest) -> tuple[ImportFormat, Any]:
    """The format, and the record whose page the person came from; 404 for what is not there for them."""
    import_format = import_formats().get(kind)
    if import_format is None:
        raise Http404
    principal = request.actor.principal  # type: ignore[attr-defined]
    asked = request.GET.get("in", "")
    parent = None
    if asked:
        parent = parent_of(
            import_format, int(asked) if asked.isdecimal() and len(asked) < 18 else -1, principal
        )
        if parent is None:
            raise Http404
    model: Any = import_format.model
    require(principal, "create", model(**{import_format.parent: parent}) if parent is not None else model)
    return import_format, parent


def start_url(import_format: ImportFormat, parent: Any = None) -> str:
    """Where a file of this kind is sent."""
    return _url("core:import_start", import_format, parent)


def _url(name: str, import_format: ImportFormat, parent: Any, **query: Any) -> str:
    if parent is not None:
        query["in"] = parent.pk
    address = reverse(name, args=[import_format.name])
    return with_query(address, **query) if query else address


def _frame(import_format: ImportFormat, parent: Any) -> dict[str, Any]:
    address = import_format.address(parent)
    return {
        "title": _("Import: %(list)s") % {"list": import_format.title},
        "crumbs": [Crumb(parent if parent is not None else import_format.title, address)],
        "back_url": address,
        "start_url": start_url(import_format, parent),
        "format": import_format,
        "parent": parent,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_start(request: HttpRequest, kind: str) -> HttpResponse:
    """What to do, the template, and the box for the file."""
    if not request.user.is_authenticated:
        return signed_out(request)
    import_format, parent = _format(kind, request)
    actor = request.actor  # type: ignore[attr-defined]
    form = UploadForm(
        request.POST or None, request.FILES or None, import_format=import_format, principal=actor.principal
    )
    if request.method == "POST" and form.is_valid():
        kept = keep_upload(import_format, form.cleaned_data["file"], form.sheet, actor=actor, parent=parent)
        return redirect(kept)
    formats = [(name.value, name.name) for name in (Format.XLSX, Format.CSV)]
    context = _frame(import_format, parent) | {
        "form": form,
        "cancel_url": import_format.address(parent),
        "templates": [
            (name, _url("core:import_template", import_format, parent, **{"as": value}))
            for value, name in formats
        ],
        "present": [
            (name, _url("core:import_rows", import_format, parent, **{"as": value}))
            for value, name in formats
        ],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "core/import_start.html", context, status=status)


def _file(
    request: HttpRequest, import_format: ImportFormat, name: str, columns: Any, records: Any
) -> HttpResponse:
    kind = Format.CSV if request.GET.get("as") == Format.CSV else Format.XLSX
    buffer = BytesIO()
    if kind == Format.CSV:
        buffer.write("".join(csv_of(columns, records)).encode())
    else:
        write_workbook(buffer, import_format, columns, records)
    return made_to_save(buffer.getvalue(), name=f"{name}.{kind}", content_type=CONTENT_TYPES[kind])


@require_safe
@never_cache
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty file with the columns."""
    if not request.user.is_authenticated:
        return signed_out(request)
    import_format, parent = _format(kind, request)
    columns = template_columns(import_format, request.actor.principal, parent=parent)  # type: ignore[attr-defined]
    return _file(request, import_format, f"{kind}-template", columns, [])


@require_safe
@never_cache
def import_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """The rows as they are, to be changed and sent back."""
    if not request.user.is_authenticated:
        return signed_out(request)
    import_format, parent = _format(kind, request)
    principal = request.actor.principal  # type: ignore[attr-defined]
    rows = import_format.model._default_manager.visible_to(principal)  # type: ignore[attr-defined]
    if parent is not None:
        rows = rows.filter(**{import_format.parent: parent})
    if rows.count() > MOST_ROWS:
        raise Refused(too_many_to_edit())
    records = rows_to_edit(import_format, rows)
    columns = import_format.written_columns(principal, import_format.languages_in_use(records))
    return _file(request, import_format, f"{kind}-{timezone.localdate():%Y-%m-%d}", columns, records)


def _own(request: HttpRequest, key: Any) -> SheetUpload:
    """The file that this person sent; nobody else's."""
    user = request.actor.user_id  # type: ignore[attr-defined]
    mine = SheetUpload.objects.filter(user=user, expires_at__gte=timezone.now())
    return get_object_or_404(mine, pk=key)


class _Rows(Sequence[dict[str, Any]]):
    """The rows of a preview, of which only a page is read."""

    def __init__(self, kept: SheetUpload, action: str, length: int) -> None:
        self.kept, self.action, self.length = kept, action, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: Any) -> Any:
        return rows_of(self.kept, self.action, place.start, place.stop - place.start)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_preview(request: HttpRequest, key: Any) -> HttpResponse:
    """Every row before anything is written; then, sent back with what was shown, the word to write it."""
    if not request.user.is_authenticated:
        return signed_out(request)
    kept = _own(request, key)
    principal = request.actor.principal  # type: ignore[attr-defined]
    import_format = format_of(kept)
    parent = parent_of(import_format, kept.parent_id, principal)
    if kept.parent_id is not None and parent is None:
        raise Http404
    require(principal, "create", import_format.model)
    note, status = "", HTTPStatus.OK
    if request.method == "POST" and "discard" in request.POST:
        remove_upload(kept)
        return redirect(start_url(import_format, parent))
    if request.method == "POST":
        try:
            return redirect(request_import(kept, fingerprint=request.POST.get("fingerprint", "")))
        except Refused as error:
            note, status = " ".join(error.messages), HTTPStatus.CONFLICT
            compare_again(kept, principal, parent=parent)
    elif kept.language != get_language():
        compare_again(kept, principal, parent=parent)
    counts = kept.counts
    asked = request.GET.get("show", "")
    shown = asked if asked in ACTIONS or asked == "all" else (ERROR if counts[ERROR] else "all")
    count = sum(counts.values()) if shown == "all" else counts[shown]
    page = Paginator(_Rows(kept, "" if shown == "all" else shown, count), ROWS_SHOWN).get_page(
        request.GET.get("page")
    )
    context = _frame(import_format, parent) | {
        "upload": kept,
        "counts": counts,
        "writes": counts[CREATE] + counts[UPDATE],
        "note": note,
        "page": page,
        "shown": shown,
        "labels": {action: str(label) for action, label in LABELS.items()},
        "filters": [
            ("all", _("All rows"), sum(counts.values())),
            *((action, label, counts[action]) for action, label in LABELS.items()),
        ],
        "job": Import.objects.filter(upload=kept).first(),
    }
    return render(request, "core/import_preview.html", context, status=status)


@require_safe
@never_cache
def import_marked(request: HttpRequest, key: Any) -> HttpResponse:
    """The file again, with its bad cells in red and the reasons beside them."""
    if not request.user.is_authenticated:
        return signed_out(request)
    kept = _own(request, key)
    principal = request.actor.principal  # type: ignore[attr-defined]
    import_format = format_of(kept)
    require(principal, "create", import_format.model)
    parent = parent_of(import_format, kept.parent_id, principal)
    plan = plan_file(import_format, sheet_of(kept, principal), principal, parent=parent)
    buffer = BytesIO()
    write_marked(buffer, plan, import_format.title)
    name = f"{kept.kind}-marked.xlsx"
    return made_to_save(buffer.getvalue(), name=name, content_type=CONTENT_TYPES[Format.XLSX])


@require_safe
@never_cache
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the writing is, and what came of it. Renews itself, with or without JavaScript."""
    if not request.user.is_authenticated:
        return signed_out(request)
    principal = request.actor.principal  # type: ignore[attr-defined]
    job = get_object_or_404(Import.objects.visible_to(principal).select_related("upload", "bulk"), pk=pk)
    import_format = import_formats()[job.kind]
    context = _frame(import_format, parent_of(import_format, job.parent_id, principal)) | {
        "object": job,
        "bulk": job.bulk if principal.knows_colleagues else None,
        "written": job.counts.get(CREATE, 0) + job.counts.get(UPDATE, 0),
    }
    template = "core/import.html"
    is_poll = request.htmx  # type: ignore[attr-defined]
    response = render(request, f"{template}#state" if is_poll else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
