"""A plan by quarter: every activity in its place, its state in words, the present quarter marked."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.multilingual import Multilingual
from strategies import schedule as module
from strategies.models import ActionPlan
from strategies.schedule import MOST_QUARTERS
from tests.factories.strategies import ActionPlanFactory, PlanActivityFactory
from tests.factories.strategies_plan import sample_plan

pytestmark = pytest.mark.django_db
Browser = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def in_spring_2019(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "today", lambda: date(2019, 4, 2))


def page_of(client: Client, plan: ActionPlan) -> str:
    response = client.get(f"/strategies/{plan.strategy_id}/plans/{plan.pk}/schedule/")
    assert response.status_code == 200
    return response.content.decode()


def row_of(page: str, words: str) -> str:
    return next(row for row in re.findall(r"<tr>(.*?)</tr>", page, re.S) if words in row)


def plan_with(*activities: dict[str, Any]) -> ActionPlan:
    first, *others = activities
    plan = PlanActivityFactory(**first).plan
    for number, given in enumerate(others, 2):
        PlanActivityFactory(plan=plan, code=f"9.{number}", **given)
    return plan


def test_an_activity_fills_its_quarters_and_says_its_state(eva: Any, browser_of: Browser) -> None:
    plan = plan_with(
        {"text": Multilingual(en="Survey"), "starts_in": "2018-Q3", "ends_in": "2019-Q1", "status": "done"},
        {"text": Multilingual(en="Report"), "starts_in": "2019-Q2", "ends_in": "", "status": "in_progress"},
        {"text": Multilingual(en="Some day"), "starts_in": "", "ends_in": ""},
    )
    page = page_of(browser_of(eva), plan)
    cells = re.findall(r'<td class="schedule__cell[^"]*">(.*?)</td>', row_of(page, "Survey"), re.S)
    assert ["bar--done" in cell for cell in cells] == [True, True, True, False]
    assert all('<span class="visually-hidden">Done</span>' in cell for cell in cells[:3])
    assert row_of(page, "Report").count("bar--in_progress") == 1
    assert "quarters not known" in row_of(page, "Some day")
    assert re.findall(r'is-now" aria-current="date">(Q\d)', page) == ["Q2"]
    assert re.findall(r'colspan="(\d)" class="begins-year">(\d{4})', page) == [("2", "2018"), ("2", "2019")]


def test_a_mistyped_year_does_not_bury_the_plan(amina: Any, browser_of: Browser) -> None:
    plan = plan_with({"starts_in": "2018-Q1", "ends_in": "2818-Q1"})
    page = page_of(browser_of(amina), plan)
    assert page.count('class="schedule__quarter') == MOST_QUARTERS
    assert "Quarters after the last column are not drawn" in page


def test_whole_plan_costs_as_little_as_a_short_one(amina: Any, browser_of: Browser) -> None:
    def queries(plan: ActionPlan) -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client, plan)
        return len(captured)

    client = browser_of(amina)
    short = plan_with({"starts_in": "2018-Q1"})
    queries(short)
    plan = sample_plan()
    assert queries(plan) == queries(short)
    page = page_of(client, plan)
    assert page.count('<th scope="row"') == 54
    assert ' style="' not in page


def test_a_plan_without_activities_leads_to_its_matrix(amina: Any, browser_of: Browser) -> None:
    assert "No activity is listed yet." in page_of(browser_of(amina), ActionPlanFactory())


def test_outsiders_do_not_see_it(fatou: Any, browser_of: Browser) -> None:
    plan = plan_with({"starts_in": "2018-Q1"})
    address = f"/strategies/{plan.strategy_id}/plans/{plan.pk}/schedule/"
    assert browser_of(fatou).get(address).status_code == 404
