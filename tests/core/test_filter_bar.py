"""The choices that filters offer."""

import pytest

from fmm_portal.core.filter_bar import FilterField
from studyvisits.enums import CommitmentStatus
from tests.api_client import as_persona
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.factories.studyvisits import CommitmentFactory


def offered(page: object, name: str) -> list[str]:
    entry: FilterField = next(
        entry for entry in page.context["listing"].bar.front if entry.field.name == name
    )
    return [str(box.choice_label) for box in entry.field]


def test_filter_offers_what_occurs_in_the_list_and_what_is_chosen(browser_of, eva) -> None:
    InstitutionFactory(country=country("TN"))
    InstitutionFactory(country=country("TG"))
    client = browser_of(eva)
    assert offered(client.get("/institutions/"), "country_id") == ["Togo", "Tunisia"]
    page = client.get("/institutions/", {"country_id": country("BJ").pk})
    assert offered(page, "country_id") == ["Benin", "Togo", "Tunisia"]
    assert [chip.value for chip in page.context["listing"].bar.chips] == ["Benin"]
    assert page.context["listing"].count == 0


@pytest.mark.parametrize("value", ["²", "9" * 30, "x", "-1", "0"])
@pytest.mark.parametrize("address", ["/institutions/?country_id=", "/study-visits/?owner_id="])
def test_address_that_no_record_can_have_finds_nothing(browser_of, amina, address, value) -> None:
    InstitutionFactory()
    page = browser_of(amina).get(address + value)
    assert (page.status_code, page.context["listing"].count) == (200, 0)
    assert as_persona("amina").get(f"/api/v1{address}{value}").status_code == 400


def test_filter_through_a_relation_offers_what_occurs(browser_of, amina) -> None:
    contact = ContactFactory(institution=InstitutionFactory(acronym="ANPE", country=country("TG")))
    page = browser_of(amina).get("/contacts/")
    assert offered(page, "country_id") == ["Togo"]
    assert offered(page, "institution_id") == [contact.institution.choice_label]


def test_filters_cost_the_same_whatever_there_is_to_choose(
    browser_of, eva, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browser_of(eva)
    InstitutionFactory(country=country("TN"))
    client.get("/institutions/")
    with CaptureQueriesContext(connection) as at_one:
        client.get("/institutions/")
    for code in ("TG", "BJ", "GH"):
        InstitutionFactory(country=country(code))
    with django_assert_num_queries(len(at_one)):
        client.get("/institutions/")


def test_commitments_open_with_those_still_open_and_say_so(browser_of, amina) -> None:
    """The filter stands in the address, in its field and as a chip that takes it off."""
    for status in (CommitmentStatus.OPEN, CommitmentStatus.DONE, CommitmentStatus.DROPPED):
        CommitmentFactory(status=status)
    client = browser_of(amina)
    entry = client.get("/").context["navigation"]
    address = next(item.url for item, _is_current in entry if item.url.startswith("/commitments/"))
    page = client.get(address)
    listing = page.context["listing"]
    assert (address, listing.count) == ("/commitments/?is_open=true", 1)
    field = next(entry.field for entry in listing.bar.more if entry.field.name == "is_open")
    assert '<option value="true" selected>' in str(field)
    assert str(field).count("selected") == 1
    [chip] = listing.bar.chips
    assert client.get(f"/commitments/?{chip.query}").context["listing"].count == 3


def test_word_that_is_neither_yes_nor_no_is_told_beside_the_field(browser_of, amina) -> None:
    """Nothing is shown for a question that was not understood; every known word shows as its choice."""
    CommitmentFactory()
    client = browser_of(amina)
    page = client.get("/commitments/?is_open=maybe")
    listing = page.context["listing"]
    [field] = [entry.field for entry in listing.bar.more if entry.field.name == "is_open"]
    assert field.errors == ["“maybe” is neither yes nor no. Write true or false."]
    assert (listing.count, listing.bar.has_more_errors, listing.bar.chips) == (0, True, [])
    assert "“maybe” is neither yes nor no." in page.content.decode()

    listing = client.get("/commitments/?is_open=1&is_overdue=").context["listing"]
    [field] = [entry.field for entry in listing.bar.more if entry.field.name == "is_open"]
    assert '<option value="true" selected>' in str(field)
    assert (listing.count, [chip.value for chip in listing.bar.chips]) == (1, ["yes"])
