"""The IATI files: valid by the published schema, true to the ruleset, and silent on what is nobody's business.

Statement 57.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import User
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.enums import ActionStatus
from fmm_portal.facility.models import Action, Programme, VisibilityText
from fmm_portal.institutions.enums import InstitutionKind
from fmm_portal.institutions.models import Institution
from fmm_portal.news.enums import NewsStatus
from fmm_portal.opendata.facts import for_open_data, shares
from fmm_portal.opendata.gaps import gaps_of
from fmm_portal.opendata.models import ActivityIdentifier, Publication
from fmm_portal.opendata.services import request_publication, set_open, write_publication
from fmm_portal.opendata.tasks import write_nightly
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    BudgetLineFactory,
    IndicatorFactory,
    RequestFactory,
)
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.news import NewsItemFactory
from tests.factories.strategies import MilestoneFactory
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db

SCHEMAS = Path(__file__).parent / "iati-2.03"
NARRATIVE_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Of the standard's ruleset: what no identifier holds.
IDENTIFIER = re.compile(r"[^/&|?\s]+")


XSD = "{http://www.w3.org/2001/XMLSchema}"
# As published, it ends with a second wildcard right behind its base's, which libxml2 calls not deterministic; it allows
# nothing that the first does not.
AMBIGUOUS = "documentLinkWithReceipientCountry"


@pytest.fixture(scope="module")
def schemas() -> dict[str, etree.XMLSchema]:
    organisations = etree.parse(SCHEMAS / "iati-organisations-schema.xsd")
    [ambiguous] = organisations.iterfind(f"{XSD}complexType[@name='{AMBIGUOUS}']")
    sequence = ambiguous.find(f"{XSD}complexContent/{XSD}extension/{XSD}sequence")
    for wildcard in sequence.findall(f"{XSD}any"):
        sequence.remove(wildcard)
    activities = etree.parse(SCHEMAS / "iati-activities-schema.xsd")
    return {"activities": etree.XMLSchema(activities), "organisation": etree.XMLSchema(organisations)}


@pytest.fixture
def programme() -> Programme:
    """Implemented by an organisation that may report, funded by two."""
    icmpd = InstitutionFactory(
        acronym="ICMPD",
        name=Multilingual(en="Centre for Migration Policy", fr="Centre des politiques migratoires"),
        kind=InstitutionKind.INTERNATIONAL_ORGANISATION,
        constituency="international",
        organisation_identifier="XM-EXAMPLE-1",
    )
    made = ProgrammeFactory(implementer=icmpd)
    made.funders.add(
        InstitutionFactory(acronym="EU", constituency="donor", organisation_identifier="XI-IATI-EC_INTPA"),
        InstitutionFactory(acronym="ECOWAS", constituency="regional"),
    )
    VisibilityText.objects.create(
        programme=made,
        funding_line=Multilingual(en="Funded by the European Union."),
        valid_from=PartialDate(2013),
    )
    return made


def complete_action(programme: Programme, codes: str = "TG", **fields: Any) -> Action:
    values = {
        "programme": programme,
        "status": ActionStatus.COMPLETED,
        "starts_on": PartialDate(2016, 8, 1),
        "ends_on": PartialDate(2019, 1, 25),
        "is_open_data": True,
        "title": Multilingual(en="Support to Togo’s strategy & plan", fr="Appui à la stratégie du Togo"),
        "overall_objective": Multilingual(en="A validated strategy", ar="استراتيجية"),
        "expected_results": Multilingual(en="Strategy validated\nVisit made"),
        "outcomes": Multilingual(fr="Stratégie validée le 14 novembre 2017"),
        "sources": ["https://example.org/news/1?a=b&c=d", "A book without an address"],
    }
    action = ActionFactory(**(values | fields))
    action.countries.set([country(code) for code in codes.split()])
    BudgetLineFactory(action=action, amount=Decimal("1500.50"), currency="EUR")
    BudgetLineFactory(action=action, amount=Decimal("499.50"), currency="EUR")
    IndicatorFactory(action=action, baseline="none", target="1 strategy")
    return action


def published(schemas: dict[str, etree.XMLSchema]) -> tuple[Any, Any]:
    """Both files, written by the job, as everybody gets them, each valid by its schema."""
    publication = request_publication(actor=system_actor())
    assert write_publication(publication.pk)
    files = []
    for name in ("activities", "organisation"):
        response = Client().get(reverse(f"open_data:{name}"))
        assert response.headers["Content-Type"] == "application/xml"
        tree = etree.fromstring(b"".join(response.streaming_content))  # type: ignore[attr-defined]
        schemas[name].assertValid(tree)
        files.append(tree)
    for activity in files[0].iter("iati-activity"):
        keeps_to_the_ruleset(activity)
    return files[0], files[1]


def keeps_to_the_ruleset(activity: Any) -> None:
    """The checks of the standard's ruleset that the schema cannot make."""
    dates = {
        each.get("type"): date.fromisoformat(each.get("iso-date")) for each in activity.iter("activity-date")
    }
    assert {"1", "2"} & set(dates), "a start"
    for first, last in (("1", "3"), ("2", "4")):
        assert first not in dates or last not in dates or dates[first] <= dates[last]
    assert all(dates[kind] <= today() for kind in ("2", "4") if kind in dates)
    assert sum(Decimal(each.get("percentage")) for each in activity.iter("recipient-country")) == 100
    assert activity.findall("sector")
    identifiers = [activity.findtext("iati-identifier"), activity.find("reporting-org").get("ref")]
    identifiers += [each.get("ref") for each in activity.iter("participating-org") if each.get("ref")]
    assert all(IDENTIFIER.fullmatch(each) for each in identifiers), identifiers
    for each in activity.iter("participating-org"):
        assert each.get("ref") or each.findall("narrative")
    for each in activity.iter("budget"):
        assert each.find("period-start").get("iso-date") <= each.find("period-end").get("iso-date")


