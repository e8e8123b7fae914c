"""The calendar: days that are known, bands for what is known in part, and nothing that the reader may not see."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.institutions.calendar import Month
from tests.factories.facility import ActivityFactory, RequestFactory
from tests.factories.institutions import country
from tests.factories.strategies import CommitteeMeetingFactory, MilestoneFactory, StrategyFactory
from tests.factories.studyvisits import AgendaItemFactory, CommitmentFactory, StudyVisitFactory
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db
Browser = Callable[[Any], Client]


def month_of(client: Client, month: str, **query: Any) -> str:
    response = client.get("/calendar/", {"month": month, **query})
    assert response.status_code == 200
    return response.content.decode()


def cell(page: str, day: str) -> str:
    """What stands in the grid on a day."""
    found = re.search(rf'datetime="{day}">\d+</time>(.*?)</td>', page, re.S)
    assert found, day
    return found[1]


def bands(page: str) -> dict[str, list[str]]:
    return {
        heading: re.findall(r"<a [^>]*>(.*?)</a>", rows)
        for heading, rows in re.findall(
            r'<section class="cal-band"><h2>(.*?)</h2>(.*?)</section>', page, re.S
        )
    }


def fill() -> None:
    """One of everything that January 2019 holds for Togo."""
    visit = StudyVisitFactory(
        title=Multilingual(en="Togo in Tunis"),
        starts_on=PartialDate(2019, 1, 21),
        ends_on=PartialDate(2019, 1, 25),
    )
    AgendaItemFactory(visit=visit, day=date(2019, 1, 22), topic=Multilingual(en="At the agency"))
    CommitmentFactory(
        visit=visit, text=Multilingual(en="Letter owed"), owed_by=anpe_togo(), due_on=PartialDate(2019, 1, 31)
    )
    strategy = StrategyFactory(country=country("TG"))
    MilestoneFactory(
        strategy=strategy, title=Multilingual(en="Validation day"), status="planned", actual_on=None,
        planned_on=PartialDate(2019, 1, 15),
    )  # fmt: skip
    CommitteeMeetingFactory(
        committee__strategy=strategy, title=Multilingual(en="Committee day"), held_on=PartialDate(2019, 1, 10)
    )
    ActivityFactory(
        title=Multilingual(en="Workshop day"), country=country("TG"), starts_on=PartialDate(2019, 1, 8)
    )
    RequestFactory(
        title=Multilingual(en="Answers awaited"), countries="TG", institution=anpe_togo(), status="consultation",
        consultation_due_at=datetime(2019, 1, 30, 12, tzinfo=UTC),
    )  # fmt: skip


def test_each_thing_stands_on_its_day_and_a_visit_on_all_of_its_days(amina: Any, browser_of: Browser) -> None:
    fill()
    page = month_of(browser_of(amina), "2019-01")
    for day, words in {
        "2019-01-08": "Workshop day", "2019-01-10": "Committee day", "2019-01-15": "Validation day",
        "2019-01-22": "At the agency", "2019-01-30": "Answers awaited", "2019-01-31": "Letter owed",
    }.items():  # fmt: skip
        assert words in cell(page, day), day
    for day in range(21, 26):
        assert "Togo in Tunis" in cell(page, f"2019-01-{day}")
    assert "Togo in Tunis" not in cell(page, "2019-01-20") + cell(page, "2019-01-26")
    assert bands(page) == {}
    assert page.count('<th scope="col">') == 7


def test_what_is_known_by_its_month_or_year_stands_on_no_day(amina: Any, browser_of: Browser) -> None:
    strategy = StrategyFactory()
    for title, when in (
        ("Launch", PartialDate(2015, 7)),
        ("Talks", PartialDate(2015)),
        ("Other", PartialDate(2016)),
    ):
        MilestoneFactory(strategy=strategy, title=Multilingual(en=title), actual_on=when)
    client = browser_of(amina)
    july = month_of(client, "2015-07")
    assert bands(july) == {"Some time in July 2015": ["Launch"], "Some time in 2015": ["Talks"]}
    assert "cal__event" not in july
    assert bands(month_of(client, "2015-08")) == {"Some time in 2015": ["Talks"]}
    assert bands(month_of(client, "2014-12")) == {}


def test_a_period_of_which_one_end_is_vague_is_a_band_in_every_month_that_it_touches(
    amina: Any, browser_of: Browser
) -> None:
    ActivityFactory(
        title=Multilingual(en="Mission"), starts_on=PartialDate(2018, 11, 5), ends_on=PartialDate(2019, 2)
    )
    client = browser_of(amina)
    label = "Some time between 5 November 2018 and February 2019"
    for month in ("2018-11", "2019-01", "2019-02"):
        assert bands(month_of(client, month)) == {label: ["Mission"]}
    for month in ("2018-10", "2019-03"):
        assert bands(month_of(client, month)) == {}


def test_the_list_tells_the_same_and_filters_narrow_both(amina: Any, browser_of: Browser) -> None:
    fill()
    client = browser_of(amina)
    page = month_of(client, "2019-01", view="list", kind="milestone")
    assert ("Validation day" in page, "Workshop day" in page, "<table" in page) == (True, False, False)
    tunisia = month_of(client, "2019-01", country=country("TN").pk)
    assert ("Togo in Tunis" in tunisia, "Validation day" in tunisia) == (True, False)
    togo = month_of(client, "2019-01", country=country("TG").pk)
    for words in ("Togo in Tunis", "Validation day", "Workshop day", "Committee day", "Answers awaited"):
        assert words in togo, words


def test_outsiders_see_an_empty_month(fatou: Any, nobody: Any, browser_of: Browser) -> None:
    fill()
    for person in (fatou, nobody):
        page = month_of(browser_of(person), "2019-01")
        assert "No day of this month has anything that is open to you." in page
        assert "cal__event" not in page


def test_visitors_are_asked_to_sign_in(client: Client) -> None:
    assert client.get("/calendar/").url.startswith("/account/sign-in/")


def test_calendar_costs_the_same_whatever_stands_in_it(amina: Any, kofi: Any, browser_of: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            month_of(client, "2019-01")
        return len(captured)

    fill()
    for person in (amina, kofi):
        client = browser_of(person)
        queries()
        before = queries()
        fill()
        assert queries() == before


@pytest.mark.parametrize("month", ["", "2019-13", "19-01", "0001-01", "9999-12", "x", "२०१९-०१"])
def test_what_is_no_month_shows_the_present_one(month: str) -> None:
    assert Month.of(month).is_present


def test_months_follow_each_other_over_the_year() -> None:
    assert [str(Month(2019, 1).moved(step)) for step in (-1, 0, 12)] == ["2018-12", "2019-01", "2020-01"]
