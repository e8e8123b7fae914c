"""French and Portuguese are whole: every text is translated, says the same things and keeps to the house's words."""

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

LOCALE = Path(portal.BASE_DIR) / "locale"
GETTEXT_PROGRAMS = ("xgettext", "msguniq", "msgmerge", "msgattrib")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?\w+>")
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    # In the European norm nothing is several: "0 delegados".
    "pt": "nplurals=2; plural=(n != 1);",
}
# Words that the language writes as English does.
SAME_AS_ENGLISH = {
    "fr": {
        "%(count)s action",
        "%(kind)s, version %(number)d",
        "Action",
        "Actions",
        "Adoption",
        "Budget",
        "Code",
        "Consultation",
        "Consultations",
        "Contacts",
        "Date",
        "Dates",
        "Documents",
        "Euro",
        "Experts",
        "Forum",
        "Import",
        "Information",
        "Institution",
        "Institutions",
        "Message",
        "Messages",
        "Notes",
        "Organisations",
        "Pages",
        "Participants",
        "Plan",
        "Point",
        "Programme",
        "Programmes",
        "Secret",
        "Sources",
        "Type",
        "UTC",
        "Version %(number)s",
        "Version",
        "Versions",
        "Webhook",
        "Webhooks",
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
        "import",
        "imports",
        "institution",
        "institutions",
        "logo",
        "logos",
        "message",
        "note",
        "notes",
        "organisations",
        "programme",
        "programmes",
        "question",
        "secret",
        "source",
        "sources",
        "type",
        "version %(number)s",
        "version",
        "vision",
        "webhook",
        "webhooks",
    },
    "pt": {
        "Agenda",
        "Euro",
        "Final",
        "Id",
        "Regional",
        "UTC",
        "Webhook",
        "Webhooks",
        "agenda",
        "webhook",
        "webhooks",
    },
}
# Strategies are validated, in a meeting of their own; forms are saved and visits confirmed.
VALIDATING = {"fr": r"\bvalide[rz]?\b", "pt": r"\bvalid(?:ar|a|e|em)\b"}
# Written otherwise in the European norm and since the orthography of 1990.
NOT_THIS_PORTUGUESE = re.compile(
    r"acç|(?:obj|proj|dir|sel|corr|el)ect|\bact(?:iv|ual|or)|adop[tç]|óptim"
    r"|usuári|arquiv|\bsenha|\btelas?\b|registr[oa]|\bplanej|\bequipe\b|contato|\bfatos?\b"
)
NO_BREAK = "\N{NO-BREAK SPACE}"


