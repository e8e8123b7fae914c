"""The directory through the API."""

import itertools
from typing import Any

import pytest

from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution, Theme
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.personas import aneti, anpe_togo

# Codes that ISO 3166 leaves to its users.
USER_CODES = (f"X{letter}" for letter in itertools.cycle("ABCDEFGHIJLMNOPQRSTUVWYZ"))


class TestCountryApi(ApiContract):
    resource = "countries"
    writer = "ada"
    outsider = ""
    change = {"is_programme_country": True}
    bad = {"code": "TUN", "ecowas_member_from": "1975-13"}
    ordering = "code"
    is_searchable = True

    def make(self) -> Record:
        return Country.objects.create(code=next(USER_CODES))

    def payload(self) -> dict[str, Any]:
        return {"code": "XK", "is_programme_country": False, "ecowas_member_from": "1975-05"}

    def found_by(self, record: Any) -> str:
        return record.code  # type: ignore[no-any-return]


class TestThemeApi(ApiContract):
    resource = "themes"
    writer = "ada"
    outsider = ""
    change = {"name": {"en": "Seasonal work", "fr": "Travail saisonnier"}}
    bad = {"name": {}, "code": "two words"}
    ordering = "code"
    is_searchable = True
    numbers = itertools.count()

    def make(self) -> Record:
        n = next(self.numbers)
        return Theme.objects.create(code=f"theme-{n}-x", name=Multilingual(en=f"Theme {n}"))

    def payload(self) -> dict[str, Any]:
        return {"code": "seasonal-work", "name": {"en": "Seasonal work"}}

    def found_by(self, record: Any) -> str:
        return record.code  # type: ignore[no-any-return]


class TestInstitutionApi(ApiContract):
    resource = "institutions"
    outsider = ""
    change = {"city": "Lomé"}
    bad = {"kind": "circus", "country_id": "TG", "name": {"de": "Agentur"}, "theme_ids": [0]}
    ordering = "acronym"
    is_searchable = True

    def make(self) -> Record:
        parent = InstitutionFactory(country=country("GH"))
        record = InstitutionFactory(parent=parent, city="Kara")
        record.themes.set(Theme.objects.all()[:2])
        FormerName.objects.create(
            institution=record, name=Multilingual(en="Old agency"), valid_until=PartialDate(2015)
        )
        return record

    def grow(self, record: Any) -> None:
        FormerName.objects.create(
            institution=record, name=Multilingual(en="Older"), valid_until=PartialDate(2001)
        )
        record.themes.add(Theme.objects.exclude(institutions=record)[0])
        update_record(record, actor=system_actor(), changes={"notes": f"Note {record.former_names.count()}"})

    def payload(self) -> dict[str, Any]:
        return {
            "name": {"fr": "Office des Tunisiens à l'étranger"},
            "acronym": "OTE",
            "country_id": country("TN").pk,
            "kind": "diaspora_agency",
            "theme_ids": [Theme.objects.order_by("pk")[0].pk],
        }

    def found_by(self, record: Any) -> str:
        return record.acronym  # type: ignore[no-any-return]


class TestFormerNameApi(ApiContract):
    resource = "former-names"
    outsider = ""
    change = {"acronym": "OLD"}
    bad = {"valid_until": "soon", "institution_id": 0}
    ordering = "updated_at"

    def make(self) -> Record:
        return FormerName.objects.create(
            institution=InstitutionFactory(),
            name=Multilingual(en="Old agency"),
            valid_until=PartialDate(2015),
        )

    def payload(self) -> dict[str, Any]:
        return {"institution_id": anpe_togo().pk, "name": {"en": "Labour office"}, "valid_until": "2009"}


class TestContactApi(ApiContract):
    resource = "contacts"
    change = {"languages": "fr, en"}
    bad = {"position": {}, "email": "not an address", "ends_on": "2015-02-30"}
    is_searchable = True

    def make(self) -> Record:
        return ContactFactory(institution=InstitutionFactory(), person_name="Somebody", email="s@example.org")

    def payload(self) -> dict[str, Any]:
        return {"institution_id": anpe_togo().pk, "position": {"en": "Director"}, "starts_on": "2015-07"}

    def found_by(self, record: Contact) -> str:
        return record.institution.acronym


