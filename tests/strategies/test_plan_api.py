"""Action plans, their lines and their reviews in the API (statements 45, 52, 53, 54)."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from fmm_portal.core.activity import history_of
from fmm_portal.core.partial_dates import PartialDate
from strategies.enums import ReviewStatus
from strategies.models import ActionPlan, PlanActivity, PlanObjective, PlanResult, Review, ReviewEntry
from strategies.sheet.writing import as_bytes
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.strategies import (
    ActionPlanFactory,
    AxisFactory,
    MilestoneFactory,
    PlanActivityFactory,
    PlanObjectiveFactory,
    PlanResultFactory,
    ReviewEntryFactory,
    ReviewFactory,
)
from tests.factories.strategies_plan import published_review, sample_plan
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


class TestActionPlanContract(ApiContract):
    resource = "action-plans"
    change = {"note": {"en": "Printed in 300 copies"}}
    bad = {"ends_on": "2001", "currency": "FRF", "title": {}}
    is_searchable = True

    def make(self) -> ActionPlan:
        plan: ActionPlan = ActionPlanFactory(starts_on=PartialDate(2018))
        return plan

    def grow(self, record: ActionPlan) -> None:
        PlanActivityFactory(plan=record)

    def payload(self) -> dict[str, Any]:
        plan = ActionPlanFactory()
        return {
            "strategy_id": plan.strategy_id,
            "text_version_id": plan.text_version_id,
            "title": {"fr": "Plan d'action opérationnel"},
            "starts_on": "2018",
            "ends_on": "2022",
            "currency": "XOF",
            "stated_activity_count": 54,
        }

    def found_by(self, record: ActionPlan) -> str:
        record.title = {"en": "Roadmap of migration"}
        record.save()
        return "roadmap"


class TestPlanObjectiveContract(ApiContract):
    resource = "plan-objectives"
    change = {"text": {"en": "Inform those who leave"}}
    bad = {"text": {}, "code": ""}

    def make(self) -> PlanObjective:
        objective: PlanObjective = PlanObjectiveFactory()
        return objective

    def payload(self) -> dict[str, Any]:
        axis = AxisFactory(version_of=ActionPlanFactory().text_version)
        plan = axis.version_of.plans.get()
        return {"plan_id": plan.pk, "axis_id": axis.pk, "code": "1.1", "text": {"en": "Inform"}, "order": 1}


class TestPlanResultContract(ApiContract):
    resource = "plan-results"
    change = {"text": {"en": "Migrants are informed"}}
    bad = {"text": {}, "code": ""}

    def make(self) -> PlanResult:
        result: PlanResult = PlanResultFactory()
        return result

    def payload(self) -> dict[str, Any]:
        return {
            "objective_id": PlanObjectiveFactory().pk,
            "code": "R1",
            "text": {"en": "Informed"},
            "order": 1,
        }


class TestPlanActivityContract(ApiContract):
    resource = "plan-activities"
    change = {"target": "120 officials"}
    bad = {"ends_in": "2018-Q5", "percent": 101, "cost": "-1.00", "text": {}}
    is_searchable = True

    def make(self) -> PlanActivity:
        activity: PlanActivity = PlanActivityFactory(lead=anpe_togo())
        activity.partners.add(aneti())
        activity.milestone = MilestoneFactory(strategy=activity.plan.strategy)
        activity.save()
        return activity

    def grow(self, record: PlanActivity) -> None:
        PlanActivityFactory(plan=record.plan)

    def payload(self) -> dict[str, Any]:
        result = PlanResultFactory()
        return {
            "plan_id": result.objective.plan_id,
            "result_id": result.pk,
            "code": "2.1.3",
            "text": {"fr": "Former les agents"},
            "starts_in": "2018-Q3",
            "ends_in": "2019-Q2",
            "cost": "1250000.50",
            "currency": "XOF",
            "partner_ids": [aneti().pk],
        }

    def found_by(self, record: PlanActivity) -> str:
        record.text = {"fr": "Créer un observatoire"}
        record.save()
        return "observatoire"


class TestReviewContract(ApiContract):
    """Readers see final reviews; a draft is the programme's."""

    resource = "reviews"
    change = {"conclusions": {"en": "Funding is late"}}
    bad = {"held_on": "2999", "title": {}}
    refusal = (404, "not_found")

    def make(self) -> Review:
        review: Review = ReviewFactory()
        return review

    def make_readable(self) -> Review:
        review: Review = ReviewFactory(status=ReviewStatus.FINAL)
        return review

    def grow(self, record: Review) -> None:
        ReviewEntryFactory(review=record)

    def payload(self) -> dict[str, Any]:
        return {
            "plan_id": ActionPlanFactory().pk,
            "title": {"fr": "Revue"},
            "held_on": "2022-06-30",
            "stated_total": 54,
            "stated_done": 11,
            "stated_in_progress": 2,
            "stated_not_started": 41,
        }


