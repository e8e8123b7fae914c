"""`study-visits/{id}/agenda/`: the whole agenda is sent at once, and never undoes what others did meanwhile."""

from datetime import date, time
from typing import Any

import pytest

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.enums import KeyRole
from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Activity
from studyvisits.models import AgendaHost, AgendaItem, SessionNote, StudyVisit
from studyvisits.workflow import HOST_WORKFLOW
from tests.api_client import ApiClient, as_agency, as_persona
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)
from tests.personas import amina as the_officer
from tests.personas import aneti, anpe_togo
from tests.studyvisits.test_api import an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> StudyVisit:
    """Two sessions of the founding visit; the employment agency has confirmed the first."""
    visit: StudyVisit = StudyVisitFactory()
    first = AgendaItemFactory(
        visit=visit, leg=visit.legs.first(), day=date(2019, 1, 21), starts_at=time(9), order=1
    )
    AgendaItemFactory(visit=visit, day=date(2019, 1, 22), starts_at=None, order=1)
    host = AgendaHostFactory(item=first, institution=aneti())
    HOST_WORKFLOW.apply(host, "confirm", actor=actor_of(the_officer()))
    return visit


def path(visit: StudyVisit) -> str:
    return f"study-visits/{visit.pk}/agenda/"


def read(caller: ApiClient, visit: StudyVisit) -> tuple[list[dict[str, Any]], str]:
    response = caller.get(path(visit))
    assert response.status_code == 200, response.content
    assert response.json()["visit_id"] == visit.pk
    return response.json()["items"], response["ETag"]