def test_a_complete_action_is_written_whole(programme: Programme, schemas: Any) -> None:
    action = complete_action(programme)
    action.partners.add(InstitutionFactory(acronym="IOM", constituency="international"))
    file, organisations = published(schemas)
    assert (file.tag, file.get("version")) == ("iati-activities", "2.03")
    [activity] = file
    assert activity.findtext("iati-identifier") == f"XM-EXAMPLE-1-{action.reference}"
    assert activity.find("reporting-org").attrib == {"ref": "XM-EXAMPLE-1", "type": "40"}
    titles = {each.get(NARRATIVE_LANG): each.text for each in activity.find("title")}
    assert titles == {"en": "Support to Togo’s strategy & plan", "fr": "Appui à la stratégie du Togo"}
    roles = [
        (each.get("role"), each.get("ref"), each.get("type")) for each in activity.iter("participating-org")
    ]
    assert ("1", "XI-IATI-EC_INTPA", "40") in roles
    assert ("2", "XM-EXAMPLE-1", "40") in roles
    assert [role for role, _ref, _type in roles].count("4") == 2
    assert activity.find("activity-status").get("code") == "3"
    dates = [(each.get("type"), each.get("iso-date")) for each in activity.iter("activity-date")]
    assert dates == [("2", "2016-08-01"), ("4", "2019-01-25")]
    assert activity.find("sector").attrib == {"vocabulary": "1", "code": "15190"}
    assert activity.find("recipient-country").attrib == {"code": "TG", "percentage": "100"}
    assert activity.find("budget/value").text == "2000"
    assert [each.get("url") for each in activity.iter("document-link")] == [
        "https://example.org/news/1?a=b&c=d"
    ]
    assert "Funded by the European Union." in etree.tostring(activity, encoding="unicode")
    assert (
        activity.find("result/indicator/description/narrative").text == "Baseline: none; Target: 1 strategy"
    )
    assert [each.findtext("organisation-identifier") for each in organisations] == ["XM-EXAMPLE-1"]


@pytest.mark.parametrize(
    ("status", "code", "dates"),
    [
        (ActionStatus.FACT_FINDING, "1", ["1", "3"]),
        (ActionStatus.PLANNED, "1", ["1", "3"]),
        (ActionStatus.IN_PROGRESS, "2", ["2", "3"]),
        (ActionStatus.REPORTING, "3", ["2", "4"]),
        (ActionStatus.EX_POST, "3", ["2", "4"]),
        (ActionStatus.CLOSED, "4", ["2", "4"]),
        (ActionStatus.CANCELLED, "5", ["1", "3"]),
        (ActionStatus.SUSPENDED, "6", ["2", "3"]),
    ],
)
def test_each_status_has_its_code_and_kinds_of_dates(
    programme: Programme, schemas: Any, status: str, code: str, dates: list[str]
) -> None:
    complete_action(programme, status=status)
    [activity] = published(schemas)[0]
    assert activity.find("activity-status").get("code") == code
    assert [each.get("type") for each in activity.iter("activity-date")] == dates


