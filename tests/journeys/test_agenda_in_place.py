"""Moving a session without leaving the page, and a host who answers from a phone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from studyvisits.enums import HostStatus
from studyvisits.models import AgendaHost
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.personas import PASSWORD, amina, aneti, sami

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
