"""The programme at a glance: who reads it, that every number opens its rows, and the same page in print."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from fmm_portal.accounts.enums import Role
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.overview import LEAST_DRAWN
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.facility import programme_overview
from fmm_portal.institutions.country_counts import shapes
from fmm_portal.institutions.models import Country
from fmm_portal.reports.fingerprints import canonical_json, fingerprint_of
from fmm_portal.reports.imprint import Imprint
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import report_kind
from fmm_portal.reports.render import render_pdf
from fmm_portal.reports.services import make_report
from strategies.enums import MilestoneKind, MilestoneStatus
from studyvisits.enums import CommitmentStatus, VisitStatus
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.facility import ActionFactory, FacilityFactory, RequestFactory
from tests.factories.institutions import ProgrammeFactory, country
from tests.factories.strategies import MilestoneFactory, StrategyFactory
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory
from tests.personas import anpe_togo, person

pytestmark = pytest.mark.django_db
PAGE = "/overview/"


@pytest.fixture(autouse=True)
def files_of_the_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def programme_with_everything() -> None:
    """Requests, actions, strategies, visits and commitments in several states and countries."""
    FacilityFactory()
    for status in ("draft", "submitted", "submitted", "consultation", "approved"):
        RequestFactory(status=status, institution=anpe_togo()).countries.set([country("TG"), country("GH")])
    ActionFactory(status="in_progress").countries.set([country("ML")])
    launched, validated = StrategyFactory(country=country("TG")), StrategyFactory(country=country("GH"))
    StrategyFactory(country=country("CV"))
    MilestoneFactory(
        strategy=launched,
        kind=MilestoneKind.LAUNCH,
        status=MilestoneStatus.DONE,
        actual_on=PartialDate(2015, 7),
    )
    MilestoneFactory(
        strategy=validated,
        kind=MilestoneKind.POLITICAL_VALIDATION,
        status=MilestoneStatus.VALIDATED,
        actual_on=PartialDate(2017, 11, 14),
    )
    MilestoneFactory(
        strategy=validated, kind=MilestoneKind.ADOPTION, status="planned", planned_on=PartialDate(2018)
    )
    year = today().year
    for starts_on in (
        PartialDate(year, 1, 21),
        PartialDate(year, 1),
        PartialDate(year, 3, 2),
        PartialDate(year),
    ):
        StudyVisitFactory(starts_on=starts_on, ends_on=None)
    StudyVisitFactory(starts_on=PartialDate(2019, 1, 21), status=VisitStatus.COMPLETED)
    StudyVisitFactory(starts_on=None, ends_on=None)
    for status, due_on in (
        (CommitmentStatus.DONE, None),
        (CommitmentStatus.OPEN, PartialDate(2019)),
        (CommitmentStatus.OPEN, PartialDate.of(today() + timedelta(days=90))),
        (CommitmentStatus.DROPPED, None),
    ):
        CommitmentFactory(status=status, due_on=due_on)
    for women, men in ((2, 2), (1, 5), (3, 1)):
        delegation = DelegationFactory()
        for sex, count in (("female", women), ("male", men)):
            for _number in range(count):
                DelegateFactory(delegation=delegation, sex=sex)


def rows_behind(client: Client, url: str) -> int:
    page = client.get(url)
    assert page.status_code == 200, url
    return int(page.context["listing"].count)


def test_staff_and_viewers_read_it_and_nobody_else(browser_of, request, client) -> None:
    programme_with_everything()
    answers = {
        name: browser_of(request.getfixturevalue(name)).get(PAGE).status_code
        for name in ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")
    }
    assert [name for name, status in answers.items() if status == 200] == ["ada", "marc", "amina", "eva"]
    assert set(answers.values()) == {200, 403}
    assert client.get(PAGE).url == f"{reverse('accounts:login')}?next={PAGE}"


@pytest.mark.parametrize("persona", ["marc", "eva"])
@pytest.mark.long
def test_every_number_opens_exactly_its_rows(browser_of, request, persona) -> None:
    programme_with_everything()
    client = browser_of(request.getfixturevalue(persona))
    page = client.get(PAGE)
    counted = [(figure.number, figure.url) for figure in page.context["figures"] if figure.number != "43 %"]
    for chart in page.context["charts"]:
        # A delegation's women and men are seats on its page.
        if chart.key != "women":
            counted += [cell for row in chart.rows for cell in row.cells if cell.number]
    assert len(counted) > 20
    wrong = {url: number for number, url in counted if rows_behind(client, url) != number}
    assert wrong == {}


def test_officer_of_one_country_counts_its_rows_only(browser_of) -> None:
    programme_with_everything()
    client = browser_of(person("abla", Role.OFFICER, country=country("GH")))
    charts = {chart.key: chart for chart in client.get(PAGE).context["charts"]}
    strategies = {str(row.label): row.number for row in charts["strategies"].rows}
    assert strategies == {"Political validation": 1}


def test_map_has_every_country_of_the_programme_and_says_whose_borders_it_draws(browser_of, eva) -> None:
    programme_with_everything()
    page = browser_of(eva).get(PAGE)
    html = page.content.decode()
    codes = set(Country.objects.filter(is_programme_country=True).values_list("code", flat=True))
    assert codes == set(shapes()["countries"])
    for code in codes:
        assert f'<a href="{country(code).get_absolute_url()}" aria-label="' in html, code
    togo = next(row for row in page.context["charts"][0].rows if row.label == "Togo")
    assert f'aria-label="Togo: {sum(cell.number for cell in togo.cells)}"' in html
    assert "imply no opinion on the status of any territory; Western Sahara is drawn apart." in html
    assert "style=" not in html.split("<main")[1].split("</main>")[0], "the policy of the page forbids it"


def test_fewer_than_three_values_are_a_table_and_no_picture(browser_of, eva) -> None:
    RequestFactory(status="submitted")
    RequestFactory(status="approved")
    page = browser_of(eva).get(PAGE)
    chart = next(chart for chart in page.context["charts"] if chart.key == "requests")
    assert (len(chart.rows), chart.is_drawn) == (LEAST_DRAWN - 1, False)
    section = page.content.decode().split('id="requests"')[1].split("</section>")[0]
    assert "<table" in section
    assert "<svg" not in section


def test_empty_programme_says_why_nothing_is_counted(browser_of, eva) -> None:
    Country.objects.update(is_programme_country=False)
    assert "There is nothing to count yet." in browser_of(eva).get(PAGE).content.decode()


def test_women_are_counted_of_those_whose_sex_is_known(browser_of, eva) -> None:
    DelegationFactory(reported_size=10, reported_women=3, reported_men=5)
    seats = DelegationFactory()
    DelegateFactory(delegation=seats, sex="female")
    DelegateFactory(delegation=seats, sex="not_stated")
    DelegateFactory(delegation=seats, sex="female", status="declined")
    DelegateFactory(delegation=seats, sex="male", role="interpreter")
    figure = next(f for f in browser_of(eva).get(PAGE).context["figures"] if "women" in str(f.label))
    assert (figure.number, figure.note) == ("44 %", "4 of 9 people whose sex is known")


def test_page_costs_the_same_at_more_rows(browser_of, marc) -> None:
    client = browser_of(marc)
    programme_with_everything()
    client.get(PAGE)
    with CaptureQueriesContext(connection) as once:
        client.get(PAGE)
    programme_with_everything()
    with CaptureQueriesContext(connection) as twice:
        page = client.get(PAGE)
    assert len(twice) == len(once)
    assert len(page.content) < 80_000


# --- In print ------------------------------------------------------------------------------------------------


def print_overview(principal: Any, language: str) -> bytes:
    kind = report_kind("programme-overview")
    programme = programme_overview.programme_at_a_glance(principal)
    assert programme is not None
    data: Any = programme_overview.build(programme, principal)
    with CaptureQueriesContext(connection) as captured, translation.override(language):
        context = kind.present(data)
        at = datetime(2019, 2, 1, 9, 30, tzinfo=UTC)
        imprint = Imprint("FMM-OV", 1, at, fingerprint_of(data), canonical_json(data))
        pdf = render_pdf(kind.template, context, language, imprint=imprint, stylesheets=kind.stylesheets)
    assert len(captured) == 0, "printing reads no database"
    return pdf


def test_printed_page_says_what_the_screen_says_and_describes_its_pictures(eva) -> None:
    programme_with_everything()
    pdf = print_overview(eva, "en")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    for words in (
        "The programme at a glance",
        "Requests by state",
        "Under consultation",
        "Togo",
        "Western Sahara",
    ):
        assert words in text, words
    with pikepdf.open(io.BytesIO(pdf)) as document:
        described = [
            str(element.get("/Alt"))
            for element in document.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure"
        ]
    assert len(described) == 7
    assert all(len(words) > 20 for words in described), described


def test_viewer_takes_the_page_away_and_an_agency_does_not(browser_of, eva, kofi) -> None:
    programme_with_everything()
    programme = ProgrammeFactory(name=Multilingual(en="Free movement"))
    url = reverse("reports:report_request", args=["programme-overview", programme.pk])
    assert "PDF of this page: English" in browser_of(eva).get(PAGE).content.decode()
    answer = browser_of(eva).post(url, {"language": "fr"})
    report = Report.objects.get()
    assert answer.url == report.get_absolute_url()
    assert report.reference == f"{programme.reference}-OV"
    assert make_report(report.pk)
    report.refresh_from_db()
    assert report.is_available
    assert browser_of(kofi).post(url, {"language": "fr"}).status_code == 403
    assert browser_of(kofi).get(report.get_absolute_url()).status_code == 404