def test_what_is_ahead_is_planned_even_of_an_action_that_runs(programme: Programme, schemas: Any) -> None:
    ahead = PartialDate.of(today() + timedelta(days=30))
    complete_action(programme, status=ActionStatus.REPORTING, starts_on=ahead, ends_on=ahead)
    [activity] = published(schemas)[0]
    assert [each.get("type") for each in activity.iter("activity-date")] == ["1", "3"]


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7, 15])
def test_shares_are_equal_and_make_a_hundred(count: int) -> None:
    found = shares([f"{number:02d}" for number in range(count)])
    assert sum(share for _code, share in found) == 100
    assert max(share for _code, share in found) - min(share for _code, share in found) < Decimal("0.2")


def test_an_action_of_several_countries_is_shared_among_them(programme: Programme, schemas: Any) -> None:
    complete_action(programme, "TG GH SN")
    [activity] = published(schemas)[0]
    shown = [(each.get("code"), each.get("percentage")) for each in activity.iter("recipient-country")]
    assert shown == [("GH", "33.34"), ("SN", "33.33"), ("TG", "33.33")]
    assert activity.find("activity-scope").get("code") == "3"


def test_a_date_known_in_part_is_no_day_and_the_first_activity_speaks_for_it(
    programme: Programme, schemas: Any
) -> None:
    action = complete_action(programme, starts_on=PartialDate(2015, 7), ends_on=PartialDate(2019))
    assert [gap.code for gap in reread_gaps(action) if gap.keeps_out] == ["starts_on"]
    assert "July 2015" in reread_gaps(action)[0].text
    ActivityFactory(action=action, starts_on=PartialDate(2016, 8, 9), ends_on=PartialDate(2016, 8, 12))
    [activity] = published(schemas)[0]
    [started] = activity.iter("activity-date")
    assert (started.get("type"), started.get("iso-date")) == ("2", "2016-08-09")
    assert started.findtext("narrative") == "The first activity whose day is known."
    assert activity.find("budget") is None, "no period, no budget"


def reread_gaps(action: Action) -> list[Any]:
    return gaps_of(for_open_data(Action.objects.filter(pk=action.pk)).get())


def test_what_the_standard_demands_keeps_an_action_out_and_leads_to_the_field(
    programme: Programme, schemas: Any
) -> None:
    complete_action(programme)
    bare = ActionFactory(
        is_open_data=True, programme=None, facility=None, starts_on=None, overall_objective={}, context={}
    )
    bare.countries.clear()
    codes = {gap.code for gap in reread_gaps(bare) if gap.keeps_out}
    assert {"programme", "countries", "starts_on"} <= codes
    assert len(published(schemas)[0]) == 1
    publication = Publication.objects.get()
    assert (publication.published, publication.left_out) == (1, 1)

    Institution.objects.filter(acronym="ICMPD").update(organisation_identifier="")
    action = Action.objects.exclude(pk=bare.pk).get()
    [gap] = [gap for gap in reread_gaps(action) if gap.keeps_out]
    assert gap.url == reverse("institutions:institution_edit", args=[programme.implementer_id])
    assert "organisation identifier" in gap.text


def test_only_what_a_manager_published_is_written_and_nothing_personal(
    programme: Programme, schemas: Any, amina: User
) -> None:
    complete_action(programme, owner=amina)
    complete_action(programme, is_open_data=False, title=Multilingual(en="Confidential-title"))
    text = etree.tostring(published(schemas)[0], encoding="unicode")
    assert "Confidential-title" not in text
    assert "Amina" not in text and "amina@" not in text


def test_an_identifier_stays_when_the_reporter_gets_another(programme: Programme, schemas: Any) -> None:
    action = complete_action(programme)
    before = published(schemas)[0][0].findtext("iati-identifier")
    Institution.objects.filter(acronym="ICMPD").update(organisation_identifier="XM-EXAMPLE-2")
    [activity] = published(schemas)[0]
    assert (
        activity.findtext("iati-identifier")
        == before
        == ActivityIdentifier.objects.get(action=action).identifier
    )
    others = [(each.get("ref"), each.get("type")) for each in activity.iter("other-identifier")]
    assert others == [(action.reference, "A1"), ("XM-EXAMPLE-1", "B1")]


def test_actions_of_one_request_name_each_other(programme: Programme, schemas: Any) -> None:
    request = RequestFactory()
    for _each in range(2):
        complete_action(programme, request=request)
    published(schemas)
    file, _organisations = published(schemas)
    first, second = file
    assert first.find("related-activity").attrib == {"ref": second.findtext("iati-identifier"), "type": "3"}