class TestReviewEntryContract(ApiContract):
    resource = "review-entries"
    change = {"comment": "The funds came in May"}
    bad = {"state": "nearly", "percent": 101}
    refusal = (404, "not_found")

    def make(self) -> ReviewEntry:
        entry: ReviewEntry = ReviewEntryFactory()
        return entry

    def make_readable(self) -> ReviewEntry:
        entry: ReviewEntry = ReviewEntryFactory(review__status=ReviewStatus.FINAL)
        return entry

    def payload(self) -> dict[str, Any]:
        review = ReviewFactory()
        activity = PlanActivityFactory(plan=review.plan)
        return {"review_id": review.pk, "activity_id": activity.pk, "state": "in_progress", "percent": 40}


# --- Figures, filters, steps ----------------------------------------------------------------------------------


def test_statement_52_figures_of_a_plan() -> None:
    plan = sample_plan()
    shown = as_persona("eva").get(f"action-plans/{plan.pk}/").json()
    assert shown["is_sample"] is True
    assert shown["figures"] == {
        "total": 54, "done": 11, "in_progress": 2, "not_started": 41, "postponed": 0, "cancelled": 0, "started": 13,
        "done_percent": 20.4, "started_percent": 24.1,
    }  # fmt: skip
    empty = ActionPlanFactory(stated_activity_count=54)
    assert as_persona("eva").get(f"action-plans/{empty.pk}/").json()["figures"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=done", 11),
        ("status=done&status=in_progress", 13),
        ("is_overdue=true", 43),
        ("is_overdue=false", 11),
        ("stall_reason=funding", 1),
        ("is_stalled=true", 41),
        ("funding_source=gap", 13),
        ("starts_in_from=2018-Q2", 0),
        ("ends_in_until=2019-Q4", 27),
        ("has_lead=true", 18),
        ("code=1.1.2", 1),
    ],
)
def test_activities_are_filtered(query: str, count: int) -> None:
    plan = sample_plan(anpe_togo(), aneti())
    page = as_persona("amina").get(f"plan-activities/?plan_id={plan.pk}&{query}").json()
    assert page["count"] == count


def test_lead_institution_updates_the_progress_of_its_own_activities_only() -> None:
    mine = PlanActivityFactory(lead=anpe_togo())
    other = PlanActivityFactory(plan=mine.plan)
    kofi = as_persona("kofi")
    response = kofi.post(
        f"plan-activities/{mine.pk}/update-progress/", {"percent": 40, "stall_reason": "funding"}
    )
    assert response.status_code == 200, response.content
    assert (response.json()["percent"], response.json()["stall_reason"]) == (40, "funding")
    assert kofi.post(f"plan-activities/{mine.pk}/begin/").json()["status"] == "in_progress"
    refused = kofi.post(f"plan-activities/{other.pk}/update-progress/", {"percent": 40})
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "Only the lead institution or the programme may do this.",
    )
    assert kofi.patch(f"plan-activities/{mine.pk}/", {"target": "9"}).status_code == 403
    assert as_persona("fatou").post(f"plan-activities/{mine.pk}/update-progress/").status_code == 404
    key = as_agency(anpe_togo(), "*:read", "plan-activities:act")
    assert key.post(f"plan-activities/{mine.pk}/update-progress/", {"percent": 60}).json()["percent"] == 60


# --- Reviews --------------------------------------------------------------------------------------------------


def test_statement_53_a_review_keeps_the_state_of_every_activity() -> None:
    plan = sample_plan(anpe_togo())
    amina = as_persona("amina")
    response = amina.post(
        f"action-plans/{plan.pk}/take-review/", {"title": {"en": "Review of today"}, "held_on": "2026-10"}
    )
    assert response.status_code == 201, response.content
    review = response.json()
    assert (review["figures"]["done"], review["figures"]["started_percent"]) == (11, 24.1)
    PlanActivity.objects.filter(plan=plan).update(status="done")
    assert amina.get(f"reviews/{review['id']}/").json()["figures"]["done"] == 11
    assert [entry.verb for entry in history_of(Review.objects.get(pk=review["id"]))] == [
        "take_review",
        "create",
    ]
    reviews = amina.get(f"reviews/?plan_id={plan.pk}&ordering=held_on").json()["results"]
    assert [row["held_on"] for row in reviews] == ["2021-06-25", "2026-10"]
    assert amina.get(f"review-entries/?review_id={review['id']}&state=not_started").json()["count"] == 41


