"""Writing the spreadsheet of a plan: one row for each activity, a sheet that explains, and bad rows marked."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fmm_portal.core.cells import neutralised, tidy
from fmm_portal.core.downloads import made_to_save
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from strategies.matrix import activities_of
from strategies.models import ActionPlan, PlanActivity
from strategies.sheet.columns import (
    SEPARATOR,
    SheetColumn,
    languages_in_use,
    with_languages,
    word_of,
)
from strategies.sheet.institutions import Directory
from strategies.sheet.planning import SheetPlan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY_ROW, TITLE_ROW, HEADING_ROW = 1, 2, 3
# Rows below the last one in which the lists of allowed words work, too.
SPARE_ROWS = 200
HEADING = PatternFill("solid", start_color="0B5F57")
ADDED = PatternFill("solid", start_color="F2F0EA")
BAD = PatternFill("solid", start_color="F8C9C2")
# Columns whose cells are texts even where they look like numbers or dates: "2.10" is no 2.1.
TEXT_FORMAT = "@"
FORMATS = {"id": "0", "cost": "#,##0.00", "percent": "0"}


def cell_value(column: SheetColumn, activity: PlanActivity, directory: Directory) -> Any:
    """What one cell of an activity holds."""
    result = activity.result
    lines: dict[str, Any] = {
        "id": activity.pk,
        "axis": result.objective.axis.code or str(result.objective.axis.title),
        "axis_title": str(result.objective.axis.title),
        "objective_code": result.objective.code,
        "objective": result.objective.text,
        "result_code": result.code,
        "result": result.text,
    }
    value = lines[column.field] if column.field in lines else getattr(activity, column.field)
    if column.language:
        return value.get(column.language, "")
    if column.choices is not None:
        return word_of(column.choices, value)
    if column.field == "lead":
        return directory.label(activity.lead) if activity.lead else ""
    if column.field == "partners":
        return f"{SEPARATOR} ".join(sorted(directory.label(partner) for partner in activity.partners.all()))
    return value


def put(worksheet: Worksheet, row: int, place: int, value: Any, number_format: str = TEXT_FORMAT) -> None:
    """Write a cell: texts neutralised, numbers as numbers unless a number of the sheet could not hold them."""
    cell = worksheet.cell(row, place)
    if isinstance(value, Decimal):
        as_float = float(value)
        value = as_float if Decimal(repr(as_float)) == value else str(value)
    if isinstance(value, str):
        value = neutralised(tidy(value))
    cell.value = value if value != "" else None
    cell.number_format = number_format
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def head_sheet(worksheet: Worksheet, plan: ActionPlan, columns: Sequence[SheetColumn]) -> None:
    """The hidden row of keys, the title, the headings, and what scrolls."""
    for place, column in enumerate(columns, 1):
        worksheet.cell(KEY_ROW, place, column.key)
        heading = worksheet.cell(HEADING_ROW, place, column.heading)
        heading.font, heading.fill = Font(bold=True, color="FFFFFF"), HEADING
        heading.alignment = Alignment(vertical="center", wrap_text=True)
        worksheet.column_dimensions[get_column_letter(place)].width = column.width
    worksheet.row_dimensions[KEY_ROW].hidden = True
    worksheet.row_dimensions[HEADING_ROW].height = 32
    title = worksheet.cell(TITLE_ROW, 1, neutralised(tidy(title_of(plan))))
    title.font = Font(bold=True, size=13)


def title_of(plan: ActionPlan) -> str:
    """Plan, strategy and day; sample data say so."""
    words = {"plan": plan, "strategy": plan.strategy.reference, "day": PartialDate.of(today()).display()}
    title = _("%(plan)s (%(strategy)s), %(day)s") % words
    return _("Sample data: %(title)s") % {"title": title} if plan.is_sample else title


def add_key(book: Workbook, plan: ActionPlan, columns: Sequence[SheetColumn]) -> dict[str, str]:
    """The sheet that explains the columns and lists the allowed words; by field where each list stands."""
    worksheet = book.create_sheet(_("Key"))
    put(worksheet, 1, 1, title_of(plan))
    worksheet.cell(1, 1).font = Font(bold=True, size=13)
    for place, text in enumerate((_("Column"), _("What it holds"), _("Allowed words")), 1):
        worksheet.cell(3, place, text).font = Font(bold=True)
    row, lists = 4, {}
    for column in columns:
        put(worksheet, row, 1, column.heading)
        put(worksheet, row, 2, str(column.about))
        if column.choices is None:
            row += 1
            continue
        first = row
        for value in column.choices.values:
            put(worksheet, row, 3, word_of(column.choices, value))
            row += 1
        lists[column.field] = f"{quote_sheetname(worksheet.title)}!$C${first}:$C${row - 1}"
    for letter, width in (("A", 30), ("B", 70), ("C", 34)):
        worksheet.column_dimensions[letter].width = width
    put(worksheet, row + 1, 1, _("Rows that are missing from a file are left alone when it is imported."))
    return lists


def workbook_of(plan: ActionPlan, principal: Principal) -> Workbook:
    activities = activities_of(plan, principal)
    texts = [
        text
        for activity in activities
        for text in (
            activity.text,
            activity.indicator,
            activity.source_of_verification,
            activity.result.text,
            activity.result.objective.text,
        )
    ]
    columns = with_languages(languages_in_use(texts))
    directory = Directory(principal)
    book = Workbook()
    worksheet = book.worksheets[0]
    worksheet.title = _("Action plan")
    head_sheet(worksheet, plan, columns)
    for row, activity in enumerate(activities, HEADING_ROW + 1):
        for place, column in enumerate(columns, 1):
            value = cell_value(column, activity, directory)
            put(worksheet, row, place, value, FORMATS.get(column.field, TEXT_FORMAT))
            if column.field in ("id", "axis_title"):
                worksheet.cell(row, place).fill = ADDED
    last = HEADING_ROW + len(activities)
    # The title and headings stay in sight, and so do the codes.
    worksheet.freeze_panes = f"A{HEADING_ROW + 1}"
    worksheet.auto_filter.ref = (
        f"A{HEADING_ROW}:{get_column_letter(len(columns))}{max(last, HEADING_ROW + 1)}"
    )
    worksheet.sheet_view.zoomScale = 90
    lists = add_key(book, plan, columns)
    for place, column in enumerate(columns, 1):
        if column.field in lists:
            add_list(worksheet, place, lists[column.field], last + SPARE_ROWS)
    # Tells the file from others, whatever becomes of its rows.
    book.defined_names["fmm_action_plan"] = DefinedName("fmm_action_plan", attr_text=f'"{plan.pk}"')
    return book


def add_list(worksheet: Worksheet, place: int, words: str, last: int) -> None:
    """Offer the allowed words in every cell of a column."""
    rule = DataValidation(type="list", formula1=words, allow_blank=True)
    rule.error, rule.errorTitle = _("Choose one of the words of the list."), _("Not in the list")
    worksheet.add_data_validation(rule)
    letter = get_column_letter(place)
    rule.add(f"{letter}{HEADING_ROW + 1}:{letter}{last}")


def marked_workbook(plan: ActionPlan, preview: SheetPlan) -> Workbook:
    """The rows as they were sent, the bad ones in red with the reasons in a last column."""
    sheet = preview.sheet
    width = max([len(sheet.headings), *(len(row.source.raw) for row in preview.rows)])
    book = Workbook()
    worksheet = book.worksheets[0]
    worksheet.title = _("Action plan")
    for place in range(width):
        key = sheet.keys.get(place, "")
        worksheet.cell(KEY_ROW, place + 1, key)
        put(worksheet, HEADING_ROW, place + 1, sheet.headings[place] if place < len(sheet.headings) else "")
        worksheet.cell(HEADING_ROW, place + 1).font = Font(bold=True)
        worksheet.column_dimensions[get_column_letter(place + 1)].width = 22
    worksheet.row_dimensions[KEY_ROW].hidden = True
    worksheet.cell(TITLE_ROW, 1, neutralised(tidy(title_of(plan)))).font = Font(bold=True, size=13)
    worksheet.cell(HEADING_ROW, width + 1, _("What is wrong")).font = Font(bold=True)
    worksheet.column_dimensions[get_column_letter(width + 1)].width = 70
    for number, row in enumerate(preview.rows, HEADING_ROW + 1):
        for place, value in enumerate(row.source.raw):
            put_raw(worksheet, number, place + 1, value)
        if row.errors:
            reasons = "\n".join(
                _("%(label)s: %(value)s") % {"label": error.column, "value": error.message}
                if error.column
                else error.message
                for error in row.errors
            )
            put(worksheet, number, width + 1, reasons)
            for place in range(width + 1):
                worksheet.cell(number, place + 1).fill = BAD
    worksheet.freeze_panes = f"A{HEADING_ROW + 1}"
    return book


def put_raw(worksheet: Worksheet, row: int, place: int, value: Any) -> None:
    """A cell as it was sent. What stands there neutralised stays so, and what is a formula is made harmless."""
    is_known = isinstance(value, str | int | float | bool | date | datetime) or value is None
    cell = worksheet.cell(row, place)
    text = tidy(str(value)) if isinstance(value, str) or not is_known else value
    cell.value = f"'{text}" if isinstance(text, str) and text.startswith("=") else text
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def as_bytes(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def file_name(plan: ActionPlan, parts: Iterable[str] = ()) -> str:
    """ "ST-2015-001-plan-2026-11-24.xlsx"; sample data say so in the name."""
    words = [plan.strategy.reference, *(["sample"] if plan.is_sample else []), "plan", *parts, str(today())]
    return f"{'-'.join(words)}.xlsx"


def sheet_response(book: Workbook, name: str) -> HttpResponse:
    return made_to_save(as_bytes(book), name=name, content_type=XLSX)


def sheet_of(plan: ActionPlan, principal: Principal) -> HttpResponse:
    """The plan as a file to save."""
    return sheet_response(workbook_of(plan, principal), file_name(plan))
