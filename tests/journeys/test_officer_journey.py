"""The founding job by browser alone, from nothing to the French PDF."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from fmm_portal.reports.models import Report
from fmm_portal.reports.services import make_report
from studyvisits.models import StudyVisit
from tests.journeys.pages import Person, both_ways
from tests.personas import amina, aneti, anpe_togo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

POSITIONS = (
    ("Director General of Employment", "Directeur général de l'emploi", "head"),
    ("Director of Togolese Abroad", "Directeur des Togolais de l'étranger", "member"),
    ("Representative of the trade union centres", "Représentant des centrales syndicales", "member"),
)
SESSIONS = (
    ("2019-01-21", "09:00", "10:30", "Migration policy and strategies", "policy_exchange"),
    ("2019-01-22", "09:30", "12:00", "The Migrant Resource Centre", "site_visit"),
    ("2019-01-23", "11:00", "12:30", "Debriefing at ANETI", "debrief"),
)


@both_ways
def test_from_nothing_to_the_french_debrief_note(
    open_page: Callable[..., Any], tmp_path: Path, language: str, javascript: bool
) -> None:
    sender, host = anpe_togo(), aneti()
    officer = Person(open_page(javascript=javascript), language, javascript=javascript)
    officer.sign_in(amina())

    plan_the_visit(officer)
    visit = StudyVisit.objects.get()
    name_the_delegation(officer, str(sender.pk))
    build_the_agenda(officer, str(host.pk))
    let_it_take_place(officer)
    write_notes(officer)
    hold_the_debrief(officer, str(host.pk))
    record_commitments(officer, str(host.pk), str(sender.pk))
    text = download_the_french_note(officer, visit, tmp_path)

    for word in (
        "Note de débriefing",
        "Directeur général de l'emploi",
        "Un fichier unique",
        "manuel de procédures",
    ):
        assert word.casefold() in text, word
    close_the_visit(officer, visit)


def tunisia(officer: Person) -> str:
    return {"en": "Tunisia", "fr": "Tunisie"}[officer.language]


def day_in(officer: Person, day: int) -> str:
    """A day of the visit as the officer writes it, and the page says it."""
    month = {"en": "January", "fr": "janvier"}[officer.language]
    return f"{day} {month} 2019"


def plan_the_visit(officer: Person) -> None:
    page = officer.page
    officer.go("Study visits")
    officer.follow("Plan study visit")
    officer.write(title="Togo visits Tunisia", starts_on="21/01/2019", ends_on=day_in(officer, 23))
    officer.write(title_fr="Le Togo en Tunisie", objectives="See how placement abroad is organised")
    page.get_by_role("group", name=officer.words("Sending countries")).get_by_label(
        "Togo", exact=True
    ).check()
    page.get_by_role("group", name=officer.words("Host countries")).get_by_label(
        tunisia(officer), exact=True
    ).check()
    officer.press("Plan study visit")
    officer.says("Add a delegation with at least one position.")
    officer.says("Add at least one agenda item.")


def name_the_delegation(officer: Person, sender: str) -> None:
    officer.tab("Delegation")
    officer.follow("Nominate delegate")
    for number, (english, french, role) in enumerate(POSITIONS, start=1):
        officer.write(position=english, position_fr=french)
        officer.choose(institution=sender, role=role)
        officer.press("Save and add another" if number < len(POSITIONS) else "Nominate delegate")
    officer.shows(POSITIONS[-1][officer.language == "fr"])
    officer.follow("Confirm nominations", about="(3)")
    officer.press("Confirm nominations")
    officer.shows({"en": "3 delegates", "fr": "3 délégués"}[officer.language])


def build_the_agenda(officer: Person, host: str) -> None:
    page = officer.page
    officer.tab("Agenda")
    officer.follow("Add agenda item")
    for number, (day, begins, ends, topic, kind) in enumerate(SESSIONS, start=1):
        officer.choose(day=day, kind=kind)
        officer.write(starts_at=begins, ends_at=ends, topic=topic)
        page.locator(f"input[name=hosts][value='{host}']").check()
        officer.press("Save and add another" if number < len(SESSIONS) else "Add agenda item")
    officer.shows(day_in(officer, 23))
    officer.follow("Answer", about=f"ANETI ({tunisia(officer)})", context="verb")
    officer.follow("Confirm slot")
    officer.write(comment="Gate B, with badges")
    officer.press("Confirm slot")
    officer.shows("Gate B, with badges")
    page.get_by_role("navigation", name=officer.words("You are here")).get_by_role(
        "link", name=officer.words("Agenda")
    ).click()
    officer.follow("Publish agenda, version %(number)s", about="…", number=1)
    officer.press("Publish agenda, version %(number)d", number=1)
    officer.says("Agenda, version %(number)d", number=1)


def let_it_take_place(officer: Person) -> None:
    take(officer, "Confirm visit", "Confirmed")
    take(officer, "Start visit", "Under way")
    officer.tab("Delegation")
    officer.press(
        "Record that all %(number)s confirmed delegates attended",
        one="Record that the confirmed delegate attended",
        number=3,
    )
    officer.says(
        "%(count)d delegates are recorded as attended.",
        one="%(count)d delegate is recorded as attended.",
        count=3,
    )
    take(officer, "Complete visit", "Completed")


def take(officer: Person, step: str, state: str) -> None:
    """The next step of the visit."""
    officer.take(step)
    officer.page.locator(".strip__step--current").get_by_text(
        officer.words(state, context="visit")
    ).wait_for()


def write_notes(officer: Person) -> None:
    officer.tab("Notes")
    officer.follow("Write notes", about="The Migrant Resource Centre")
    officer.write(key_points="One file for every jobseeker", key_points_fr="Un fichier unique par demandeur")
    officer.page.get_by_label(officer.words("Shared")).check()
    officer.press("Save notes")
    officer.says("Your notes")
    officer.page.locator(".crumbs").get_by_role("link", name=officer.words("Notes")).click()
    officer.shows({"en": "One file for every jobseeker", "fr": "Un fichier unique"}[officer.language])


def hold_the_debrief(officer: Person, host: str) -> None:
    officer.tab("Debrief")
    officer.press("Begin debrief")
    officer.write(recap="Three days, three institutions", recap_fr="Trois jours, trois institutions")
    officer.write(cooperation_points="A model agreement between the two agencies")
    officer.press("Save debrief")
    officer.shows(POSITIONS[0][officer.language == "fr"])
    officer.follow("Add", about=officer.words("Hosting side"))
    officer.write(position="Director General of ANETI", position_fr="Directeur général de l'ANETI")
    officer.choose(side="hosting", institution=host)
    officer.press("Add participant")
    officer.press("Record agreement")
    officer.says("Both sides agree to what follows.")
    take(officer, "Mark as reported", "Reported")


def record_commitments(officer: Person, host: str, sender: str) -> None:
    officer.tab("Follow-up")
    officer.follow("Add commitment")
    officer.write(
        text="Send the procedures manual", text_fr="Envoyer le manuel de procédures", due_on="03/2019"
    )
    officer.choose(owed_by=host, owed_to=sender)
    officer.press("Save and add another")
    officer.write(text="Propose a model agreement", text_fr="Proposer un accord type")
    officer.choose(owed_by=sender, owed_to=host)
    officer.press("Add commitment")
    officer.shows({"en": "Propose a model agreement", "fr": "Proposer un accord type"}[officer.language])
    officer.says("overdue")


def download_the_french_note(officer: Person, visit: StudyVisit, folder: Path) -> str:
    page = officer.page
    officer.tab("Overview")
    officer.press(
        "Make %(kind)s: %(language)s", kind=officer.words("Debrief note"), language=officer.words("French")
    )
    report = Report.objects.get()
    assert (report.subject, report.language) == (visit, "fr")
    assert make_report(report.pk), "as the worker does it"
    page.reload()
    with page.expect_download() as downloading:
        officer.follow("Download PDF")
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    assert path.name == report.file_name
    text = " ".join(sheet.extract_text() for sheet in PdfReader(path).pages)
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\u2019", "'").replace("\u00ad", "")).casefold()


def close_the_visit(officer: Person, visit: StudyVisit) -> None:
    officer.page.goto(visit.get_absolute_url())
    officer.follow("Close visit")
    officer.shows(
        {"en": "2 commitments are still open", "fr": "2 engagements sont encore ouverts"}[officer.language]
    )
    officer.press("Close visit")
    officer.page.locator(".strip__step--current").get_by_text(
        officer.words("Closed", context="visit")
    ).wait_for()
