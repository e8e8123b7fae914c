"""Facilities, criteria, requests, stakeholders and scores through the API."""

from decimal import Decimal
from typing import Any

import pytest

from fmm_portal.accounts.models import User
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.facility.models import Action, Request
from fmm_portal.institutions.models import Theme
from tests import personas
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.facility import (
    AssessmentScoreFactory,
    ConsulteeFactory,
    CriterionFactory,
    FacilityFactory,
    RequestFactory,
)
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.personas import anpe_togo, ministry_of_ghana


def amina() -> User:
    return User.objects.filter(email="amina@example.org").first() or personas.amina()


class TestFacilityApi(ApiContract):
    resource = "facilities"
    writer = "marc"
    reader = "amina"
    outsider = ""
    change = {"ceiling": "100000.00"}
    bad = {"code": "ddf", "ceiling": "-1", "consultation_days": 0, "programme_id": "FMM"}
    ordering = "code"
    is_searchable = True

    def make(self) -> Record:
        return FacilityFactory(ceiling=Decimal(50_000), max_duration_months=12)

    def grow(self, record: Any) -> None:
        CriterionFactory(facility=record)

    def payload(self) -> dict[str, Any]:
        return {
            "programme_id": ProgrammeFactory().pk,
            "code": "DDF",
            "name": {"en": "Demand Driven Facility"},
            "ceiling": None,
            "consultation_days": 5,
        }

    def found_by(self, record: Any) -> str:
        return record.code  # type: ignore[no-any-return]


class TestCriterionApi(ApiContract):
    resource = "criteria"
    writer = "marc"
    reader = "amina"
    outsider = ""
    change = {"weight": "2.50"}
    bad = {"weight": "0.00", "max_score": 0, "name": {}}
    ordering = "order"

    def make(self) -> Record:
        return CriterionFactory()

    def payload(self) -> dict[str, Any]:
        return {
            "facility_id": FacilityFactory().pk,
            "name": {"en": "Relevance", "fr": "Pertinence"},
            "weight": "2.00",
            "max_score": 5,
        }


class TestRequestApi(ApiContract):
    """One that was returned: its text may be changed, and the viewer sees it."""

    resource = "requests"
    deletes = False
    change = {"duration_months": 10}
    bad = {"title": {}, "requested_on": "2999", "estimated_cost": "-1", "country_ids": ["TG"]}
    is_searchable = True

    def make(self) -> Record:
        asked = RequestFactory(
            institution=InstitutionFactory(country=country("TG")),
            status="returned",
            owner=amina(),
            estimated_cost=Decimal(61_000),
        )
        asked.joint_with.add(InstitutionFactory(country=country("TG")))
        return asked

    def grow(self, record: Any) -> None:
        ConsulteeFactory(request=record)
        AssessmentScoreFactory(request=record, reviewer=amina() if not record.scores.exists() else None)
        record.joint_with.add(InstitutionFactory(country=country("TG")))

    def payload(self) -> dict[str, Any]:
        return {
            "title": {"en": "Help with a strategy"},
            "facility_id": FacilityFactory().pk,
            "institution_id": InstitutionFactory().pk,
            "country_ids": [country("TG").pk],
            "theme_ids": [Theme.objects.get(code="labour_migration").pk],
            "need": {"en": "There is no strategy."},
            "requested_on": "2018-03",
            "sources": ["https://example.org/letter"],
        }

    def found_by(self, record: Any) -> str:
        return str(record.title)


class TestConsulteeApi(ApiContract):
    resource = "consultees"
    change = {"has_veto": True}
    bad = {"institution_id": "ANETI", "language": "de", "request_id": None}

    def make(self) -> Record:
        return ConsulteeFactory(request__status="eligibility")

    def payload(self) -> dict[str, Any]:
        return {
            "request_id": RequestFactory(status="eligibility").pk,
            "institution_id": InstitutionFactory().pk,
            "has_veto": True,
            "language": "fr",
        }


