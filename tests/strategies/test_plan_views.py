"""Pages of action plans: matrix, progress in place, reviews, reminders, the spreadsheet (statements 45, 52, 53, 54)."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Activity
from strategies.enums import PlanActivityStatus, ReviewStatus
from strategies.models import ActionPlan, PlanActivity, PlanImport, PlanObjective, Review
from strategies.sheet.uploads import remove_expired_imports
from strategies.sheet.writing import as_bytes
from tests.factories.strategies import (
    ActionPlanFactory,
    AxisFactory,
    PlanActivityFactory,
    ReviewEntryFactory,
    ReviewFactory,
)
from tests.factories.strategies_plan import published_review, sample_plan
from tests.page_contract import hidden_value
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page(name: str, record: Any, *more: Any) -> str:
    plan = record if isinstance(record, ActionPlan) else record.plan
    args = [plan.strategy_id, plan.pk] + ([] if record is plan else [record.pk])
    return reverse(f"strategies:{name}", args=[*args, *more])


def text_of(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, (url, response.status_code)
    return re.sub(r"\s+", " ", response.content.decode())


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def codes_in(html: str) -> set[str]:
    return set(re.findall(r'id="planactivity-(\d+)"', html))


# --- The matrix -----------------------------------------------------------------------------------------------


def test_statement_52_matrix_shows_54_activities_with_their_totals(browser_of, eva) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    html = text_of(browser_of(eva), page("plan_detail", plan))
    address = page("plan_detail", plan)
    assert len(codes_in(html)) == 54
    for query, number in (
        ("status=done", 11),
        ("status=in_progress", 2),
        ("status=not_started", 41),
        ("is_overdue=true", 43),
    ):
        assert re.search(
            rf'href="{re.escape(address)}\?{query}"><span class="figure__number">{number}</span>', html
        )
    assert "20.4%" in html
    assert "Sample data" in html
    assert html.count("plan-axis") >= 4
    assert "11 of 14 done, 78.6%" in html
    lead = anpe_togo()
    assert f'href="{address}?lead_id={lead.pk}&amp;status=done">4</a>' in html
    assert "Add objective" not in html
    assert "Import spreadsheet" not in html


@pytest.mark.parametrize(
    ("query", "count"),
    [("status=done", 11), ("is_overdue=true", 43), ("is_stalled=true", 41), ("has_lead=true", 18)],
)
def test_every_figure_leads_to_the_rows_that_it_counts(browser_of, eva, query, count) -> None:
    plan = sample_plan(anpe_togo())
    url = f"{page('plan_detail', plan)}?{query}"
    assert len(codes_in(text_of(browser_of(eva), url))) == count
    assert f"{count} of 54 activities" in text_of(browser_of(eva), url)


def test_matrix_costs_the_same_with_54_activities_as_with_3(browser_of, eva, kofi) -> None:
    small = ActionPlanFactory()
    for _number in range(3):
        activity = PlanActivityFactory(plan=small, lead=anpe_togo())
        activity.partners.add(aneti())
    plan = sample_plan(anpe_togo(), aneti())
    for person in (eva, kofi):
        client = browser_of(person)
        assert queries(client, page("plan_detail", plan)) == queries(client, page("plan_detail", small))


def test_plan_that_is_only_counted_says_so(browser_of, eva) -> None:
    plan = ActionPlanFactory(stated_activity_count=54)
    html = text_of(browser_of(eva), page("plan_detail", plan))
    assert "54 activities are published; they are not known one by one." in html


def test_who_sees_a_plan(browser_of, kofi, fatou, nobody, client) -> None:
    plan = sample_plan(anpe_togo())
    assert browser_of(kofi).get(page("plan_detail", plan)).status_code == 200
    assert browser_of(fatou).get(page("plan_detail", plan)).status_code == 404
    assert browser_of(nobody).get(page("plan_detail", plan)).status_code == 404
    assert client.get(page("plan_detail", plan)).status_code == 302


def test_statement_45_officer_adds_objective_result_and_activity_on_screen(browser_of, amina) -> None:
    axis = AxisFactory(version_of=ActionPlanFactory().text_version)
    plan = axis.version_of.plans.get()
    other = AxisFactory()
    browser = browser_of(amina)

    def add(name: str, query: str = "", **data: Any) -> Any:
        url = page(name, plan) + query
        token = hidden_value(browser.get(url).content.decode(), "submission")
        return browser.post(url, {**data, "submission": token})

    form = text_of(browser, page("plan_objective_create", plan) + f"?axis={axis.pk}")
    assert f'value="{axis.pk}" selected' in form
    assert f'value="{other.pk}"' not in form
    assert (
        add("plan_objective_create", axis=axis.pk, code="1.1", text_en="Inform", order=1).status_code == 302
    )
    objective = PlanObjective.objects.get(plan=plan)
    assert (
        add("plan_result_create", objective=objective.pk, code="R1", text_en="Informed", order=1).status_code
        == 302
    )
    result = objective.results.get()
    saved = add(
        "plan_activity_create", f"?result={result.pk}", result=result.pk, code="1.1.1", text_en="Train", order=1,
        currency="XOF", starts_in="2018-Q1", ends_in="2017-Q4",
    )  # fmt: skip
    assert "The last quarter is before the first quarter." in saved.content.decode()
    saved = add(
        "plan_activity_create", result=result.pk, code="1.1.1", text_en="Train", order=1, currency="XOF",
        starts_in="2018-Q1", ends_in="2018-Q4",
    )  # fmt: skip
    activity = PlanActivity.objects.get(plan=plan)
    assert saved.url == activity.get_absolute_url()
    assert {entry.verb for entry in history_of(plan.strategy)} == {"create"}
    double = add(
        "plan_activity_create", result=result.pk, code="1.1.1", text_en="Again", order=2, currency="XOF"
    )
    assert "This plan already has an activity of this code." in double.content.decode()


def test_activity_is_removed_with_its_confirmation(browser_of, amina, eva) -> None:
    activity = PlanActivityFactory()
    url = page("plan_activity_delete", activity)
    assert browser_of(eva).post(url).status_code == 403
    assert browser_of(amina).post(url).status_code == 302
    assert not PlanActivity.objects.exists()


# --- Progress in place ----------------------------------------------------------------------------------------


def progress(client: Client, activity: PlanActivity, *, htmx: bool = False, **data: Any) -> Any:
    url = page("plan_activity_progress", activity)
    headers = HTMX if htmx else {}
    opened = client.get(url, headers=headers).content.decode()
    machinery = {name: hidden_value(opened, name) for name in ("record_version", "record_base")}
    return client.post(url, {**machinery, "comment": "", **data}, headers=headers)


def test_lead_institution_updates_its_own_row_without_scripts(browser_of, kofi) -> None:
    activity = PlanActivityFactory(lead=anpe_togo())
    other = PlanActivityFactory(plan=activity.plan)
    browser = browser_of(kofi)
    html = text_of(browser, page("plan_detail", activity.plan))
    assert page("plan_activity_progress", activity) in html
    assert page("plan_activity_progress", other) not in html
    saved = progress(
        browser, activity, step="begin", percent=40, stall_reason="funding", comment="One of three"
    )
    assert saved.url == f"{page('plan_detail', activity.plan)}#planactivity-{activity.pk}"
    activity.refresh_from_db()
    assert (activity.status, activity.percent, activity.stall_reason, activity.comment) == (
        PlanActivityStatus.IN_PROGRESS, 40, "funding", "One of three",
    )  # fmt: skip
    assert browser.get(page("plan_activity_progress", other)).status_code == 403
    assert browser.get(page("plan_activity_edit", activity)).status_code == 403


def test_row_is_swapped_with_its_totals(browser_of, amina) -> None:
    activity = PlanActivityFactory()
    saved = progress(browser_of(amina), activity, htmx=True, step="finish", percent=100)
    html = saved.content.decode()
    assert saved.status_code == 200
    assert html.strip().startswith(f'<tr id="planactivity-{activity.pk}"')
    assert 'hx-swap-oob="true"' in html
    assert "100.0%" in html
    assert "<html" not in html


def test_refused_progress_keeps_what_was_typed(browser_of, amina) -> None:
    activity = PlanActivityFactory(status=PlanActivityStatus.IN_PROGRESS)
    refused = progress(browser_of(amina), activity, htmx=True, step="postpone", comment="Budget cut in 2019")
    html = refused.content.decode()
    assert "Give the reason: it is kept in the history." in html
    assert "Budget cut in 2019" in html
    activity.refresh_from_db()
    assert (activity.status, activity.comment) == (PlanActivityStatus.IN_PROGRESS, "")


def test_second_person_is_told_of_the_first(browser_of, amina) -> None:
    activity = PlanActivityFactory()
    browser, url = browser_of(amina), page("plan_activity_progress", activity)
    opened = browser.get(url).content.decode()
    machinery = {name: hidden_value(opened, name) for name in ("record_version", "record_base")}
    assert progress(browser, activity, percent=10).status_code == 302
    late = browser.post(url, {**machinery, "percent": 20, "comment": ""})
    assert late.status_code == 409
    activity.refresh_from_db()
    assert activity.percent == 10


# --- Reviews --------------------------------------------------------------------------------------------------


def test_statement_53_progress_over_time_in_a_chart_and_its_table(browser_of, eva) -> None:
    plan = sample_plan()
    published_review(plan)
    silent = ReviewFactory(plan=plan, status=ReviewStatus.FINAL, held_on="2020")
    ReviewFactory(plan=plan, title={"en": "Secret draft"})
    html = text_of(browser_of(eva), page("plan_reviews", plan))
    described = re.findall(r'aria-label="([^"]+ of 54 [^"]+)"', html)
    assert described == [
        "25 June 2021: of 54 activities 4 done, 6 in progress",
        "30 June 2022: of 54 activities 11 done, 2 in progress",
    ]
    assert "11 (20.4%)" in html
    assert "13 (24.1%)" in html
    assert html.count("No figures published") == 2
    assert str(silent.title) in html
    assert "Secret draft" not in html
    assert "style=" not in html


def test_review_says_what_moved_since_the_one_before(browser_of, amina) -> None:
    plan = sample_plan(anpe_togo())
    browser = browser_of(amina)
    url = page("review_create", plan)
    token = hidden_value(browser.get(url).content.decode(), "submission")
    data = {"title_en": "Review of 2022", "held_on": "2022-06-30", "takes_states": "on", "submission": token}
    assert browser.post(url, data).status_code == 302
    review = Review.objects.get(held_on="2022-06-30")
    html = text_of(browser, review.get_absolute_url())
    assert review.entries.count() == 54
    assert "before: 7.4%" in html
    assert "9 have moved since “Review of June 2021”" in html
    assert html.count('class="plan-moved"') == 9
    entry = review.entries.first()
    edit = reverse("strategies:review_entry_edit", args=[plan.strategy_id, plan.pk, review.pk, entry.pk])
    assert edit in html
    assert browser.get(edit).status_code == 200
    assert (
        browser.post(page("review_step", review, "finalise"), {"record_version": review.version}).status_code
        == 302
    )
    assert browser.get(edit).status_code == 403
    assert edit not in text_of(browser, review.get_absolute_url())


def test_review_page_costs_the_same_with_54_rows_as_with_2(browser_of, eva) -> None:
    small = ReviewFactory(status=ReviewStatus.FINAL)
    for _number in range(2):
        ReviewEntryFactory(review=small)
    client = browser_of(eva)
    large = sample_plan(anpe_togo()).reviews.get()
    assert queries(client, large.get_absolute_url()) == queries(client, small.get_absolute_url())


# --- Reminders and the first screen ---------------------------------------------------------------------------


def test_reminders_by_lead_with_a_text_to_copy(browser_of, amina, kofi) -> None:
    activity = PlanActivityFactory(
        lead=anpe_togo(),
        code="2.1.3",
        text={"fr": "Former les agents"},
        ends_in="2019-Q2",
        stall_reason="funding",
    )
    PlanActivityFactory(plan=activity.plan, ends_in="2019-Q2", status=PlanActivityStatus.DONE)
    html = text_of(browser_of(amina), page("plan_reminders", activity.plan))
    assert "- 2.1.3 Former les agents (due by 2019-Q2; Not started; held up by: Lack of funding)" in html
    assert len(re.findall(r'<section class="panel" id="lead-', html)) == 1
    assert re.findall(r'<pre class="plan-reminder__text" lang="(\w+)"', html) == ["en", "fr", "pt"]
    assert html.count("data-copy=") == 3
    assert browser_of(kofi).get(page("plan_reminders", activity.plan)).status_code == 403


def test_first_screen_names_what_is_due(browser_of, kofi, amina, fatou) -> None:
    activity = PlanActivityFactory(lead=anpe_togo(), code="2.1.3", ends_in="2019-Q2")
    PlanActivityFactory(plan=activity.plan, lead=anpe_togo(), code="9.9.9", ends_in="2099-Q2")
    ReviewFactory(plan=activity.plan, status=ReviewStatus.FINAL, held_on="2021-06-25")
    home = reverse("home")
    html = text_of(browser_of(kofi), home)
    assert page("plan_activity_progress", activity) in html
    assert "9.9.9" not in html
    html = text_of(browser_of(amina), home)
    assert f"1 activity is overdue: {activity.plan}" in html
    assert f"{activity.plan} was last reviewed more than a year ago" in html
    assert "2.1.3" not in text_of(browser_of(fatou), home)


# --- The spreadsheet ------------------------------------------------------------------------------------------


def sent(client: Client, plan: ActionPlan, book: Any) -> Any:
    upload = SimpleUploadedFile("plan.xlsx", as_bytes(book))
    return client.post(page("plan_import_sheet", plan), {"file": upload})


def changed_book(client: Client, plan: ActionPlan, **values: Any) -> Any:
    book = load_workbook(BytesIO(client.get(page("plan_sheet", plan)).content))
    worksheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in worksheet[1]}
    for key, value in values.items():
        worksheet.cell(4, at[key]).value = value
    return book


def test_statement_54_officer_looks_at_every_row_then_writes(browser_of, amina, marc) -> None:
    plan = sample_plan(anpe_togo())
    browser = browser_of(amina)
    to_preview = sent(browser, plan, changed_book(browser, plan, target="99"))
    assert to_preview.status_code == 302
    html = text_of(browser, to_preview.url)
    assert "<del>2</del> → <ins>99</ins>" in html
    assert html.count(">Unchanged<") == 53
    assert not PlanActivity.objects.filter(plan=plan, target="99").exists()
    assert browser_of(marc).get(to_preview.url).status_code == 404
    stamp = hidden_value(html, "stamp")
    written = browser.post(to_preview.url, {"stamp": stamp})
    assert written.url == page("plan_detail", plan)
    assert PlanActivity.objects.filter(plan=plan, target="99").count() == 1
    assert Activity.objects.filter(source="import").count() == 1
    assert not PlanImport.objects.exists()


def test_bad_rows_come_back_marked(browser_of, amina) -> None:
    plan = sample_plan()
    browser = browser_of(amina)
    preview = sent(browser, plan, changed_book(browser, plan, percent=140))
    html = text_of(browser, preview.url)
    assert "Write a whole number from 0 to 100." in html
    assert "Write these changes" not in html
    marked = load_workbook(BytesIO(browser.get(f"{preview.url}marked/").content)).worksheets[0]
    assert marked.cell(4, marked.max_column).value == "Done (%): Write a whole number from 0 to 100."
    forced = browser.post(preview.url, {"stamp": PlanImport.objects.get().stamp})
    assert forced.status_code == 409
    assert not PlanActivity.objects.filter(plan=plan, percent=140).exists()


def test_plan_that_changed_meanwhile_is_shown_again_before_anything_is_written(browser_of, amina) -> None:
    plan = sample_plan()
    browser = browser_of(amina)
    preview = sent(browser, plan, changed_book(browser, plan, target="99"))
    stamp = hidden_value(browser.get(preview.url).content.decode(), "stamp")
    PlanActivity.objects.filter(plan=plan, code="4.1.2").update(version=7)
    again = browser.post(preview.url, {"stamp": stamp})
    assert again.status_code == 409
    assert "The plan was changed since you sent the file." in again.content.decode()
    assert not PlanActivity.objects.filter(plan=plan, target="99").exists()
    fresh = hidden_value(again.content.decode(), "stamp")
    assert browser.post(preview.url, {"stamp": fresh}).status_code == 302
    assert PlanActivity.objects.filter(plan=plan, target="99").exists()


def test_only_keepers_import_and_what_nobody_confirms_goes(browser_of, amina, kofi) -> None:
    plan = sample_plan(anpe_togo())
    assert browser_of(kofi).get(page("plan_import_sheet", plan)).status_code == 403
    assert browser_of(kofi).get(page("plan_sheet", plan)).status_code == 200
    browser = browser_of(amina)
    sent(browser, plan, changed_book(browser, plan))
    kept = PlanImport.objects.get()
    assert kept.file.storage.exists(kept.file.name)
    PlanImport.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert remove_expired_imports() == 1
    assert not kept.file.storage.exists(kept.file.name)


def test_file_that_is_no_plan_is_refused_in_words(browser_of, amina) -> None:
    plan = sample_plan()
    upload = SimpleUploadedFile("plan.xlsx", b"PK\x03\x04 broken")
    refused = browser_of(amina).post(page("plan_import_sheet", plan), {"file": upload})
    assert refused.status_code == 422
    assert not PlanImport.objects.exists()
