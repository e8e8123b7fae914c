"""Whole visits out of one portal and into another, by the API."""

import pytest

from fmm_portal.core.activity import history_of
from studyvisits.models import StudyVisit
from tests.api_client import as_agency, as_persona
from tests.factories.delegations import DelegateFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


def a_visit() -> StudyVisit:
    visit = StudyVisitFactory()
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    DelegateFactory(delegation=visit.delegations.first(), institution=anpe_togo(), person_name="Somebody")
    CommitmentFactory(visit=visit, owed_by=aneti())
    return visit  # type: ignore[no-any-return]


def test_exported_visit_is_imported_again_with_its_parts() -> None:
    visit = a_visit()
    amina = as_persona("amina")
    document = amina.get(f"study-visits/{visit.pk}/case/").json()
    assert document["format"] == "fmm-case/1"
    assert "Somebody" not in str(document)
    document["visit"]["reference"] = "SV-2019-900"
    document["commitments"][0]["reference"] = "CM-2019-900"
    response = amina.post("study-visits/import-case/", document)
    assert response.status_code == 201, response.content
    shown = response.json()
    assert (shown["reference"], shown["title"]) == ("SV-2019-900", dict(visit.title))
    assert response["Location"] == shown["url"]
    again = amina.get(f"study-visits/{shown['id']}/case/").json()
    assert again == document
    copy = StudyVisit.objects.get(pk=shown["id"])
    assert {entry.source for entry in history_of(copy)} == {"import"}


def test_document_with_errors_names_their_places_and_creates_nothing() -> None:
    visit = a_visit()
    amina = as_persona("amina")
    document = amina.get(f"study-visits/{visit.pk}/case/").json()
    response = amina.post("study-visits/import-case/", document)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "visit.reference")
    document["visit"]["reference"] = "SV-2019-901"
    document["agenda"][0]["hosts"][0]["institution"] = "nobody"
    document["legs"][0]["country"] = "Tunisia"
    response = amina.post("study-visits/import-case/", document)
    assert response.status_code == 400
    fields = {error["field"] for error in response.json()["errors"]}
    assert "legs.0.country" in fields
    assert StudyVisit.objects.get() == visit
    response = amina.post("study-visits/import-case/", ["fmm-case/1"])
    assert response.status_code == 400


def test_case_is_for_those_who_see_the_visit_and_import_for_staff() -> None:
    visit = a_visit()
    assert as_persona("fatou").get(f"study-visits/{visit.pk}/case/").status_code == 404
    document = as_persona("eva").get(f"study-visits/{visit.pk}/case/").json()
    response = as_persona("eva").post("study-visits/import-case/", document)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    key = as_agency(anpe_togo(), "study-visits:read", "study-visits:write")
    assert key.post("study-visits/import-case/", document).json()["code"] == "forbidden"
    assert StudyVisit.objects.count() == 1


def test_file_of_another_kind_is_refused_where_visits_are_imported() -> None:
    response = as_persona("amina").post(
        "study-visits/import-case/", {"format": "fmm-action/1", "action": {"title": {"en": "An action"}}}
    )
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} >= {"format", "action"}
