"""The founding job by browser alone, from nothing to the French PDF: with JavaScript, and once without."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from fmm_portal.accounts.models import User
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import make_report
from studyvisits.models import StudyVisit
from tests.personas import PASSWORD, amina, aneti, anpe_togo

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


class Officer:
    """Amina at her browser. She goes by what the pages say."""

    def __init__(self, page: Any, *, javascript: bool) -> None:
        self.page, self.javascript = page, javascript

    def sign_in(self, user: User) -> None:
        self.page.goto("/")
        self.page.get_by_label("E-mail address").fill(user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def follow(self, name: str) -> None:
        """A link by its words. What is only read out, such as ": ANETI", may be set off by a space."""
        words = re.compile("^" + re.escape(name).replace(":", " ?:") + "$")
        self.page.locator("main").get_by_role("link", name=words).first.click()

    def tab(self, name: str) -> None:
        self.page.locator(".tabs").get_by_role("link", name=re.compile(f"^{name}")).click()

    def press(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    def write(self, **texts: str) -> None:
        """By field; texts in two languages are given as `topic` and `topic_fr`."""
        for name, text in texts.items():
            box = self.page.locator(f"[name={name}], [name={name}_en]").first
            if not box.is_visible():
                self.unfold(box)
            box.fill(text)

    def unfold(self, box: Any) -> None:
        """Another language of a text: behind a tab, or without JavaScript in a fold under the first."""
        field = box.locator("xpath=ancestor::div[contains(@class, 'multilingual')][1]/..")
        if self.javascript:
            field.get_by_role("tab", name="FR").click()
        else:
            field.locator("summary").click()

    def choose(self, **values: str) -> None:
        for name, value in values.items():
            select = self.page.locator(f"select[name={name}]")
            if select.is_visible():
                select.select_option(value)
            else:
                # A long choice is a box that searches, made out of the select.
                label = select.locator(f"option[value='{value}']").text_content().strip()
                box = select.locator("xpath=following-sibling::div").get_by_role("combobox")
                box.fill(label)
                self.page.get_by_role("option", name=label, exact=True).click()

    def says(self, text: str) -> None:
        self.page.locator("main").get_by_text(text).first.wait_for()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_nothing_to_the_french_debrief_note(
    open_page: Callable[..., Any], tmp_path: Path, *, javascript: bool
) -> None:
    sender, host = anpe_togo(), aneti()
    officer = Officer(open_page(javascript=javascript), javascript=javascript)
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


def plan_the_visit(officer: Officer) -> None:
    page = officer.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Study visits").click()
    officer.follow("Plan study visit")
    officer.write(title="Togo visits Tunisia", starts_on="21/01/2019", ends_on="23 January 2019")
    officer.write(title_fr="Le Togo en Tunisie", objectives="See how placement abroad is organised")
    page.get_by_role("group", name="Sending countries").get_by_label("Togo", exact=True).check()
    page.get_by_role("group", name="Host countries").get_by_label("Tunisia", exact=True).check()
    officer.press("Plan study visit")
    officer.says("Add a delegation with at least one position.")
    officer.says("Add at least one agenda item.")


def name_the_delegation(officer: Officer, sender: str) -> None:
    officer.tab("Delegation")
    officer.follow("Nominate delegate")
    for number, (english, french, role) in enumerate(POSITIONS, start=1):
        officer.write(position=english, position_fr=french)
        officer.choose(institution=sender, role=role)
        officer.press("Save and add another" if number < len(POSITIONS) else "Nominate delegate")
    officer.says("Representative of the trade union centres")
    officer.follow("Confirm nominations (3)")
    officer.press("Confirm nominations")
    officer.says("3 delegates")


def build_the_agenda(officer: Officer, host: str) -> None:
    page = officer.page
    officer.tab("Agenda")
    officer.follow("Add agenda item")
    for number, (day, begins, ends, topic, kind) in enumerate(SESSIONS, start=1):
        officer.choose(day=day, kind=kind)
        officer.write(starts_at=begins, ends_at=ends, topic=topic)
        page.locator(f"input[name=hosts][value='{host}']").check()
        officer.press("Save and add another" if number < len(SESSIONS) else "Add agenda item")
    officer.says("Wednesday 23 January 2019")
    officer.follow("Answer: ANETI (Tunisia)")
    officer.follow("Confirm slot")
    officer.write(comment="Gate B, with badges")
    officer.press("Confirm slot")
    officer.says("Gate B, with badges")
    page.get_by_role("navigation", name="You are here").get_by_role("link", name="Agenda").click()
    officer.follow("Publish agenda, version 1…")
    officer.press("Publish agenda, version 1")
    officer.says("Agenda, version 1")


def let_it_take_place(officer: Officer) -> None:
    take(officer, "Confirm visit", "Confirmed")
    take(officer, "Start visit", "Under way")
    officer.tab("Delegation")
    officer.press("Record that all 3 confirmed delegates attended")
    officer.says("3 delegates are recorded as attended.")
    take(officer, "Complete visit", "Completed")


def take(officer: Officer, step: str, state: str) -> None:
    """The next step of the visit: at once, or after a page that warns."""
    aside = officer.page.locator(".strip__aside").first
    if aside.get_by_role("button", name=step).count():
        aside.get_by_role("button", name=step).click()
    else:
        aside.get_by_role("link", name=step).click()
        officer.press(step)
    officer.page.locator(".strip__step--current").get_by_text(state).wait_for()


def write_notes(officer: Officer) -> None:
    officer.tab("Notes")
    officer.follow("Write notes: The Migrant Resource Centre")
    officer.write(key_points="One file for every jobseeker", key_points_fr="Un fichier unique par demandeur")
    officer.page.get_by_label("Shared").check()
    officer.press("Save notes")
    officer.says("Your notes")
    officer.page.locator(".crumbs").get_by_role("link", name="Notes").click()
    officer.says("One file for every jobseeker")


def hold_the_debrief(officer: Officer, host: str) -> None:
    officer.tab("Debrief")
    officer.press("Begin debrief")
    officer.write(recap="Three days, three institutions", recap_fr="Trois jours, trois institutions")
    officer.write(cooperation_points="A model agreement between the two agencies")
    officer.press("Save debrief")
    officer.says("Director General of Employment")
    officer.follow("Add: Hosting side")
    officer.write(position="Director General of ANETI", position_fr="Directeur général de l'ANETI")
    officer.choose(side="hosting", institution=host)
    officer.press("Add participant")
    officer.press("Record agreement")
    officer.says("Both sides agree to what follows.")
    take(officer, "Mark as reported", "Reported")


def record_commitments(officer: Officer, host: str, sender: str) -> None:
    officer.tab("Follow-up")
    officer.follow("Add commitment")
    officer.write(
        text="Send the procedures manual", text_fr="Envoyer le manuel de procédures", due_on="March 2019"
    )
    officer.choose(owed_by=host, owed_to=sender)
    officer.press("Save and add another")
    officer.write(text="Propose a model agreement", text_fr="Proposer un accord type")
    officer.choose(owed_by=sender, owed_to=host)
    officer.press("Add commitment")
    officer.says("Propose a model agreement")
    officer.says("overdue")


def download_the_french_note(officer: Officer, visit: StudyVisit, folder: Path) -> str:
    page = officer.page
    officer.tab("Overview")
    officer.press("Make Debrief note: French")
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


def close_the_visit(officer: Officer, visit: StudyVisit) -> None:
    officer.page.goto(visit.get_absolute_url())
    officer.page.locator(".strip__aside").get_by_role("link", name="Close visit").click()
    officer.says("2 commitments are still open and stay in follow-up")
    officer.press("Close visit")
    officer.page.locator(".strip__step--current").get_by_text("Closed").wait_for()
