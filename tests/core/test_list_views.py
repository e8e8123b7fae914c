"""Amina's own way of looking at a list: views under a name, columns, the view it opens with."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.models import ListPreference, SavedView
from tests.factories.institutions import InstitutionFactory, country

pytestmark = pytest.mark.django_db

LIST = "/institutions/"
VIEWS = "/institutions/views/"
COLUMNS = "/institutions/columns/"


def shown(page: Any) -> list[str]:
    return [row.acronym for row in page.context["listing"].table.records]


def headings(page: Any) -> list[str]:
    return [heading.label for heading in page.context["listing"].table.headings]


@pytest.fixture
def two(db: None) -> None:
    (
        InstitutionFactory(acronym="TGO", country=country("TG")),
        InstitutionFactory(acronym="GHA", country=country("GH")),
    )


def test_view_is_saved_shared_pinned_renamed_and_deleted(browser_of, amina, marc, eva, two) -> None:
    client, query = browser_of(amina), f"?country_id={country('TG').pk}&sort=-city"
    saved = client.post(VIEWS + query, {"name": "Togo", "is_shared": "on", "do": "save"})
    view = SavedView.objects.get()
    page = client.get(saved.url)
    assert (shown(page), page.context["current_view"]) == (["TGO"], view)
    assert "sort=-city" in saved.url
    assert shown(client.get(LIST)) == ["GHA", "TGO"], "not pinned yet"

    client.post(VIEWS, {"do": "pin", "id": view.pk})
    opened = client.get(LIST)
    assert shown(opened) == ["TGO"]
    assert ("Country", "Togo") in [(chip.name, chip.value) for chip in opened.context["listing"].bar.chips]
    chip = opened.context["listing"].bar.chips[0]
    assert shown(client.get(f"{LIST}?{chip.query}")) == ["GHA", "TGO"], "its filters can be taken off"
    assert shown(client.get(f"{LIST}?view=none")) == ["GHA", "TGO"]

    colleague = browser_of(marc)
    assert "Saved by Amina" in colleague.get(VIEWS).content.decode()
    assert shown(colleague.get(saved.url)) == ["TGO"]
    assert colleague.post(VIEWS, {"do": "delete", "id": view.pk}).status_code == 403
    assert "Togo</a>" not in browser_of(eva).get(VIEWS).content.decode(), "viewers are no colleagues"
    assert browser_of(eva).post(VIEWS, {"do": "pin", "id": view.pk}).status_code == 404

    client.post(VIEWS, {"do": "rename", "id": view.pk, "name": "Our Togo"})
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Our Togo", False)
    assert "Our Togo" not in colleague.get(VIEWS).content.decode()
    client.post(VIEWS, {"do": "delete", "id": view.pk})
    assert not SavedView.objects.exists()
    assert shown(client.get(LIST)) == ["GHA", "TGO"]


def test_two_views_of_a_person_have_two_names(browser_of, amina, two) -> None:
    client = browser_of(amina)
    client.post(VIEWS, {"name": "Mine"})
    again = client.post(VIEWS, {"name": "Mine"})
    assert again.status_code == 422
    assert "You have a view of this name already." in again.content.decode()
    assert client.post(VIEWS, {"name": ""}).status_code == 422
    assert SavedView.objects.count() == 1


def test_view_shows_each_person_what_they_may_see(browser_of, amina, kofi) -> None:
    """A view is a question; the answer is each reader's own."""
    client = browser_of(amina)
    client.post("/commitments/views/", {"name": "All", "is_shared": "on"})
    page = browser_of(kofi).get(f"/commitments/?view={SavedView.objects.get().pk}")
    assert (page.status_code, page.context["listing"].count) == (200, 0)
    assert page.context["current_view"] is None


def test_viewer_keeps_views_for_herself(browser_of, eva, two) -> None:
    client = browser_of(eva)
    assert client.post(VIEWS, {"name": "Mine", "is_shared": "on"}).status_code == 302
    assert SavedView.objects.get().is_shared is False


@pytest.mark.parametrize(
    "address", [LIST, "/requests/", "/actions/", "/study-visits/", "/contacts/", "/reports/"]
)
def test_columns_are_chosen_on_every_list_and_remembered(browser_of, amina, address, two) -> None:
    client = browser_of(amina)
    usual = headings(client.get(address))
    page = client.get(f"{address}columns/")
    offered = page.context["columns"]
    assert client.post(f"{address}columns/?sort=x", {"columns": [offered[0][0]]}).url == f"{address}?sort=x"
    assert headings(client.get(address)) == [usual[0], offered[0][1]]
    client.post(f"{address}columns/", {"columns": ["nonsense"]})
    assert headings(client.get(address)) == usual[:1]
    client.post(f"{address}columns/", {"reset": "yes"})
    assert headings(client.get(address)) == usual


def test_columns_stand_in_views_and_in_files(browser_of, amina, two) -> None:
    client = browser_of(amina)
    client.post(COLUMNS, {"columns": ["city", "website"]})
    client.post(VIEWS, {"name": "Towns"})
    client.post(COLUMNS, {"reset": "yes"})
    page = client.get(f"{LIST}?{SavedView.objects.get().address_query}")
    assert headings(page) == ["Acronym", "City", "Website"]
    file = client.get(f"/institutions/export/?view={SavedView.objects.get().pk}")
    assert b"".join(file.streaming_content).decode("utf-8-sig").splitlines()[0] == "Acronym,City,Website"
    assert "Website" not in headings(client.get(LIST)), "shown to who asks for it"


def test_own_choices_are_nobody_elses(browser_of, amina, marc, two) -> None:
    browser_of(amina).post(COLUMNS, {"columns": []})
    assert len(headings(browser_of(marc).get(LIST))) > 1
    assert ListPreference.objects.count() == 1


def test_list_with_views_costs_the_same_for_one_and_for_many(browser_of, amina, marc, two) -> None:
    client = browser_of(marc)

    def cost() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    first = cost()
    for name in "abc":
        SavedView.objects.create(
            owner=amina, list_name="institutions:institution_list", name=name, is_shared=True
        )
    assert cost() == first
