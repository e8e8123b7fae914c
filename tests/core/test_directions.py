"""Texts in Arabic run from the right on every page, whatever the reader's language: as declared, never guessed."""

import re

import pytest
from django.test import Client

from fmm_portal.core.display import text
from fmm_portal.core.multilingual import Multilingual
from studyvisits.models import StudyVisit
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory
from tests.factories.strategies import StrategyFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    LearningQuestionFactory,
    LessonFactory,
    StudyVisitFactory,
)

ARABIC = re.compile(r"[\N{ARABIC LETTER HAMZA}-\N{ARABIC LETTER YEH}]+")
DECLARED = re.compile(r'<(span|div)(?: class="prose")? lang="ar" dir="rtl">.*?</\1>', re.DOTALL)
# Read out with a button's own words, chosen from, or kept for machines.
NOT_SEEN = re.compile(
    r'<span class="visually-hidden">.*?</span>|<(script|title|form)\b.*?</\1>|<[^>]+>', re.DOTALL
)


def undeclared(html: str) -> list[str]:
    """Arabic that is seen on a page and not said to be Arabic."""
    main = html[html.index("<main") : html.index("</main>")]
    return ARABIC.findall(NOT_SEEN.sub(" ", DECLARED.sub(" ", main)))


@pytest.fixture
def visit(db: None) -> StudyVisit:
    """A visit of which everything is written in Arabic."""
    agency = InstitutionFactory(acronym="", name=Multilingual(ar="وكالة التشغيل"))
    strategy = StrategyFactory(acronym="", title=Multilingual(ar="استراتيجية"), owner_institution=agency)
    visit: StudyVisit = StudyVisitFactory(
        title=Multilingual(ar="زيارة دراسية"), objectives=Multilingual(ar="أهداف"), strategy=strategy
    )
    delegation = DelegationFactory(name=Multilingual(ar="وفد"))
    delegation.sending_institutions.add(agency)
    DelegateFactory(
        delegation=delegation, position=Multilingual(ar="مدير عام"), institution=agency, status="confirmed"
    )
    visit.delegations.add(delegation)
    item = AgendaItemFactory(visit=visit, topic=Multilingual(ar="جلسة"))
    AgendaHostFactory(item=item, institution=agency, status="declined")
    LearningQuestionFactory(visit=visit, text=Multilingual(ar="سؤال"), asked_by=agency, agenda_item=item)
    LessonFactory(visit=visit, text=Multilingual(ar="درس"), learnt_from=agency, agenda_item=item)
    CommitmentFactory(text=Multilingual(ar="التزام"), source=visit, owed_by=agency)
    return visit


def test_the_name_of_a_record_says_which_part_of_it_is_in_another_language() -> None:
    visit = StudyVisit(reference="SV-2019-001", title=Multilingual(ar="زيارة"))
    assert text(visit) == (
        'SV-2019-001 <span lang="ar" dir="rtl">زيارة</span>'
        '<abbr class="fallback" title="Only in Arabic">AR</abbr>'
    )
    assert text(StudyVisit(reference="SV-2019-001", title=Multilingual(en="A & B"))) == "SV-2019-001 A & B"
    # The part around it is escaped, as it would be without.
    assert text(StudyVisit(reference="<b>", title=Multilingual(fr="Visite"))).startswith("&lt;b&gt; <span")


def test_every_page_of_a_visit_says_what_is_arabic(visit: StudyVisit, browser_of, amina) -> None:
    browser: Client = browser_of(amina)
    visit_page = visit.get_absolute_url()
    seen = {
        url: browser.get(url).content.decode()
        for url in (
            visit_page,
            f"{visit_page}agenda/",
            f"{visit_page}delegation/",
            f"{visit_page}followup/",
            visit.agenda_items.get().get_absolute_url(),
            visit.strategy.get_absolute_url(),
            visit.strategy.owner_institution.get_absolute_url(),
            "/study-visits/",
            "/strategies/",
            "/commitments/",
            "/institutions/",
        )
    }
    assert [url for url, html in seen.items() if 'lang="ar" dir="rtl"' not in html] == []
    assert {url: found for url, html in seen.items() if (found := undeclared(html))} == {}
