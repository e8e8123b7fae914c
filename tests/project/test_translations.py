"""French is whole: every text has its translation, says the same things and keeps to the house's words."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from fmm_portal.accounts.models import User
from tests.factories.studyvisits import StudyVisitFactory
from tests.personas import PASSWORD

FRENCH = Path(portal.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
GETTEXT_PROGRAMS = ("xgettext", "msguniq", "msgmerge", "msgattrib")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
# Words that French writes as English does.
SAME_IN_BOTH = {
    "%(kind)s, version %(number)d",
    "%(milestone)s (%(strategy)s)",
    "%(plan)s (%(strategy)s), %(day)s",
    "%(session)s (%(visit)s)",
    "%(women)s (%(share)s)",
    "- %(code)s %(text)s (%(state)s)",
    "Action",
    "Actions",
    "Adoption",
    "Budget",
    "Code",
    "Consultation",
    "Consultations",
    "Contact",
    "Contacts",
    "Date",
    "Dates",
    "Documents",
    "Euro",
    "Experts",
    "Forum",
    "Import",
    "Institution",
    "Institutions",
    "Notes",
    "Pages",
    "Participants",
    "Plan",
    "Point",
    "Programme",
    "Programmes",
    "Sources",
    "Type",
    "UTC",
    "Version %(number)s",
    "Version",
    "Versions",
    "action",
    "actions",
    "axes",
    "code",
    "conclusions",
    "contact",
    "contacts",
    "date",
    "description",
    "document",
    "documents",
    "expert",
    "experts",
    "horizon",
    "institution",
    "institutions",
    "logo",
    "logos",
    "note",
    "notes",
    "programme",
    "programmes",
    "question",
    "source",
    "sources",
    "type",
    "version %(number)s",
    "version",
    "vision",
}
NO_BREAK = "\N{NO-BREAK SPACE}"


def name_of(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def texts_of(entry: polib.POEntry) -> list[str]:
    """The translation; for a text that counts, both of its forms."""
    return [entry.msgstr_plural[form] for form in (0, 1)] if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def french() -> polib.POFile:
    return polib.pofile(str(FRENCH), check_for_duplicates=True)


def test_every_text_of_the_portal_has_its_french(tmp_path: Path, french: polib.POFile) -> None:
    missing_programs = [name for name in GETTEXT_PROGRAMS if shutil.which(name) is None]
    if missing_programs:
        pytest.skip(f"gathers the texts anew with gettext, which is not here: {', '.join(missing_programs)}")
    # A copy: gathering writes files beside the templates while it works.
    for name in ("fmm_portal", "delegations", "strategies", "studyvisits", "templates", "locale"):
        shutil.copytree(
            Path(portal.BASE_DIR) / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(Path(portal.BASE_DIR) / "manage.py", tmp_path)

    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--all", "--verbosity=0"],
        cwd=tmp_path,
        env={**os.environ, "VAR_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "fmm_portal.settings"},
        check=True,
    )

    known = {name_of(entry) for entry in french if all(texts_of(entry))}
    gathered = polib.pofile(str(tmp_path / FRENCH.relative_to(portal.BASE_DIR)))
    assert len(gathered) > 900
    assert [name_of(entry) for entry in gathered if name_of(entry) not in known] == []
    # Dates would differ at every gathering, and stand in the way of two people's work.
    assert [name for name in gathered.metadata if name.endswith("-Date")] == []


def test_nothing_is_left_unfinished(french: polib.POFile) -> None:
    assert [name_of(entry) for entry in french if entry.fuzzy] == []
    assert [name_of(entry) for entry in french if not all(texts_of(entry))] == []
    assert french.obsolete_entries() == []
    assert french.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"


def test_placeholders_are_those_of_the_english(french: polib.POFile) -> None:
    wrong = []
    for entry in french:
        singular = set(PLACEHOLDER.findall(entry.msgid))
        wanted = singular | set(PLACEHOLDER.findall(entry.msgid_plural))
        found = [set(PLACEHOLDER.findall(text)) for text in texts_of(entry)]
        # The form for one may leave its number out, as English may.
        if found[-1] != wanted or found[0] not in (singular, wanted):
            wrong.append(name_of(entry))
    assert wrong == []


def test_what_reads_the_same_is_the_same_word(french: polib.POFile) -> None:
    same = {
        entry.msgid
        for entry in french
        if entry.msgid in texts_of(entry) and re.search("[A-Za-z]", entry.msgid)
    }
    assert same - SAME_IN_BOTH == set()


def test_valider_is_kept_for_strategies(french: polib.POFile) -> None:
    """A strategy is validated in a meeting of its own; forms are saved and visits confirmed."""
    assert [
        text
        for entry in french
        for text in texts_of(entry)
        if re.search(r"\bvalide[rz]?\b", text, re.IGNORECASE)
    ] == []


def test_french_is_set_as_french(french: polib.POFile) -> None:
    wrong = []
    for entry in french:
        for text in texts_of(entry):
            straight = "'" in text
            breaking = re.search(r"[^\s] [:;?!»%](?!\w|\()|« ", text.replace("%%", "%"))
            without = re.search(r"«(?!\N{NO-BREAK SPACE})|(?<!\N{NO-BREAK SPACE})»", text)
            if straight or breaking or without:
                wrong.append(text)
    assert wrong == []


@pytest.fixture
def french_pages(settings) -> None:
    call_command("compilemessages")
    # Setting it, even to what it is, makes Django read the compiled texts again.
    settings.LOCALE_PATHS = [*settings.LOCALE_PATHS]


@pytest.fixture
def amina_in_french(amina: User, french_pages: None) -> Client:
    """Signed in by the door, where an account's language is taken up."""
    amina.preferred_language = "fr"
    amina.save()
    browser = Client()
    browser.post(reverse("accounts:login"), {"username": amina.email, "password": PASSWORD})
    return browser


def page(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.headers["Content-Language"] == "fr"
    return response.content.decode()


@pytest.mark.django_db
def test_visitors_are_met_in_the_language_of_their_browser(french_pages: None) -> None:
    text = page(Client(headers={"accept-language": "fr"}), reverse("accounts:login"))

    assert '<html lang="fr" dir="ltr">' in text
    assert "Adresse électronique" in text
    assert "Mot de passe" in text
    assert "Les visites d’étude, les engagements et leurs suites, en un seul endroit." in text


def test_an_officer_reads_the_home_page_in_french(amina_in_french: Client) -> None:
    text = page(amina_in_french, reverse("home"))

    assert "Bonjour" in text
    assert "Rien ne vous attend." in text
    assert "Visites à venir et en cours" in text


def test_an_officer_plans_a_visit_in_french(amina_in_french: Client) -> None:
    text = page(amina_in_french, reverse("studyvisits:visit_list"))
    assert "Planifier une visite d’étude" in text
    assert "Responsable de la visite" in text

    url = reverse("studyvisits:visit_create")
    refused = amina_in_french.post(
        url, {"submission": "4a3b1f5e-0f3c-4a7e-9b54-0d8a3c1f2e11"}
    ).content.decode()
    assert f"Pas encore enregistré{NO_BREAK}: veuillez examiner ceci." in refused
    # Django has this one of its own.
    assert "Ce champ est obligatoire." in refused


def test_states_agree_with_what_they_are_said_of(amina_in_french: Client) -> None:
    visit = StudyVisitFactory(status="confirmed")

    text = page(amina_in_french, visit.get_absolute_url())

    assert '<span class="badge badge--good">Confirmée</span>' in text
    assert "Démarrer la visite" in text
    assert "Ordre du jour" in text
