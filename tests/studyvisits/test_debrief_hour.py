"""The debrief in one hour: from the shared notes to an agreed text and its PDF, before the delegation leaves."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import update_record
from fmm_portal.reports.models import Report
from studyvisits.debrief_points import board_of, joined, lines_of
from studyvisits.enums import DebriefStatus, QuestionStatus
from studyvisits.models import Commitment, Debrief, Lesson, SessionOutcome, StudyVisit
from tests.factories.delegations import DelegateFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    DebriefFactory,
    DebriefParticipantFactory,
    LearningQuestionFactory,
    SessionNoteFactory,
    SessionOutcomeFactory,
    StudyVisitFactory,
)
from tests.page_contract import errors_of, hidden_value
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> StudyVisit:
    """A session of notes, two outcomes, a question, and a debrief with one position a side."""
    visit = StudyVisitFactory()
    DelegateFactory(delegation=visit.delegations.get(), institution=anpe_togo(), role="head")
    item = AgendaItemFactory(visit=visit, topic=Multilingual(en="Guichet unique"))
    AgendaHostFactory(item=item, institution=aneti())
    SessionNoteFactory(
        item=item,
        is_shared=True,
        key_points=Multilingual(en="One file per jobseeker\n- One adviser for eighty"),
        practice_observed=Multilingual(en="Job clubs"),
        transferability="high",
    )
    SessionNoteFactory(item=item, key_points=Multilingual(en="Between ourselves"))
    SessionOutcomeFactory(item=item, kind="decision", text=Multilingual(en="Twin the agencies"))
    SessionOutcomeFactory(item=item, kind="task", text=Multilingual(en="Send the manual"))
    LearningQuestionFactory(visit=visit, text=Multilingual(en="How is it paid for?"))
    debrief = DebriefFactory(visit=visit, recap=Multilingual())
    DebriefParticipantFactory(debrief=debrief, side="visiting")
    DebriefParticipantFactory(debrief=debrief, side="hosting")
    return visit


def hour(visit: StudyVisit, page: str = "hour") -> str:
    return reverse(f"studyvisits:debrief_{page}", args=[visit.pk, visit.debrief.pk])


def keys(visit: StudyVisit, amina: Any, by: Any) -> dict[str, str]:
    return {str(point.text): point.key for point in board_of(visit, by(amina).principal).points}


def save(client: Client, visit: StudyVisit, status: int = 302, **typed: Any) -> Any:
    page = client.get(hour(visit)).content.decode()
    question = visit.learning_questions.get()
    names = ("record_version", "record_base", "draft", f"saw_{question.pk}")
    data = {name: hidden_value(page, name) for name in names} | {"held_on": "25/01/2019"} | typed
    response = client.post(hour(visit), data)
    assert response.status_code == status, errors_of(response)
    return response


def test_page_begins_with_shared_notes_and_outcomes_only(
    browser_of: Any, amina: Any, visit: StudyVisit
) -> None:
    page = browser_of(amina).get(hour(visit)).content.decode()
    for words in ("One file per jobseeker", "One adviser for eighty", "Job clubs", "Twin the agencies"):
        assert words in page
    assert "Between ourselves" not in page, "what is not shared is not put before both sides"
    assert "Guichet unique: One file per jobseeker</textarea>" in page
    assert "Begun from the shared notes" in page
    assert Debrief.objects.get().version == 1, "nothing is written before it is saved"


def test_point_ticked_once_is_a_lesson_and_twice_a_commitment(
    browser_of: Any, amina: Any, by: Any, visit: StudyVisit
) -> None:
    client, key = browser_of(amina), keys(visit, amina, by)
    job_clubs, file = key["Job clubs"], key["One file per jobseeker"]
    ticked = {
        f"lesson_{job_clubs}": "on",
        f"lesson_{file}": "on",
        f"commit_{file}": "on",
        f"by_{file}": aneti().pk,
        f"to_{file}": anpe_togo().pk,
        f"due_{file}": "March 2019",
    }
    save(client, visit, recap_en="What we saw", **ticked)
    lessons = {str(lesson.text): lesson for lesson in Lesson.objects.all()}
    assert set(lessons) == {"Job clubs", "One file per jobseeker"}
    assert (lessons["Job clubs"].transferability, lessons["Job clubs"].learnt_from) == ("high", aneti())
    made = Commitment.objects.get()
    assert (made.lesson, made.owed_by, made.owed_to, str(made.due_on), made.owner) == (
        lessons["One file per jobseeker"], aneti(), anpe_togo(), "March 2019", amina,
    )  # fmt: skip
    page = client.get(hour(visit)).content.decode()
    assert f'name="lesson_{file}"' not in page, "it is one already"
    assert made.reference in page
    save(client, visit, recap_en="What we saw", **ticked)
    assert (Lesson.objects.count(), Commitment.objects.count()) == (2, 1), "ticked twice over, made once"


def test_task_of_a_session_names_its_commitment(
    browser_of: Any, amina: Any, by: Any, visit: StudyVisit
) -> None:
    task = keys(visit, amina, by)["Send the manual"]
    save(browser_of(amina), visit, recap_en="R", **{f"commit_{task}": "on"})
    outcome = SessionOutcome.objects.get(kind="task")
    assert outcome.commitment == Commitment.objects.get()
    assert outcome.commitment.visit == visit


def test_commitment_of_one_side_to_itself_is_refused_and_nothing_is_written(
    browser_of: Any, amina: Any, by: Any, visit: StudyVisit
) -> None:
    task = keys(visit, amina, by)["Send the manual"]
    one = aneti().pk
    response = save(
        browser_of(amina), visit, 422, recap_en="Kept words",
        **{f"commit_{task}": "on", f"by_{task}": one, f"to_{task}": one},
    )  # fmt: skip
    page = response.content.decode()
    assert "The two sides must differ." in page
    assert "Kept words" in page
    assert not Commitment.objects.exists()
    assert not Debrief.objects.get().recap


def test_questions_are_ticked_or_left_open_with_an_answer(
    browser_of: Any, amina: Any, visit: StudyVisit
) -> None:
    question = visit.learning_questions.get()
    save(browser_of(amina), visit, **{f"answer_{question.pk}": "By a levy, it seems"})
    question.refresh_from_db()
    assert (question.status, str(question.answer)) == (QuestionStatus.OPEN, "By a levy, it seems")
    ticked = {f"answer_{question.pk}": "By a levy", f"answered_{question.pk}": "on"}
    save(browser_of(amina), visit, **ticked)
    question.refresh_from_db()
    assert (question.status, str(question.answer)) == (QuestionStatus.ANSWERED, "By a levy")


def test_answer_of_a_colleague_is_shown_before_it_is_replaced(
    browser_of: Any, amina: Any, marc: Any, by: Any, visit: StudyVisit
) -> None:
    question = visit.learning_questions.get()
    client = browser_of(amina)
    page = client.get(hour(visit)).content.decode()
    names = ("record_version", "record_base", f"saw_{question.pk}")
    data = {name: hidden_value(page, name) for name in names} | {f"answer_{question.pk}": "Mine"}
    update_record(question, actor=by(marc), changes={"answer": Multilingual(en="Theirs")})
    late = client.post(hour(visit), data)
    assert late.status_code == 422
    assert "Somebody else answered meanwhile: “Theirs”." in late.content.decode()
    data[f"saw_{question.pk}"] = hidden_value(late.content.decode(), f"saw_{question.pk}")
    assert client.post(hour(visit), data).status_code == 302
    question.refresh_from_db()
    assert str(question.answer) == "Mine"


def test_second_editor_of_the_debrief_is_told_and_loses_nothing(
    browser_of: Any, amina: Any, marc: Any, by: Any, visit: StudyVisit
) -> None:
    client, task = browser_of(amina), keys(visit, amina, by)["Send the manual"]
    page = client.get(hour(visit)).content.decode()
    data = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
    data |= {"recap_en": "Of the officer", f"commit_{task}": "on"}
    update_record(visit.debrief, actor=by(marc), changes={"recap": Multilingual(en="Of the manager")})
    response = client.post(hour(visit), data)
    late = response.content.decode()
    assert response.status_code == 409
    assert "Of the manager" in late
    assert "Of the officer" in late
    assert f'name="commit_{task}" id="id_commit_{task}" checked' in late
    assert not Commitment.objects.exists()


def test_it_is_read_back_agreed_by_position_and_leaves_as_pdf(
    browser_of: Any, amina: Any, visit: StudyVisit
) -> None:
    client = browser_of(amina)
    response = save(client, visit, recap_en="What we saw", next_steps_en="Write", read_back="1")
    assert response.url == hour(visit, "read")
    page = client.get(response.url).content.decode()
    assert "What we saw" in page
    assert "How is it paid for?" in page, "what stays open is read out, too"
    debrief = Debrief.objects.get()
    visiting, hosting = (debrief.participants.get(side=side) for side in ("visiting", "hosting"))
    one_side = client.post(hour(visit, "read"), {"agrees": [visiting.pk], "agree": "1"})
    assert one_side.status_code == 409
    assert "Somebody of each side must agree" in one_side.content.decode()
    client.post(hour(visit, "read"), {"agrees": [visiting.pk, hosting.pk], "agree": "1"})
    debrief.refresh_from_db()
    assert debrief.status == DebriefStatus.AGREED
    assert set(debrief.participants.values_list("has_agreed", flat=True)) == {True}
    page = client.get(hour(visit, "read")).content.decode()
    request = reverse("reports:report_request", args=["debrief-note", visit.pk])
    assert request in page
    client.post(request, {"language": "fr"})
    assert Report.objects.get().subject == visit
    assert client.get(hour(visit)).status_code == 403, "an agreed debrief is reopened first"


def test_draft_is_read_by_the_programme_alone_until_it_is_agreed(
    browser_of: Any, sami: Any, eva: Any, visit: StudyVisit
) -> None:
    for person in (sami, eva):
        client = browser_of(person)
        assert client.get(hour(visit, "read")).status_code == 404
        assert client.get(hour(visit)).status_code == 404
    Debrief.objects.update(status=DebriefStatus.AGREED, recap=Multilingual(en="Agreed words"))
    client = browser_of(sami)
    page = client.get(hour(visit, "read")).content.decode()
    assert "Agreed words" in page
    assert "Both sides agree</button>" not in page
    assert client.post(hour(visit, "read"), {"agrees": []}).status_code == 403


def test_page_costs_the_same_with_forty_delegates_and_many_points(
    browser_of: Any, amina: Any, visit: StudyVisit
) -> None:
    client, item, delegation = browser_of(amina), visit.agenda_items.get(), visit.delegations.get()

    def grow(count: int) -> tuple[int, int]:
        for number in range(count):
            DelegateFactory(delegation=delegation, institution=anpe_togo())
            SessionNoteFactory(item=item, is_shared=True, author_label=str(number))
            SessionOutcomeFactory(item=item)
            LearningQuestionFactory(visit=visit)
            DebriefParticipantFactory(debrief=visit.debrief, institution=anpe_togo())
        found = []
        for page in (hour(visit), hour(visit, "read")):
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            found.append(len(captured))
        return found[0], found[1]

    assert grow(1) == grow(39)


def test_lines_keep_their_languages() -> None:
    both = Multilingual(en="One\n- Two", fr="Un\nDeux")
    assert [dict(line) for line in lines_of(both)] == [{"en": "One", "fr": "Un"}, {"en": "Two", "fr": "Deux"}]
    uneven = Multilingual(en="One\nTwo", fr="Un et deux")
    assert [dict(line) for line in lines_of(uneven)] == [{"en": "One"}, {"en": "Two"}]
    assert joined([both, Multilingual(fr="Trois")]) == {"fr": "Un\nDeux\nTrois"}
    assert joined([Multilingual(en="One"), Multilingual(fr="Deux")]) == {"en": "One\nDeux"}
    assert joined([Multilingual()]) == {}