class TestAssessmentScoreApi(ApiContract):
    resource = "assessment-scores"
    change = {"score": "4.50"}
    bad = {"score": "6.00"}

    def make(self) -> Record:
        return AssessmentScoreFactory(request__status="assessment", reviewer=amina())

    def payload(self) -> dict[str, Any]:
        asked = RequestFactory(status="assessment")
        return {
            "request_id": asked.pk,
            "criterion_id": CriterionFactory(facility=asked.facility).pk,
            "score": "3.50",
            "comment": "Fits",
        }


pytestmark = pytest.mark.django_db


def test_agency_drafts_with_a_title_only_and_its_own_institution_is_filled_in() -> None:
    anpe, facility = anpe_togo(), FacilityFactory()
    key = as_agency(anpe, "requests:read", "requests:write", "requests:act")
    answer = key.post("requests/", {"title": {"fr": "Appui à une stratégie"}})
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["reference"], shown["status"], shown["institution_id"], shown["facility_id"]) == (
        None,
        "draft",
        anpe.pk,
        facility.pk,
    )
    assert shown["country_ids"] == [country("TG").pk]
    steps = {step["name"]: step for step in shown["available_actions"]}
    assert [blocker["code"] for blocker in steps["submit"]["blockers"]] == [
        "need",
        "objectives",
        "themes",
        "requested_on",
    ]


def test_with_several_open_facilities_none_is_chosen_for_anybody() -> None:
    FacilityFactory(), FacilityFactory()
    key = as_agency(anpe_togo(), "*:read", "*:write")
    assert key.post("requests/", {"title": {"fr": "Appui"}}).json()["facility_id"] is None


def test_agency_goes_the_whole_way_and_reads_its_history() -> None:
    """Statement 9."""
    asked = RequestFactory(institution=anpe_togo(), facility=FacilityFactory(code="DDF"))
    key = as_agency(anpe_togo(), "*:read", "*:write", "*:act")
    submitted = key.post(f"requests/{asked.pk}/submit/", {})
    assert (submitted.status_code, submitted.json()["status"]) == (200, "submitted")
    late = key.patch(f"requests/{asked.pk}/", {"duration_months": 3})
    assert late.status_code == 403
    assert late.json()["detail"].startswith("A request is changed only as a draft")

    officer = as_persona("amina")
    registered = officer.post(f"requests/{asked.pk}/register/", {"owner_id": amina().pk}).json()
    assert (registered["reference"], registered["owner_id"]) == ("DDF-TG-2018-001", amina().pk)
    reason = "Name the directorate that will follow it."
    officer.post(f"requests/{asked.pk}/return_for_completion/", {"reason": reason})
    entries = key.get(f"requests/{asked.pk}/history/").json()["results"]
    assert (entries[0]["verb"], entries[0]["reason"], entries[0]["actor"]) == (
        "return_for_completion",
        reason,
        None,
    )
    assert key.patch(f"requests/{asked.pk}/", {"duration_months": 3}).status_code == 200
    withdrawn = key.post(f"requests/{asked.pk}/withdraw/", {"reason": "No longer needed"})
    assert withdrawn.json()["status"] == "withdrawn"


def test_decision_is_written_by_its_step_alone() -> None:
    """Statement 14."""
    asked = RequestFactory(status="returned")
    marc = as_persona("marc")
    for name in ("decision_body", "decided_by", "decision_reasons", "decided_on", "eligibility_note"):
        refused = marc.patch(f"requests/{asked.pk}/", {name: "2018"})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "read_only")
    Request.objects.filter(pk=asked.pk).update(status="decision")
    bare = marc.post(f"requests/{asked.pk}/approve/", {})
    assert (bare.status_code, sorted(error["field"] for error in bare.json()["errors"])) == (
        400,
        ["decided_on", "decision_body"],
    )
    decision = {
        "decided_on": "2018-06-14",
        "decision_body": "Steering committee",
        "decided_by": "Head of the facility",
        "decision_reasons": "It serves the strategy.",
    }
    done = marc.post(f"requests/{asked.pk}/approve/", decision).json()
    assert {name: done[name] for name in decision} == decision


