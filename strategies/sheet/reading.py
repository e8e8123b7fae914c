"""Reading an uploaded spreadsheet, within limits: which rows it has and which column each cell stands in."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from fmm_portal.core.display import counted
from fmm_portal.core.documents import check_upload
from fmm_portal.core.querysets import fold
from fmm_portal.core.services import field_error
from strategies.sheet.columns import known_headings

MOST_ROWS = 1000
MOST_COLUMNS = 80
# What the file may be when unpacked: a small one can hold gigabytes of nothing.
MOST_UNPACKED = 40 * 1024 * 1024
# How far down the headings are looked for, and how many make a row of headings.
HEADINGS_WITHIN = 12
FEWEST_HEADINGS = 3
NEEDED = ("code",)


class UnreadableSheet(Exception):
    """The file as a whole cannot be used; the message says why."""


class SheetCell(NamedTuple):
    """A cell as it was read. `kind` is openpyxl's: "s" text, "n" number, "d" date, "f" formula, "e" error."""

    value: Any
    kind: str
    number_format: str
    address: str


@dataclass
class SheetRow:
    """A row that holds something, by the keys of the columns; `raw` is all of it, to be given back."""

    number: int
    cells: dict[str, SheetCell]
    raw: list[Any]


@dataclass
class Sheet:
    """What was read. `unknown` are headings that no column of a plan has."""

    keys: dict[int, str]
    headings: list[str]
    unknown: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)

    def letter_of(self, key: str) -> str:
        return next((get_column_letter(place + 1) for place, name in self.keys.items() if name == key), "")

    def has(self, key: str) -> bool:
        return key in self.keys.values()


def check_sheet(upload: "UploadedFile[Any]") -> None:
    """Whether the file may be read at all.  Raises ValidationError on "file": size, type, disguise."""
    check_upload(upload)
    if not (upload.name or "").lower().endswith(".xlsx"):
        raise field_error("file", _("Save the spreadsheet as XLSX and send that file."), "file_type")


def read_sheet(file: IO[bytes]) -> Sheet:
    """Raises UnreadableSheet."""
    try:
        sheet = _unpack(file)
    except UnreadableSheet:
        raise
    except Exception as error:  # A broken file fails in every way that ZIP and XML know.
        raise UnreadableSheet(_("This file cannot be read as an XLSX spreadsheet.")) from error
    if sheet is None:
        raise UnreadableSheet(
            _("The columns of a plan were not found. Export the plan, and fill in that file.")
        )
    return sheet


def _unpack(file: IO[bytes]) -> Sheet | None:
    """The first sheet with the headings of a plan."""
    with zipfile.ZipFile(file) as packed:
        unpacked = sum(item.file_size for item in packed.infolist())
    if unpacked > MOST_UNPACKED:
        raise UnreadableSheet(_("The file holds too much to be the plan of a strategy."))
    file.seek(0)
    book = load_workbook(file, read_only=True, keep_links=False)
    try:
        for worksheet in book.worksheets:
            worksheet.reset_dimensions()
            sheet = _read(worksheet.iter_rows(max_col=MOST_COLUMNS))
            if sheet is not None:
                return sheet
    finally:
        book.close()
    return None


def _read(rows: Iterator[tuple[Any, ...]]) -> Sheet | None:
    """The rows under the headings; None for a sheet without the headings of a plan."""
    known, sheet, by_keys = known_headings(), None, False
    for place, cells in enumerate(rows, 1):
        values = [cell.value for cell in cells]
        is_heading, keys = _headings(values, known)
        if sheet is None or (by_keys and is_heading):
            if not is_heading and place > HEADINGS_WITHIN:
                return None
            if is_heading:
                # Under the hidden row of keys stands the row that people read.
                by_keys = sheet is None and all(
                    str(value or "") in ("", keys.get(i)) for i, value in enumerate(values)
                )
                sheet = _with_headings(values, keys if sheet is None else {**sheet.keys, **keys})
            continue
        if by_keys and place <= HEADINGS_WITHIN and not sheet.rows and not _is_data(values):
            # The title between the keys and the headings.
            continue
        if all(value in (None, "") for value in values):
            continue
        if len(sheet.rows) == MOST_ROWS:
            raise UnreadableSheet(
                _("The file has more than %(count)s rows. Send it in parts.") % {"count": counted(MOST_ROWS)}
            )
        sheet.rows.append(_row(place, cells, sheet.keys))
    if sheet is None:
        return None
    missing = [key for key in NEEDED if not sheet.has(key)]
    return None if missing else sheet


def _is_data(values: list[Any]) -> bool:
    """A title stands alone in its row."""
    return sum(value not in (None, "") for value in values) > 1


def _headings(values: list[Any], known: dict[str, str]) -> tuple[bool, dict[int, str]]:
    keys: dict[int, str] = {}
    for place, value in enumerate(values):
        text = str(value or "").strip()
        key = known.get(text) or known.get(fold(text))
        if key is not None and key not in keys.values():
            keys[place] = key
    return len(keys) >= FEWEST_HEADINGS, keys


def _with_headings(values: list[Any], keys: dict[int, str]) -> Sheet:
    headings = [str(value or "").strip() for value in values]
    while headings and not headings[-1] and len(headings) - 1 not in keys:
        headings.pop()
    unknown = [text for place, text in enumerate(headings) if text and place not in keys]
    return Sheet(keys, headings, unknown)


def _row(number: int, cells: tuple[Any, ...], keys: dict[int, str]) -> SheetRow:
    found = {}
    for place, cell in enumerate(cells):
        if place in keys:
            address = f"{get_column_letter(place + 1)}{number}"
            kind = "d" if getattr(cell, "is_date", False) and cell.value is not None else cell.data_type
            found[keys[place]] = SheetCell(
                cell.value, kind or "n", getattr(cell, "number_format", "") or "", address
            )
    raw = [cell.value for cell in cells]
    while raw and raw[-1] in (None, ""):
        raw.pop()
    return SheetRow(number, found, raw)
