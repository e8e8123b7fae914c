"""Eva, who only reads: what she finds, and that nothing to change and nothing restricted is on her pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studyvisits.enums import DebriefStatus
from tests.everything import Everything
from tests.factories.facility import RequestFactory
from tests.journeys.pages import Person, both_ways
from tests.personas import eva

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CHANGES = (
    "Edit visit", "Add agenda item", "Nominate delegate", "Write notes", "Add commitment", "Draft news",
    "Mark as reported", "Attach document", "Add leg", "Add learning question", "Edit commitment",
)  # fmt: skip


@both_ways
def test_viewer_reads_the_programme_and_changes_nothing(
    open_page: Callable[..., Any], tmp_path: Path, language: str, javascript: bool
) -> None:
    everything = Everything(debrief_status=DebriefStatus.DRAFT)
    draft = RequestFactory()
    visit = everything.scene.visit
    viewer = Person(open_page(javascript=javascript), language, javascript=javascript)
    viewer.sign_in(eva())
    viewer.finds_nothing("To do now", "They wait for me", "Add request")

    viewer.follow("Open the programme at a glance")
    viewer.says("All that is in the portal and open to you. Every number leads to its rows.")

    viewer.go("Requests")
    viewer.finds_nothing("Add request", draft.title[language])

    viewer.go("Study visits")
    viewer.finds_nothing("Plan study visit")
    viewer.open(visit.reference)
    viewer.shows("Confidential-visit-title")
    for tab, words in {
        "Overview": visit.reference,
        "Agenda": "Tunisia" if language == "en" else "Tunisie",
        "Delegation": str(everything.scene.delegate.position[language]),
        "Notes": "Shared-note-words",
        "Debrief": visit.reference,
        "Follow-up": "Confidential-commitment",
        "Documents": "Paper-for-everyone",
    }.items():
        viewer.tab(tab)
        viewer.shows(words)
        viewer.finds_nothing(*CHANGES, *everything.scene.personal, *everything.internal)

    viewer.go("Commitments")
    with viewer.page.expect_download() as downloading:
        viewer.page.locator("main .menu").filter(has_text=viewer.words("Export")).locator("summary").click()
        viewer.main.get_by_role("link", name="CSV").first.click()
    path = tmp_path / "commitments.csv"
    downloading.value.save_as(path)
    exported = path.read_text("utf-8-sig")
    assert "Confidential-commitment" in exported
    assert not [words for words in everything.scene.personal if words in exported]
