"""The states of news: every state, step and persona, and every missing thing by name."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.accounts.enums import Role
from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.policies import can
from fmm_portal.core.services import delete_record, update_record
from fmm_portal.news.models import NewsItem
from fmm_portal.news.workflow import NEWS_WORKFLOW
from tests.factories.delegations import DelegateFactory
from tests.factories.institutions import country
from tests.factories.news import NewsItemFactory, apply, picture, published
from tests.factories.studyvisits import StudyVisitFactory
from tests.personas import anpe_togo, person

pytestmark = pytest.mark.django_db

EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")
MANAGERS = {"ada", "marc"}
STEPS = {
    "draft": {"publish": "published"},
    "published": {"withdraw": "withdrawn"},
    "withdrawn": {"redraft": "draft"},
}


def blockers(item: NewsItem) -> dict[str, str]:
    return {b.code: b.message for b in NEWS_WORKFLOW.blockers(item, NEWS_WORKFLOW.get("publish"))}


def test_matrix_knows_every_state_and_every_step() -> None:
    told = {(source, t.name, t.target) for t in NEWS_WORKFLOW.transitions for source in t.sources}
    assert told == {(state, name, target) for state, of in STEPS.items() for name, target in of.items()}


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("state", STEPS)
def test_each_step_from_each_state_by_each_persona(
    state: str, persona: str, request: pytest.FixtureRequest, by: Any
) -> None:
    user = request.getfixturevalue(persona)
    item = NewsItemFactory(status=state)
    offered = {step.name for step in NEWS_WORKFLOW.available(item, user) if step.allowed}
    assert offered == (set(STEPS[state]) if persona in MANAGERS else set())
    for name in ("publish", "withdraw", "redraft"):
        with transaction.atomic():
            if persona not in MANAGERS:
                with pytest.raises(Forbidden):
                    NEWS_WORKFLOW.apply(item, name, actor=by(user), reason="Because")
            elif name not in STEPS[state]:
                with pytest.raises(TransitionRefused) as refusal:
                    NEWS_WORKFLOW.apply(item, name, actor=by(user), reason="Because")
                assert refusal.value.code == "wrong_state"
            else:
                taken = NEWS_WORKFLOW.apply(item, name, actor=by(user), reason="Because")
                assert taken.status == STEPS[state][name]
            transaction.set_rollback(True)


def test_empty_draft_is_told_everything_that_it_lacks() -> None:
    item = NewsItemFactory(
        title=Multilingual(), lead=Multilingual(), body=Multilingual(), date=None, about=""
    )
    assert blockers(item) == {
        "title": "Give a title in at least one language.",
        "lead": "Write the lead.",
        "text": "Write the text.",
        "date": "Say when it took place; the month or the year is enough.",
        "country": "Name at least one country.",
    }


def test_each_language_of_the_title_is_asked_of_every_text() -> None:
    item = NewsItemFactory(
        title=Multilingual(en="News", fr="Nouvelle"),
        lead=Multilingual(en="Lead", pt="Lide"),
        body=Multilingual(fr="Texte"),
    )
    assert blockers(item) == {
        "titles": "The title is missing in: Portuguese.",
        "lead": "The lead is missing in: French.",
        "text": "The text is missing in: English.",
    }


def test_pictures_need_their_texts_in_every_language_of_the_item() -> None:
    item = NewsItemFactory()
    picture(item)
    picture(item, alternative_text=Multilingual(), caption=Multilingual(en="At the table"))
    assert blockers(item) == {
        "alternative_texts": "Picture 2 has no text in its place in: English, French.",
        "captions": "Picture 2 has no caption in: French.",
    }


def test_text_with_the_name_of_a_delegate_is_not_published(marc: Any, by: Any) -> None:
    visit = StudyVisitFactory()
    DelegateFactory(delegation=visit.delegations.get(), institution=anpe_togo(), person_name="Kossi Adébayor")
    item = NewsItemFactory(source=visit, body=Multilingual(en="Led by Mr. KOSSI ADEBAYOR.", fr="Texte"))
    assert blockers(item) == {
        "names": "The text names a person of the delegation. Write the position instead."
    }
    with pytest.raises(TransitionRefused) as refusal:
        NEWS_WORKFLOW.apply(item, "publish", actor=by(marc))
    assert "Adébayor" not in " ".join(refusal.value.messages)
    # A name within another word is no name.
    item = NewsItemFactory(source=visit, body=Multilingual(en="Kossi Adebayorville", fr="Texte"))
    assert blockers(item) == {}


def test_withdrawing_needs_a_reason_and_the_first_day_of_publication_stays() -> None:
    item = published()
    first = item.published_at
    assert first is not None
    with pytest.raises(ValidationError) as refusal:
        apply(item, "withdraw")
    assert refusal.value.message_dict == {"reason": ["Give the reason: it is kept in the history."]}
    again = apply(apply(apply(item, "withdraw", reason="A wrong date"), "redraft"), "publish")
    assert (again.status, again.published_at) == ("published", first)


def test_officer_edits_drafts_and_nothing_that_was_published(amina: Any, by: Any) -> None:
    draft, news = NewsItemFactory(), published()
    changed = update_record(draft, actor=by(amina), changes={"title": Multilingual(en="Better")})
    assert changed.title == {"en": "Better"}
    with pytest.raises(Forbidden) as refusal:
        update_record(news, actor=by(amina), changes={"title": Multilingual(en="Better")})
    assert refusal.value.messages == ["News is changed as a draft. Withdraw it, then return it to draft."]
    withdrawn = apply(apply(news, "withdraw", reason="An error"), "redraft")
    with pytest.raises(Forbidden) as refusal:
        delete_record(withdrawn, actor=by(amina))
    assert refusal.value.messages == ["News that was published is not deleted. Withdraw it instead."]


def test_officer_of_one_country_keeps_the_news_of_that_country() -> None:
    officer = person("esi", Role.OFFICER, country=country("GH"))
    own, other = NewsItemFactory(about="GH TG"), NewsItemFactory(about="TG")
    public = published(about="TG")
    assert set(NewsItem.objects.visible_to(officer)) == {own, public}
    assert can(officer, "change", own).allowed
    assert not can(officer, "change", other).allowed
    assert can(officer, "create", NewsItem).allowed
    assert can(officer, "publish", own).reason == "Only a manager publishes and withdraws news."


def test_everybody_sees_what_is_published_and_the_programme_its_drafts(
    amina: Any, eva: Any, kofi: Any, nobody: Any
) -> None:
    draft, public = NewsItemFactory(), published()
    withdrawn = apply(published(), "withdraw", reason="An error")
    for person_ in (amina, eva):
        assert set(NewsItem.objects.visible_to(person_)) == {draft, public, withdrawn}
    for person_ in (kofi, nobody):
        assert set(NewsItem.objects.visible_to(person_)) == {public}
    assert set(NewsItem.objects.public()) == {public}
