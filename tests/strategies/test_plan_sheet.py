"""The spreadsheet of a plan: written, read back, compared, imported (statement 54)."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import Workbook, load_workbook

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.activity import history_of
from fmm_portal.core.cells import neutralised, restored
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.models import Activity
from strategies.enums import PlanActivityStatus
from strategies.models import ActionPlan, PlanActivity, PlanObjective, PlanResult
from strategies.sheet.importing import import_sheet
from strategies.sheet.planning import SheetPlan, compare
from strategies.sheet.reading import UnreadableSheet, read_sheet
from strategies.sheet.writing import as_bytes, marked_workbook, workbook_of
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.strategies_plan import sample_plan
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


def values_of(plan: ActionPlan) -> list[dict[str, Any]]:
    return [dict(row) for row in PlanActivity.objects.filter(plan=plan).order_by("pk").values()]


def exported(plan: ActionPlan, user: Any) -> Any:
    return load_workbook(BytesIO(as_bytes(workbook_of(plan, user))))


def places(worksheet: Any) -> dict[str, int]:
    """The number of the column of each key."""
    return {cell.value: cell.column for cell in worksheet[1]}


def sent(book: Any) -> BytesIO:
    return BytesIO(as_bytes(book))


def imported(plan: ActionPlan, book: Any, user: Any) -> SheetPlan:
    return import_sheet(plan, read_sheet(sent(book)), actor=actor_of(user), file_name="plan.xlsx")


@pytest.mark.parametrize("languages", [("en", "en"), ("fr", "fr"), ("en", "fr"), ("fr", "en")])
def test_statement_54_plan_of_54_rows_comes_back_unchanged(amina, languages) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    before, entries = values_of(plan), Activity.objects.count()
    with translation.override(languages[0]):
        file = sent(exported(plan, amina))
    with translation.override(languages[1]):
        preview = import_sheet(plan, read_sheet(file), actor=actor_of(amina), file_name="plan.xlsx")
    assert dict(preview.counts) == {"unchanged": 54}
    assert (preview.left_alone, preview.written) == (0, 0)
    assert (values_of(plan), Activity.objects.count()) == (before, entries)


def test_statement_54_the_sheet_has_every_column_and_a_key(amina) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    book = exported(plan, amina)
    worksheet = book.worksheets[0]
    assert [item.title for item in book.worksheets] == ["Action plan", "Key"]
    assert worksheet.row_dimensions[1].hidden
    assert worksheet.freeze_panes == "A4"
    assert "Sample data" in worksheet["A2"].value
    assert [cell.value for cell in worksheet[3]] == [
        "Id", "Axis", "Title of the axis", "Code of the objective", "Specific objective [EN]",
        "Specific objective [FR]", "Code of the result", "Expected result [EN]", "Expected result [FR]", "Code",
        "Activity [EN]", "Activity [FR]", "Indicator [EN]", "Indicator [FR]", "Baseline", "Target", "Unit",
        "Source of verification [EN]", "Source of verification [FR]", "Lead institution", "Partners", "From quarter",
        "To quarter", "Cost", "Currency", "Funding source", "Funder", "Status", "Done (%)", "What holds it up",
        "Comment or evidence",
    ]  # fmt: skip
    at = places(worksheet)
    twentieth = {key: worksheet.cell(23, place).value for key, place in at.items()}
    assert twentieth["source_of_verification_en"] == "'=Report of the unit"
    assert twentieth["lead"] is None
    assert twentieth["cost"] in [1250000.50 * number for number in range(1, 55)]
    assert {rule.formula1 for rule in worksheet.data_validations.dataValidation} == {
        "'Key'!$C$28:$C$41", "'Key'!$C$42:$C$45", "'Key'!$C$47:$C$51", "'Key'!$C$53:$C$58",
    }  # fmt: skip


def test_formulas_are_made_harmless_and_restored() -> None:
    for text in ("=1+1", "+3", "-10 %", "@x", "'=x", "'n", "plain", ""):
        assert restored(neutralised(text)) == text
        assert not neutralised(text).startswith(("=", "+", "-", "@"))


def test_file_with_five_bad_rows_imports_nothing_and_comes_back_with_those_five_marked(amina) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    InstitutionFactory(acronym="ANPE", country=country("ML"))
    before, entries = values_of(plan), Activity.objects.count()
    book = exported(plan, amina)
    worksheet, at = book.worksheets[0], places(book.worksheets[0])
    worksheet.cell(4, at["text_en"]).value = "A change that is fine"
    worksheet.cell(5, at["lead"]).value = "ANPE"
    worksheet.cell(6, at["ends_in"]).value = "2019-Q5"
    worksheet.cell(7, at["percent"]).value = 140
    worksheet.cell(8, at["status"]).value = "nearly"
    worksheet.cell(9, at["code"]).value = worksheet.cell(10, at["code"]).value
    preview = imported(plan, book, amina)
    assert preview.has_errors
    errors = {
        row.number: [(error.key, error.message) for error in row.errors] for row in preview.rows if row.errors
    }
    assert errors == {
        5: [("lead", "“ANPE” may be several institutions: ANPE (TG), ANPE (ML). Write one of these.")],
        6: [("ends_in", "Write a quarter as 2018-Q3.")],
        7: [("percent", "Write a whole number from 0 to 100.")],
        8: [("status", "“nearly” is none of: Not started, In progress, Done, Postponed, Cancelled.")],
        10: [("code", "Row 9 has the same code.")],
    }
    assert (values_of(plan), Activity.objects.count()) == (before, entries)
    marked = load_workbook(BytesIO(as_bytes(marked_workbook(plan, preview)))).worksheets[0]
    red = [row[0].row for row in marked.iter_rows(min_row=4) if row[0].fill.start_color.rgb == "00F8C9C2"]
    assert red == [5, 6, 7, 8, 10]
    assert marked.cell(3, marked.max_column).value == "What is wrong"
    assert marked.cell(6, marked.max_column).value == "To quarter: Write a quarter as 2018-Q3."
    assert marked.cell(4, marked.max_column).value is None


def test_changes_are_written_with_their_history_and_the_second_import_changes_nothing(amina) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    activity = PlanActivity.objects.get(plan=plan, order=20)
    book = exported(plan, amina)
    worksheet, at = book.worksheets[0], places(book.worksheets[0])
    row = next(cells[0].row for cells in worksheet.iter_rows(min_row=4) if cells[0].value == activity.pk)
    worksheet.cell(row, at["status"]).value = "done"
    worksheet.cell(row, at["percent"]).value = 100
    worksheet.cell(row, at["cost"]).value = "2 000 000,50"
    worksheet.cell(row, at["partners"]).value = "ANPE (Togo); ANETI"
    preview = imported(plan, book, amina)
    assert dict(preview.counts) == {"unchanged": 53, "update": 1}
    assert preview.written == 1
    changed = next(item for item in preview.rows if item.number == row)
    assert [(change.column, change.before, change.after) for change in changed.changes] == [
        ("Cost", "25000010.00", "2000000.50"),
        ("Done (%)", "", "100"),
        ("Partners", "ANETI (Tunisia)", "ANPE (Togo), ANETI (Tunisia)"),
        ("Status", "Not started", "Done"),
    ]
    activity.refresh_from_db()
    assert (activity.status, activity.percent, str(activity.cost)) == ("done", 100, "2000000.50")
    entries = Activity.objects.filter(subject_id=activity.pk, root_id=plan.strategy_id).order_by("pk")
    assert [(entry.verb, entry.source) for entry in entries] == [("update", "import"), ("finish", "import")]
    count = Activity.objects.count()
    again = imported(plan, book, amina)
    assert dict(again.counts) == {"unchanged": 54}
    assert Activity.objects.count() == count


def test_new_rows_with_new_lines_are_created_by_code(amina) -> None:
    plan = sample_plan(anpe_togo())
    book = Workbook()
    worksheet = book.worksheets[0]
    worksheet.append(
        [
            "Axe",
            "Code de l’objectif",
            "Objectif spécifique [FR]",
            "Code du résultat",
            "Résultat attendu [FR]",
            "Code",
            "Activité [FR]",
            "État",
        ]
    )
    worksheet.append(
        ["axis", "objective_code", "objective_fr", "result_code", "result_fr", "code", "text_fr", "status"]
    )
    worksheet.append([2, "2.9", "Objectif neuf", "R2.9", "Résultat neuf", "2.9.1", "Première", "En cours"])
    worksheet.append([2, "2.9", None, "R2.9", None, "2.9.2", "Deuxième", "reportee"])
    worksheet.delete_rows(2)
    preview = imported(plan, book, amina)
    assert [error for row in preview.rows for error in row.errors] == []
    assert (preview.written, preview.left_alone) == (2, 54)
    objective = PlanObjective.objects.get(plan=plan, code="2.9")
    assert (objective.axis.code, str(objective.text)) == ("2", "Objectif neuf")
    result = PlanResult.objects.get(objective=objective)
    new = list(PlanActivity.objects.filter(result=result).order_by("order"))
    assert [(row.code, row.order, row.status, row.currency) for row in new] == [
        ("2.9.1", 55, PlanActivityStatus.IN_PROGRESS, "XOF"),
        ("2.9.2", 56, PlanActivityStatus.POSTPONED, "XOF"),
    ]
    assert history_of(plan.strategy).filter(verb="postpone").get().reason == "Imported from plan.xlsx"
    assert dict(imported(plan, book, amina).counts) == {"unchanged": 2}


def test_lines_that_contradict_each_other_are_refused(amina) -> None:
    plan = sample_plan()
    book = exported(plan, amina)
    worksheet, at = book.worksheets[0], places(book.worksheets[0])
    code = worksheet.cell(4, at["objective_code"]).value
    worksheet.cell(4, at["objective_en"]).value = "Another wording"
    preview = imported(plan, book, amina)
    rows = [row for row in preview.rows if row.errors]
    assert len(rows) == 6
    assert {error.message for row in rows for error in row.errors} == {
        f"Row 4 says something else of “{code}”."
    }


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("id", 999999, "This plan has no activity with the id 999999. Leave it empty for a new one."),
        ("axis", "9", "The text has no axis “9”. It has: 1, 2, 3, 4."),
        ("cost", "much", "“much” is not an amount. Write 1250000 or 1250000.50."),
        ("cost", -5, "Ensure this value is greater than or equal to 0."),
        ("lead", "ANPQ", "There is no institution “ANPQ” in the directory. Did you mean ANPE (TG)?"),
        (
            "currency",
            "FRF",
            "“FRF” is none of: EUR, USD, XOF, CVE, GHS, GMD, GNF, LRD, MRU, NGN, SLE, MAD, TND, CHF.",
        ),
        ("code", None, "Give the code of the activity."),
        ("starts_in", "2023-Q1", "The last quarter is before the first quarter."),
        ("comment", "=1+1", "The cell holds a formula. Put its value there."),
    ],
)
def test_each_bad_cell_is_named(amina, column, value, problem) -> None:
    plan = sample_plan(anpe_togo())
    book = exported(plan, amina)
    worksheet = book.worksheets[0]
    worksheet.cell(4, places(worksheet)[column]).value = value
    preview = imported(plan, book, amina)
    assert [error.message for row in preview.rows for error in row.errors] == [problem]


def test_quarters_and_per_cents_are_read_as_people_write_them(amina) -> None:
    plan = sample_plan()
    book = exported(plan, amina)
    worksheet, at = book.worksheets[0], places(book.worksheets[0])
    worksheet.cell(4, at["starts_in"]).value = "T2 2018"
    worksheet.cell(4, at["percent"]).value = 0.45
    worksheet.cell(4, at["percent"]).number_format = "0%"
    pk = worksheet.cell(4, at["id"]).value
    assert not imported(plan, book, amina).has_errors
    assert PlanActivity.objects.filter(pk=pk).values_list("starts_in", "percent").get() == ("2018-Q2", 45)


def test_what_is_no_plan_is_refused_as_a_whole(amina) -> None:
    with pytest.raises(UnreadableSheet, match="cannot be read"):
        read_sheet(BytesIO(b"PK\x03\x04 broken"))
    book = Workbook()
    book.worksheets[0].append(["Name", "Town"])
    with pytest.raises(UnreadableSheet, match="columns of a plan were not found"):
        read_sheet(sent(book))
    book = exported(sample_plan(), amina)
    for number in range(1200):
        book.worksheets[0].append([None] * 9 + [f"9.{number}"])
    with pytest.raises(UnreadableSheet, match="more than 1,000 rows"):
        read_sheet(sent(book))


def test_comparing_costs_the_same_whatever_the_number_of_rows(amina) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    sheet = read_sheet(sent(exported(plan, amina)))
    with CaptureQueriesContext(connection) as queries:
        compare(plan, sheet, amina)
    assert len(queries) <= 8


def test_partner_may_not_import(kofi) -> None:
    plan = sample_plan(anpe_togo())
    with pytest.raises(Forbidden):
        imported(plan, exported(plan, kofi), kofi)
