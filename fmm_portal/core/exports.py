"""A list as a file: the columns on show or all fields, as CSV or XLSX, with what the reader may read and no more."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO
from itertools import chain, islice
from typing import IO, Any, BinaryIO, cast

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import translation
from django.utils.text import capfirst
from openpyxl import Workbook
from rustpy_xlsxwriter import FastExcel

from fmm_portal.core.cells import neutralised, tidy
from fmm_portal.core.display import for_file
from fmm_portal.core.models import Record
from fmm_portal.core.policies import colleague_fields, policy_for
from fmm_portal.core.principals import Principal
from fmm_portal.core.tables import Column, Table

# Rows that are fetched, and asked the policies about, together.
CHUNK = 500
# Plain rows are fetched, and lines written, together.
PLAIN_CHUNK, ROWS_A_WRITE = 2000, 500
# Longer texts are looked at for what a cell cannot hold.
SHORT = 30_000
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
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
    JSON_LINES = "jsonl"


@dataclass(frozen=True)
class Sheet:
    """Headings and rows, in the language in which they are read; `keys` name the columns in every language."""

    headings: list[str]
    rows: Iterable[list[Any]]
    keys: Sequence[str] = ()


def sheet_of_view(table: type[Table], rows: models.QuerySet[Any], keys: Sequence[str]) -> Sheet:
    """The columns of the list, as the person sees them."""
    columns: list[Column] = [table.columns[key] for key in keys]
    headings = [column.heading(table.model) for column in columns]
    if (plain := _plain_rows(table, rows, columns)) is not None:
        return Sheet(headings, plain, keys)
    records = (record for chunk in _chunks(rows) for record in chunk)
    return Sheet(headings, ([column.export(record) for column in columns] for record in records), keys)


def _plain_rows(
    table: type[Table], rows: models.QuerySet[Any], columns: Sequence[Column]
) -> Iterable[list[Any]] | None:
    """The rows straight from the database, where every column says what it reads; None where one needs the record."""
    parts = [column.in_file(table.model) for column in columns]
    if None in parts:
        return None
    paths = list(dict.fromkeys(path for part in parts if part is not None for path in part.paths))
    places = {path: place for place, path in enumerate(paths)}
    readers = [(part.make, [places[path] for path in part.paths]) for part in parts if part is not None]
    values = rows.prefetch_related(None).values_list(*paths)

    def read() -> Iterator[list[Any]]:
        # Words are those of the language in which the file is read.
        makers = [
            (make(), places_of[0], places_of[1:]) if len(places_of) > 1 else (make(), places_of[0], ())
            for make, places_of in readers
        ]
        for row in values.iterator(chunk_size=PLAIN_CHUNK):
            yield [
                make(row[first], *[row[place] for place in more]) if more else make(row[first])
                for make, first, more in makers
            ]

    return read()


def sheet_of_all(model: type[Record], rows: models.QuerySet[Any], principal: Principal) -> Sheet:
    """Every field that the principal may read; other records are named only where they may be seen."""
    fields = readable_fields(model, principal)
    single = [field.name for field in fields if field.is_relation and not field.many_to_many]
    many = [field.name for field in fields if field.many_to_many]
    found = rows.select_related(*single).prefetch_related(*many) if single or many else rows
    headings = [capfirst(str(field.verbose_name)) for field in fields]
    return Sheet(headings, _all_rows(found, fields, principal), [field.name for field in fields])


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


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Some of the rows at a time."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def cell(value: Any) -> Any:
    """A value as a spreadsheet can hold it: text that would be run as a formula is made harmless."""
    return neutralised(tidy(value)) if isinstance(value, str) else value


def csv_lines(sheet: Sheet, language: str) -> Iterator[str]:
    """The headings, then some rows at a time, so that it can be sent while it is made."""
    with translation.override(language):
        yield BOM + _as_csv([[cell(heading) for heading in sheet.headings]])
        for rows in batched(sheet.rows, ROWS_A_WRITE):
            yield _as_csv([map(_written, row) for row in rows])


def _as_csv(rows: Iterable[Iterable[Any]]) -> str:
    buffer = StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _written(value: Any) -> Any:
    if isinstance(value, str):
        # Most texts need nothing, and this tells so ten times faster.
        if value and value[0].isalnum() and len(value) < SHORT and value.isprintable() and value[-1] != " ":
            return value
        return cell(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    # A negative number is no formula.
    return value.isoformat() if isinstance(value, date) else value


def json_lines(sheet: Sheet, language: str) -> Iterator[str]:
    """One object a line, by the keys of the columns; numbers as such, dates in ISO, texts as they are."""
    with translation.override(language):
        for rows in batched(sheet.rows, ROWS_A_WRITE):
            lines = (
                json.dumps(dict(zip(sheet.keys, map(_told, row), strict=True)), ensure_ascii=False)
                for row in rows
            )
            yield "\n".join(lines) + "\n"


def _told(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _apart(headings: Sequence[str]) -> list[str]:
    """The headings, each once: a second of the same name gets a number."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        found.append(f"{heading} ({seen[heading]})" if seen[heading] > 1 else heading)
    return found


def write_xlsx(sheet: Sheet, language: str, file: IO[bytes]) -> None:
    """Row by row, without holding the whole sheet."""
    with translation.override(language):
        headings = [str(cell(heading)) for heading in _apart(sheet.headings)]
        rows = (dict(zip(headings, map(_in_a_cell, row), strict=True)) for row in sheet.rows)
        first = next(rows, None)
        if first is None:
            _write_headings(headings, file)
            return
        book = (
            FastExcel(cast(BinaryIO, file))
            .format(bold_headers=True, datetime_format="yyyy-mm-dd")
            .freeze(row=1)
        )
        book.sheet("Sheet", chain([first], rows)).save()


def _write_headings(headings: Sequence[str], file: IO[bytes]) -> None:
    """A sheet without rows, which the fast writer cannot tell the columns of."""
    book = Workbook()
    book.worksheets[0].append(list(headings))
    book.save(file)


def _in_a_cell(value: Any) -> Any:
    # The sheet has one format for all days; a moment is written out.
    if isinstance(value, datetime | str):
        return _written(value)
    if isinstance(value, Decimal):
        as_float = float(value)
        return as_float if Decimal(repr(as_float)) == value else str(value)
    return value


def xlsx_bytes(sheet: Sheet, language: str) -> bytes:
    buffer = BytesIO()
    write_xlsx(sheet, language, buffer)
    return buffer.getvalue()
