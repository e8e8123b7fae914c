"""Reading an uploaded spreadsheet, within limits: CSV in the encodings and with the separators in use, and XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from fmm_portal.core.display import counted
from fmm_portal.core.documents import check_upload
from fmm_portal.core.imports.columns import SheetColumn
from fmm_portal.core.imports.formats import MOST_ROWS, ImportFormat
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold

ACCEPTED = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_COLUMNS = 100
# What the file may be when unpacked: a small one can hold gigabytes of nothing.
MOST_UNPACKED = 60 * 1024 * 1024
# How far down the headings are looked for.
HEADINGS_WITHIN = 12


class UnreadableFile(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass
class SheetRow:
    """A row that holds something: its number in the file and its cells."""

    number: int
    cells: list[Any]


@dataclass
class SheetFile:
    """What was read: where each column stands, the headings, the rows; `unknown` are headings of no column."""

    places: dict[int, SheetColumn]
    headings: list[str]
    unknown: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)


def check_file(upload: "UploadedFile[Any]") -> None:
    """Whether the file may be read at all.  Raises ValidationError on "file": size, type, disguise."""
    check_upload(upload, accepted=ACCEPTED)


def read_file(file: IO[bytes], name: str, import_format: ImportFormat, principal: Principal) -> SheetFile:
    """Raises UnreadableFile."""
    known = import_format.known_headings(principal)
    sheets = _workbook(file) if name.lower().endswith(".xlsx") else iter([_lines(file.read())])
    for rows in sheets:
        found = _read(rows, known)
        if found is not None:
            return found
    raise UnreadableFile(
        _("The columns were not found in this file. Download the template and copy your rows into it.")
    )


def _workbook(file: IO[bytes]) -> Iterator[Iterable[list[Any]]]:
    try:
        with zipfile.ZipFile(file) as packed:
            is_too_much = sum(item.file_size for item in packed.infolist()) > MOST_UNPACKED
        file.seek(0)
        book = None if is_too_much else CalamineWorkbook.from_filelike(file)
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names] if book is not None else []
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise UnreadableFile(_("This file cannot be read as an XLSX spreadsheet.")) from error
    if is_too_much:
        raise UnreadableFile(_("The file holds too much. Send it in parts."))
    # The rows above the first filled one count, so that numbers are those on screen.
    yield from (sheet.iter_rows() for sheet in sheets)


def _lines(content: bytes) -> Iterator[list[Any]]:
    text = decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(
            _("Line %(number)d of the file cannot be read as CSV.") % {"number": reader.line_num}
        ) from error


def decoded(content: bytes) -> str:
    """UTF-8 with or without a mark; else as Windows writes it in western Europe."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def separator_of(text: str) -> str:
    """The separator that stands most often in the first line, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for place, part in enumerate(first.split('"')) if place % 2 == 0)
    return max(",;\t", key=bare.count)


def _read(rows: Iterable[list[Any]], known: dict[str, SheetColumn]) -> SheetFile | None:
    """The rows under the headings; None for a sheet without them."""
    found: SheetFile | None = None
    for number, cells in enumerate(rows, 1):
        # Once there are rows, no other row is one of headings.
        is_heading, places = (False, {}) if found is not None and found.rows else _headings(cells, known)
        if found is None:
            if is_heading:
                found = SheetFile(places, *_texts(cells, places))
            elif number >= HEADINGS_WITHIN:
                return None
            continue
        if is_heading:
            # Under the keys stands the row that people read.
            found.headings = _texts(cells, places)[0]
            continue
        if all(cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        if len(found.rows) == MOST_ROWS:
            raise UnreadableFile(
                _("The file has more than %(count)s rows. Send it in parts.") % {"count": counted(MOST_ROWS)}
            )
        found.rows.append(SheetRow(number, cells))
    return found


def _headings(cells: list[Any], known: dict[str, SheetColumn]) -> tuple[bool, dict[int, SheetColumn]]:
    """Whether a row is one of headings: most of what it holds names columns."""
    places: dict[int, SheetColumn] = {}
    filled = 0
    for place, cell in enumerate(cells[:MOST_COLUMNS]):
        text = str(cell).strip() if cell is not None else ""
        filled += bool(text)
        column = known.get(text) or known.get(fold(text)) if text else None
        if column is not None and column not in places.values():
            places[place] = column
    least = 1 if filled == 1 else 2
    return len(places) >= max(least, filled / 2) and bool(places), places


def _texts(cells: list[Any], places: dict[int, SheetColumn]) -> tuple[list[str], list[str]]:
    headings = [str(cell).strip() if cell is not None else "" for cell in cells[:MOST_COLUMNS]]
    while headings and not headings[-1] and len(headings) - 1 not in places:
        headings.pop()
    return headings, [text for place, text in enumerate(headings) if text and place not in places]
