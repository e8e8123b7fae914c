"""Finding things: by any word, without accents, in one place, and never what the reader may not see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.commands import commands_for
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.search import Hit, search_everything, search_kinds
from fmm_portal.core.services import update_record
from fmm_portal.institutions.services import rename_institution
from studyvisits.models import Commitment
from tests.everything import Everything
from tests.factories.delegations import DelegateFactory
from tests.factories.facility import ActionFactory, RequestFactory
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.factories.studyvisits import AgendaItemFactory, CommitmentFactory, StudyVisitFactory
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")


def found(text: str, person: Any) -> dict[str, list[Any]]:
    """What a person finds, by the names of the kinds."""
    groups = search_everything(text, actor_of(person).principal, first=50)
    return {group.kind.key: [hit.record for hit in group.hits] for group in groups}


def everything_found(text: str, person: Any) -> list[Hit]:
    return [
        hit for group in search_everything(text, actor_of(person).principal, first=50) for hit in group.hits
    ]


# --- what is found ---


def test_accents_and_capitals_make_no_difference(amina: Any) -> None:
    visit = StudyVisitFactory(title=Multilingual(fr="Visite d’étude à Lomé: données sur la MIGRATION"))
    for text in ("lome migration", "LOMÉ", "etude donnees", "Migratión"):
        assert found(text, amina)["studyvisit"] == [visit], text
    assert found("lome marrakech", amina) == {}


def test_every_kind_is_found_by_its_title_and_grouped_with_its_count(amina: Any) -> None:
    Everything()
    words = {
        "request": "Confidential-request-title",
        "action": "Confidential-action-title",
        "studyvisit": "Confidential-visit-title",
        "strategy": "Confidential-strategy-title",
        "milestone": "Confidential-milestone-title",
        "commitment": "Confidential-commitment",
        "document": "Programme-paper",
    }
    for kind, text in words.items():
        assert len(found(text, amina)[kind]) == 1, kind
    # Planted titles begin alike; nothing of another kind answers to them.
    assert set(found("confidential", amina)) == {*words, "report", "newsitem"} - {"document"}


def test_a_report_is_found_by_the_reference_of_its_visit(amina: Any) -> None:
    everything = Everything()
    visit = everything.scene.visit
    assert found(f"{visit.reference} debrief", amina) == {"report": [everything.report(everything.scene)]}


def test_hits_come_by_reference_then_by_title_then_by_any_word(amina: Any) -> None:
    inside = ActionFactory(title=Multilingual(en="Premigration orientation"))
    word = ActionFactory(title=Multilingual(en="Data on migration"))
    title = ActionFactory(title=Multilingual(en="Migration data"))
    assert found("migration", amina)["action"] == [title, word, inside]


def test_whole_counts_are_told_though_a_few_hits_are_shown(amina: Any, browser_of: Browser) -> None:
    for number in range(7):
        StudyVisitFactory(title=Multilingual(en=f"Labour observatory {number}"))
    page = browser_of(amina).get("/search/", {"q": "observatory"}).content.decode()
    assert "Show all 7" in page
    assert page.count('<li class="hit">') == 5
    all_of_them = (
        browser_of(amina).get("/search/", {"q": "observatory", "kind": "studyvisit"}).content.decode()
    )
    assert all_of_them.count('<li class="hit">') == 7


def test_a_reference_typed_in_full_opens_its_record(amina: Any, browser_of: Browser) -> None:
    visit = StudyVisitFactory(reference="SV-2019-001")
    response = browser_of(amina).get("/search/", {"q": " sv-2019-001 "})
    assert (response.status_code, response.url) == (302, visit.get_absolute_url())


def test_a_reference_out_of_sight_opens_nothing(fatou: Any, browser_of: Browser) -> None:
    StudyVisitFactory(reference="SV-2019-001", sending="TG", hosting="TN")
    response = browser_of(fatou).get("/search/", {"q": "SV-2019-001"})
    assert response.status_code == 200
    assert "Nothing that is open to you" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a reference opens its record"),
        ("é", "two characters or more"),
        ("zzzz", "Nothing that is open to you"),
    ],
)
def test_a_page_without_hits_says_why_and_what_to_do(
    text: str, words: str, amina: Any, browser_of: Browser
) -> None:
    assert words in browser_of(amina).get("/search/", {"q": text}).content.decode()


@pytest.mark.parametrize("text", ["%", "100%_", "'; drop table", "\0x", "\\", "_" * 500, '"><script>'])
def test_signs_of_other_languages_are_only_text(text: str, amina: Any, browser_of: Browser) -> None:
    StudyVisitFactory()
    response = browser_of(amina).get("/search/", {"q": text})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()
    assert browser_of(amina).get("/search/", {"q": "visit", "kind": text, "page": text}).status_code == 200


# --- what is not found ---


@pytest.mark.long
def test_nobody_finds_what_they_may_not_open(request: pytest.FixtureRequest) -> None:
    """Whatever is searched for, each hit is a record in the person's own scope."""
    Everything()
    StudyVisitFactory(title=Multilingual(en="Visit of another country"), sending="BJ", hosting="MA")
    for persona in EVERYBODY:
        person = request.getfixturevalue(persona)
        principal = actor_of(person).principal
        for text in ("paper", "on"):
            for hit in everything_found(text, person):
                visible = type(hit.record)._default_manager.visible_to(principal)
                assert visible.filter(pk=hit.record.pk).exists(), (persona, text, hit.title)


