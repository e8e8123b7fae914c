"""Reports through the API: asked for, watched, tried again, downloaded."""

import pytest

from fmm_portal.core.jobs import JobFailure, JobStatus
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import make_report
from tests.api_client import as_agency, as_persona
from tests.factories.reports import ReportFactory, founding_visit
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(db: None):
    return founding_visit()


def wish(visit, **values: object) -> dict[str, object]:
    return {
        "kind": "debrief-note",
        "subject_type": "study-visits",
        "subject_id": visit.pk,
        "language": "fr",
        **values,
    }


def test_report_is_asked_for_watched_and_downloaded(visit) -> None:
    amina = as_persona("amina")

    accepted = amina.post("reports/", wish(visit))

    assert accepted.status_code == 202, accepted.content
    body = accepted.json()
    assert (body["status"], body["reference"], body["number"], body["content_url"]) == (
        "queued",
        "SV-2019-001-DN",
        1,
        None,
    )
    assert (body["subject_type"], body["subject"]["id"]) == ("study-visits", visit.pk)
    assert accepted["Location"] == body["url"]
    assert amina.get(f"reports/{body['id']}/content/").json()["code"] == "no_file"

    make_report(body["id"])
    ready = amina.get(f"reports/{body['id']}/").json()
    assert (ready["status"], ready["progress"], ready["version"] > body["version"]) == ("done", 100, True)
    content = amina.get(ready["content_url"])
    assert b"".join(content.streaming_content).startswith(b"%PDF-")
    assert content["Content-Disposition"] == 'attachment; filename="SV-2019-001-DN-v1-fr.pdf"'
    assert amina.post("reports/", wish(visit)).status_code == 200


def test_change_of_a_job_changes_its_entity_tag(visit) -> None:
    report, amina = ReportFactory(visit=visit), as_persona("amina")
    tag = amina.get(f"reports/{report.pk}/")["ETag"]
    assert amina.get(f"reports/{report.pk}/", If_None_Match=tag).status_code == 304

    from fmm_portal.core.jobs import claim

    claim(Report, report.pk)

    assert amina.get(f"reports/{report.pk}/", If_None_Match=tag).status_code == 200


def test_agency_reads_and_asks_as_far_as_its_scopes_and_rights_reach(visit) -> None:
    agency = anpe_togo()
    visit.delegations.get().sending_institutions.add(agency)
    ReportFactory(visit=visit)
    reader, writer = as_agency(agency, "reports:read"), as_agency(agency, "reports:read", "reports:write")

    assert reader.get("reports/").json()["results"] == []
    assert reader.post("reports/", wish(visit)).json()["code"] == "missing_scope"
    made = writer.post("reports/", wish(visit))

    assert made.status_code == 202, made.content
    assert Report.objects.get(pk=made.json()["id"]).audience.startswith("key:")
    assert [row["id"] for row in writer.get("reports/").json()["results"]] == [made.json()["id"]]
    # Another key, even of the same agency, is another audience.
    assert reader.get("reports/").json()["results"] == []


@pytest.mark.parametrize(
    ("values", "field"),
    [({"kind": "horoscope"}, "kind"), ({"language": "de"}, "language"), ({"subject_id": 0}, "subject_id")],
)
def test_bad_wishes_name_the_field(values: dict[str, object], field: str, visit) -> None:
    response = as_persona("amina").post("reports/", wish(visit, **values))

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_failed_report_is_tried_again(visit) -> None:
    report = ReportFactory(visit=visit, status=JobStatus.FAILED, failure=JobFailure.ERROR)
    amina = as_persona("amina")
    shown = amina.get(f"reports/{report.pk}/").json()
    assert shown["failure"] == "error"
    assert shown["failure_reason"].startswith("An error occurred.")

    assert amina.post(f"reports/{report.pk}/retry/").json()["status"] == "queued"
    assert amina.post(f"reports/{report.pk}/retry/").json()["code"] == "not_failed"


def test_reports_are_found_by_their_subject(visit) -> None:
    report = ReportFactory(visit=visit)
    ReportFactory()

    found = as_persona("amina").get(f"reports/?subject_type=study-visits&subject_id={visit.pk}").json()

    assert [row["id"] for row in found["results"]] == [report.pk]


@pytest.mark.parametrize("persona", ["eva", "fatou", "kofi"])
def test_report_of_another_audience_is_not_found(persona: str, visit) -> None:
    report = ReportFactory(visit=visit)
    caller = as_persona(persona)

    for response in (caller.get(f"reports/{report.pk}/"), caller.get(f"reports/{report.pk}/content/")):
        assert response.status_code == 404
    assert caller.post(f"reports/{report.pk}/retry/").status_code == 404
