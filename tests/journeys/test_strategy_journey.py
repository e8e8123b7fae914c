"""Amina follows a strategy from her first screen: a milestone that was reached, and how far its plan is."""

from collections.abc import Callable
from typing import Any

import pytest

from fmm_portal.core.partial_dates import PartialDate
from tests.factories.strategies import MilestoneFactory, PlanActivityFactory, StrategyFactory
from tests.journeys.pages import Person, both_ways, words_in
from tests.personas import amina, anpe_togo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@both_ways
def test_officer_records_a_milestone_and_the_progress_of_the_plan(
    open_page: Callable[..., Any], transactional_db: None, language: str, javascript: bool
) -> None:
    strategy = StrategyFactory()
    milestone = MilestoneFactory(strategy=strategy, kind="launch", planned_on=PartialDate(2015, 6))
    activity = PlanActivityFactory(plan__strategy=strategy, lead=anpe_togo(), ends_in="2019-Q2")
    officer = Person(open_page(javascript=javascript), language, javascript=javascript)
    officer.sign_in(amina())

    officer.page.locator(f"main a[href='{milestone.get_absolute_url()}']").first.click()
    officer.follow("Edit milestone")
    officer.write(actual_on="07/2015")
    officer.press("Save changes")
    officer.take("Mark milestone as done")
    officer.shows({"en": "July 2015", "fr": "juillet 2015"}[language])
    milestone.refresh_from_db()
    assert (milestone.status, milestone.actual_on) == ("done", PartialDate(2015, 7))

    crumbs = officer.page.get_by_role("navigation", name=officer.words("You are here"))
    crumbs.locator(f"a[href='{strategy.get_absolute_url()}']").click()
    officer.tab("Plan")
    officer.open(activity.plan.title[language])
    update = words_in(language, "Update", context="progress")
    officer.main.get_by_role("link", name=update).first.click()
    officer.page.locator("[name=percent]").fill("40")
    officer.press("Save progress")
    officer.page.locator(".plan-percent").get_by_text("40").wait_for()
    activity.refresh_from_db()
    assert activity.percent == 40
