"""Delegations and delegates through the API."""

from typing import Any

import pytest

from delegations.models import Delegate, Delegation
from fmm_portal.core.models import Record
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.personas import anpe_togo, ministry_of_ghana


class TestDelegationApi(ApiContract):
    resource = "delegations"
    change = {"target_size": 6, "target_women_percent": 40}
    bad = {"target_women_percent": 140, "sending_country_ids": "TG", "name": {}}
    is_searchable = True
    ordering = "created_at"

    def make(self) -> Record:
        record = DelegationFactory(sending_countries=[country("TG"), country("BJ")])
        record.sending_institutions.set([InstitutionFactory(), InstitutionFactory()])
        DelegateFactory(delegation=record)
        return record  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        DelegateFactory(delegation=record, replaces=DelegateFactory(delegation=record, status="replaced"))
        record.sending_institutions.add(InstitutionFactory())

    def payload(self) -> dict[str, Any]:
        return {
            "name": {"en": "Delegation of Togo"},
            "sending_country_ids": [country("TG").pk],
            "target_size": 6,
        }

    def found_by(self, record: Any) -> str:
        return str(record.name["en"]).replace(" ", "+") + "&ordering=created_at"


class TestDelegateApi(ApiContract):
    resource = "delegates"
    change = {"sex": "female", "order": 3}
    bad = {"role": "king", "seats": 0, "institution_id": 0}
    ordering = "order"
    is_searchable = True

    def make(self) -> Record:
        institution = InstitutionFactory()
        return DelegateFactory(  # type: ignore[no-any-return]
            institution=institution,
            contact=ContactFactory(institution=institution),
            person_name="Somebody",
            replaces=DelegateFactory(status="replaced"),
        )

    def payload(self) -> dict[str, Any]:
        return {
            "delegation_id": DelegationFactory().pk,
            "position": {"fr": "Directeur général de l'emploi"},
            "institution_id": anpe_togo().pk,
            "role": "head",
        }

    def found_by(self, record: Any) -> str:
        return str(record.institution.acronym)


@pytest.mark.django_db
def test_agency_nominates_for_its_own_institution_only() -> None:
    delegation = DelegationFactory(sending_countries=[country("TG")])
    DelegateFactory(delegation=delegation, institution=anpe_togo())
    key = as_agency(anpe_togo(), "delegates:read", "delegates:write")
    body = {
        "delegation_id": delegation.pk,
        "position": {"en": "Director"},
        "institution_id": anpe_togo().pk,
        "person_name": "Somebody",
    }
    response = key.post("delegates/", body)
    assert response.status_code == 201, response.content
    assert response.json()["person_name"] == "Somebody"
    ours = InstitutionFactory(country=country("TG"))
    response = key.post("delegates/", {**body, "institution_id": ours.pk})
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    other = as_agency(ministry_of_ghana(), "delegates:read", "delegates:write")
    response = other.post("delegates/", body)
    assert response.json()["errors"][0]["field"] == "delegation_id"
    assert Delegate.objects.count() == 2


@pytest.mark.django_db
def test_names_are_for_the_programme_and_the_institution_that_sends() -> None:
    delegation = DelegationFactory(sending_countries=[country("TG"), country("GH")])
    delegate = DelegateFactory(delegation=delegation, institution=anpe_togo(), person_name="Somebody")
    DelegateFactory(delegation=delegation, institution=ministry_of_ghana())
    path = f"delegates/{delegate.pk}/"
    shown = {
        name: as_persona(name).get(path).json()["person_name"] for name in ("amina", "kofi", "eva", "fatou")
    }
    assert shown == {"amina": "Somebody", "kofi": "Somebody", "eva": None, "fatou": None}
    response = as_persona("eva").get(f"{path}history/")
    assert "Somebody" not in response.content.decode()


@pytest.mark.django_db
def test_second_head_is_refused_with_a_clear_message() -> None:
    delegation = DelegationFactory()
    DelegateFactory(delegation=delegation, role="head")
    body = {"delegation_id": delegation.pk, "position": {"en": "Minister"}, "role": "head"}
    response = as_persona("amina").post("delegates/", body)
    assert response.status_code == 400
    assert (
        response.json()["detail"] == "This delegation already has a head. Change that delegate's role first."
    )
    assert delegation.delegates.count() == 1


@pytest.mark.django_db
def test_replacing_takes_the_same_seat_and_keeps_the_trail() -> None:
    delegate = DelegateFactory(role="head", order=4)
    amina = as_persona("amina")
    path = f"delegates/{delegate.pk}/replace/"
    response = amina.post(path, {"position": {"en": "Deputy director"}})
    assert [error["field"] for error in response.json()["errors"]] == ["reason"]
    response = amina.post(
        path, {"position": {"en": "Deputy director"}, "reason": "Called away", "version": 1}
    )
    assert response.status_code == 201, response.content
    shown = response.json()
    assert (shown["role"], shown["order"], shown["replaces_id"]) == ("head", 4, delegate.pk)
    assert amina.get(f"delegates/{delegate.pk}/").json()["status"] == "replaced"
    response = amina.post(path, {"position": {"en": "Another"}, "reason": "Again"})
    assert (response.status_code, response.json()["code"]) == (409, "wrong_state")


@pytest.mark.django_db
def test_composition_counts_seats() -> None:
    delegation = DelegationFactory(target_size=6)
    DelegateFactory(delegation=delegation, sex="female", seats=2)
    DelegateFactory(delegation=delegation, sex="male", status="declined")
    shown = as_persona("amina").get(f"delegations/{delegation.pk}/").json()["composition"]
    assert (shown["planned"], shown["actual"], shown["target"], shown["women_percent"]) == (2, 0, 6, 100.0)
    assert Delegation.objects.count() == 1


@pytest.mark.django_db
def test_filters_of_delegates() -> None:
    head = DelegateFactory(role="head", institution=InstitutionFactory(country=country("TN")))
    member = DelegateFactory(country=country("GH"), institution=None, constituency="workers")
    amina = as_persona("amina")

    def found(query: str) -> list[int]:
        return [row["id"] for row in amina.get(f"delegates/?{query}").json()["results"]]

    assert found("role=head") == [head.pk]
    assert found(f"country_id={country('TN').pk}") == [head.pk]
    assert found(f"country_id={country('GH').pk}") == [member.pk]
    assert found("constituency=workers") == [member.pk]
    assert found(f"delegation_id={head.delegation_id}") == [head.pk]
