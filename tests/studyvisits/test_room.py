"""Session mode: Amina and a delegate in the meeting room, telephone in hand."""

from datetime import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.multilingual import Multilingual
from studyvisits.enums import OutcomeKind
from studyvisits.models import AgendaItem, Attendance, Commitment, SessionNote, SessionOutcome
from tests.factories.delegations import DelegateFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    SessionNoteFactory,
    SessionOutcomeFactory,
    StudyVisitFactory,
)
from tests.page_contract import errors_of, hidden_value
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture
def item() -> AgendaItem:
    visit = StudyVisitFactory()
    AgendaItemFactory(visit=visit, order=1, topic=Multilingual(en="Courtesy call"))
    item = AgendaItemFactory(
        visit=visit, order=2, topic=Multilingual(en="Guichet unique"), place="Tunis", starts_at=time(9)
    )
    AgendaItemFactory(
        visit=visit, order=3, topic=Multilingual(en="Field visit"), place="Sfax", starts_at=time(11, 30)
    )
    AgendaHostFactory(item=item, institution=aneti())
    return item


def room(item: AgendaItem, page: str = "notes") -> str:
    return reverse(f"studyvisits:session_room_{page}", args=[item.visit_id, item.pk])


def outcome_url(page: str, item: AgendaItem, *args: Any) -> str:
    return reverse(f"studyvisits:session_outcome_{page}", args=[item.visit_id, item.pk, *args])


def read(client: Client, item: AgendaItem) -> str:
    response = client.get(room(item))
    assert response.status_code == 200
    return response.content.decode()


def write(client: Client, item: AgendaItem, **typed: str) -> Any:
    page = read(client, item)
    names = ("draft", "submission", "record_version", "record_base")
    machinery = {name: hidden_value(page, name) for name in names if f'name="{name}"' in page}
    response = client.post(room(item), {**machinery, **typed})
    assert response.status_code == 302, errors_of(response)
    return response


# --- the room ---