def test_outsiders_find_no_trace_of_the_chain(fatou: Any, nobody: Any, browser_of: Browser) -> None:
    scene = Everything().scene
    for person in (fatou, nobody):
        for text in ("confidential", "paper", "words", scene.visit.reference):
            assert everything_found(text, person) == [], text
        for address in ("/search/", "/search/palette/"):
            page = browser_of(person).get(address, {"q": scene.visit.reference})
            assert (page.status_code, "Confidential" in page.content.decode()) == (200, False)


@pytest.mark.long
def test_people_are_never_found_by_name(request: pytest.FixtureRequest) -> None:
    """Positions are found; who holds them is not, not even by those who may read the name."""
    scene = Everything().scene
    assert scene.delegate.person_name == "Marimba Delegate"
    for persona in EVERYBODY:
        for text in ("xylophone", "marimba", "99 88 77"):
            assert everything_found(text, request.getfixturevalue(persona)) == [], (persona, text)


def test_papers_are_found_by_those_for_whom_they_are(amina: Any, eva: Any, sami: Any, kofi: Any) -> None:
    Everything()
    papers = {person.email: sorted(map(str, found("paper", person).get("document", []))) for person in
              (amina, eva, sami, kofi)}  # fmt: skip
    assert papers[amina.email] == ["Paper-for-everyone", "Participants-paper", "Programme-paper"]
    assert "Programme-paper" not in papers[sami.email] + papers[kofi.email] + papers[eva.email]


def test_visitors_are_asked_to_sign_in(client: Client) -> None:
    for address in ("/search/?q=visit", "/search/palette/?q=visit"):
        assert client.get(address).url.startswith("/account/sign-in/")


# --- the price ---