@pytest.mark.django_db
def test_person_behind_a_post_is_read_by_staff_and_the_own_agency_only() -> None:
    contact = ContactFactory(
        institution=anpe_togo(), person_name="Somebody", email="s@example.org", phone="+228 1"
    )
    path = f"contacts/{contact.pk}/"
    known = {"person_name": "Somebody", "email": "s@example.org", "phone": "+228 1"}
    for persona in ("amina", "kofi"):
        shown = as_persona(persona).get(path).json()
        assert {name: shown[name] for name in known} == known
    shown = as_persona("eva").get(path).json()
    assert {name: shown[name] for name in known} == dict.fromkeys(known)
    assert as_agency(anpe_togo(), "contacts:read").get(path).json()["person_name"] == "Somebody"
    assert as_agency(aneti(), "contacts:read").get(path).status_code == 404


@pytest.mark.django_db
def test_rename_keeps_the_former_name() -> None:
    institution = InstitutionFactory(acronym="MFP", name=Multilingual(fr="Ministère de la fonction publique"))
    amina = as_persona("amina")
    body = {
        "name": {"fr": "Ministère de la fonction publique, du travail et du dialogue social"},
        "acronym": "MFPTDS",
        "former_until": "2020",
        "reason": "Decree",
    }
    response = amina.post(f"institutions/{institution.pk}/rename/", body)
    assert response.status_code == 200, response.content
    shown = response.json()
    assert (shown["acronym"], shown["version"]) == ("MFPTDS", 2)
    assert [(name["acronym"], name["valid_until"]) for name in shown["former_names"]] == [("MFP", "2020")]
    response = amina.post(f"institutions/{institution.pk}/rename/", {**body, "version": 1})
    assert (response.status_code, response.json()["code"]) == (412, "stale")
    response = amina.post(f"institutions/{institution.pk}/rename/", {"acronym": "X"})
    assert [error["field"] for error in response.json()["errors"]] == ["name", "former_until"]
    assert FormerName.objects.filter(institution=institution).count() == 1


@pytest.mark.django_db
def test_second_institution_with_the_acronym_is_refused_in_the_models_words() -> None:
    InstitutionFactory(acronym="ANETI", country=country("TN"))
    body = {
        "name": {"en": "Another"},
        "acronym": "aneti",
        "country_id": country("TN").pk,
        "kind": "government",
    }
    response = as_persona("amina").post("institutions/", body)
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {
            "field": "",
            "code": "invalid",
            "message": "Another institution of this country already has this acronym.",
        }
    ]
    assert Institution.objects.filter(acronym__iexact="aneti").count() == 1


@pytest.mark.django_db
def test_country_names_come_in_all_languages() -> None:
    shown = as_persona("eva").get(f"countries/{country('TG').pk}/").json()
    assert shown["name"] == {"en": "Togo", "fr": "Togo", "pt": "Togo", "ar": "توغو"}


@pytest.mark.django_db
def test_filters_of_institutions() -> None:
    tunisian = InstitutionFactory(country=country("TN"), kind="ngo")
    ghanaian = InstitutionFactory(country=country("GH"), kind="ministry")
    togolese = InstitutionFactory(country=country("TG"), kind="ngo")
    amina = as_persona("amina")

    def found(query: str) -> set[int]:
        return {row["id"] for row in amina.get(f"institutions/?{query}").json()["results"]}

    tn, gh = country("TN").pk, country("GH").pk
    assert found(f"country_id={tn}") == {tunisian.pk}
    assert found(f"country_id={tn}&country_id={gh}") == {tunisian.pk, ghanaian.pk}
    assert found("kind=ngo") == {tunisian.pk, togolese.pk}
    assert found(f"kind=ngo&country_id={tn}") == {tunisian.pk}
    response = amina.get("institutions/?kind=circus")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "kind")
