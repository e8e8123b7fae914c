"""The file of a country: figures that open exactly their rows, one time line, and what partners do not see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.time_line import events_of, next_dates, time_line
from fmm_portal.institutions.country_file import figures_of
from fmm_portal.institutions.models import Country
from strategies.models import Strategy
from tests.factories.facility import ActionFactory, ActivityFactory, RequestFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.strategies import (
    CommitteeMeetingFactory,
    MilestoneFactory,
    ReviewFactory,
    StrategyFactory,
)
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture
def togo() -> Country:
    return country("TG")


def fill(times: int = 1, code: str = "TG") -> dict[str, Any]:
    """One of everything that a country's file tells, so many times; the last of each."""
    made: dict[str, Any] = {}
    for number in range(times):
        strategy = StrategyFactory(country=country(code), acronym=f"S{number}")
        action = ActionFactory(countries=code, starts_on=PartialDate(2018, 9))
        side = InstitutionFactory(country=country(code))
        made = {
            "strategy": strategy,
            "request": RequestFactory(
                countries=code, status="approved", requested_on=PartialDate(2018, 3), institution=side
            ),
            "action": action,
            "activity": ActivityFactory(action=action, country=country(code), starts_on=PartialDate(2018)),
            "milestone": MilestoneFactory(strategy=strategy, actual_on=PartialDate(2015, 7)),
            "meeting": CommitteeMeetingFactory(committee__strategy=strategy, held_on=PartialDate(2021, 11)),
            "review": ReviewFactory(plan__strategy=strategy, status="final"),
            "visit": StudyVisitFactory(sending=code, hosting="TN"),
            "commitment": CommitmentFactory(
                source=StudyVisitFactory(sending="BJ", hosting="MA"), owed_by=side, due_on=None
            ),
        }
    return made


def shown_ids(client: Client, url: str) -> int:
    """How many rows the list says that it holds."""
    page = client.get(url).content.decode()
    found = re.search(r'id="count"[^>]*>\s*(\d+)', page)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("persona", ["amina", "kofi"])
def test_every_figure_opens_exactly_the_rows_it_counts(
    persona: str, request: pytest.FixtureRequest, browser_of: Callable[..., Client], togo: Country
) -> None:
    fill(2)
    fill(3, code="GH")
    user = request.getfixturevalue(persona)
    client = browser_of(user)
    figures = figures_of(togo, user)
    labels = [str(figure.label) for figure in figures]
    assert (
        labels == ["requests", "actions", "strategies", "study visits", "open commitments"]
        or persona == "kofi"
    )
    for figure in figures:
        assert figure.number == shown_ids(client, figure.url), figure.url


def test_time_line_holds_every_kind_at_its_date(amina: Any, togo: Country) -> None:
    made = fill()
    found = {event.kind: (event.record, event.first) for event in events_of(togo, amina)}
    assert found == {
        "request": (made["request"], PartialDate(2018, 3)),
        "action": (made["action"], PartialDate(2018, 9)),
        "activity": (made["activity"], PartialDate(2018)),
        "milestone": (made["milestone"], PartialDate(2015, 7)),
        "meeting": (made["meeting"], PartialDate(2021, 11)),
        "review": (made["review"], PartialDate(2022, 6, 30)),
        "visit": (made["visit"], PartialDate(2019, 1, 21)),
        "commitment": (made["commitment"], None),
    }


def test_order_kind_and_years(amina: Any, togo: Country) -> None:
    fill()
    events = events_of(togo, amina)
    newest = time_line(events, {})
    assert [year.year for year in newest.years] == [2022, 2021, 2019, 2018, 2015, None]
    oldest = time_line(events, {"order": "oldest"})
    assert [year.year for year in oldest.years] == [2015, 2018, 2019, 2021, 2022, None], (
        "undated ones are last"
    )
    assert [event.kind for event in oldest.years[1].events] == ["activity", "request", "action"]
    only = time_line(events, {"kind": "visit"})
    assert [event.kind for year in only.years for event in year.events] == ["visit"]
    assert {kind.key: kind.count for kind in only.kinds}["milestone"] == 1
    assert time_line(events, {"kind": "nonsense", "year": "x"}).total == len(events)