def test_room_says_what_where_and_what_comes_next(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    page = read(browser_of(amina), item)
    assert "<h1>Guichet unique" in page
    assert "Tunis · ANETI" in page
    assert 'data-day="2019-01-21" data-from="09:00"' in page
    assert "11:30" in page
    assert "Field visit, Sfax" in page
    assert "Courtesy call" in page


def test_notes_are_one_record_however_often_they_are_saved(
    browser_of: Any, amina: Any, item: AgendaItem
) -> None:
    client = browser_of(amina)
    assert write(client, item, key_points_en="One adviser").url == room(item)
    write(client, item, key_points_en="One adviser for eighty")
    note = SessionNote.objects.get()
    assert (str(note.key_points), note.author) == ("One adviser for eighty", amina)
    assert [entry.verb for entry in history_of(note)] == ["update", "create"]


def test_saving_leads_on_to_the_next_session(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    client = browser_of(amina)
    following = AgendaItem.objects.get(place="Sfax")
    assert write(client, item, key_points_en="Done", onward="1").url == room(following)
    assert write(client, following, key_points_en="Last", onward="1").url == room(following)


def test_everybody_writes_notes_of_their_own_and_reads_no_draft_of_others(
    browser_of: Any, amina: Any, jean: Any, item: AgendaItem
) -> None:
    DelegateFactory(delegation=item.visit.delegations.get(), account=jean)
    SessionNoteFactory(item=item, author=amina, key_points=Multilingual(en="Between colleagues"))
    SessionOutcomeFactory(item=item, author=amina, text=Multilingual(en="Not for guests"))
    client = browser_of(jean)
    page = read(client, item)
    assert "Between colleagues" not in page
    assert "Not for guests" not in page
    assert 'id="attendance"' not in page, "who was there is for the programme to record"
    write(client, item, key_points_en="As a delegate")
    assert SessionNote.objects.count() == 2


@pytest.mark.parametrize(
    ("persona", "status"), [("eva", 403), ("sami", 403), ("fatou", 404), ("nobody", 404)]
)
def test_room_is_for_those_who_write(
    persona: str, status: int, browser_of: Any, item: AgendaItem, request: pytest.FixtureRequest
) -> None:
    client = browser_of(request.getfixturevalue(persona))
    assert client.get(room(item)).status_code == status
    assert client.post(room(item, "present"), {"all_present": "1"}).status_code == status
    assert client.post(outcome_url("create", item), {"kind": "task", "line": "No"}).status_code == status
    assert not Attendance.objects.exists()


def test_room_costs_the_same_with_forty_delegates(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    client = browser_of(amina)
    delegation = item.visit.delegations.get()

    def grow(count: int) -> int:
        for _number in range(count):
            delegate = DelegateFactory(delegation=delegation, institution=anpe_togo())
            Attendance.objects.create(item=item, delegate=delegate)
        SessionOutcomeFactory(item=item)
        client.get(room(item))
        with CaptureQueriesContext(connection) as captured:
            read(client, item)
        return len(captured)

    assert grow(1) == grow(39)


# --- attendance ---


def test_all_are_present_in_one_tap(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    delegation = item.visit.delegations.get()
    here, late, remote = (DelegateFactory(delegation=delegation) for _number in range(3))
    Attendance.objects.create(item=item, delegate=remote, status="remote")
    Attendance.objects.create(item=item, delegate=late, status="absent")
    client = browser_of(amina)
    client.post(room(item, "present"), {"was": str(remote.pk), "all_present": "1"})
    rows = dict(Attendance.objects.values_list("delegate", "status"))
    assert rows == {here.pk: "present", late.pk: "present", remote.pk: "remote"}
    assert "3 of 3 present" in read(client, item)


def test_no_tick_is_absent_and_a_colleagues_ticks_stay(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    delegation = item.visit.delegations.get()
    ticked, missing, by_colleague, unticked = (DelegateFactory(delegation=delegation) for _number in range(4))
    Attendance.objects.create(item=item, delegate=unticked)
    Attendance.objects.create(item=item, delegate=by_colleague)
    browser_of(amina).post(room(item, "present"), {"was": str(unticked.pk), "present": [ticked.pk]})
    rows = dict(Attendance.objects.values_list("delegate", "status"))
    assert rows == {
        ticked.pk: "present", missing.pk: "absent", by_colleague.pk: "present", unticked.pk: "absent",
    }  # fmt: skip


def test_tick_of_a_stranger_changes_nothing(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    DelegateFactory(delegation=item.visit.delegations.get())
    stranger = DelegateFactory()
    browser_of(amina).post(room(item, "present"), {"was": "", "present": [stranger.pk]})
    assert not Attendance.objects.exists()


# --- what came out of it ---


def add(client: Client, item: AgendaItem, kind: str, line: str) -> Any:
    return client.post(outcome_url("create", item), {"submission": str(uuid4()), "kind": kind, "line": line})


def test_outcome_is_a_line_of_a_kind(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    client = browser_of(amina)
    response = add(client, item, "decision", "Twin the two agencies")
    outcome = SessionOutcome.objects.get()
    assert response.url == f"{room(item)}#outcomes"
    assert (outcome.kind, dict(outcome.text), outcome.author) == (
        OutcomeKind.DECISION,
        {"en": "Twin the two agencies"},
        amina,
    )
    assert history_of(item.visit).filter(subject_label="Twin the two agencies").exists()
    page = read(client, item)
    assert "Twin the two agencies" in page
    assert "Make a commitment of it" not in page, "only a task is owed"
    response = add(client, item, "decision", "")
    assert response.status_code == 422


def test_task_becomes_a_commitment_with_owner_and_date(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    DelegateFactory(delegation=item.visit.delegations.get(), institution=anpe_togo())
    client = browser_of(amina)
    add(client, item, "task", "Send the procedures manual")
    outcome = SessionOutcome.objects.get()
    address = outcome_url("commit", item, outcome.pk)
    assert address in read(client, item)
    page = client.get(address).content.decode()
    assert "Send the procedures manual" in page
    data = {
        "submission": hidden_value(page, "submission"),
        "text_en": "Send the procedures manual",
        "owed_by": aneti().pk,
        "owed_to": anpe_togo().pk,
        "due_on": "03/2019",
    }
    assert f'<option value="{aneti().pk}" selected>' in page, "the host of the session most likely owes it"
    response = client.post(address, data)
    assert response.status_code == 302, errors_of(response)
    made = Commitment.objects.get()
    outcome.refresh_from_db()
    assert (outcome.commitment, made.visit, made.owed_by, str(made.due_on)) == (
        made, item.visit, aneti(), "March 2019",
    )  # fmt: skip
    assert made.reference in read(client, item)
    again = client.post(address, {**data, "submission": str(uuid4())})
    assert (again.status_code, Commitment.objects.count()) == (409, 1)


def test_author_edits_and_removes_own_outcomes(
    browser_of: Any, amina: Any, jean: Any, item: AgendaItem
) -> None:
    DelegateFactory(delegation=item.visit.delegations.get(), account=jean)
    client = browser_of(jean)
    add(client, item, "information", "A first line")
    own, others = SessionOutcome.objects.get(), SessionOutcomeFactory(item=item, author=amina)
    assert client.get(outcome_url("edit", item, own.pk)).status_code == 200
    assert client.get(outcome_url("edit", item, others.pk)).status_code == 404
    assert client.post(outcome_url("delete", item, own.pk)).status_code == 302
    assert list(SessionOutcome.objects.all()) == [others]
    assert client.get(outcome_url("commit", item, others.pk)).status_code == 404


def test_session_of_an_unknown_day_has_a_room_too(browser_of: Any, amina: Any, item: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(day=None, starts_at=None)
    assert "Day not known" in read(browser_of(amina), item)