def test_words_of_a_stakeholder_come_by_their_answer_alone() -> None:
    consultee = ConsulteeFactory(request__status="eligibility")
    refused = as_persona("amina").patch(f"consultees/{consultee.pk}/", {"comment": "We agree"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "read_only")


def test_action_is_opened_once_by_the_api() -> None:
    asked = RequestFactory(institution=anpe_togo(), status="approved")
    officer = as_persona("amina")
    first, second = (officer.post(f"requests/{asked.pk}/open-action/", {}) for _click in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    assert Action.objects.get().pk == first.json()["id"]
    assert as_persona("kofi").post(f"requests/{asked.pk}/open-action/", {}).status_code == 403
    draft = RequestFactory(institution=anpe_togo())
    refused = officer.post(f"requests/{draft.pk}/open-action/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")


def test_each_sees_the_requests_that_concern_them() -> None:
    togo = RequestFactory(institution=anpe_togo(), status="submitted")
    ghana = RequestFactory(institution=ministry_of_ghana(), countries="GH", status="submitted")
    draft = RequestFactory(institution=anpe_togo())
    consulted = RequestFactory(countries="ML", institution=InstitutionFactory(country=country("ML")))
    ConsulteeFactory(request=consulted, institution=anpe_togo())
    every = {togo.pk, ghana.pk, draft.pk, consulted.pk}

    def seen(persona: str) -> set[int]:
        return {row["id"] for row in as_persona(persona).get("requests/").json()["results"]}

    assert {persona: seen(persona) for persona in ("amina", "eva", "kofi", "fatou", "sami", "jean")} == {
        "amina": every,
        "eva": {togo.pk, ghana.pk},
        "kofi": {togo.pk, draft.pk},
        "fatou": {ghana.pk},
        "sami": set(),
        "jean": set(),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=draft", {"draft"}),
        ("is_pending=true", {"sent"}),
        ("is_pending=false", {"draft", "other"}),
        ("is_mine=true", {"sent"}),
        ("is_mine=false", {"draft", "other"}),
        ("year=2017", {"other"}),
        ("requested_on_from=2018", {"draft", "sent"}),
        ("requested_on_until=2017-12-31", {"other"}),
        ("country_id={GH}", {"other"}),
        ("institution_id={institution}", {"sent"}),
        ("facility_id={facility}", {"sent"}),
        ("theme_id={theme}", {"other"}),
        ("owner_id={amina}", {"sent"}),
        ("reference=ddf-tg-2018-003", {"sent"}),
        ("search=frontieres", {"other"}),
    ],
)
def test_each_filter_finds_its_rows(query: str, found: set[str]) -> None:
    officer = as_persona("amina")
    rows = {
        "draft": RequestFactory(requested_on="2018-05"),
        "sent": RequestFactory(
            status="submitted", owner=officer.user, reference="DDF-TG-2018-003", requested_on="2018-03"
        ),
        "other": RequestFactory(
            status="rejected",
            countries="GH",
            themes="border_management",
            requested_on="2017",
            title=Multilingual(fr="Gestion des frontières"),
        ),
    }
    values = {
        "GH": country("GH").pk,
        "institution": rows["sent"].institution_id,
        "facility": rows["sent"].facility_id,
        "theme": Theme.objects.get(code="border_management").pk,
        "amina": officer.user.pk,  # type: ignore[union-attr]
    }
    answer = officer.get(f"requests/?{query.format(**values)}")
    assert answer.status_code == 200, answer.content
    assert {row["id"] for row in answer.json()["results"]} == {rows[name].pk for name in found}
