"""A list as a file: the columns on show or all fields, as CSV or XLSX, with what the reader may read and no more."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import translation
from django.utils.text import capfirst
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from fmm_portal.core.cells import neutralised, tidy
from fmm_portal.core.display import for_file
from fmm_portal.core.models import Record
from fmm_portal.core.policies import colleague_fields, policy_for
from fmm_portal.core.principals import Principal
from fmm_portal.core.tables import Column, Table

# Rows that are fetched, and asked the policies about, together.
CHUNK = 500
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What the portal keeps by itself and people read; the rest of it is machinery.
KEPT_AND_READ = {"created_at", "updated_at", "reference", "status"}
# Spreadsheets take a file for UTF-8 when it begins with this.
BOM = "\ufeff"


class What(StrEnum):
    """Which columns the file has: those on show, all fields, or those that can be changed and imported back."""

    VIEW = "view"
    ALL = "all"
    EDIT = "edit"


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Sheet:
    """Headings and rows, in the language in which they are read."""

    headings: list[str]
    rows: Iterable[list[Any]]


def sheet_of_view(table: type[Table], rows: models.QuerySet[Any], keys: Sequence[str]) -> Sheet:
    """The columns of the list, as the person sees them."""
    columns: list[Column] = [table.columns[key] for key in keys]
    headings = [column.heading(table.model) for column in columns]
    records = (record for chunk in _chunks(rows) for record in chunk)
    return Sheet(headings, ([column.export(record) for column in columns] for record in records))


def sheet_of_all(model: type[Record], rows: models.QuerySet[Any], principal: Principal) -> Sheet:
    """Every field that the principal may read; other records are named only where they may be seen."""
    fields = readable_fields(model, principal)
    single = [field.name for field in fields if field.is_relation and not field.many_to_many]
    many = [field.name for field in fields if field.many_to_many]
    found = rows.select_related(*single).prefetch_related(*many) if single or many else rows
    headings = [capfirst(str(field.verbose_name)) for field in fields]
    return Sheet(headings, _all_rows(found, fields, principal))


def readable_fields(model: type[Record], principal: Principal) -> list[Any]:
    """Without restricted fields for anybody, those that the policy hides, files and machinery."""
    hidden = model.restricted_fields | policy_for(model).hidden_fields(principal, None)
    if not principal.knows_colleagues:
        hidden |= colleague_fields(model)
    found = []
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        is_machinery = field.primary_key or not (field.editable or field.name in KEPT_AND_READ)
        is_internal = is_machinery or field.related_model is ContentType or field.name.endswith("_id")
        if field.name in hidden or is_internal or isinstance(field, models.FileField):
            continue
        if (
            field.is_relation
            and field.name not in colleague_fields(model)
            and not _has_policy(field.related_model)
        ):
            continue
        found.append(field)
    return found


def _has_policy(model: Any) -> bool:
    try:
        policy_for(model)
    except ImproperlyConfigured:
        return False
    return True


def _all_rows(rows: models.QuerySet[Any], fields: list[Any], principal: Principal) -> Iterator[list[Any]]:
    for chunk in _chunks(rows):
        seen = _related_in_sight(chunk, fields, principal)
        for record in chunk:
            yield [_field_value(record, field, seen.get(field.name)) for field in fields]


def _related_in_sight(chunk: list[Any], fields: list[Any], principal: Principal) -> dict[str, set[Any]]:
    """For each relation the keys of the related records that the principal may see; nothing where all are."""
    found: dict[str, set[Any]] = {}
    for field in fields:
        if not field.is_relation or not _has_policy(field.related_model):
            continue
        policy = policy_for(field.related_model)
        if policy.sees_all(principal):
            continue
        keys = {related.pk for record in chunk for related in _related(record, field)}
        rows = field.related_model._default_manager.filter(pk__in=keys)
        found[field.name] = set(policy.scope(principal, rows).order_by().values_list("pk", flat=True))
    return found


def _related(record: Any, field: Any) -> list[Any]:
    value = getattr(record, field.name)
    if field.many_to_many:
        return list(value.all())
    return [value] if value is not None else []


def _field_value(record: Any, field: Any, seen: set[Any] | None) -> Any:
    if field.is_relation:
        return for_file([other for other in _related(record, field) if seen is None or other.pk in seen])
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    return for_file(getattr(record, field.name))


def _chunks(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    """Rows in their order, a few at a time, with their relations."""
    chunk: list[Any] = []
    for record in rows.iterator(chunk_size=CHUNK):
        chunk.append(record)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def cell(value: Any) -> Any:
    """A value as a spreadsheet can hold it: text that would be run as a formula is made harmless."""
    return neutralised(tidy(value)) if isinstance(value, str) else value


class _Line:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(sheet: Sheet, language: str) -> Iterator[str]:
    """Line by line, so that it can be sent while it is made."""
    writer = csv.writer(_Line())
    with translation.override(language):
        yield BOM + str(writer.writerow([cell(heading) for heading in sheet.headings]))
        for row in sheet.rows:
            yield str(writer.writerow([_written(value) for value in row]))


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    # A negative number is no formula.
    return str(value) if isinstance(value, int | Decimal) else str(cell(str(value)))


def write_xlsx(sheet: Sheet, language: str, file: IO[bytes]) -> None:
    """Row by row, without holding the whole sheet."""
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.freeze_panes = "A2"
    with translation.override(language):
        headings = []
        for heading in sheet.headings:
            shown = WriteOnlyCell(page, value=cell(heading))
            shown.font = Font(bold=True)
            headings.append(shown)
        page.append(headings)
        for row in sheet.rows:
            page.append([cell(value) for value in row])
    book.save(file)


def xlsx_bytes(sheet: Sheet, language: str) -> bytes:
    buffer = BytesIO()
    write_xlsx(sheet, language, buffer)
    return buffer.getvalue()
