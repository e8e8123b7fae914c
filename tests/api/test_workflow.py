"""Steps of workflows through the API."""

import pytest

from fmm_portal.core.activity import history_of
from fmm_portal.core.workflow import all_workflows
from tests.api_client import as_agency, as_persona
from tests.factories.delegations import DelegateFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    StudyVisitFactory,
)
from tests.personas import aneti

pytestmark = pytest.mark.django_db


def test_actions_say_what_is_missing() -> None:
    visit = StudyVisitFactory()
    shown = as_persona("amina").get(f"study-visits/{visit.pk}/").json()
    steps = {step["name"]: step for step in shown["available_actions"]}
    assert list(steps) == ["confirm", "postpone", "cancel"]
    confirm = steps["confirm"]
    assert (confirm["allowed"], confirm["primary"], confirm["target"]) == (False, True, "confirmed")
    assert [blocker["code"] for blocker in confirm["blockers"]] == ["delegation", "agenda"]
    assert confirm["url"] == f"http://testserver/api/v1/study-visits/{visit.pk}/confirm/"
    assert steps["postpone"]["needs_reason"] is True
    assert as_persona("eva").get(f"study-visits/{visit.pk}/").json()["available_actions"] == []


def test_blocked_step_answers_with_all_that_is_missing_and_changes_nothing() -> None:
    visit = StudyVisitFactory()
    response = as_persona("amina").post(f"study-visits/{visit.pk}/confirm/")
    assert response.status_code == 409
    body = response.json()
    assert body["code"] == "blocked"
    assert body["blockers"] == [
        {
            "code": "delegation",
            "message": "Add a delegation with at least one position.",
            "can_be_overridden": False,
        },
        {"code": "agenda", "message": "Add at least one agenda item.", "can_be_overridden": False},
    ]
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("planned", 1)
    assert history_of(visit).count() == 0


def test_step_is_taken_with_history_and_a_new_version() -> None:
    visit = StudyVisitFactory()
    AgendaItemFactory(visit=visit)
    DelegateFactory(delegation=visit.delegations.first(), role="head")
    amina = as_persona("amina")
    response = amina.post(f"study-visits/{visit.pk}/confirm/", {"version": 1})
    assert response.status_code == 200, response.content
    assert (response.json()["status"], response.json()["version"]) == ("confirmed", 2)
    assert response["ETag"].startswith('"2-')
    response = amina.post(f"study-visits/{visit.pk}/confirm/", {"version": 1})
    assert (response.status_code, response.json()["code"]) == (412, "stale")
    response = amina.post(f"study-visits/{visit.pk}/confirm/")
    assert (response.status_code, response.json()["code"]) == (409, "wrong_state")
    assert history_of(visit).get().verb == "confirm"


def test_reason_is_asked_for_by_name() -> None:
    visit = StudyVisitFactory()
    body = as_persona("amina").post(f"study-visits/{visit.pk}/cancel/").json()
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("reason", "required")]
    body = as_persona("amina").post(f"study-visits/{visit.pk}/cancel/", {"because": "x"}).json()
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("because", "unknown_field")]


def test_manager_overrides_with_a_reason() -> None:
    visit = StudyVisitFactory(status="confirmed")
    path = f"study-visits/{visit.pk}/start/"
    body = {"override": True, "reason": "Published on paper"}
    assert as_persona("amina").post(path, body).json()["code"] == "blocked"
    response = as_persona("marc").post(path, body)
    assert response.status_code == 200, response.content
    assert history_of(visit).get().changes["overridden"] == [None, ["Publish the agenda."]]


def test_step_takes_its_own_values_only() -> None:
    commitment = CommitmentFactory(owed_by=aneti())
    amina = as_persona("amina")
    path = f"commitments/{commitment.pk}/mark_done/"
    body = amina.post(path, {"done_on": "2019-06"}).json()
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("evidence", "required")]
    body = amina.post(path, {"evidence": "Letter", "due_on": "2020"}).json()
    assert [error["field"] for error in body["errors"]] == ["due_on"]
    shown = amina.post(path, {"evidence": "Letter of 3 June", "done_on": "2019-06"}).json()
    assert (shown["status"], shown["evidence"], shown["done_on"]) == ("done", "Letter of 3 June", "2019-06")


def test_host_confirms_its_own_slot_by_key_and_no_other() -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit)
    own, other = AgendaHostFactory(item=item, institution=aneti()), AgendaHostFactory(item=item)
    key = as_agency(aneti(), "agenda-hosts:read", "agenda-hosts:act")
    shown = key.post(f"agenda-hosts/{own.pk}/confirm/", {"comment": "Welcome"}).json()
    assert (shown["status"], shown["comment"], shown["is_outdated"]) == ("confirmed", "Welcome", False)
    response = key.post(f"agenda-hosts/{other.pk}/confirm/")
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


def test_every_step_of_every_workflow_has_its_address(client) -> None:
    from fmm_portal.api.urls import router

    names = {pattern.name for pattern in router.urls}
    for workflow in all_workflows():
        from fmm_portal.api.resources import resource_name

        for transition in workflow.transitions:
            # What the portal does by itself is nobody's to ask for.
            assert transition.automatic or f"{resource_name(workflow.model)}-{transition.name}" in names
