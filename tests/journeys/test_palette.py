"""Finding a record from any page by the keyboard, and without JavaScript by the search page."""

from collections.abc import Callable
from typing import Any

import pytest

from fmm_portal.core.multilingual import Multilingual
from tests.factories.studyvisits import StudyVisitFactory
from tests.journeys.test_agenda_in_place import sign_in
from tests.personas import amina

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def open_home(page: Any) -> None:
    """Signed in, on the first screen, with its scripts at work."""
    sign_in(page, amina().email, "/")
    page.get_by_role("link", name="Search everything").wait_for()
    page.wait_for_load_state("load")


def test_officer_finds_a_visit_by_the_keyboard_alone(open_page: Callable[..., Any]) -> None:
    visit = StudyVisitFactory(title=Multilingual(en="Labour observatory"))
    page = open_page()
    open_home(page)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search, or name a command")
    page.get_by_role("option", name="Add request").wait_for()
    page.keyboard.type("observat")
    page.get_by_role("option", name="Labour observatory").wait_for()
    page.get_by_role("option", name="Add request").wait_for(state="detached")
    assert page.locator("#palette [role=status]").inner_text() == "1 result"
    assert box.get_attribute("aria-activedescendant") == "palette-studyvisit-1"
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "palette-all"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{visit.get_absolute_url()}")
    page.keyboard.press("/")
    assert page.locator("#palette").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible()


def test_the_slash_key_can_be_given_back(open_page: Callable[..., Any]) -> None:
    page = open_page()
    open_home(page)
    page.keyboard.press("/")
    page.get_by_label("Open with the / key").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("/")
    assert not page.locator("#palette").is_visible()


def test_without_javascript_the_icon_leads_to_the_search_page(open_page: Callable[..., Any]) -> None:
    visit = StudyVisitFactory(reference="SV-2019-001")
    page = open_page(javascript=False, viewport={"width": 390, "height": 800})
    sign_in(page, amina().email, "/")
    page.get_by_role("link", name="Search everything").click()
    page.get_by_role("searchbox", name="Search everything").fill("sv-2019-001")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url(f"**{visit.get_absolute_url()}")
