"""Autosave: Amina writes notes in a meeting room, in one window and in two, while others save too."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Activity, Draft
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import update_record
from studyvisits.models import SessionNote
from tests.factories.studyvisits import AgendaItemFactory, SessionNoteFactory
from tests.page_contract import hidden_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def item() -> Any:
    return AgendaItemFactory()


@pytest.fixture
def address(item: Any) -> str:
    return reverse("studyvisits:session_note_create", args=[item.visit_id, item.pk])


class Window:
    """One open page of a form, as static/js/autosave.js behaves."""

    def __init__(self, client: Client, owner: Any, address: str) -> None:
        self.client, self.owner, self.address, self.writer = client, owner, address, uuid4()
        self.page = client.get(address).content.decode()
        self.token = hidden_value(self.page, "draft")
        self.version = 0
        self.machinery = {
            name: hidden_value(self.page, name)
            for name in ("submission", "record_version", "record_base")
            if f'name="{name}"' in self.page
        }

    def autosave(self, text: str, **headers: Any) -> Any:
        sent = {
            "X-Draft": "keep",
            "X-Draft-Owner": str(self.owner.pk),
            "X-Draft-Writer": str(self.writer),
            "X-Draft-Version": str(self.version),
        }
        data = {**self.machinery, "draft": self.token, "key_points_en": text}
        response = self.client.post(self.address, data, headers=sent | headers)
        if response.status_code == 200:
            answer = response.json()
            self.token, self.version = answer["token"], answer["version"]
        return response

    def save(self, text: str) -> Any:
        data = {**self.machinery, "draft": self.token, "key_points_en": text}
        return self.client.post(self.address, data)


def test_what_was_typed_comes_back_and_leaves_no_history_until_it_is_saved(
    browser_of: Any, amina: Any, address: str
) -> None:
    window = Window(browser_of(amina), amina, address)
    for text in ("A single", "A single file", "A single file per jobseeker"):
        assert window.autosave(text).json()["message"] == ""
    assert (Draft.objects.count(), SessionNote.objects.count(), Activity.objects.count()) == (1, 0, 0)

    again = Window(browser_of(amina), amina, address)
    assert "A single file per jobseeker" in again.page
    assert "is here and not saved yet" in again.page
    assert "Write at least the key points." not in again.page, "what is half typed is not complained of"

    response = again.save("A single file per jobseeker, and one adviser")
    assert response.status_code == 302
    assert response.cookies["saved_form"].value == address, "the browser forgets what it kept"
    note = SessionNote.objects.get()
    assert [entry.verb for entry in history_of(note)] == ["create"], "one sitting, one entry"
    assert not Draft.objects.exists()


def test_two_windows_keep_both_texts(browser_of: Any, amina: Any, address: str) -> None:
    phone, laptop = (Window(browser_of(amina), amina, address) for _number in range(2))
    phone.autosave("From the phone")
    laptop.token = phone.token
    answer = laptop.autosave("From the laptop").json()
    assert answer["message"] == "Another window saved another version of this text. Both are kept."
    assert laptop.autosave("From the laptop, more").json()["message"] == "", "it goes on with its own"
    assert {row.content.split("key_points_en=")[1] for row in Draft.objects.all()} == {
        "From+the+phone",
        "From+the+laptop%2C+more",
    }
    page = browser_of(amina).get(address).content.decode()
    assert "From the phone" in page
    assert "From the laptop, more" in page
    chosen = browser_of(amina).get(f"{address}?draft={phone.token}").content.decode()
    assert hidden_value(chosen, "draft") == phone.token
    browser_of(amina).post(address, {"discard_draft": laptop.token})
    assert [str(row.pk) for row in Draft.objects.all()] == [phone.token]


def test_window_that_heard_no_answer_goes_on_with_its_own_text(
    browser_of: Any, amina: Any, address: str
) -> None:
    window = Window(browser_of(amina), amina, address)
    window.autosave("First")
    window.version = 0  # The line dropped before the answer came.
    assert window.autosave("First and second").json()["message"] == ""
    assert Draft.objects.count() == 1


def test_autosave_on_an_older_version_overwrites_nothing_and_says_so(
    browser_of: Any, amina: Any, marc: Any, by: Any, item: Any
) -> None:
    note = SessionNoteFactory(item=item, author=amina, key_points=Multilingual(en="Before"))
    address = reverse("studyvisits:session_note_edit", args=[item.visit_id, item.pk, note.pk])
    window = Window(browser_of(amina), amina, address)
    update_record(note, actor=by(marc), changes={"key_points": Multilingual(en="By the manager")})
    message = window.autosave("By the officer").json()["message"]
    assert message.startswith("Marc saved another version at ")
    note.refresh_from_db()
    assert str(note.key_points) == "By the manager"

    later = Window(browser_of(amina), amina, address)
    response = later.save("By the officer")
    page = response.content.decode()
    assert response.status_code == 409
    assert "By the manager" in page
    assert "By the officer" in page


def test_draft_that_says_what_is_saved_is_taken_away(browser_of: Any, amina: Any, item: Any) -> None:
    note = SessionNoteFactory(item=item, author=amina, key_points=Multilingual(en="Saved"))
    address = reverse("studyvisits:session_note_edit", args=[item.visit_id, item.pk, note.pk])
    Window(browser_of(amina), amina, address).autosave("Saved")
    assert "not saved yet" not in browser_of(amina).get(address).content.decode()
    assert not Draft.objects.exists()


def test_drafts_are_read_by_nobody_else(browser_of: Any, amina: Any, marc: Any, address: str) -> None:
    window = Window(browser_of(amina), amina, address)
    window.autosave("Only for me so far")
    others = browser_of(marc)
    assert "Only for me" not in others.get(f"{address}?draft={window.token}").content.decode()
    others.post(address, {"discard_draft": window.token})
    theirs = Window(others, marc, address)
    theirs.token = window.token
    theirs.autosave("Of the manager")
    assert dict(Draft.objects.values_list("user", "content")).keys() == {amina.pk, marc.pk}
    assert theirs.token != window.token
    assert hidden_value(window.page, "draft") not in theirs.page
    keys = {window.page.split('data-key="')[1][:64], theirs.page.split('data-key="')[1][:64]}
    assert len(keys) == 2, "what a browser keeps is sealed for one person"


def test_autosave_is_refused_after_signing_out_and_to_whoever_signed_in_since(
    browser_of: Any, amina: Any, marc: Any, address: str
) -> None:
    window = Window(browser_of(amina), amina, address)
    window.client = Client()
    assert window.autosave("After the session ended").status_code == 401
    window.client = browser_of(marc)
    assert window.autosave("Of somebody else").status_code == 401
    assert not Draft.objects.exists()


def test_autosave_is_refused_to_whoever_may_not_write(
    browser_of: Any, amina: Any, eva: Any, address: str
) -> None:
    window = Window(browser_of(amina), amina, address)
    window.client, window.owner = browser_of(eva), eva
    assert window.autosave("Of a viewer").status_code == 403
    assert not Draft.objects.exists()


def test_malformed_autosave_is_refused(browser_of: Any, amina: Any, address: str) -> None:
    window = Window(browser_of(amina), amina, address)
    assert window.autosave("Text", **{"X-Draft-Version": "many"}).status_code == 400
    assert window.autosave("Text", **{"X-Draft-Writer": "me"}).status_code == 400
    window.token = "none"
    assert window.autosave("Text").status_code == 400
    assert not Draft.objects.exists()


def test_forgotten_drafts_go_after_two_months(browser_of: Any, amina: Any, address: str) -> None:
    window = Window(browser_of(amina), amina, address)
    window.autosave("Old")
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=61))
    other = Window(browser_of(amina), amina, address)
    other.token = str(uuid4())
    other.autosave("New")
    assert [row.content.split("=")[-1] for row in Draft.objects.all()] == ["New"]
