"""Filters of lists in the API: what they do not understand they refuse, rather than answer with all rows."""

import json
from typing import Any

import django_filters
import pytest

from fmm_portal.api.urls import router
from fmm_portal.core.filter_bar import SEARCH
from fmm_portal.core.filters import YesNoFilter
from tests.api_client import as_persona, parameters_of
from tests.factories.studyvisits import CommitmentFactory
from tests.project.commands import ROOT

pytestmark = pytest.mark.django_db
FILTERSETS: dict[str, Any] = {
    viewset.resource: viewset.filterset_class
    for _prefix, viewset, _name in router.registry
    if getattr(viewset, "filterset_class", None) is not None
}


def errors_of(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize("resource", FILTERSETS)
def test_no_filter_takes_a_word_that_is_neither_yes_nor_no(resource: str) -> None:
    filters = FILTERSETS[resource].base_filters
    questions = {name for name, made in filters.items() if isinstance(made, django_filters.BooleanFilter)}
    assert all(isinstance(filters[name], YesNoFilter) for name in questions)
    asked = "&".join(f"{name}=maybe" for name in questions)
    amina = as_persona("amina")
    if questions:
        assert set(errors_of(amina.get(f"{resource}/?{asked}"))) == {(name, "invalid") for name in questions}


@pytest.mark.parametrize("resource", FILTERSETS)
def test_no_filter_is_taken_without_a_value(resource: str) -> None:
    """On screen a form sends its empty fields; a client has nothing to send."""
    names = set(FILTERSETS[resource].base_filters) - {SEARCH}
    amina = as_persona("amina")
    response = amina.get(f"{resource}/?{'&'.join(f'{name}=' for name in names)}")
    assert set(errors_of(response)) == {(name, "empty_filter") for name in names}


def test_words_for_yes_and_no() -> None:
    done, waiting = CommitmentFactory(status="done"), CommitmentFactory()
    amina = as_persona("amina")
    for words, found in ((("true", "True", "1", "yes"), waiting), (("false", "FALSE", "0", "no"), done)):
        for word in words:
            [row] = amina.get(f"commitments/?is_open={word}").json()["results"]
            assert row["id"] == found.pk
    assert amina.get("commitments/?search=").json()["count"] == 2
    for word in ("null", "unknown", "2", "oui", "true,false"):
        refused = amina.get(f"commitments/?is_open={word}")
        assert errors_of(refused) == [("is_open", "invalid")]
        message = f"“{word}” is neither yes nor no. Write true or false."
        assert refused.json()["errors"][0]["message"] == message


@pytest.mark.parametrize("resource", FILTERSETS)
def test_questions_are_described_as_such(resource: str) -> None:
    described = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    listed = parameters_of(described, described["paths"][f"/api/v1/{resource}/"]["get"])
    schemas = {each["name"]: each["schema"] for each in listed}
    filters = FILTERSETS[resource].base_filters
    questions = [name for name, made in filters.items() if isinstance(made, YesNoFilter)]
    assert [schemas[name] for name in questions] == [{"type": "boolean"}] * len(questions)
