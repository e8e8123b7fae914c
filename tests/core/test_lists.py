"""What every list offers, on lists of several apps: sorting by several columns, first and last page, page sizes."""

import re

import pytest

from tests.factories.institutions import InstitutionFactory, country

pytestmark = pytest.mark.django_db

LIST = "/institutions/"


def shown(page: object) -> list[str]:
    return [row.acronym for row in page.context["listing"].table.records]


def links_of(page: object) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]*)"', page.content.decode())]


def test_rows_are_sorted_by_several_columns(browser_of, eva) -> None:
    for acronym, code, city in (
        ("B", "TG", "Lomé"),
        ("A", "TG", "Lomé"),
        ("C", "TG", "Kara"),
        ("D", "GH", "Accra"),
    ):
        InstitutionFactory(acronym=acronym, country=country(code), city=city, name={"en": acronym})
    page = browser_of(eva).get(LIST, {"sort": "-country,city,-acronym"})
    assert shown(page) == ["C", "B", "A", "D"]
    # The column that is clicked comes first, the others stay behind it.
    assert "?sort=-city,-country,-acronym" in links_of(page)
    assert "?sort=city,-country" in links_of(browser_of(eva).get(LIST, {"sort": "-country"}))
    assert "?sort=-city,-country" in links_of(browser_of(eva).get(LIST, {"sort": "city,-country"}))


def test_sort_keys_that_mean_nothing_are_left_out(browser_of, eva) -> None:
    InstitutionFactory(acronym="A"), InstitutionFactory(acronym="B")
    assert shown(browser_of(eva).get(LIST, {"sort": "notes,,--acronym,-acronym,acronym"})) == ["B", "A"]


def test_footer_leads_to_first_last_and_any_page(browser_of, eva) -> None:
    for _number in range(60):
        InstitutionFactory()
    page = browser_of(eva).get(LIST, {"page": 2, "search": ""})
    text = page.content.decode()
    assert "26–50 of 60" in text
    assert {"?page=1&search=", "?page=3&search="} <= set(links_of(page))
    assert 'type="number" name="page" min="1" max="3" value="2"' in text
    assert '<input type="hidden" name="search" value="">' in text, "the rest of the address stays"
    assert "?search=&page_size=50" in links_of(page)
    assert browser_of(eva).get(LIST, {"page": 99}).context["listing"].page.number == 3
