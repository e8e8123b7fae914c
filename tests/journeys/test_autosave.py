"""Writing notes in a meeting room: the line drops, the session ends, and not a word is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fmm_portal.core.models import Draft
from studyvisits.models import SessionNote
from tests.factories.studyvisits import AgendaItemFactory
from tests.personas import PASSWORD, amina, marc

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

SAVED = re.compile(r"^Saved \d{2}:\d{2}")
PHONE = {"viewport": {"width": 390, "height": 800}}
# The browser itself writes down that the portal answered an autosave of somebody signed out with 401.
SIGNED_OUT = ("401 (Unauthorized)",)


def sign_in(page: Any, email: str, address: str = "") -> None:
    if address:
        page.goto(address)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Account").or_(page.locator("form[data-owner]")).first.wait_for()


@pytest.fixture
def address(transactional_db: None) -> str:
    item = AgendaItemFactory()
    return f"/study-visits/{item.visit_id}/agenda/{item.pk}/notes/add/"


def key_points(page: Any) -> Any:
    return page.locator("[name=key_points_en]")


def state(page: Any) -> Any:
    return page.locator("[data-form-state]")


def kept_on_device(page: Any) -> list[str]:
    found = page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('draft:'))")
    return list(found)


def test_text_is_there_after_the_line_dropped(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(**PHONE)
    sign_in(page, amina().email, address)
    key_points(page).fill("One adviser for")
    state(page).get_by_text(SAVED).wait_for()
    assert kept_on_device(page) == [], "what the portal has need not lie on the phone"

    page.context.set_offline(True)
    key_points(page).fill("One adviser for eighty jobseekers")
    state(page).get_by_text("Not saved: no connection").wait_for()
    assert state(page).get_attribute("role") == "status", "it is said politely"
    assert len(kept_on_device(page)) == 1
    sealed = page.evaluate("Object.values(localStorage).join()")
    assert "adviser" not in sealed, "nobody reads it on the device"

    page.context.set_offline(False)
    state(page).get_by_text(SAVED).wait_for()
    assert kept_on_device(page) == []
    page.reload()
    assert key_points(page).input_value() == "One adviser for eighty jobseekers"
    page.get_by_role("button", name="Write notes").click()
    page.get_by_text("One adviser for eighty jobseekers").wait_for()
    assert SessionNote.objects.count() == 1
    assert not Draft.objects.exists()


def test_phone_that_closes_the_page_without_a_line_keeps_the_text(
    open_page: Callable[..., Any], address: str
) -> None:
    page = open_page(**PHONE)
    sign_in(page, amina().email, address)
    page.context.set_offline(True)
    key_points(page).fill("Typed in a basement")
    state(page).get_by_text("Not saved: no connection").wait_for()
    window = page.context
    page.close()
    window.set_offline(False)
    page = window.new_page()
    page.goto(address)
    page.get_by_text("is back in the form").wait_for()
    assert key_points(page).input_value() == "Typed in a basement"
    state(page).get_by_text(SAVED).wait_for()
    assert kept_on_device(page) == []


def test_text_is_there_after_the_session_ended(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(tolerates=SIGNED_OUT, **PHONE)
    officer = amina()
    sign_in(page, officer.email, address)
    page.context.clear_cookies(name="sessionid")
    key_points(page).fill("The single file, shown on screen")
    state(page).get_by_text("you were signed out").wait_for()
    page.get_by_role("link", name="Sign in and go on").click()
    sign_in(page, officer.email)
    page.get_by_text("is back in the form").wait_for()
    assert key_points(page).input_value() == "The single file, shown on screen"
    page.get_by_role("button", name="Write notes").click()
    page.get_by_text("The single file, shown on screen").wait_for()
    assert kept_on_device(page) == []


def test_text_sent_after_the_session_ended_is_there_too(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(tolerates=("403 (Forbidden)", *SIGNED_OUT), **PHONE)
    officer = amina()
    sign_in(page, officer.email, address)
    page.context.clear_cookies(name="sessionid")
    key_points(page).fill("Sent too late")
    page.get_by_role("button", name="Write notes").click()
    page.get_by_role("button", name="Sign in").or_(page.get_by_role("link", name="Sign in")).first.wait_for()
    page.goto(address)
    sign_in(page, officer.email)
    page.get_by_text("is back in the form").wait_for()
    assert key_points(page).input_value() == "Sent too late"


def test_next_person_on_the_device_finds_nothing(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(tolerates=SIGNED_OUT)
    sign_in(page, amina().email, address)
    page.context.clear_cookies(name="sessionid")
    key_points(page).fill("Between us")
    state(page).get_by_text("you were signed out").wait_for()
    page.get_by_role("link", name="Sign in and go on").click()
    sign_in(page, marc().email)
    key_points(page).wait_for()
    assert key_points(page).input_value() == ""
    assert "Between us" not in page.evaluate(
        "Object.values(localStorage).join() + Object.values(sessionStorage).join() + document.body.innerHTML"
    )


def test_notes_are_written_without_javascript(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(javascript=False, **PHONE)
    sign_in(page, amina().email, address)
    key_points(page).fill("Written plainly")
    page.get_by_role("button", name="Write notes").click()
    page.get_by_text("Written plainly").wait_for()
    assert SessionNote.objects.count() == 1