def errors_of(response: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


def test_what_was_read_is_given_back_and_nothing_is_written(visit: StudyVisit) -> None:
    amina = as_persona("amina")
    items, tag = read(amina, visit)
    entries = Activity.objects.count()
    response = amina.put(path(visit), {"items": items}, If_Match=tag)
    assert (response.status_code, response["ETag"]) == (200, tag), response.content
    assert response.json()["items"] == items
    assert Activity.objects.count() == entries
    assert amina.get(path(visit), If_None_Match=tag).status_code == 304


def test_sessions_are_changed_added_and_removed_at_once(visit: StudyVisit) -> None:
    amina, host = as_persona("amina"), InstitutionFactory()
    items, tag = read(amina, visit)
    new = {
        "day": "2019-01-23",
        "starts_at": "10:00:00",
        "kind": "courtesy",
        "topic": {"fr": "Ministère"},
        "hosts": [{"institution_id": host.pk}],
    }
    rows = [{"id": items[0]["id"], "place": "Tunis"}, new]
    response = amina.put(path(visit), {"items": rows}, If_Match=tag)
    assert response.status_code == 200, response.content
    shown = response.json()["items"]
    assert [(row["day"], row["place"]) for row in shown] == [("2019-01-21", "Tunis"), ("2019-01-23", "")]
    # What a row leaves out stays: the session's hour, and the host's answer.
    assert (shown[0]["starts_at"], shown[0]["hosts"]) == ("09:00:00", items[0]["hosts"])
    assert shown[0]["hosts"][0]["status"] == "confirmed"
    assert [row["institution_id"] for row in shown[1]["hosts"]] == [host.pk]
    verbs = history_of(visit).values_list("verb", flat=True)
    assert sorted(verbs[:4]) == ["create", "create", "delete", "update"]
    assert response["ETag"] != tag
    # Each is still there by itself.
    assert amina.get(f"agenda-items/{shown[1]['id']}/").json()["topic"] == {"fr": "Ministère"}


def test_host_keeps_its_answer_and_is_asked_again_where_the_slot_moved(visit: StudyVisit) -> None:
    amina = as_persona("amina")
    items, tag = read(amina, visit)
    items[0]["starts_at"], items[1]["place"] = "14:00:00", "Sfax"
    moved = amina.put(path(visit), {"items": items}, If_Match=tag)
    (answer,) = moved.json()["items"][0]["hosts"]
    assert (answer["status"], answer["is_outdated"]) == ("confirmed", True)
    items = moved.json()["items"]
    items[0]["hosts"] = []
    response = amina.put(path(visit), {"items": items}, If_Match=moved["ETag"])
    assert response.json()["items"][0]["hosts"] == []
    assert AgendaHost.objects.count() == 0


def test_moved_session_stands_by_its_hour_unless_told_otherwise(visit: StudyVisit) -> None:
    amina = as_persona("amina")
    AgendaItemFactory(visit=visit, day=date(2019, 1, 21), starts_at=time(11), order=2)
    items, tag = read(amina, visit)
    first = items[0]
    first["starts_at"] = "15:00:00"
    response = amina.put(path(visit), {"items": items}, If_Match=tag)
    assert [row["starts_at"] for row in response.json()["items"]] == ["11:00:00", "15:00:00", None]


def test_nobody_writes_an_agenda_without_saying_what_they_read(visit: StudyVisit) -> None:
    response = as_persona("amina").put(path(visit), {"items": []})
    assert (response.status_code, response.json()["code"]) == (428, "precondition_required")
    assert response.json()["title"] == "Say which version you are changing"
    assert AgendaItem.objects.count() == 2


@pytest.mark.parametrize("meanwhile", ["changed", "added", "removed", "answered"])
def test_agenda_changed_by_others_meanwhile_is_not_written_over(visit: StudyVisit, meanwhile: str) -> None:
    amina, marc = as_persona("amina"), as_persona("marc")
    items, tag = read(amina, visit)
    last = f"agenda-items/{items[1]['id']}/"
    host = items[0]["hosts"][0]["id"]
    done = {
        "changed": lambda: marc.patch(last, {"place": "Sfax"}),
        "added": lambda: marc.post("agenda-items/", {"visit_id": visit.pk, "topic": {"en": "Farewell"}}),
        "removed": lambda: marc.delete(last),
        "answered": lambda: marc.post(f"agenda-hosts/{host}/decline/", {"reason": "Strike"}),
    }[meanwhile]()
    assert done.status_code in (200, 201, 204), done.content
    before = list(AgendaItem.objects.values())
    response = amina.put(path(visit), {"items": items[:1]}, If_Match=tag)
    assert (response.status_code, response.json()["code"]) == (412, "stale")
    assert list(AgendaItem.objects.values()) == before
    assert amina.put(path(visit), {"items": items[:1]}, If_Match="*").status_code == 200


def test_every_session_says_what_is_wrong_and_nothing_is_written(visit: StudyVisit) -> None:
    amina, other = as_persona("amina"), an_item()
    items, tag = read(amina, visit)
    topic = {"topic": {"en": "Welcome"}}
    rows = [
        {"id": items[0]["id"], "day": "2020-01-21"},
        {"id": other.pk, **topic},
        {"id": items[0]["id"]},
        {**topic, "leg_id": other.leg_id, "ends_at": "10:00"},
        {},
    ]
    response = amina.put(path(visit), {"items": rows}, If_Match=tag)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert set(errors_of(response)) == {
        ("items.0.day", "invalid"),
        ("items.1.id", "does_not_exist"),
        ("items.2.id", "given_twice"),
        ("items.3.leg_id", "invalid"),
        ("items.3.starts_at", "invalid"),
        ("items.4.topic", "invalid"),
    }
    rows = [
        {"kind": "party", "shape": "round"},
        {"hosts": [{"institution_id": 0}]},
        {**topic, "visit_id": other.visit_id},
    ]
    response = amina.put(path(visit), {"items": rows[:2]}, If_Match=tag)
    assert errors_of(response) == [
        ("items.0.shape", "unknown_field"),
        ("items.1.hosts.0.institution_id", "does_not_exist"),
    ]
    response = amina.put(path(visit), {"items": rows[2:]}, If_Match=tag)
    assert errors_of(response) == [("items.0.visit_id", "invalid")]
    for body in ({}, {"items": {}}, {"items": None}, [], {"items": [7]}):
        assert amina.put(path(visit), body, If_Match=tag).status_code == 400
    assert read(amina, visit) == (items, tag)


def test_session_with_notes_is_not_removed_by_leaving_it_out(visit: StudyVisit) -> None:
    amina = as_persona("amina")
    item = AgendaItem.objects.filter(visit=visit).first()
    SessionNoteFactory(item=item)
    _items, tag = read(amina, visit)
    response = amina.put(path(visit), {"items": []}, If_Match=tag)
    assert (response.status_code, response.json()["code"]) == (409, "in_use")
    assert errors_of(response) == [("items", "in_use")]
    assert (AgendaItem.objects.count(), SessionNote.objects.count()) == (2, 1)


def test_who_may_not_change_the_visit_may_not_write_its_agenda(visit: StudyVisit) -> None:
    _items, tag = read(as_persona("eva"), visit)
    response = as_persona("eva").put(path(visit), {"items": []}, If_Match=tag)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert as_persona("fatou").get(path(visit)).status_code == 404
    assert as_persona("fatou").put(path(visit), {"items": []}, If_Match=tag).status_code == 404
    StudyVisit.objects.update(status="closed")
    response = as_persona("amina").put(path(visit), {"items": []}, If_Match=tag)
    assert response.json()["detail"] == "A closed or cancelled visit cannot be changed. Reopen it first."


def test_key_needs_the_scopes_of_all_that_it_writes(visit: StudyVisit) -> None:
    scopes = ["study-visits:read", "study-visits:write", "agenda-items:write", "agenda-hosts:write"]
    body: dict[str, Any] = {"items": []}
    for missing in scopes[1:]:
        key = as_agency(anpe_togo(), *[s for s in scopes if s != missing], role=KeyRole.OFFICER)
        response = key.put(path(visit), body, If_Match="*")
        assert (response.status_code, response.json()["code"]) == (403, "missing_scope"), missing
        assert missing in response.json()["detail"]
    key = as_agency(anpe_togo(), *scopes, role=KeyRole.OFFICER)
    assert key.get(path(visit)).json()["detail"] == "The key lacks the scope agenda-items:read."
    assert key.put(path(visit), body, If_Match="*").status_code == 200
    assert AgendaItem.objects.count() == 0


def test_sent_again_with_its_key_the_agenda_is_written_once(visit: StudyVisit) -> None:
    amina = as_persona("amina")
    items, tag = read(amina, visit)
    body = {"items": [*items, {"topic": {"en": "Farewell"}}]}
    first = amina.put(path(visit), body, If_Match=tag, Idempotency_Key="agenda-of-tunis")
    again = amina.put(path(visit), body, If_Match=tag, Idempotency_Key="agenda-of-tunis")
    assert (first.status_code, again.content, again["ETag"]) == (200, first.content, first["ETag"])
    assert AgendaItem.objects.count() == 3