def test_public_news_of_its_visits_and_milestones_is_linked_and_drafts_are_not(
    programme: Programme, schemas: Any
) -> None:
    action = complete_action(programme, sources=[])
    visit = StudyVisitFactory(action=action)
    milestone = MilestoneFactory(activity=ActivityFactory(action=action))
    now = timezone.now()
    told = [
        NewsItemFactory(
            source=source,
            status=NewsStatus.PUBLISHED,
            published_at=now,
            title=Multilingual(en="Told", fr="Raconté"),
        )
        for source in (visit, milestone)
    ]
    NewsItemFactory(source=visit, title=Multilingual(en="Draft-words"))
    [activity] = published(schemas)[0]
    links = list(activity.iter("document-link"))
    assert {link.get("url") for link in links} == {
        f"{settings.BASE_URL}/open/en/news/{item.reference}/" for item in told
    }
    assert [each.get("code") for each in links[0].iter("language")] == ["en", "fr"]
    assert "Draft-words" not in etree.tostring(activity, encoding="unicode")


# --- Writing and reading ----------------------------------------------------------------------------------


def test_each_writing_replaces_the_last_as_a_whole(programme: Programme, schemas: Any) -> None:
    complete_action(programme)
    for _each in range(5):
        published(schemas)
    kept = default_storage.listdir("open/iati")[1]
    assert len(kept) == 6
    current = Publication.objects.filter(status=JobStatus.DONE).first()
    assert current is not None
    address = reverse("open_data:activities")
    response = Client().get(address)
    assert response.headers["ETag"].endswith(f'"{current.activities_sha256}"')
    assert "public" in response.headers["Cache-Control"]
    again = Client().get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_nothing_published_is_no_file_and_the_page_says_so(programme: Programme) -> None:
    write_nightly()
    write_nightly()
    assert Publication.objects.count() == 1, "one that waits is enough"
    assert write_publication(Publication.objects.get().pk)
    assert Client().get(reverse("open_data:activities")).status_code == 404
    page = Client().get("/open/en/").content.decode()
    assert "No action is published yet." in page


def test_the_public_page_says_what_there_is_in_each_language(programme: Programme, schemas: Any) -> None:
    complete_action(programme)
    published(schemas)
    client = Client()
    assert client.get("/open/", headers={"Accept-Language": "fr"}).url == "/open/fr/"  # type: ignore[attr-defined]
    for code in ("en", "fr", "pt"):
        response = client.get(f"/open/{code}/")
        page = response.content.decode()
        assert response.headers["Content-Language"] == code
        assert "max-age=60" in response.headers["Cache-Control"]
        assert "http://testserver/open/iati/activities.xml" in page
        assert f"/open/{code}/news/feed.xml" in page
        assert "CC BY 4.0" in page
        assert "<script" not in page
    assert client.get("/open/de/").status_code == 404


def test_a_manager_publishes_and_withdraws_even_a_closed_action(
    programme: Programme, marc: User, amina: User, browser_of: Any
) -> None:
    action = complete_action(programme, status=ActionStatus.CLOSED, is_open_data=False)
    with pytest.raises(Forbidden):
        set_open(action, is_open=True, actor=actor_of(amina))
    assert browser_of(amina).post(reverse("opendata:action_publish", args=[action.pk])).status_code == 403
    client = browser_of(marc)
    asked = client.get(reverse("opendata:action_publish", args=[action.pk])).content.decode()
    assert "Nothing personal is published" in asked
    client.post(reverse("opendata:action_publish", args=[action.pk]))
    action.refresh_from_db()
    assert action.is_open_data
    assert (
        "Withdraw from open data"
        in client.get(reverse("opendata:action_gaps", args=[action.pk])).content.decode()
    )
    client.post(reverse("opendata:action_withdraw", args=[action.pk]))
    action.refresh_from_db()
    assert not action.is_open_data


def test_the_keepers_page_lists_gaps_at_the_same_cost(
    programme: Programme, amina: User, marc: User, kofi: User, browser_of: Any
) -> None:
    client, address = browser_of(amina), reverse("opendata:overview")
    assert "No action is open data yet." in client.get(address).content.decode()
    counts = []
    for number in (1, 3):
        for _each in range(number):
            complete_action(programme, starts_on=None, ends_on=None)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert "left out of the file" in page
    assert "Write the files now" not in page
    assert client.post(reverse("opendata:write")).status_code == 403
    assert browser_of(marc).post(reverse("opendata:write")).status_code == 302
    assert Publication.objects.get().status == JobStatus.QUEUED
    assert browser_of(kofi).get(address).status_code == 403
