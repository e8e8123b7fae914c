"""From the meeting room to the agreed debrief: on a phone, and on a browser without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest

from fmm_portal.core.multilingual import Multilingual
from studyvisits.enums import DebriefStatus
from studyvisits.models import (
    AgendaItem,
    Attendance,
    Commitment,
    Debrief,
    Lesson,
    SessionNote,
    SessionOutcome,
)
from tests.factories.delegations import DelegateFactory
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, DebriefParticipantFactory
from tests.personas import PASSWORD, amina, aneti, anpe_togo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PHONE = {"viewport": {"width": 390, "height": 800}}


@pytest.fixture
def item(transactional_db: None) -> AgendaItem:
    item = AgendaItemFactory(topic=Multilingual(en="Guichet unique"))
    AgendaHostFactory(item=item, institution=aneti())
    for role in ("head", "member"):
        DelegateFactory(delegation=item.visit.delegations.get(), institution=anpe_togo(), role=role)
    return item


def enter(page: Any, item: AgendaItem) -> None:
    page.goto(f"/study-visits/{item.visit_id}/agenda/{item.pk}/room/")
    page.get_by_label("E-mail address").fill(amina().email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Guichet unique").wait_for()


def test_outcomes_and_ticks_leave_the_notes_as_they_stand(
    open_page: Callable[..., Any], item: AgendaItem
) -> None:
    page = open_page(**PHONE)
    enter(page, item)
    page.evaluate("window.isSamePage = true")
    page.locator("[name=key_points_en]").fill("Half a sentence")
    page.get_by_label("Task").check()
    page.get_by_label("What came out of it").fill("Send the manual")
    page.get_by_role("button", name="Add outcome").click()
    page.locator("#outcomes .row").get_by_text("Send the manual").first.wait_for()
    page.get_by_role("button", name="All are present").click()
    page.locator("#attendance").get_by_text("2 of 2 present").wait_for()
    assert page.evaluate("window.isSamePage") is True
    assert page.locator("[name=key_points_en]").input_value() == "Half a sentence"
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "nothing sticks out on a phone"
    assert (SessionOutcome.objects.get().kind, Attendance.objects.count()) == ("task", 2)


def test_whole_path_without_javascript(open_page: Callable[..., Any], item: AgendaItem) -> None:
    page = open_page(javascript=False, **PHONE)
    enter(page, item)
    page.locator("[name=key_points_en]").fill("One file per jobseeker")
    page.get_by_label("Shared").check()
    page.get_by_role("button", name="Save notes").click()
    page.get_by_label("Decision").check()
    page.get_by_label("What came out of it").fill("Twin the agencies")
    page.get_by_role("button", name="Add outcome").click()
    page.locator("[name=present]").first.check()
    page.get_by_role("button", name="Save attendance").click()
    page.locator("#attendance").get_by_text("1 of 2 present").wait_for()
    assert SessionNote.objects.get().is_shared

    page.goto(f"/study-visits/{item.visit_id}/debrief/")
    page.get_by_role("button", name="Begin debrief").click()
    page.get_by_label("Lesson: One file per jobseeker").check()
    page.get_by_label("Commitment: Twin the agencies").check()
    terms = page.locator(".debrief__point").filter(has_text="Twin the agencies")
    terms.get_by_label("Who owes it").select_option(label="ANETI (Tunisia)")
    terms.get_by_label("To whom").select_option(label="ANPE (Togo)")
    terms.get_by_label("By when").fill("March 2019")
    page.get_by_role("button", name="Save and read back").click()
    page.get_by_text("ANETI (Tunisia) → ANPE (Togo)").wait_for()
    assert str(Lesson.objects.get().text) == "One file per jobseeker"
    assert Commitment.objects.get().owed_by == aneti()

    DebriefParticipantFactory(
        debrief=Debrief.objects.get(), side="hosting", position=Multilingual(en="Head of ANETI")
    )
    page.reload()
    for box in page.locator("[name=agrees]").all():
        box.check()
    page.get_by_role("button", name="Both sides agree").click()
    page.get_by_role("button", name="Make Debrief note: French").wait_for()
    assert Debrief.objects.get().status == DebriefStatus.AGREED
