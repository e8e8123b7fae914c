"""Comments through the API."""

import itertools
from typing import Any

import pytest

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import User
from fmm_portal.core.comments import add_comment, comments_of
from fmm_portal.core.models import Comment, Record
from tests import personas
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.personas import aneti

numbers = itertools.count(1)
pytestmark = pytest.mark.django_db


def said_by_amina(subject: Any = None, audience: str = "everyone") -> Comment:
    amina = User.objects.filter(email="amina@example.org").first() or personas.amina()
    text = f"Remark {next(numbers)}"
    return add_comment(subject or StudyVisitFactory(), actor=actor_of(amina), text=text, audience=audience)


class TestCommentApi(ApiContract):
    resource = "comments"
    deletes = False
    change = {"text": "As the minister said"}
    bad = {"audience": "participants", "text": "", "subject_id": 0}
    ordering = "created_at"

    def make(self) -> Record:
        return said_by_amina()

    def payload(self) -> dict[str, Any]:
        return {
            "subject_type": "study-visits",
            "subject_id": StudyVisitFactory().pk,
            "text": "The minister opens the visit.",
            "audience": "everyone",
        }


def test_withdrawn_comment_keeps_its_place_without_its_words() -> None:
    comment = said_by_amina()
    assert as_persona("eva").post(f"comments/{comment.pk}/withdraw/").json()["code"] == "forbidden"
    shown = as_persona("amina").post(f"comments/{comment.pk}/withdraw/", {"version": 1}).json()
    assert (shown["text"], shown["version"]) == ("", 2)
    assert shown["withdrawn_at"]
    again = as_persona("amina").post(f"comments/{comment.pk}/withdraw/")
    assert (again.status_code, again.json()["code"]) == (409, "withdrawn")
    assert as_persona("amina").patch(f"comments/{comment.pk}/", {"text": "Back"}).status_code == 403


def test_host_reads_the_side_and_not_the_name() -> None:
    visit = StudyVisitFactory()
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    comment, inside = said_by_amina(visit), said_by_amina(visit, "programme")
    sami = as_persona("sami")
    shown = sami.get(f"comments/{comment.pk}/").json()
    assert (shown["written_by"], shown["is_by_programme"]) == (None, True)
    assert sami.get(f"comments/{inside.pk}/").status_code == 404
    assert as_persona("marc").get(f"comments/{inside.pk}/").json()["written_by"] == "Amina"


def test_agency_comments_with_its_key_where_it_takes_part() -> None:
    visit = StudyVisitFactory()
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    body = {"subject_type": "study-visits", "subject_id": visit.pk, "text": "Room 4", "audience": "everyone"}
    key = as_agency(aneti(), "comments:read", "comments:write", role="host")
    shown = key.post("comments/", body).json()
    assert (shown["text"], shown["is_by_programme"]) == ("Room 4", False)
    assert shown["written_by"].startswith("ANETI")
    assert as_agency(aneti(), "comments:read", role="host").post("comments/", body).status_code == 403
    assert comments_of(visit).count() == 1


def test_records_of_other_resources_carry_none() -> None:
    visit = StudyVisitFactory()
    body = {"subject_type": "comments", "subject_id": said_by_amina(visit).pk, "text": "On a comment"}
    response = as_persona("amina").post("comments/", body)
    assert [error["field"] for error in response.json()["errors"]] == ["subject_type"]