def test_take_review_is_refused_to_partners_and_with_a_future_date_takes_nothing() -> None:
    plan = sample_plan(anpe_togo())
    body = {"title": {"en": "Review"}, "held_on": "2999"}
    assert as_persona("kofi").post(f"action-plans/{plan.pk}/take-review/", body).status_code == 403
    refused = as_persona("amina").post(f"action-plans/{plan.pk}/take-review/", body)
    assert [error["field"] for error in refused.json()["errors"]] == ["held_on"]
    assert Review.objects.filter(plan=plan).count() == 1


def test_final_review_is_locked_with_its_entries() -> None:
    plan = sample_plan()
    entry = plan.reviews.get().entries.first()
    refused = as_persona("amina").patch(f"review-entries/{entry.pk}/", {"state": "done"})
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "A final review cannot be changed. Reopen it first.",
    )


def test_published_totals_stand_without_rows() -> None:
    review = published_review(ActionPlanFactory())
    figures = as_persona("eva").get(f"reviews/{review.pk}/").json()["figures"]
    assert (figures["done_percent"], figures["started_percent"]) == (20.4, 24.1)
    silent = ReviewFactory(status=ReviewStatus.FINAL)
    assert as_persona("eva").get(f"reviews/{silent.pk}/").json()["figures"] is None


# --- The spreadsheet ------------------------------------------------------------------------------------------


def workbook(plan: ActionPlan) -> Any:
    response = as_persona("amina").get(f"action-plans/{plan.pk}/sheet/")
    assert response["Content-Disposition"].startswith(
        f'attachment; filename="{plan.strategy.reference}-sample-plan-'
    )
    return load_workbook(BytesIO(response.content))


def sent(book: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.xlsx", as_bytes(book))


def test_statement_54_sheet_out_and_in() -> None:
    plan = sample_plan(anpe_togo())
    book, amina = workbook(plan), as_persona("amina")
    worksheet = book.worksheets[0]
    place = next(cell.column for cell in worksheet[1] if cell.value == "target")
    worksheet.cell(4, place).value = "99"
    trial = amina.upload(f"action-plans/{plan.pk}/import-sheet/?dry_run=true", file=sent(book)).json()
    assert {name: trial[name] for name in trial if name != "rows"} == {
        "created": 0, "updated": 1, "unchanged": 53, "refused": 0, "left_alone": 0, "written": False,
    }  # fmt: skip
    assert trial["rows"][0]["changes"] == [{"column": "Target", "before": "2", "after": "99"}]
    assert not PlanActivity.objects.filter(plan=plan, target="99").exists()
    done = amina.upload(f"action-plans/{plan.pk}/import-sheet/", file=sent(book))
    assert (done.status_code, done.json()["updated"], done.json()["written"]) == (200, 1, True)
    assert PlanActivity.objects.filter(plan=plan, target="99").count() == 1
    assert amina.upload(f"action-plans/{plan.pk}/import-sheet/", file=sent(book)).json()["unchanged"] == 54


def test_bad_rows_are_named_and_nothing_is_written() -> None:
    plan = sample_plan()
    book = workbook(plan)
    worksheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in worksheet[1]}
    worksheet.cell(4, at["target"]).value = "99"
    worksheet.cell(5, at["percent"]).value = 140
    refused = as_persona("amina").upload(f"action-plans/{plan.pk}/import-sheet/", file=sent(book))
    assert refused.status_code == 400
    assert [(error["field"], error["message"]) for error in refused.json()["errors"]] == [
        ("rows.5.percent", "AC5: Write a whole number from 0 to 100.")
    ]
    assert not PlanActivity.objects.filter(plan=plan, target="99").exists()
    assert (
        as_persona("eva").upload(f"action-plans/{plan.pk}/import-sheet/", file=sent(book)).status_code == 403
    )


def test_what_is_no_spreadsheet_is_refused() -> None:
    plan = sample_plan()
    for name, content in (("plan.csv", b"a,b"), ("plan.xlsx", b"not a zip"), ("plan.pdf", b"%PDF-1.7")):
        refused = as_persona("amina").upload(
            f"action-plans/{plan.pk}/import-sheet/", file=SimpleUploadedFile(name, content)
        )
        assert [error["field"] for error in refused.json()["errors"]] == ["file"], refused.content
