"""A milestone told as news."""

from typing import Any

import pytest
from django.urls import reverse

from fmm_portal.core.errors import Refused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.news.drafting import draft_news
from fmm_portal.news.models import NewsItem
from strategies.models import Milestone
from tests.factories.institutions import country
from tests.factories.strategies import MilestoneFactory, MilestoneParticipantFactory, StrategyFactory
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture
def milestone() -> Milestone:
    """Togo validates its strategy on 14 November 2017; it was launched in July 2015."""
    strategy = StrategyFactory(
        country=country("TG"), title=Multilingual(en="Labour-migration strategy", fr="Stratégie de migration")
    )
    MilestoneFactory(strategy=strategy, kind="launch", status="done", actual_on=PartialDate(2015, 7))
    milestone = MilestoneFactory(
        strategy=strategy,
        kind="technical_validation",
        status="validated",
        actual_on=PartialDate(2017, 11, 13),
        actual_until=PartialDate(2017, 11, 14),
        place="Lomé",
        outcome=Multilingual(en="Strategy and plan validated"),
        dates_note=Multilingual(en="Note-for-us-only"),
    )
    MilestoneParticipantFactory(milestone=milestone, institution=anpe_togo(), people=12)
    return milestone


def test_what_was_reached_who_took_part_and_the_road_are_in_the_draft(milestone: Milestone) -> None:
    item = draft_news(milestone, actor=system_actor())
    label = str(milestone)
    assert item.title["en"] == f"{label}: Labour-migration strategy"
    assert item.lead["en"].endswith("(validated): 13–14 November 2017 · Lomé, Togo.")
    assert str(item.date) == "14 November 2017"
    assert [c.code for c in item.countries.all()] == ["TG"]
    body = item.body["en"]
    for line in (
        "Strategy and plan validated",
        "- National Employment Agency (ANPE) (12 people)",
        "## The road so far\n\n- July 2015: ",
    ):
        assert line in body, line
    assert "Note-for-us-only" not in body


def test_milestone_that_lies_ahead_is_no_news(milestone: Milestone) -> None:
    ahead = MilestoneFactory(strategy=milestone.strategy, kind="adoption", planned_on=PartialDate(2030))
    with pytest.raises(Refused) as refusal:
        draft_news(ahead, actor=system_actor())
    assert refusal.value.messages == ["News is drafted once the milestone is reached."]


def test_officer_drafts_from_the_page_of_the_milestone(
    milestone: Milestone, browser_of: Any, amina: Any
) -> None:
    client, url = browser_of(amina), reverse("news:newsitem_draft", args=["milestones", milestone.pk])
    assert url in client.get(milestone.get_absolute_url()).content.decode()
    response = client.post(url)
    item = NewsItem.objects.get()
    assert (response.status_code, response.url) == (302, item.get_absolute_url())
