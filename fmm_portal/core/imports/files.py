"""Files that come back: a template, the rows of a list to edit, and a sent file with its errors marked."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from fmm_portal.core.cells import neutralised, tidy
from fmm_portal.core.display import counted
from fmm_portal.core.imports.columns import SheetColumn
from fmm_portal.core.imports.formats import MOST_ROWS, ImportFormat
from fmm_portal.core.imports.planning import SheetPlan
from fmm_portal.core.principals import Principal

BOM = "\ufeff"
HEADING = Font(bold=True, color="FFFFFF")
BOLD = Font(bold=True)
GREEN = PatternFill("solid", start_color="0B5F57")
BAD = PatternFill("solid", start_color="F8C9C2")
GREY = PatternFill("solid", start_color="F2F0EA")
# Cells are texts even where they look like numbers or dates: "2015-07" is no first of July.
TEXT_FORMAT = "@"
# Rows below the last one in which the lists of allowed words work, too.
SPARE_ROWS = 1000
WIDTH, WIDEST = 16, 44
# Rows are fetched together.
CHUNK = 1000


def template_columns(
    import_format: ImportFormat, principal: Principal, *, parent: Any = None
) -> list[SheetColumn]:
    """What a new row may say. What the page says for all rows is not asked."""
    languages = import_format.languages_in_use()
    return [
        column
        for column in import_format.columns(languages, principal)
        if not column.is_read_only and not (parent is not None and column.name == import_format.parent)
    ]


def too_many_to_edit() -> str:
    """Said where more rows are asked for than can come back."""
    words = _("At most %(count)s rows are exported to be changed. Narrow the list by filters.")
    return words % {"count": counted(MOST_ROWS)}


def rows_to_edit(import_format: ImportFormat, rows: Any) -> list[Any]:
    """The records with all that their columns show; more than can come back are not taken."""
    one, many = import_format.related_names()
    related = [path for name in one for path in (name, *_paths(import_format, name))]
    found = rows.select_related(*related) if related else rows
    return list(found.prefetch_related(*many, *import_format.prefetch)[:MOST_ROWS])


def _paths(import_format: ImportFormat, name: str) -> list[str]:
    from fmm_portal.core.imports.lookups import lookup_for

    model: Any = import_format.model._meta.get_field(name).related_model
    return [f"{name}__{path}" for path in lookup_for(model).related]


def csv_of(columns: Sequence[SheetColumn], records: Iterable[Any] = ()) -> Iterator[str]:
    """The keys, the headings, the rows."""
    yield BOM + _line([column.key for column in columns])
    yield _line([column.heading for column in columns])
    for record in records:
        yield _line([column.show(record) for column in columns])


def _line(values: Iterable[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(
        [neutralised(tidy(value)) if isinstance(value, str) else value for value in values]
    )
    return buffer.getvalue()


def write_workbook(
    file: IO[bytes], import_format: ImportFormat, columns: Sequence[SheetColumn], records: Sequence[Any] = ()
) -> None:
    """A sheet with the rows under a hidden row of keys, and one that explains the columns and lists the words."""
    book = Workbook(write_only=True)
    page = book.create_sheet(import_format.title[:31])
    explained = book.create_sheet(_("Key"))
    lists = _explain(explained, columns)
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = min(WIDEST, max(WIDTH, len(column.heading) + 2))
        if column.key in lists:
            rule = DataValidation(type="list", formula1=lists[column.key], allow_blank=True)
            rule.error, rule.errorTitle = _("Choose one of the words of the list."), _("Not in the list")
            rule.add(f"{letter}3:{letter}{2 + len(records) + SPARE_ROWS}")
            page.data_validations.append(rule)
    page.row_dimensions[1].hidden = True
    page.freeze_panes = "A3"
    page.append([column.key for column in columns])
    page.append([_cell(page, column.heading, font=HEADING, fill=GREEN) for column in columns])
    for record in records:
        page.append([_edited(page, column, record) for column in columns])
    if not records:
        for _row in range(SPARE_ROWS // 10):
            page.append([_cell(page, "", number_format=TEXT_FORMAT) for _column in columns])
    book.save(file)


def _edited(page: Any, column: SheetColumn, record: Any) -> Any:
    value = column.show(record)
    is_text = isinstance(value, str)
    return _cell(
        page,
        value,
        number_format=TEXT_FORMAT if is_text else "General",
        fill=GREY if column.is_read_only else None,
    )


def _cell(page: Any, value: Any, *, font: Any = None, fill: Any = None, number_format: str = "") -> Any:
    shown = neutralised(tidy(value)) if isinstance(value, str) else value
    cell = WriteOnlyCell(page, value=shown if shown != "" else None)
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    if number_format:
        cell.number_format = number_format
    return cell


def _explain(page: Any, columns: Sequence[SheetColumn]) -> dict[str, str]:
    """The sheet that explains; by the key of a column where its allowed words stand."""
    for letter, width in (("A", 30), ("B", 70), ("C", 34)):
        page.column_dimensions[letter].width = width
    page.append(
        [_cell(page, text, font=BOLD) for text in (_("Column"), _("What it holds"), _("Allowed words"))]
    )
    row, lists = 2, {}
    for column in columns:
        words = column.words
        required = f"{_('Required.')} " if column.is_required else ""
        if words and not getattr(column, "is_many", False):
            lists[column.key] = f"{quote_sheetname(_('Key'))}!$C${row}:$C${row + len(words) - 1}"
        about = f"{required}{column.explanation}"
        for place, word in enumerate(words or [""]):
            first = place == 0
            page.append(
                [
                    _cell(page, text)
                    for text in (column.heading if first else "", about if first else "", word)
                ]
            )
            row += 1
    page.append([])
    page.append([_cell(page, _("Rows that are missing from a file are left alone when it is imported."))])
    return lists


def write_marked(file: IO[bytes], plan: SheetPlan, title: str) -> None:
    """The file as it was sent, bad cells in red, with what is wrong in a first column."""
    sheet = plan.sheet
    width = max([len(sheet.headings), *(len(row.source.cells) for row in plan.rows)], default=0)
    places = {column.key: place for place, column in sheet.places.items()}
    book = Workbook(write_only=True)
    page = book.create_sheet(title[:31])
    page.freeze_panes = "B3"
    page.column_dimensions["A"].width = 60
    page.row_dimensions[1].hidden = True
    page.append(["", *(sheet.places[place].key if place in sheet.places else "" for place in range(width))])
    page.append([
        _cell(page, text, font=BOLD)
        for text in (_("What is wrong"), *(sheet.headings[:width] + [""] * (width - len(sheet.headings))))
    ])  # fmt: skip
    for row in plan.rows:
        bad = {places[error.key] for error in row.errors if error.key in places}
        reasons = "\n".join(
            _("%(label)s: %(value)s") % {"label": error.column, "value": error.message}
            if error.column
            else error.message
            for error in row.errors
        )
        cells = [_cell(page, reasons, fill=BAD if row.errors else None)]
        for place in range(width):
            value = row.source.cells[place] if place < len(row.source.cells) else None
            cells.append(_as_sent(page, value, is_bad=place in bad))
        page.append(cells)
    book.save(file)


def _as_sent(page: Any, value: Any, *, is_bad: bool) -> Any:
    """A cell as it was sent; what is neutralised already stays so, and a formula is made harmless."""
    known = isinstance(value, int | float | bool | date | datetime | time) or value is None
    text = value if known else tidy(str(value))
    if isinstance(text, str) and text.startswith("="):
        text = f"'{text}"
    cell = WriteOnlyCell(page, value=None if text == "" else text)
    if isinstance(text, str):
        cell.number_format = TEXT_FORMAT
    if is_bad:
        cell.fill = BAD
    return cell