def name_of(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def texts_of(entry: polib.POEntry) -> list[str]:
    """The translation; for a text that counts, both of its forms."""
    return [entry.msgstr_plural[form] for form in (0, 1)] if entry.msgid_plural else [entry.msgstr]


def catalogue_in(folder: Path, language: str) -> polib.POFile:
    return polib.pofile(str(folder / language / "LC_MESSAGES" / "django.po"), check_for_duplicates=True)


@pytest.fixture(scope="module", params=sorted(PLURALS))
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(language: str) -> polib.POFile:
    return catalogue_in(LOCALE, language)


def test_every_language_of_the_switch_has_a_catalogue() -> None:
    assert {code for code, _name in portal.LANGUAGES} == {"en", *PLURALS}
    assert {folder.name for folder in LOCALE.iterdir() if folder.is_dir()} == set(PLURALS)


def test_every_text_of_the_portal_is_translated(tmp_path: Path) -> None:
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

    for language in PLURALS:
        known = {name_of(entry) for entry in catalogue_in(LOCALE, language) if all(texts_of(entry))}
        gathered = catalogue_in(tmp_path / "locale", language)
        assert len(gathered) > 900
        assert [name_of(entry) for entry in gathered if name_of(entry) not in known] == []
        # Dates would differ at every gathering, and stand in the way of two people's work.
        assert [name for name in gathered.metadata if name.endswith("-Date")] == []


def test_nothing_is_left_unfinished(catalogue: polib.POFile, language: str) -> None:
    assert [name_of(entry) for entry in catalogue if entry.fuzzy] == []
    assert [name_of(entry) for entry in catalogue if not all(texts_of(entry))] == []
    assert catalogue.obsolete_entries() == []
    assert catalogue.metadata["Language"] == language
    assert catalogue.metadata["Plural-Forms"] == PLURALS[language]


def test_placeholders_are_those_of_the_english(catalogue: polib.POFile) -> None:
    wrong = []
    for entry in catalogue:
        singular = set(PLACEHOLDER.findall(entry.msgid))
        wanted = singular | set(PLACEHOLDER.findall(entry.msgid_plural))
        found = [set(PLACEHOLDER.findall(text)) for text in texts_of(entry)]
        # The form for one may leave its number out, as English may.
        if found[-1] != wanted or found[0] not in (singular, wanted):
            wrong.append(name_of(entry))
        if any(TAG.findall(text) != TAG.findall(entry.msgid) for text in texts_of(entry)):
            wrong.append(name_of(entry))
    assert wrong == []


def test_what_reads_the_same_is_the_same_word(catalogue: polib.POFile, language: str) -> None:
    same = {
        entry.msgid
        for entry in catalogue
        if entry.msgid in texts_of(entry) and re.search("[A-Za-z]", PLACEHOLDER.sub("", entry.msgid))
    }
    assert same == SAME_AS_ENGLISH[language]


def test_validating_is_kept_for_strategies(catalogue: polib.POFile, language: str) -> None:
    assert [
        text
        for entry in catalogue
        for text in texts_of(entry)
        if re.search(VALIDATING[language], text, re.IGNORECASE)
    ] == []


def test_french_is_set_as_french() -> None:
    wrong = []
    for entry in catalogue_in(LOCALE, "fr"):
        for text in texts_of(entry):
            straight = "'" in text
            breaking = re.search(r"[^\s] [:;?!»%](?!\w|\()|« ", text.replace("%%", "%"))
            without = re.search(r"«(?!\N{NO-BREAK SPACE})|(?<!\N{NO-BREAK SPACE})»", text)
            if straight or breaking or without:
                wrong.append(text)
    assert wrong == []


def test_portuguese_is_set_as_portuguese() -> None:
    """Signs stand close to their words, quotations in « », and the spelling is that of Lisbon since 1990."""
    wrong = []
    for entry in catalogue_in(LOCALE, "pt"):
        for text in texts_of(entry):
            foreign = re.search(r"['\"“”‘]|\.\.\.", text)
            spaced = re.search(
                r"\S[ \N{NO-BREAK SPACE}][:;?!»](?!\w)|«\s| %(?![\w(])", text.replace("%%", "%")
            )
            if foreign or spaced or NOT_THIS_PORTUGUESE.search(PLACEHOLDER.sub("", text).lower()):
                wrong.append(text)
    assert wrong == []


@pytest.fixture
def translated_pages(settings) -> None:
    call_command("compilemessages")
    # Setting it, even to what it is, makes Django read the compiled texts again.
    settings.LOCALE_PATHS = [*settings.LOCALE_PATHS]


def signed_in(user: User, language: str) -> Client:
    """By the door, where an account's language is taken up."""
    user.preferred_language = language
    user.save()
    browser = Client()
    browser.post(reverse("accounts:login"), {"username": user.email, "password": PASSWORD})
    return browser


@pytest.fixture
def amina_in_french(amina: User, translated_pages: None) -> Client:
    return signed_in(amina, "fr")


@pytest.fixture
def amina_in_portuguese(amina: User, translated_pages: None) -> Client:
    return signed_in(amina, "pt")


def page(browser: Client, url: str, language: str = "fr") -> str:
    response = browser.get(url)
    assert response.headers["Content-Language"] == language
    return response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "met_in", "words"),
    [
        (
            "fr",
            "fr",
            (
                "Adresse électronique",
                "Mot de passe",
                "Les visites d’étude, les engagements et leurs suites, en un seul endroit.",
            ),
        ),
        (
            "pt-BR",
            "pt",
            (
                "Endereço de e-mail",
                "Palavra-passe",
                "Visitas de estudo, compromissos e o que deles resultou, num só lugar.",
            ),
        ),
    ],
)
def test_visitors_are_met_in_the_language_of_their_browser(
    translated_pages: None, asked: str, met_in: str, words: tuple[str, ...]
) -> None:
    text = page(Client(headers={"accept-language": asked}), reverse("accounts:login"), met_in)

    assert f'<html lang="{met_in}" dir="ltr">' in text
    assert [word for word in words if word not in text] == []


def test_an_officer_reads_the_home_page_in_french(amina_in_french: Client) -> None:
    text = page(amina_in_french, reverse("home"))

    assert "Bonjour" in text
    assert "Rien ne vous attend." in text
    assert "Vous n’attendez personne." in text


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


def test_an_officer_works_in_portuguese(amina_in_portuguese: Client) -> None:
    """The same three pages as in French: states agree with what they are said of, refusals are whole."""
    visit = StudyVisitFactory(status="confirmed")
    home = page(amina_in_portuguese, reverse("home"), "pt")
    assert "Bom dia" in home
    assert "Nada espera por si." in home

    detail = page(amina_in_portuguese, visit.get_absolute_url(), "pt")
    assert '<span class="badge badge--good">Confirmada</span>' in detail
    assert "Iniciar visita" in detail

    refused = amina_in_portuguese.post(
        reverse("studyvisits:visit_create"), {"submission": "4a3b1f5e-0f3c-4a7e-9b54-0d8a3c1f2e11"}
    ).content.decode()
    assert "Ainda não foi guardado: veja isto, por favor." in refused
    # Django has this one of its own.
    assert "Este campo é obrigatório." in refused


def test_the_switch_names_each_language_in_itself(amina_in_portuguese: Client) -> None:
    text = page(amina_in_portuguese, reverse("home"), "pt")

    assert re.findall(r'name="language" value="(\w+)" lang="(\w+)" title="(\w+)"', text) == [
        ("en", "en", "English"),
        ("fr", "fr", "Français"),
        ("pt", "pt", "Português"),
    ]
