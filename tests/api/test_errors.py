"""Every refusal is a problem document with a stable code, in the reader's language."""

import pytest
from django.test import Client

from tests.api_client import as_agency, as_persona
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db
FIELDS = {"type", "title", "status", "detail", "code", "errors"}


def test_addresses_that_are_no_route_are_problems_too() -> None:
    for path in ("/api/v1/shoes/", "/api/v1/themes/abc/", "/api/v2/", "/api/"):
        response = Client().get(path)
        assert response["Content-Type"] == "application/problem+json"
        assert response.json() == {
            "type": "urn:fmm-portal:problem:not-found",
            "title": "Not found",
            "status": 404,
            "detail": "There is nothing at this address, or nothing that you may see.",
            "code": "not_found",
            "errors": [],
        }


def test_method_not_offered() -> None:
    response = as_persona("amina")._client.put("/api/v1/themes/")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert set(response.json()) == FIELDS


def test_body_that_is_no_json_or_of_another_format() -> None:
    client = as_persona("amina")._client
    response = client.post("/api/v1/study-visits/", data="{", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "parse_error")
    response = client.post("/api/v1/study-visits/", data="<a/>", content_type="application/xml")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    response = client.get("/api/v1/study-visits/", headers={"Accept": "text/csv"})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
    for body in ("[]", "5", "true", "null", '"text"'):
        response = client.post("/api/v1/study-visits/", data=body, content_type="application/json")
        assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_characters_that_no_database_keeps_are_refused() -> None:
    amina = as_persona("amina")
    for text in ("a\0b", "a\ud800b"):
        response = amina.post("study-visits/", {"title": {"en": text}})
        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "title")


def test_page_that_does_not_exist_and_sizes_out_of_range() -> None:
    amina = as_persona("amina")
    assert amina.get("themes/?page=99").json()["code"] == "not_found"
    for size in ("0", "201", "many", "-1"):
        body = amina.get(f"themes/?page_size={size}").json()
        assert [(error["field"], error["message"]) for error in body["errors"]] == [
            ("page_size", "Ask for 1 to 200 rows a page.")
        ]


def test_misspelt_filter_is_refused_instead_of_answering_with_all_rows() -> None:
    body = as_persona("amina").get("study-visits/?statsu=planned").json()
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("statsu", "unknown_parameter")]


def test_refusal_of_a_role_says_why() -> None:
    visit = StudyVisitFactory(status="closed")
    body = as_persona("amina").patch(f"study-visits/{visit.pk}/", {"ends_on": "2019-01-26"}).json()
    assert (body["status"], body["code"]) == (403, "forbidden")
    assert body["detail"] == "A closed or cancelled visit cannot be changed. Reopen it first."


def test_record_that_others_use_is_not_deleted() -> None:
    institution = InstitutionFactory()
    CommitmentFactory(owed_by=institution)
    response = as_persona("amina").delete(f"institutions/{institution.pk}/")
    assert (response.status_code, response.json()["code"]) == (409, "in_use")


def test_several_errors_come_at_once_with_the_names_of_the_api() -> None:
    body = {"name": "ANPE", "kind": "circus", "country_id": "TG", "parent_id": 0, "shape": "round"}
    errors = as_persona("amina").post("institutions/", body).json()["errors"]
    # Unknown fields are told first: they may be what the caller meant by another.
    assert [(error["field"], error["code"]) for error in errors] == [("shape", "unknown_field")]
    del body["shape"]
    errors = as_persona("amina").post("institutions/", body).json()["errors"]
    assert {(error["field"], error["code"]) for error in errors} == {
        ("name", "not_an_object"),
        ("kind", "invalid_choice"),
        ("country_id", "incorrect_type"),
        ("parent_id", "does_not_exist"),
    }


def test_rules_of_the_model_name_the_field_of_the_api() -> None:
    visit, other = StudyVisitFactory(), StudyVisitFactory()
    leg = other.legs.first()
    body = {"visit_id": visit.pk, "leg_id": leg.pk, "topic": {"en": "Welcome"}}
    response = as_persona("amina").post("agenda-items/", body)
    assert [(e["field"], e["message"]) for e in response.json()["errors"]] == [
        ("leg_id", "This leg belongs to another visit.")
    ]


def test_read_only_brief_points_to_the_id() -> None:
    body = {"country": {"id": country("TN").pk}}
    institution = InstitutionFactory()
    errors = as_persona("amina").patch(f"institutions/{institution.pk}/", body).json()["errors"]
    assert errors == [
        {
            "field": "country",
            "code": "read_only",
            "message": "This field is read-only; set country_id instead.",
        }
    ]


def test_messages_are_in_the_language_asked_for() -> None:
    caller = as_agency(anpe_togo(), "*:read")
    # The words are those of the catalogues; Django's own is there from the first day.
    french = caller.get("themes/?updated_after=gestern", Accept_Language="fr").json()
    english = caller.get("themes/?updated_after=gestern", Accept_Language="en").json()
    assert english["detail"] == "Enter a valid date/time."
    assert french["detail"] == "Saisissez une date et une heure valides."
    assert french["code"] == english["code"]


def test_failure_of_the_portal_is_a_problem_and_is_recorded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from fmm_portal.institutions.api import ThemeViewSet

    monkeypatch.setattr(ThemeViewSet, "filterset_class", "no filter set at all")
    amina = as_persona("amina")
    amina._client.raise_request_exception = False
    response = amina.get("themes/")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response.json()["code"] == "server_error"
    assert "no filter set" not in response.content.decode()
    assert any(record.exc_info for record in caplog.records)
