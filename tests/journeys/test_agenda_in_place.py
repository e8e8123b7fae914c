"""Moving a session without leaving the page, and a host who answers from a phone."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import update_record
from studyvisits.enums import HostStatus
from studyvisits.models import AgendaHost, AgendaItem
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.personas import PASSWORD, amina, aneti, marc, sami

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def sign_in(page: Any, email: str, address: str) -> None:
    page.goto(address)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_session_moves_in_place(open_page: Callable[..., Any]) -> None:
    visit = StudyVisitFactory()
    for topic in ("Courtesy call", "Site visit", "Lunch"):
        AgendaItemFactory(visit=visit, order=0, topic=Multilingual(en=topic))
    page = open_page()
    sign_in(page, amina().email, f"/study-visits/{visit.pk}/agenda/")
    page.evaluate("window.isSamePage = true")
    page.get_by_role("button", name="Move up: Lunch").click()
    titles = page.locator(".agenda__title")
    titles.nth(1).get_by_text("Lunch").wait_for()
    assert titles.all_inner_texts() == ["Courtesy call", "Lunch", "Site visit"]
    page.get_by_role("button", name="Move up: Lunch").click()
    titles.nth(0).get_by_text("Lunch").wait_for()
    assert page.evaluate("window.isSamePage") is True, "the page was not loaded again"
    assert [str(item) for item in visit.agenda_items.all()] == ["Lunch", "Courtesy call", "Site visit"]


def test_host_answers_from_a_phone_what_the_first_screen_asks(open_page: Callable[..., Any]) -> None:
    visit = StudyVisitFactory(starts_on=PartialDate(2999, 1, 21), ends_on=PartialDate(2999, 1, 25))
    item = AgendaItemFactory(visit=visit, day=date(2999, 1, 21), topic=Multilingual(en="Courtesy call"))
    host = AgendaHostFactory(item=item, institution=aneti())
    page = open_page(viewport={"width": 390, "height": 800})
    sign_in(page, sami().email, "/")
    page.get_by_role("link", name="Answer for the slot").click()
    page.get_by_role("link", name="Confirm slot").click()
    page.get_by_label("Comment").fill("Gate B, with badges")
    page.get_by_role("button", name="Confirm slot").click()
    page.get_by_text("Gate B, with badges").wait_for()
    assert AgendaHost.objects.get(pk=host.pk).status == HostStatus.CONFIRMED
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "nothing sticks out on a phone"


def test_two_officers_edit_one_session_and_neither_loses_a_word(open_page: Callable[..., Any]) -> None:
    """Amina has the form open while Marc saves; she is told, compares, and chooses field by field."""
    item = AgendaItemFactory(topic=Multilingual(en="Courtesy call"), place="Tunis")
    officer, manager = amina(), marc()
    page = open_page()
    sign_in(page, officer.email, f"/study-visits/{item.visit_id}/agenda/{item.pk}/edit/")
    page.get_by_label("Place", exact=True).fill("Amina's room")
    page.locator("[name=topic_en]").fill("Amina's title")
    page.get_by_role("textbox", name="Languages").fill("fr")
    theirs = {"place": "Marc's hall", "topic": Multilingual(en="Marc's title"), "starts_at": time(9)}
    update_record(item, actor=actor_of(manager), changes=theirs)
    page.get_by_role("button", name="Save changes").click()

    conflict = page.get_by_role("alert")
    conflict.get_by_text("Changed by Marc at").wait_for()
    for typed in ("Amina's room", "Marc's hall", "Amina's title", "Marc's title", "09:00"):
        assert conflict.get_by_text(typed).first.is_visible(), typed
    assert page.locator("[name=topic_en]").input_value() == "Amina's title"
    conflict.get_by_role("checkbox", name="Keep this: Topic").check()
    page.get_by_role("button", name="Save changes").click()
    page.get_by_text("Marc's title: saved.").wait_for()
    saved = AgendaItem.objects.get(pk=item.pk)
    assert (saved.place, str(saved.topic), saved.starts_at, saved.languages) == (
        "Amina's room", "Marc's title", time(9), "fr",
    )  # fmt: skip


def test_session_is_dragged_within_its_day_to_another_and_onto_a_tab(open_page: Callable[..., Any]) -> None:
    visit = StudyVisitFactory()
    for order, topic in enumerate(("Courtesy call", "Site visit", "Lunch"), start=1):
        AgendaItemFactory(visit=visit, order=order, topic=Multilingual(en=topic))
    AgendaItemFactory(visit=visit, day=date(2019, 1, 22), topic=Multilingual(en="Workshop"))
    page = open_page()
    sign_in(page, amina().email, f"/study-visits/{visit.pk}/agenda/")
    page.evaluate("window.isSamePage = true")

    def session(topic: str) -> Any:
        return page.locator("[data-item]", has=page.locator(".agenda__title", has_text=topic))

    def agenda() -> list[tuple[int, str]]:
        return [(item.day.day, str(item)) for item in visit.agenda_items.all()]

    session("Lunch").drag_to(session("Courtesy call"), target_position={"x": 200, "y": 4})
    page.locator(".agenda__title").nth(0).get_by_text("Lunch").wait_for()
    assert agenda() == [(21, "Lunch"), (21, "Courtesy call"), (21, "Site visit"), (22, "Workshop")]

    session("Courtesy call").drag_to(session("Workshop"), target_position={"x": 200, "y": 4})
    page.get_by_text("Courtesy call: moved to Tuesday 22 January 2019.").wait_for()
    assert agenda() == [(21, "Lunch"), (21, "Site visit"), (22, "Courtesy call"), (22, "Workshop")]

    session("Site visit").drag_to(page.get_by_role("link", name="Fri 25 Jan"))
    page.get_by_text("Site visit: moved to Friday 25 January 2019.").wait_for()
    assert agenda()[-1] == (25, "Site visit")
    assert page.evaluate("window.isSamePage") is True, "the page was not loaded again"


def test_session_is_edited_in_its_place_and_nothing_else_moves_meanwhile(
    open_page: Callable[..., Any],
) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit, topic=Multilingual(en="Courtesy call"))
    AgendaItemFactory(visit=visit, topic=Multilingual(en="Lunch"))
    page = open_page()
    sign_in(page, amina().email, f"/study-visits/{visit.pk}/agenda/")
    page.locator(f"#item-{item.pk} summary").click()
    page.get_by_role("link", name="Edit item").click()
    page.get_by_label("Place", exact=True).fill("Tunis")
    page.get_by_role("button", name="Move up: Lunch").click()
    page.get_by_text("Save or cancel the session that is open first.").wait_for()
    assert page.get_by_label("Place", exact=True).input_value() == "Tunis"
    page.get_by_role("button", name="Save changes").click()
    page.get_by_text("Courtesy call: saved.").wait_for()
    assert page.url.endswith(f"/study-visits/{visit.pk}/agenda/")
    assert AgendaItem.objects.get(pk=item.pk).place == "Tunis"
