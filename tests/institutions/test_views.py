"""Pages of the directory."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.institutions.models import Theme
from fmm_portal.institutions.views import ContactViews, InstitutionViews
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.page_contract import PageContract


class TestInstitutionPages(PageContract):
    views = InstitutionViews
    outsider = ""
    field = "city"

    def make(self) -> Record:
        institution = InstitutionFactory(country=country("TG"), city="Lomé", parent=InstitutionFactory())
        institution.themes.add(Theme.objects.first())
        ContactFactory(institution=institution)
        InstitutionFactory(parent=institution)
        return institution

    def form_data(self) -> dict[str, object]:
        return {
            "name_en": "Observatory of migration",
            "acronym": "OBS",
            "country": country("TG").pk,
            "kind": "observatory",
        }


class TestContactPages(PageContract):
    views = ContactViews
    field = "languages"
    values = ("fr", "fr, en")

    def make(self) -> Record:
        return ContactFactory(person_name="Nobody Real", email="post@example.org", phone="+228 00 00 00 00")

    def form_data(self) -> dict[str, object]:
        return {"position_en": "Director", "institution": self.institution(), "sex": "not_stated"}

    def edited(self, page: str, text: str) -> dict[str, Any]:
        """As a browser sends it: with the person that the form shows to staff."""
        person = {"person_name": "Nobody Real", "email": "post@example.org", "phone": "+228 00 00 00 00"}
        return super().edited(page, text) | person

    def institution(self) -> int:
        from fmm_portal.institutions.models import Contact

        contact = Contact.objects.first()
        return contact.institution_id if contact else InstitutionFactory().pk


def test_person_behind_a_post_is_shown_to_staff_only(browser_of, amina, eva) -> None:
    contact = ContactFactory(person_name="Nobody Real", email="post@example.org", phone="+228 00 00 00 00")
    personal = ["Nobody Real", "post@example.org", "+228 00 00 00 00"]

    def shown_to(client: Client, url: str) -> list[str]:
        page = client.get(url).content.decode()
        assert str(contact.position) in page
        return [word for word in personal if word in page]

    url = contact.get_absolute_url()
    assert shown_to(browser_of(amina), url) == personal
    assert shown_to(browser_of(eva), url) == []
    assert shown_to(browser_of(amina), "/contacts/") == [], "personal data are in no list"


def test_rename_keeps_the_former_name(browser_of, amina) -> None:
    ministry = InstitutionFactory(name=Multilingual(en="Ministry of Labour"), acronym="ML")
    page = browser_of(amina).get(f"/institutions/{ministry.pk}/rename/")
    assert page.status_code == 200


@pytest.mark.parametrize("part", ["countries", "themes"])
def test_countries_and_themes_cost_the_same_with_one_institution_and_three(browser_of, eva, part) -> None:
    subject = country("TG") if part == "countries" else Theme.objects.get(code="labour_migration")
    client = browser_of(eva)

    def add() -> None:
        InstitutionFactory(country=country("TG")).themes.add(Theme.objects.get(code="labour_migration"))

    def cost() -> list[int]:
        counts = []
        for url in (f"/{part}/", f"/{part}/{subject.pk}/"):
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.append(len(captured))
        return counts

    add()
    at_one = cost()
    add(), add()
    assert cost() == at_one
