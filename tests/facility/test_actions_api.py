"""Actions, activities and the parts of the fiche through the API."""

from typing import Any

import pytest

from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.institutions.models import Theme
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    ApprovalFactory,
    BudgetLineFactory,
    ExpertFactory,
    FacilityFactory,
    IndicatorFactory,
    RequestFactory,
    RiskFactory,
)
from tests.factories.institutions import InstitutionFactory, country
from tests.personas import amina, anpe_togo


class TestActionApi(ApiContract):
    resource = "actions"
    deletes = False
    change = {"duration_months": 9}
    bad = {"country_ids": ["TG"], "starts_on": 2018, "programme_id": "FMM"}
    ordering = "reference"
    is_searchable = True

    def make(self) -> Record:
        facility = FacilityFactory()
        action = ActionFactory(
            facility=facility,
            programme=facility.programme,
            request=RequestFactory(),
            requesting_institution=InstitutionFactory(),
            implementer=InstitutionFactory(),
        )
        action.beneficiaries.set([InstitutionFactory(), InstitutionFactory()])
        action.partners.add(InstitutionFactory())
        action.themes.set(Theme.objects.all()[:2])
        return action

    def payload(self) -> dict[str, Any]:
        facility = FacilityFactory()
        return {
            "title": {"fr": "Appui à la stratégie nationale"},
            "facility_id": facility.pk,
            "programme_id": facility.programme_id,
            "country_ids": sorted([country("TG").pk, country("GH").pk]),
            "starts_on": "2014-07",
        }

    def found_by(self, record: Any) -> str:
        return record.reference  # type: ignore[no-any-return]


class TestActivityApi(ApiContract):
    resource = "activities"
    change = {"place": "Kpalimé", "actual_people": 24}
    bad = {"kind": "party", "action_id": "1", "number": "one"}
    ordering = "number"
    is_searchable = True

    def make(self) -> Record:
        activity = ActivityFactory(country=country("TG"))
        activity.institutions.add(InstitutionFactory())
        return activity

    def grow(self, record: Any) -> None:
        record.institutions.add(InstitutionFactory())

    def payload(self) -> dict[str, Any]:
        return {
            "action_id": ActionFactory().pk,
            "number": 1,
            "kind": "training",
            "title": {"en": "Training of trainers"},
            "starts_on": "2019",
            "planned_people": 30,
            "planned_women": 12,
        }

    def found_by(self, record: Any) -> str:
        return str(record.title)


class PartContract(ApiContract):
    """What the parts of a fiche share: kept by staff, seen with the action."""

    factory: Any

    def make(self) -> Record:
        return self.factory()  # type: ignore[no-any-return]


class TestExpertApi(PartContract):
    resource = "experts"
    factory = ExpertFactory
    change = {"days_actual": "7.5"}
    bad = {"days_planned": "ten", "profile": "A lawyer"}

    def payload(self) -> dict[str, Any]:
        return {
            "action_id": ActionFactory().pk,
            "profile": {"en": "Labour lawyer"},
            "country_id": country("GH").pk,
            "days_planned": "10.0",
        }


class TestBudgetLineApi(PartContract):
    resource = "budget-lines"
    factory = BudgetLineFactory
    change = {"spent": "1200.05"}
    bad = {"currency": "DEM", "amount": "much"}

    def payload(self) -> dict[str, Any]:
        return {
            "action_id": ActionFactory().pk,
            "text": {"fr": "Frais d’atelier"},
            "currency": "XOF",
            "amount": "1250000.00",
        }


class TestIndicatorApi(PartContract):
    resource = "indicators"
    factory = IndicatorFactory
    change = {"actual": "42"}
    bad = {"text": "Officials trained"}

    def payload(self) -> dict[str, Any]:
        return {"action_id": ActionFactory().pk, "text": {"en": "Officials trained"}, "target": "40"}


class TestRiskApi(PartContract):
    resource = "risks"
    factory = RiskFactory
    change = {"impact": "high"}
    bad = {"likelihood": "certain"}

    def payload(self) -> dict[str, Any]:
        return {"action_id": ActionFactory().pk, "text": {"en": "Elections"}, "likelihood": "medium"}


