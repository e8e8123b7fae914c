"""The time line of a strategy: its own steps, visits and actions, in the reader's sight only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from strategies.models import Strategy
from tests.factories.facility import ActionFactory
from tests.factories.strategies import (
    CommitteeMeetingFactory,
    MilestoneFactory,
    ReviewFactory,
    StrategyFactory,
)
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db
Browser = Callable[[Any], Client]


def fill(strategy: Strategy) -> None:
    MilestoneFactory(strategy=strategy, title=Multilingual(en="Launch"), actual_on=PartialDate(2015, 7))
    CommitteeMeetingFactory(committee__strategy=strategy, held_on=PartialDate(2021, 11))
    ReviewFactory(plan__strategy=strategy, status="final")
    ReviewFactory(plan__strategy=strategy, title=Multilingual(en="Draft-review-words"))
    StudyVisitFactory(strategy=strategy, title=Multilingual(en="Visit that serves it"))
    strategy.actions.add(ActionFactory(title=Multilingual(en="Action that supports it")))


def page_of(client: Client, strategy: Strategy, **query: str) -> str:
    response = client.get(f"/strategies/{strategy.pk}/timeline/", query)
    assert response.status_code == 200
    return response.content.decode()


def test_viewer_reads_all_that_is_known_at_its_dates(eva: Any, browser_of: Browser) -> None:
    strategy = StrategyFactory()
    fill(strategy)
    page = page_of(browser_of(eva), strategy)
    for words in ("Launch", "July 2015", "Visit that serves it", "Action that supports it", "Today, "):
        assert words in page, words
    assert "Draft-review-words" not in page
    milestones = page_of(browser_of(eva), strategy, kind="milestone")
    assert ("Launch" in milestones, "Visit that serves it" in milestones) == (True, False)


def test_time_line_costs_the_same_whatever_is_on_it(eva: Any, browser_of: Browser) -> None:
    strategy, client = StrategyFactory(), browser_of(eva)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client, strategy)
        return len(captured)

    fill(strategy)
    queries()
    at_one = queries()
    fill(strategy), fill(strategy)
    assert queries() == at_one


def test_a_strategy_of_which_nothing_is_known_says_what_will_come(amina: Any, browser_of: Browser) -> None:
    assert "Nothing is known of this strategy yet." in page_of(browser_of(amina), StrategyFactory())
