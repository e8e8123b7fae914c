"""Amina without a mouse: every stop of the Tab key is seen, nothing covers it, and no swap of the page loses it."""

from collections.abc import Callable
from typing import Any

import pytest

from fmm_portal.core.multilingual import Multilingual
from studyvisits.models import StudyVisit
from tests.factories.studyvisits import AgendaItemFactory, StudyVisitFactory
from tests.personas import PASSWORD, amina

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

# What is wrong with where the keys are now; "" if it is seen, whole, and told apart from what is beside it.
FAULT = """() => {
  const at = document.activeElement;
  // Between the last stop and the first the keys are with the browser's own bars.
  if (!at || at === document.body) return "";
  // A box that is drawn by its label, or a hidden input, shows its focus there.
  const style = getComputedStyle(at);
  const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const what = at.outerHTML.slice(0, 120);
  if (!seen) return `no sign of the focus on ${what}`;
  const box = [...at.getClientRects()].find((each) => each.width && each.height);
  if (!box) return `no place on the screen for ${what}`;
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = box.top + box.height / 2;
  if (y < 0 || y > innerHeight) return `out of sight: ${what}`;
  const top = document.elementFromPoint(x, y);
  if (!top || !(at.contains(top) || top.contains(at) || top.closest("label")?.control === at))
    return `covered by ${top?.outerHTML.slice(0, 80)}: ${what}`;
  return "";
}"""
NAME = """() => {
  const at = document.activeElement;
  if (!at || at.matches("body, main")) return "";
  return (at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || at.value || at.tagName)
    .replace(/\\s+/g, " ").trim();
}"""


class Keys:
    """The keyboard, and nothing else."""

    def __init__(self, page: Any) -> None:
        self.page, self.faults = page, set[str]()

    @property
    def here(self) -> str:
        """What has the focus, by its name."""
        return str(self.page.evaluate(NAME))

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def tab(self, key: str = "Tab") -> str:
        self.press(key)
        if fault := self.page.evaluate(FAULT):
            self.faults.add(fault)
        return self.here

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """On and on until something whose name begins so has the focus."""
        if self.here.startswith(name):
            return
        stops = []
        for _stop in range(90):
            stops.append(self.tab(key))
            if stops[-1].startswith(name):
                return
        pytest.fail(f"The Tab key does not reach {name!r}: {stops}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def opens(self, heading: str) -> None:
        self.page.get_by_role("heading", name=heading).first.wait_for()
        self.page.wait_for_load_state("load")


@pytest.fixture
def visit(transactional_db: None) -> StudyVisit:
    visit = StudyVisitFactory(title=Multilingual(en="Labour observatory"), hosting="TN")
    StudyVisitFactory(title=Multilingual(en="Another visit"), status="completed")
    for order, topic in enumerate(("Courtesy call", "Site visit", "Lunch"), start=1):
        AgendaItemFactory(visit=visit, order=order, topic=Multilingual(en=topic))
    return visit


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_officer_works_by_the_keyboard_alone(
    open_page: Callable[..., Any], visit: StudyVisit, javascript: bool
) -> None:
    page = open_page(javascript=javascript, reduced_motion="reduce", viewport={"width": 1280, "height": 700})
    keys = Keys(page)
    page.goto("/account/sign-in/")
    signs_in(keys)
    skips_to_the_content(keys)
    narrows_the_list(keys, visit)
    edits_the_visit(keys, visit)
    moves_a_session(keys, visit, javascript=javascript)
    assert nothing_moves(page), "motion is for those who did not ask for less of it"
    if javascript:
        closes_what_opened(keys)
    assert not keys.faults, "\n".join(sorted(keys.faults))


def signs_in(keys: Keys) -> None:
    keys.tab_to("E-mail address")
    keys.type(amina().email)
    keys.tab_to("Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    keys.opens("Good day")


def skips_to_the_content(keys: Keys) -> None:
    assert keys.tab() == "Skip to the content"
    keys.tab_to("Study visits")
    keys.press("Enter")
    keys.opens("Study visits")
    keys.tab_to("Skip to the content")
    keys.press("Enter")
    assert keys.page.evaluate("document.activeElement.id") == "main"


def narrows_the_list(keys: Keys, visit: StudyVisit) -> None:
    keys.tab_to("Search")
    keys.type("observatory")
    keys.press("Enter")
    keys.page.get_by_role("link", name="Search: observatory").wait_for()
    keys.tab_to(visit.reference)
    keys.press("Enter")
    keys.opens("Labour observatory")


def edits_the_visit(keys: Keys, visit: StudyVisit) -> None:
    keys.tab_to("Edit visit")
    keys.press("Enter")
    keys.page.locator("form.form").first.wait_for()
    keys.tab_to("English")
    keys.press("Control+a")
    keys.type("Observatory of labour")
    keys.press("Enter")
    keys.opens("Observatory of labour")
    visit.refresh_from_db()
    assert visit.title["en"] == "Observatory of labour"


def moves_a_session(keys: Keys, visit: StudyVisit, *, javascript: bool) -> None:
    keys.tab_to("Agenda")
    keys.press("Enter")
    keys.opens("Agenda")
    keys.tab_to("Move up: Lunch")
    keys.page.evaluate("window.region = document.querySelector('#messages[role=status]')")
    keys.press("Enter")
    keys.page.locator(".agenda__title").nth(1).get_by_text("Lunch").wait_for()
    if javascript:
        keys.page.wait_for_function("document.activeElement.innerText.includes('Lunch')")
        assert keys.here == "Move up: Lunch", "the keys stay with the session that moves"
        keys.press("Enter")
        keys.page.locator(".agenda__title").nth(0).get_by_text("Lunch").wait_for()
        keys.page.wait_for_function("document.activeElement.innerText.includes('Lunch')")
        assert keys.here == "Move down: Lunch", "up there is no further way"
        said = keys.page.evaluate("region.isConnected && region.innerText.trim()")
        assert said == "Lunch: now 1 of 3.", "it is read out: the region stayed in the page"
    assert [str(item) for item in visit.agenda_items.all()].index("Lunch") == (0 if javascript else 1)


def nothing_moves(page: Any) -> bool:
    return bool(
        page.evaluate(
            """() => [...document.querySelectorAll("*")].every((each) => {
              const style = getComputedStyle(each);
              return style.animationName === "none" && style.transitionDuration.split(", ").every((t) => t === "0s")
                && style.scrollBehavior === "auto";
            })"""
        )
    )


def closes_what_opened(keys: Keys) -> None:
    """Escape closes a menu, a question and the palette; the keys are back where they were."""
    page = keys.page
    page.reload()
    keys.tab_to("Amina Account menu")
    keys.press("Enter")
    assert "Your account" in keys.tab()
    keys.press("Escape")
    assert not page.get_by_role("link", name="Your account").is_visible()
    assert "Account menu" in keys.here
    keys.press("Control+k")
    page.get_by_role("option", name="Add request").wait_for()
    keys.press("Escape")
    assert not page.locator("#palette").is_visible()
    assert "Account menu" in keys.here
