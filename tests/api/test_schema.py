"""The OpenAPI description is valid, complete and free of guesses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import drf_spectacular.validation
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from fmm_portal.api.urls import router
from fmm_portal.core.management.commands.write_docs import write_description
from tests.api_client import as_persona, parameters_of
from tests.project.commands import ROOT


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As the command writes it, once for all: it takes its time, and fails where anything had to be guessed."""
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    write_description(file)
    described: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return described


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_schema_is_openapi_3_1_of_which_nothing_had_to_be_guessed(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    published = Path(drf_spectacular.validation.__file__).with_name("openapi_3_1_schema.json")
    rules = json.loads(published.read_text(encoding="utf-8"))
    # Read through once: a validator that is given the rules as its root reads them again at each reference.
    known = Registry().with_resource(rules["$id"], Resource.from_contents(rules)).crawl()
    Draft202012Validator({"$ref": rules["$id"]}, registry=known).validate(schema)


def test_committed_description_is_that_of_the_code(schema: dict[str, Any]) -> None:
    """Agencies make their clients of docs/openapi.json: what changes it is seen in review (`make docs` writes it)."""
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert committed == schema


def test_every_operation_documents_its_problems(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        if path == "/api/v1/":
            continue
        responses = operation["responses"]
        problems = {code for code in responses if code >= "400"}
        assert {"401", "403"} <= problems, (path, method)
        if "{id}" in path:
            assert "404" in problems, (path, method)
        if method != "get":
            assert {"409", "422"} <= problems, (path, method)
            headers = {p["name"] for p in parameters_of(schema, operation) if p["in"] == "header"}
            assert "Idempotency-Key" in headers, (path, method)
        if "requestBody" in operation:
            assert {"400", "413", "415"} <= problems, (path, method)
        if method != "get" and "{id}" in path:
            assert "412" in problems, (path, method)
        for code in problems:
            shared = responses[code].get("$ref", "").rpartition("/")[2]
            answer = schema["components"]["responses"][shared] if shared else responses[code]
            assert list(answer["content"]) == ["application/problem+json"], (path, method, code)


def test_every_route_is_described_under_an_id_of_its_own(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _path, _method, operation in operations(schema)]
    assert len(ids) == len(set(ids))
    assert {"study_visits_list", "study_visits_confirm", "study_visits_publish_agenda"} <= set(ids)
    described = {(path, method) for path, method, _operation in operations(schema)}
    for pattern in router.urls:
        regex = pattern.pattern.regex.pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        path = "/api/v1/" + regex.replace(r"(?P<pk>\d+)", "{id}")
        for verb in pattern.callback.actions:
            if verb != "head":
                assert (path, verb) in described, (path, verb)


def test_related_ids_are_integers_and_relations_briefs(schema: dict[str, Any]) -> None:
    """A name has one type, everywhere."""
    for name, component in schema["components"]["schemas"].items():
        for field, described in component.get("properties", {}).items():
            if field.endswith("_id"):
                assert described["type"] in ("integer", ["integer", "null"]), (name, field)
            if field.endswith("_ids"):
                assert (described["type"], described["items"]["type"]) == ("array", "integer"), (name, field)


def test_schema_is_served_to_everybody() -> None:
    response = as_persona("anonymous")._client.get("/api/v1/schema/", {"format": "json"})
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "FMM portal API"


def test_documentation_has_no_script_or_style_of_its_own() -> None:
    page = as_persona("anonymous")._client.get("/api/v1/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text and "style=" not in text and "<script>" not in text
    assert "default-src 'self'" in page["Content-Security-Policy"]
    script = as_persona("anonymous")._client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