class TestApprovalApi(PartContract):
    resource = "approvals"
    factory = ApprovalFactory
    change = {"decided_on": "2018-05"}
    bad = {"decision": "maybe"}

    def payload(self) -> dict[str, Any]:
        return {
            "action_id": ActionFactory().pk,
            "position": {"en": "Director of Free Movement"},
            "decision": "approved_with_remarks",
        }


@pytest.mark.django_db
def test_money_is_not_for_partners_and_hosts() -> None:
    action = ActionFactory(requesting_institution=anpe_togo())
    line = BudgetLineFactory(action=action)
    kofi = as_persona("kofi")
    assert kofi.get(f"actions/{action.pk}/").status_code == 200
    assert kofi.get("budget-lines/").json()["count"] == 0
    assert kofi.get(f"budget-lines/{line.pk}/").status_code == 404
    assert as_persona("eva").get(f"budget-lines/{line.pk}/").json()["amount"] == "1500.50"


@pytest.mark.django_db
def test_partner_reads_the_request_of_its_own_institution_only() -> None:
    mine = ActionFactory(requesting_institution=anpe_togo(), request=RequestFactory(institution=anpe_togo()))
    other = ActionFactory(request=RequestFactory())
    other.beneficiaries.add(anpe_togo())
    kofi = as_persona("kofi")
    assert kofi.get(f"actions/{mine.pk}/").json()["request_id"] == mine.request_id
    shown = kofi.get(f"actions/{other.pk}/").json()
    assert (shown["request_id"], shown["request"]) == (None, None)
    listed = {row["id"]: row["request_id"] for row in kofi.get("actions/").json()["results"]}
    assert listed == {mine.pk: mine.request_id, other.pk: None}
    assert as_persona("eva").get(f"actions/{other.pk}/").json()["request_id"] == other.request_id


@pytest.mark.django_db
def test_actions_are_found_by_institution_year_owner_and_state() -> None:
    """Statement 17: an action stands under each of its countries and institutions."""
    agency, ministry = InstitutionFactory(), InstitutionFactory(country=country("GH"))
    mine = amina()
    both = ActionFactory(countries="TG GH", starts_on=PartialDate(2014, 7), owner=mine, status="closed")
    both.beneficiaries.add(agency)
    both.partners.add(ministry)
    togo = ActionFactory(starts_on=PartialDate(2018), requesting_institution=agency)
    undated = ActionFactory(countries="BJ", implementer=ministry)
    caller = as_persona("ada")

    def found(query: str) -> set[int]:
        return {row["id"] for row in caller.get(f"actions/?{query}").json()["results"]}

    assert found(f"country_id={country('TG').pk}") == {both.pk, togo.pk}
    assert found(f"country_id={country('GH').pk}") == {both.pk}
    assert found(f"institution_id={agency.pk}") == {both.pk, togo.pk}
    assert found(f"institution_id={ministry.pk}") == {both.pk, undated.pk}
    assert found("year=2014") == {both.pk}
    assert found("starts_on_from=2018-03") == {togo.pk}
    assert found("is_running=true") == {togo.pk, undated.pk}
    assert found(f"owner_id={mine.pk}") == {both.pk}
    assert found("is_mine=true") == set()
    assert found("is_mine=false") == {both.pk, togo.pk, undated.pk}


@pytest.mark.django_db
def test_overdue_activities_are_those_whose_last_possible_day_has_passed() -> None:
    late = ActivityFactory(starts_on=PartialDate(2019))
    ActivityFactory(starts_on=PartialDate(2019), status="done")
    ActivityFactory(starts_on=PartialDate(2999, 1))
    ActivityFactory()
    over = ActivityFactory(starts_on=PartialDate(2018, 1, 3), ends_on=PartialDate(2018, 2))
    caller = as_persona("eva")
    rows = caller.get("activities/?is_overdue=true").json()["results"]
    assert {row["id"] for row in rows} == {late.pk, over.pk}
    assert all(row["is_overdue"] for row in rows)
    assert caller.get("activities/?is_overdue=false").json()["count"] == 3


@pytest.mark.django_db
def test_two_activities_of_an_action_do_not_share_a_number() -> None:
    first = ActivityFactory(number=3)
    response = as_persona("amina").post(
        "activities/", {"action_id": first.action_id, "number": 3, "kind": "forum", "title": {"en": "Forum"}}
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == "This action already has an activity of this number."
