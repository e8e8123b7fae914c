"""Pages of reports, with and without JavaScript, for those who may and may not."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.jobs import JobFailure, JobStatus
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import make_report, request_report
from tests.factories.reports import ReportFactory, founding_visit
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def visit(db: None):
    return founding_visit()


def ask_address(visit) -> str:
    return reverse("reports:report_request", args=["debrief-note", visit.pk])


def test_asking_leads_to_the_page_of_the_report(visit, amina, browser_of) -> None:
    browser = browser_of(amina)

    response = browser.post(ask_address(visit), {"language": "fr"})

    report = Report.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/reports/{report.pk}/")
    assert (report.language, report.requested_by) == ("fr", amina)
    # A double click leads to the same report.
    assert browser.post(ask_address(visit), {"language": "fr"})["Location"] == f"/reports/{report.pk}/"


def test_waiting_report_renews_itself_with_and_without_javascript(visit, amina, browser_of) -> None:
    report = ReportFactory(visit=visit)
    browser = browser_of(amina)

    page = browser.get(report.get_absolute_url()).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert f'hx-get="/reports/{report.pk}/" hx-vals=\'{{"seen": "queued"}}\' hx-trigger="every 2s"' in page
    assert "Waiting for a free worker" in page

    Report.objects.filter(pk=report.pk).update(status=JobStatus.RUNNING, progress=15, stage="laying_out")
    part = browser.get(report.get_absolute_url(), headers=HTMX)
    assert "HX-Request" in part["Vary"]
    assert "<html" not in part.content.decode()
    assert "Laying out the pages" in part.content.decode()
    assert '<progress max="100" value="15">' in part.content.decode()


def test_new_state_of_a_report_is_read_out_once(visit, amina, browser_of) -> None:
    report = ReportFactory(visit=visit, status=JobStatus.RUNNING)
    browser = browser_of(amina)
    said = [
        "hx-swap-oob" in browser.get(report.get_absolute_url(), {"seen": seen}, headers=HTMX).content.decode()
        for seen in ("queued", "running")
    ]
    assert said == [True, False]


def test_ready_report_is_downloaded_never_shown(visit, amina, by, browser_of) -> None:
    report = request_report(actor=by(amina), kind="debrief-note", subject=visit, language="en")
    make_report(report.pk)
    browser = browser_of(amina)

    page = browser.get(report.get_absolute_url(), headers=HTMX).content.decode()
    assert "hx-trigger" not in page
    assert f'href="/reports/{report.pk}/download/"' in page
    response = browser.get(f"/reports/{report.pk}/download/")

    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="SV-2019-001-DN-v1-en.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_download_of_what_is_not_ready_leads_to_its_page(visit, amina, browser_of) -> None:
    report = ReportFactory(visit=visit)

    response = browser_of(amina).get(f"/reports/{report.pk}/download/")

    assert (response.status_code, response["Location"]) == (302, f"/reports/{report.pk}/")


def test_failed_report_says_why_and_offers_another_try(visit, amina, browser_of) -> None:
    report = ReportFactory(
        visit=visit, status=JobStatus.FAILED, failure=JobFailure.TOO_LONG, error="secret path"
    )
    browser = browser_of(amina)

    page = browser.get(report.get_absolute_url()).content.decode()
    assert "It took too long and was stopped." in page
    assert "secret path" not in page
    assert browser.get(f"/reports/{report.pk}/retry/").status_code == 405
    response = browser.post(f"/reports/{report.pk}/retry/")

    assert (response.status_code, response["Location"]) == (302, f"/reports/{report.pk}/")
    report.refresh_from_db()
    assert report.status == JobStatus.QUEUED


def test_expired_report_can_be_asked_for_again(visit, amina, browser_of) -> None:
    report = ReportFactory(visit=visit, status=JobStatus.DONE)

    page = browser_of(amina).get(report.get_absolute_url()).content.decode()

    assert "Make report again" in page
    assert f'action="{ask_address(visit)}"' in page


def test_list_shows_the_reports_of_the_reader_alone(visit, amina, marc, eva, browser_of) -> None:
    for_programme = ReportFactory(visit=visit, requested_by=amina, number=11)
    for_readers = ReportFactory(visit=visit, audience="readers", requested_by=eva, number=12)

    def shown(user, query="") -> set[int]:
        page = browser_of(user).get(f"/reports/{query}").content.decode()
        return {
            report.pk for report in (for_programme, for_readers) if f'href="/reports/{report.pk}/"' in page
        }

    assert shown(amina) == {for_programme.pk, for_readers.pk}
    assert shown(amina, "?is_mine=true") == {for_programme.pk}
    assert shown(marc, "?is_mine=true") == set()
    assert shown(eva) == {for_readers.pk}


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_for_one_row_as_for_three(
    rows: int, visit, amina, browser_of, django_assert_max_num_queries
) -> None:
    for _row in range(rows):
        ReportFactory(visit=visit, requested_by=amina)
    browser = browser_of(amina)
    browser.get("/reports/")

    with django_assert_max_num_queries(8):
        assert browser.get("/reports/").status_code == 200


@pytest.mark.parametrize("persona", ["eva", "fatou", "sami", "jean"])
def test_report_of_another_audience_does_not_exist(persona: str, visit, browser_of, request) -> None:
    report = ReportFactory(visit=visit)
    browser = browser_of(request.getfixturevalue(persona))

    for response in (
        browser.get(f"/reports/{report.pk}/"),
        browser.get(f"/reports/{report.pk}/download/"),
        browser.post(f"/reports/{report.pk}/retry/"),
    ):
        assert response.status_code == 404


def test_visit_out_of_sight_has_no_reports_to_ask_for(visit, fatou, browser_of) -> None:
    assert browser_of(fatou).post(ask_address(visit), {"language": "en"}).status_code == 404
    assert browser_of(fatou).post("/reports/request/horoscope/1/").status_code == 404
    assert not Report.objects.exists()


def test_nobody_is_asked_to_sign_in(visit) -> None:
    report = ReportFactory(visit=visit)
    browser = Client()

    for address in ("/reports/", f"/reports/{report.pk}/", f"/reports/{report.pk}/download/"):
        response = browser.get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("accounts:login"))
    assert browser.post(ask_address(visit)).status_code == 302
    assert Report.objects.count() == 1


def test_list_costs_the_same_at_one_row_and_three(amina, browser_of) -> None:
    browser = browser_of(amina)

    def cost() -> int:
        browser.get("/reports/")
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/reports/").status_code == 200
        return len(captured)

    request_report(actor=actor_of(amina), kind="debrief-note", subject=StudyVisitFactory(), language="en")
    at_one = cost()
    for _number in range(2):
        request_report(actor=actor_of(amina), kind="debrief-note", subject=StudyVisitFactory(), language="en")
    assert cost() == at_one
