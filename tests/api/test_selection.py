"""What a caller wants of records: `?fields=` and `?expand=`."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.api.resources import resource_models, viewset_of
from fmm_portal.api.selection import expandable
from fmm_portal.api.urls import router
from tests.api_client import ApiClient, as_agency, as_persona, parameters_of
from tests.factories.facility import ProgrammeFactory
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db
VIEWSETS = [viewset for _prefix, viewset, _name in router.registry]


def sql_of(caller: ApiClient, path: str) -> list[str]:
    caller.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = caller.get(path)
    assert response.status_code == 200, response.content
    return [query["sql"] for query in captured]


def problem_of(response: Any, code: int) -> dict[str, Any]:
    assert response.status_code == code, response.content
    body: dict[str, Any] = response.json()
    return body


# --- Fields ---------------------------------------------------------------------------------------------------


def test_only_the_fields_asked_for_come_in_list_and_record() -> None:
    visit = StudyVisitFactory()
    amina = as_persona("amina")
    [row] = amina.get("study-visits/?fields=reference,id,programme_id").json()["results"]
    assert row == {"id": visit.pk, "reference": visit.reference, "programme_id": visit.programme_id}
    shown = amina.get(f"study-visits/{visit.pk}/?fields=title&fields=url").json()
    assert shown == {"title": dict(visit.title), "url": f"http://testserver/api/v1/study-visits/{visit.pk}/"}


def test_what_is_left_out_is_not_fetched() -> None:
    visit = StudyVisitFactory(programme=ProgrammeFactory())
    amina = as_persona("amina")
    whole = sql_of(amina, "programmes/")
    some = sql_of(amina, "programmes/?fields=id,acronym")
    assert len(some) < len(whole)
    [rows] = [sql for sql in some if "ORDER BY" in sql and "acronym" in sql.split("FROM")[0]]
    assert '"name"' not in rows.split("FROM")[0]
    record = f"study-visits/{visit.pk}/"
    assert len(sql_of(amina, f"{record}?fields=id,title")) < len(sql_of(amina, record))


@pytest.mark.parametrize("path", ["study-visits/", "study-visits/{pk}/"])
def test_unknown_field_is_refused_with_the_known_ones(path: str) -> None:
    visit = StudyVisitFactory()
    response = as_persona("amina").get(f"{path.format(pk=visit.pk)}?fields=id,shoe_size")
    [error] = problem_of(response, 400)["errors"]
    assert (error["field"], error["code"]) == ("fields", "unknown_field")
    assert "shoe_size" in error["message"] and "reference" in error["message"]


def test_personal_fields_are_in_no_list_however_they_are_asked_for() -> None:
    response = as_persona("amina").get("delegates/?fields=person_name")
    assert [error["field"] for error in problem_of(response, 400)["errors"]] == ["fields"]


def test_hidden_fields_stay_hidden() -> None:
    for name, viewset in ((name, viewset_of(model)) for name, model in resource_models().items()):
        assert (
            set(viewset.serializer_class.names(in_list=True)) & {*viewset.model.restricted_fields} == set()
        ), name


# --- Expanding ------------------------------------------------------------------------------------------------


def test_expanded_relation_is_the_record_of_its_own_list() -> None:
    item = AgendaItemFactory(visit__programme=ProgrammeFactory())
    amina = as_persona("amina")
    [row] = amina.get("agenda-items/?expand=visit").json()["results"]
    [visit] = amina.get("study-visits/").json()["results"]
    assert row["visit"] == visit
    deep = amina.get(f"agenda-items/{item.pk}/?expand=visit.programme&fields=id").json()
    [programme] = amina.get("programmes/").json()["results"]
    assert set(deep) == {"id", "visit"}
    # The brief's own words stay: what was there is never taken away.
    assert deep["visit"]["programme"] | programme == deep["visit"]["programme"]


def test_many_are_expanded_as_one_and_cost_the_same_for_any_number_of_rows() -> None:
    amina = as_persona("amina")
    path = "study-visits/?expand=programme,delegations.sending_countries,themes,owner_is_not_one"
    [error] = problem_of(amina.get(path), 400)["errors"]
    assert (error["field"], error["code"]) == ("expand", "unknown_relation")
    assert "delegations" in error["message"]
    path = "study-visits/?expand=programme,delegations,host_countries"
    StudyVisitFactory(programme=ProgrammeFactory())
    first = len(sql_of(amina, path))
    StudyVisitFactory(programme=ProgrammeFactory())
    StudyVisitFactory()
    assert len(sql_of(amina, path)) == first


def test_second_step_is_named_and_a_third_is_refused() -> None:
    amina = as_persona("amina")
    [error] = problem_of(amina.get("agenda-items/?expand=visit.shoe"), 400)["errors"]
    assert "visit.programme" in error["message"]
    [error] = problem_of(amina.get("agenda-items/?expand=visit.programme.funders"), 400)["errors"]
    assert error["code"] == "too_deep"


def test_key_expands_what_it_may_read_and_nothing_else() -> None:
    AgendaItemFactory()
    key = as_agency(anpe_togo(), "agenda-items:read")
    body = problem_of(key.get("agenda-items/?expand=visit"), 403)
    assert body["code"] == "missing_scope" and "study-visits:read" in body["detail"]
    both = as_agency(anpe_togo(), "agenda-items:read", "study-visits:read", role="viewer")
    [row] = both.get("agenda-items/?expand=visit").json()["results"]
    assert "objectives" in row["visit"]
    body = problem_of(both.get("agenda-items/?expand=visit.programme"), 403)
    assert "programmes:read" in body["detail"]


def test_every_relation_named_in_the_description_can_be_expanded(client: Any) -> None:
    ada = as_persona("ada")
    schema = json.loads(client.get("/api/v1/schema/?format=json").content)
    for viewset in VIEWSETS:
        relations = expandable(viewset.serializer_class, in_list=True)
        parameters = parameters_of(schema, schema["paths"][f"/api/v1/{viewset.resource}/"]["get"])
        described = {each["name"]: each.get("description", "") for each in parameters}
        assert "fields" in described
        if relations:
            assert all(name in described["expand"] for name in relations)
            response = ada.get(f"{viewset.resource}/?expand={','.join(relations)}")
            assert response.status_code == 200, (viewset.resource, response.content)


def test_brief_in_a_list_says_what_the_record_itself_says() -> None:
    """Fetched by a query of its own, column by column."""
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit)
    AgendaHostFactory(item=item, institution=aneti())
    amina = as_persona("amina")
    listed = amina.get("agenda-hosts/").json()["results"][0]["institution"]
    whole = amina.get(f"institutions/{listed['id']}/").json()
    assert {name: listed[name] for name in ("acronym", "name", "url")} == {
        name: whole[name] for name in ("acronym", "name", "url")
    }
    assert listed["acronym"] == "ANETI"
