"""Marc sees the programme on one screen, finds what is late and why, and takes the reports away.

The reports are made by a worker of their own, as in service.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fmm_portal.news.models import NewsItem
from studyvisits.models import Commitment, StudyVisit
from tests.factories.news import NewsItemFactory
from tests.factories.reports import founding_visit
from tests.journeys.pages import Person, both_ways, text_of_pdf
from tests.personas import marc
from tests.reports.test_processes import start_worker  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def visit(transactional_db: None) -> StudyVisit:
    """Togo came back from Tunisia; the debrief is agreed, the report is not out, a commitment is late."""
    visit = founding_visit()
    StudyVisit.objects.filter(pk=visit.pk).update(status="completed")
    return visit


@both_ways
def test_manager_knows_what_is_late_and_takes_the_reports_away(
    open_page: Callable[..., Any],
    start_worker: Callable[..., Any],  # noqa: F811
    visit: StudyVisit,
    tmp_path: Path,
    language: str,
    javascript: bool,
) -> None:
    start_worker(beat=False)
    manager = Person(open_page(javascript=javascript), language, javascript=javascript)
    manager.sign_in(marc())
    finds_what_is_late_and_why(manager, visit)
    note = clears_the_visit_and_takes_its_note(manager, visit, tmp_path)
    assert "note de débriefing" in note
    assert "secret person" not in note, "people are known by position"
    printed = takes_the_screen_as_a_file(manager, tmp_path)
    assert manager.words("The programme at a glance").casefold().replace("’", "'") in printed
    publishes_the_news(manager)


def finds_what_is_late_and_why(manager: Person, visit: StudyVisit) -> None:
    owed = Commitment.objects.get()
    manager.says("late since")
    manager.follow("Open the programme at a glance")
    manager.page.get_by_role("heading", name=manager.words("The programme at a glance"), level=1).wait_for()
    manager.figure("overdue commitment")
    manager.open(owed.reference)
    manager.says("overdue since")
    manager.page.go_back()
    manager.page.go_back()
    manager.figure("late visit report")
    manager.open(visit.reference)
    manager.says("Report is made")


def clears_the_visit_and_takes_its_note(manager: Person, visit: StudyVisit, folder: Path) -> str:
    manager.press("Mark as reported")
    manager.page.locator(".strip__step--current").get_by_text(
        manager.words("Reported", context="visit")
    ).wait_for()
    kind = manager.words("Debrief note")
    manager.press("Make %(kind)s: %(language)s", kind=kind, language=manager.words("French"))
    return text_of_pdf(manager.download("Download PDF", folder))


def takes_the_screen_as_a_file(manager: Person, folder: Path) -> str:
    manager.page.goto("/overview/")
    tongue = manager.words({"en": "English", "fr": "French"}[manager.language])
    manager.press("PDF of this page: %(language)s", language=tongue)
    return text_of_pdf(manager.download("Download PDF", folder))


def publishes_the_news(manager: Person) -> None:
    item = NewsItemFactory()
    manager.go("News")
    manager.open(item.reference)
    manager.press("Publish news")
    manager.follow("See it as the public does")
    manager.shows(item.title[manager.language])
    assert NewsItem.objects.get().status == "published"