@pytest.mark.parametrize("persona", ["amina", "kofi"])
@pytest.mark.parametrize("address", ["/search/", "/search/palette/"])
def test_search_costs_the_same_at_one_hit_and_at_many(
    address: str, persona: str, request: pytest.FixtureRequest, browser_of: Browser
) -> None:
    def fill() -> None:
        side = anpe_togo()
        RequestFactory(
            institution=side, title=Multilingual(en="Observatory"), countries="TG", status="approved"
        )
        visit = StudyVisitFactory(title=Multilingual(en="Observatory"), sending="TG")
        AgendaItemFactory(visit=visit, topic=Multilingual(en="Observatory"))
        CommitmentFactory(visit=visit, text=Multilingual(en="Observatory"), owed_by=side)
        ContactFactory(institution=side, position=Multilingual(en="Head of the observatory"))
        DelegateFactory(
            delegation=visit.delegations.get(), position=Multilingual(en="Observatory"), institution=side
        )
        InstitutionFactory(name=Multilingual(en="Observatory"), country=country("TG"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address, {"q": "observatory"})
        assert "Head of the observatory" in page.content.decode()
        return len(captured)

    client = browser_of(request.getfixturevalue(persona))
    fill()
    queries()
    at_one = queries()
    fill(), fill()
    assert queries() == at_one
    assert at_one <= len(search_kinds()) + 8


# --- words of others ---


def test_what_names_an_institution_is_found_by_its_new_name_at_once(amina: Any, by: Any) -> None:
    """Renamed, an institution is found by its old and new name, and so is all that is found through it."""
    agency, other = anpe_togo(), aneti()
    records = {
        "request": RequestFactory(institution=agency),
        "action": ActionFactory(requesting_institution=agency),
        "contact": ContactFactory(institution=agency),
        "commitment": CommitmentFactory(owed_by=other, owed_to=agency),
        "delegate": DelegateFactory(institution=agency),
    }
    versions = {kind: record.version for kind, record in records.items()}
    rename_institution(
        agency,
        actor=by(amina),
        name=Multilingual(en="Employment House"),
        acronym="EHT",
        former_until=PartialDate(2020),
    )
    now = found("employment house", amina)
    assert {kind: now[kind] for kind in records} == {kind: [record] for kind, record in records.items()}
    for kind, record in records.items():
        record.refresh_from_db()
        assert record.version == versions[kind], "it did not change itself"
        assert [hit for hit in found("anpe", amina)[kind] if hit == record], (
            "the former name still leads to it"
        )


def test_a_change_that_nobody_searches_by_renews_nothing(amina: Any, by: Any) -> None:
    commitment = CommitmentFactory(owed_by=anpe_togo())
    Commitment.objects.filter(pk=commitment.pk).update(search_text="as it was")
    update_record(anpe_togo(), actor=by(amina), changes={"website": "https://example.org"})
    commitment.refresh_from_db()
    assert commitment.search_text == "as it was"


# --- the palette ---


def labels(person: Any, text: str = "") -> list[str]:
    return [str(command.label) for command in commands_for(actor_of(person).principal, text)]


def test_the_palette_offers_what_the_person_may_do(amina: Any, eva: Any) -> None:
    assert labels(amina, "add req") == ["Add request"]
    assert labels(eva, "add") == []
    assert labels(eva, "overdue") == ["Commitments overdue"]
    assert "My visits" in labels(amina, "MY")
    assert labels(eva, "go contacts") == ["Go to: Contacts"]


def test_every_command_leads_to_a_page(amina: Any, browser_of: Browser) -> None:
    client, principal = browser_of(amina), actor_of(amina).principal
    for text in ("add", "my", "overdue", "go"):
        for command in commands_for(principal, text):
            assert client.get(command.url).status_code == 200, command.label


def test_the_palette_is_a_list_that_can_be_heard(amina: Any, browser_of: Browser) -> None:
    StudyVisitFactory(title=Multilingual(en="Labour observatory"))
    client = browser_of(amina)
    page = client.get("/search/palette/", {"q": "observatory"}).content.decode()
    options = re.findall(r'role="option"[^>]* id="([^"]+)"', page)
    assert len(options) == len(set(options)) == 2
    assert 'data-announce="1 result"' in page
    assert 'href="/search/?q=observatory"' in page
    frame = client.get("/").content.decode()
    assert 'role="combobox"' in frame
    assert 'aria-controls="palette-results"' in frame
    assert 'action="/search/"' in frame, "without JavaScript there is the search page"
