"""What is said about a record: who reads it, who says it, how it is corrected and taken back."""

import json
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from fmm_portal.core.activity import history_of, last_change
from fmm_portal.core.comments import add_comment, comments_of, comments_seen_at, withdraw_comment
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.models import Activity, Comment, Draft
from tests import personas
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.page_contract import hidden_value
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Any:
    """Togo's agency sends, Tunisia's receives."""
    visit = StudyVisitFactory()
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    visit.delegations.first().sending_institutions.add(anpe_togo())
    return visit


def page_of(visit: Any) -> str:
    return reverse("studyvisits:visit_comments", args=[visit.pk])


def test_each_reads_what_is_meant_for_them_and_what_they_said(visit, amina, kofi, by) -> None:
    inside = add_comment(visit, actor=by(amina), text="Which rate for the nights?")
    open_ = add_comment(visit, actor=by(amina), text="The first day starts late.", audience="everyone")
    asked = add_comment(visit, actor=by(kofi), text="May we bring a sixth person?")
    readers = {
        personas.marc(): {inside, open_, asked},
        personas.eva(): {open_},
        kofi: {open_, asked},
        personas.sami(): {open_},
        personas.fatou(): set(),
    }
    for person, theirs in readers.items():
        assert set(Comment.objects.visible_to(person)) == theirs
        if theirs:
            assert set(comments_seen_at(visit, person)) == theirs


def test_outside_the_programme_the_side_is_named_and_not_the_person(
    visit, amina, kofi, sami, browser_of, by
) -> None:
    add_comment(visit, actor=by(amina), text="The first day starts late.", audience="everyone")
    add_comment(visit, actor=by(kofi), text="We come with six.", audience="everyone")
    page = browser_of(sami).get(page_of(visit)).content.decode()
    assert "The programme" in page
    assert "An institution taking part" in page
    assert "Amina" not in page
    assert "Kofi" not in page
    history = browser_of(sami).get(reverse("studyvisits:visit_history", args=[visit.pk])).content.decode()
    assert "We come with six." not in history


def test_who_takes_no_part_says_nothing(visit, eva, fatou, by) -> None:
    for person in (eva, fatou):
        with pytest.raises(Forbidden):
            add_comment(visit, actor=by(person), text="Mine", audience="everyone")
    assert not comments_of(visit).exists()


def test_own_comment_is_corrected_and_others_are_not(visit, amina, marc, browser_of, by) -> None:
    comment = add_comment(visit, actor=by(amina), text="At nine o'clock")
    url = reverse("core:comment_edit", args=[comment.pk])
    client = browser_of(amina)
    opened = client.get(url).content.decode()
    machinery = {name: hidden_value(opened, name) for name in ("record_version", "record_base")}
    sent = {"text": "At ten o'clock", "audience": "programme", "next": page_of(visit), **machinery}
    assert client.post(url, sent).url == page_of(visit)
    page = client.get(page_of(visit)).content.decode()
    assert "At ten o&#x27;clock" in page
    assert "corrected" in page
    assert browser_of(marc).get(url).status_code == 403


def test_history_tells_that_words_changed_and_keeps_no_copy(visit, amina, by) -> None:
    comment = add_comment(visit, actor=by(amina), text="Secret-of-a-person")
    withdraw_comment(comment, actor=by(amina))
    entries = list(history_of(visit).filter(subject_id=comment.pk, subject_type__model="comment"))
    assert [entry.verb for entry in entries] == ["update", "create"]
    assert set(entries[0].changes) == {"text", "withdrawn_at"}
    assert "Secret-of-a-person" not in json.dumps([entry.changes for entry in Activity.objects.all()])


def test_withdrawn_comment_leaves_a_line(visit, amina, kofi, browser_of, by) -> None:
    comment = add_comment(visit, actor=by(amina), text="Said in haste", audience="everyone")
    client, url = browser_of(amina), reverse("core:comment_withdraw", args=[comment.pk])
    assert "Said in haste" in client.get(url).content.decode()
    assert client.post(url, {"next": page_of(visit)}).url == page_of(visit)
    page = browser_of(kofi).get(page_of(visit)).content.decode()
    assert "Said in haste" not in page
    assert "Withdrawn" in page
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_comment(comment, actor=by(amina))
    assert client.get(reverse("core:comment_edit", args=[comment.pk])).status_code == 403


def test_staff_take_away_what_should_not_stand_and_partners_only_their_own(
    visit, amina, kofi, sami, by
) -> None:
    comment = add_comment(visit, actor=by(kofi), text="A private number", audience="everyone")
    with pytest.raises(Forbidden):
        withdraw_comment(comment, actor=by(sami))
    withdraw_comment(comment, actor=by(amina))
    change = last_change(comment)
    assert change is not None
    assert change.actor_label == "Amina"


def test_nothing_said_is_told_so_and_keeps_nothing(visit, amina, browser_of, by) -> None:
    answer = browser_of(amina).post(
        page_of(visit), {"text": " ", "audience": "programme", "submission": str(uuid.uuid4())}
    )
    assert answer.status_code == 422
    assert "text" in answer.context["form"].errors
    with pytest.raises(ValidationError):
        add_comment(visit, actor=by(amina), text="\n")
    assert not comments_of(visit).exists()


def test_half_written_comment_is_kept_for_its_author(visit, amina, browser_of) -> None:
    client, url = browser_of(amina), page_of(visit)
    token = hidden_value(client.get(url).content.decode(), "draft")
    headers = {
        "X-Draft": "keep", "X-Draft-Owner": str(amina.pk), "X-Draft-Writer": str(uuid.uuid4()), "X-Draft-Version": "0",
    }  # fmt: skip
    kept = client.post(url, {"draft": token, "text": "Half a sen", "audience": "programme"}, headers=headers)
    assert kept.status_code == 200
    assert "Half a sen" in client.get(url).content.decode()
    whole = {"draft": token, "text": "Whole.", "audience": "programme", "submission": str(uuid.uuid4())}
    assert client.post(url, whole).status_code == 302
    assert not Draft.objects.exists()


def test_partner_comments_on_their_own_institution_and_on_no_other(kofi, by) -> None:
    assert add_comment(anpe_togo(), actor=by(kofi), text="We moved house.").subject == anpe_togo()
    with pytest.raises(Forbidden):
        add_comment(InstitutionFactory(), actor=by(kofi), text="They moved house.")
