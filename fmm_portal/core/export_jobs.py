"""Long lists are written by a worker: asked for, written under the asker's own rights, kept for some days."""

from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.http import HttpRequest, QueryDict
from django.urls import resolve
from django.utils import timezone, translation

from fmm_portal.core.exports import Format, Sheet, What, csv_lines, json_lines, write_xlsx
from fmm_portal.core.jobs import JobStatus, Lease, enqueue, run_job
from fmm_portal.core.models import Export
from fmm_portal.core.policies import Policy, register_policy
from fmm_portal.core.principals import Actor, Principal, Source

KEEP_DAYS = 7
# How often the page hears how far it is: no more than so many times, however long the list.
REPORTS = 20
REPORT_EVERY = 500


class ExportPolicy(Policy):
    """Everybody has their own, and nobody else's."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        mine = principal.account_id
        return queryset.filter(user=mine) if mine is not None else queryset.none()


def register() -> None:
    register_policy(Export, ExportPolicy())


@transaction.atomic
def request_export(export: Export) -> Export:
    """Put a file on the list of what workers do."""
    export.sent_at = timezone.now()
    export.full_clean()
    export.save()
    enqueue(export)
    return export


def make_export(export_id: int) -> bool:
    """Write a list that waits for it; the body of the worker's task."""
    return run_job(Export, export_id, _write)


def _write(export: Export, lease: Lease) -> None:
    lease.report(1, "")
    with translation.override(export.language), TemporaryFile() as file:
        views = _list_of(export)
        if export.what == What.EDIT:
            count = views.write_to_edit(export.format, file)
        else:
            count = views.export_rows().count()
            told = _telling(views.export_sheet(export.what, export.columns), lease, count)
            if export.format == Format.XLSX:
                write_xlsx(told, export.language, file)
            else:
                make = json_lines if export.format == Format.JSON_LINES else csv_lines
                for line in make(told, export.language):
                    file.write(line.encode())
        size = file.tell()
        file.seek(0)
        name = default_storage.save(f"exports/{export.pk}/{lease.owner}.{export.format}", File(file))
    try:
        lease.finish(
            file=name, row_count=count, size=size, expires_at=timezone.now() + timedelta(days=KEEP_DAYS)
        )
    except BaseException:
        default_storage.delete(name)
        raise
    # What a worker left behind that died between saving its file and saying so.
    folder = f"exports/{export.pk}"
    for other in default_storage.listdir(folder)[1]:
        if f"{folder}/{other}" != name:
            default_storage.delete(f"{folder}/{other}")


def _list_of(export: Export) -> Any:
    """The list's own pages, asked for as the person asked, with today's rights."""
    match = resolve(export.path)
    request: Any = HttpRequest()
    request.GET = QueryDict(export.query)
    request.user = export.user
    request.actor = Actor(export.user, Source.JOB, str(export.user))
    request.path = export.path
    return match.func.views(request, **match.kwargs)  # type: ignore[attr-defined]


def _telling(sheet: Sheet, lease: Lease, count: int) -> Sheet:
    """The same sheet; while its rows are read, the page hears how far it is."""

    every = max(count // REPORTS, REPORT_EVERY)

    def rows() -> Any:
        for number, row in enumerate(sheet.rows):
            if number % every == 0:
                lease.report(min(95, 5 + 90 * number // max(count, 1)), "")
            yield row

    return Sheet(sheet.headings, rows(), sheet.keys)


def remove_expired_exports() -> int:
    """Delete files that have been kept for their time, and their rows."""
    removed = 0
    for export in Export.objects.filter(status=JobStatus.DONE, expires_at__lt=timezone.now()):
        default_storage.delete(str(export.file.name))
        removed += Export.objects.filter(pk=export.pk).delete()[0]
    return removed