def test_too_much_for_a_page_is_shown_by_year(
    amina: Any, togo: Country, browser_of: Callable[..., Client]
) -> None:
    strategy = StrategyFactory()
    for number in range(80):
        MilestoneFactory(strategy=strategy, actual_on=PartialDate(2010 + number % 8, 3))
    client, url = browser_of(amina), togo.get_absolute_url()
    page = client.get(url)
    assert [year.year for year in page.context["line"].years] == [2017]
    assert page.content.decode().count('class="line__event ') == 10
    assert client.get(f"{url}?year=2012").content.decode().count('class="line__event ') == 10
    assert client.get(f"{url}?all=1").content.decode().count('class="line__event ') == 80


def test_file_costs_the_same_at_one_and_three_of_everything(
    amina: Any, togo: Country, browser_of: Callable[..., Client]
) -> None:
    client, url = browser_of(amina), togo.get_absolute_url()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    fill()
    queries()
    first = queries()
    fill(3)
    assert queries() == first


def test_partners_see_less(kofi: Any, fatou: Any, togo: Country, browser_of: Callable[..., Client]) -> None:
    """Fatou of Ghana opens Togo's file and finds what concerns her ministry: nothing of this."""
    made = fill()
    made["action"].beneficiaries.add(anpe_togo())
    seen = {event.kind for event in events_of(togo, kofi)}
    assert seen == {"action", "activity"}
    assert events_of(togo, fatou) == []
    page = browser_of(fatou).get(togo.get_absolute_url()).content.decode()
    for name in ("request", "action", "activity", "milestone", "meeting", "review", "visit", "commitment"):
        record = made[name]
        assert str(getattr(record, "title", "") or record.text) not in page
    assert [figure.number for figure in figures_of(togo, fatou)] == [0] * 5


def test_two_strategies_of_a_country_are_told_apart(amina: Any, togo: Country) -> None:
    """Statement 45: SNMP and SNMD are kept distinct."""
    snmp, snmd = (StrategyFactory(acronym=name) for name in ("SNMP", "SNMD"))
    for strategy in (snmp, snmd):
        MilestoneFactory(strategy=strategy, title=Multilingual(fr="Validation"), actual_on=PartialDate(2016))
    told = {event.part_of for event in events_of(togo, amina)}
    assert told == {f"{snmp.reference} SNMP", f"{snmd.reference} SNMD"}
    assert Strategy.objects.filter(country=togo).count() == 2


def test_next_dates_are_those_not_over(amina: Any, togo: Country) -> None:
    strategy = StrategyFactory()
    ahead = MilestoneFactory(strategy=strategy, planned_on=PartialDate(2999, 5))
    later = MilestoneFactory(strategy=strategy, planned_on=PartialDate(2999, 9))
    MilestoneFactory(strategy=strategy, actual_on=PartialDate(2015))
    assert [event.record for event in next_dates(events_of(togo, amina))] == [ahead, later]


def test_texts_are_in_the_readers_language_and_say_when_not(
    amina: Any, togo: Country, browser_of: Callable[..., Client]
) -> None:
    MilestoneFactory(title=Multilingual(fr="Lancement du processus"), actual_on=PartialDate(2015, 7))
    page = browser_of(amina).get(togo.get_absolute_url()).content.decode()
    assert '<span lang="fr" dir="ltr">Lancement du processus</span>' in page
    assert "July 2015" in page
    with translation.override("fr"):
        shown = [event.title for event in events_of(togo, amina)]
    assert [str(title) for title in shown] == ["Lancement du processus"]


def test_empty_file_teaches(amina: Any, browser_of: Callable[..., Client]) -> None:
    page = browser_of(amina).get(country("GM").get_absolute_url()).content.decode()
    assert "Nothing is known of this country yet." in page
    assert aneti().acronym not in page
