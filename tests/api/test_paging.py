"""Pages of lists: numbered, or walked through by cursor while rows come and go."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api_client import ApiClient, as_persona, parameters_of
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db


def step(caller: ApiClient, path: str) -> tuple[list[int], str]:
    page = caller.get(path).json()
    return [row["id"] for row in page["results"]], page["next"]


def refusal(caller: ApiClient, query: str) -> list[str]:
    response = caller.get(f"institutions/?{query}")
    assert response.status_code == 400, response.content
    return [error["field"] for error in response.json()["errors"]]


def test_rows_added_before_the_place_shift_nothing() -> None:
    amina = as_persona("amina")
    there = [InstitutionFactory(acronym=acronym).pk for acronym in "BDFHJ"]
    walk = "institutions/?ordering=acronym&page_size=2"
    seen, following = step(amina, f"{walk}&paging=cursor")
    first, number_two = step(amina, walk)
    assert seen == first == there[:2]
    InstitutionFactory(acronym="A")
    between = InstitutionFactory(acronym="E").pk
    # By number the rows have moved on by one: D comes twice. The walk goes on where it was.
    assert step(amina, number_two)[0][0] == there[1]
    while following:
        found, following = step(amina, following)
        seen += found
    assert seen == [*there[:2], between, *there[2:]]


def test_row_that_went_meanwhile_loses_no_other() -> None:
    amina = as_persona("amina")
    rows = [StudyVisitFactory(starts_on=None) for _ in range(4)]
    seen, following = step(amina, "study-visits/?page_size=2&paging=cursor")
    assert seen == [rows[3].pk, rows[2].pk]
    rows[2].delete()
    assert step(amina, following)[0] == [rows[1].pk, rows[0].pk]


def test_dates_that_are_not_known_keep_their_place_in_a_walk() -> None:
    amina = as_persona("amina")
    for date in ("2019-01", None, "2019", "2019-01-21", None):
        StudyVisitFactory(starts_on=date)
    for ordering in ("starts_on", "-starts_on", "starts_on,-reference"):
        numbered, _next = step(amina, f"study-visits/?ordering={ordering}")
        walked, following = step(amina, f"study-visits/?ordering={ordering}&page_size=1&paging=cursor")
        while following:
            found, following = step(amina, following)
            walked += found
        assert walked == numbered, ordering


def test_later_page_is_found_by_its_values_and_not_by_counting() -> None:
    amina = as_persona("amina")
    for acronym in "ABCDEF":
        InstitutionFactory(acronym=acronym)

    def sql(path: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            amina.get(path)
        return [query["sql"] for query in captured]

    start = "institutions/?page_size=2&paging=cursor"
    _seen, following = step(amina, start)
    first, second = sql(start), sql(following)
    assert len(first) == len(second) < len(sql("institutions/?page_size=2"))
    assert not any("OFFSET" in line or "COUNT(" in line for line in second)


def test_what_cannot_be_walked_is_refused() -> None:
    amina = as_persona("amina")
    for acronym in "ABC":
        InstitutionFactory(acronym=acronym)
    _seen, following = step(amina, "institutions/?ordering=acronym&page_size=1&paging=cursor")
    query = urlsplit(following).query
    assert refusal(amina, query.replace("ordering=acronym", "ordering=kind")) == ["cursor"]
    assert refusal(amina, "cursor=made-up") == ["cursor"]
    assert refusal(amina, "cursor=WzFd") == ["cursor"]
    assert refusal(amina, "paging=cursor&page=2") == ["page"]
    assert refusal(amina, "paging=sideways") == ["paging"]
    assert refusal(amina, "paging=cursor&page_size=201") == ["page_size"]


def test_description_tells_of_both_ways(client: Any) -> None:
    schema = client.get("/api/v1/schema/?format=json").json()
    names = {each["name"] for each in parameters_of(schema, schema["paths"]["/api/v1/institutions/"]["get"])}
    assert {"page", "page_size", "paging", "cursor"} <= names
