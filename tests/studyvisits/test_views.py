"""Pages of study visits: what officers do there, what everybody else sees, and what it costs."""

import re
from collections.abc import Callable
from datetime import date, time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from delegations.models import Delegate, Delegation
from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Document, Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from studyvisits.enums import AttendanceStatus, CommitmentStatus, DebriefStatus, HostStatus, VisitStatus
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    LearningQuestion,
    SessionNote,
    StudyVisit,
)
from studyvisits.views import CommitmentViews, VisitViews
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    DebriefParticipantFactory,
    LearningQuestionFactory,
    LegFactory,
    LessonFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)
from tests.page_contract import PageContract, errors_of, hidden_value
from tests.personas import aneti, anpe_togo
from tests.scene import whole_visit

pytestmark = pytest.mark.django_db

TABS = ("detail", "agenda", "delegation", "notes", "debrief", "followup", "documents", "history")


def url(name: str, *args: object) -> str:
    return reverse(f"studyvisits:{name}", args=args)


def read(client: Client, name: str, *args: object) -> str:
    response = client.get(url(name, *args))
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def send(client: Client, name: str, *args: object, **data: object) -> None:
    """Send the form of a new record, and expect it to be taken."""
    response = client.post(url(name, *args), {"submission": str(uuid4()), **data})
    assert response.status_code == 302, errors_of(response)


class TestStudyVisitPages(PageContract):
    views = VisitViews
    field = "objectives_en"

    def make(self) -> Record:
        visit = StudyVisitFactory()
        item = AgendaItemFactory(visit=visit)
        AgendaHostFactory(item=item)
        LearningQuestionFactory(visit=visit)
        CommitmentFactory(visit=visit)
        return visit

    def form_data(self) -> dict[str, object]:
        return {"title_en": "Togo to Tunisia", "starts_on": "21/01/2019", "ends_on": "25 January 2019"}


class TestCommitmentPages(PageContract):
    views = CommitmentViews
    field = "text_en"

    def make(self) -> Record:
        return CommitmentFactory(owed_by=InstitutionFactory(), owed_to=InstitutionFactory())

    def form_data(self) -> dict[str, object]:
        visit = StudyVisit.objects.first() or StudyVisitFactory()
        return {
            "source": f"study-visits:{visit.pk}",
            "text_en": "Send the procedures manual",
            "due_on": "03/2019",
        }


# --- Cost ------------------------------------------------------------------------------------------------------


def fill(visit: StudyVisit, times: int) -> None:
    """So many of everything that a visit's pages list."""
    delegation = visit.delegations.get()
    debrief = Debrief.objects.filter(visit=visit).first() or DebriefFactory(visit=visit)
    for _number in range(times):
        item = AgendaItemFactory(visit=visit, leg=LegFactory(visit=visit))
        AgendaHostFactory(item=item)
        delegate = DelegateFactory(delegation=delegation)
        Attendance.objects.create(item=item, delegate=delegate)
        SessionNoteFactory(item=item, is_shared=True)
        LearningQuestionFactory(visit=visit, asked_by=InstitutionFactory(), agenda_item=item)
        lesson = LessonFactory(visit=visit, learnt_from=InstitutionFactory(), agenda_item=item)
        CommitmentFactory(
            visit=visit, lesson=lesson, owed_by=InstitutionFactory(), owed_to=InstitutionFactory()
        )
        DebriefParticipantFactory(debrief=debrief, institution=InstitutionFactory())
        Document.objects.create(
            subject=visit, title="Paper", file="documents/none.pdf", file_name="none.pdf",
            content_type="application/pdf", size=1, sha256="0" * 64,
        )  # fmt: skip


@pytest.mark.parametrize("persona", ["amina", "eva"])
@pytest.mark.parametrize("tab", [*TABS, "publish"])
@pytest.mark.long
def test_tab_costs_the_same_at_one_and_three_rows(
    request: pytest.FixtureRequest, browser_of: Callable[..., Client], persona: str, tab: str, db: None
) -> None:
    client = browser_of(request.getfixturevalue(persona))
    if tab == "publish" and persona == "eva":
        return
    counts = []
    for times in (1, 3):
        visit = StudyVisitFactory()
        fill(visit, times)
        address = url(f"visit_{tab}", visit.pk)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_session_page_costs_the_same_at_one_and_three_notes(browser_of, amina) -> None:
    client = browser_of(amina)
    item = AgendaItemFactory()
    address = item.get_absolute_url()
    counts = []
    for times in (1, 2):
        for _number in range(times):
            SessionNoteFactory(item=item)
            AgendaHostFactory(item=item)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- The officer's work --------------------------------------------------------------------------------------------


def test_a_title_is_enough_to_plan_a_visit(browser_of, amina) -> None:
    client = browser_of(amina)
    send(client, "visit_create", title_en="Something to plan")
    visit = StudyVisit.objects.get()
    assert (str(visit.title), visit.owner, visit.status) == ("Something to plan", amina, VisitStatus.PLANNED)
    page = read(client, "visit_detail", visit.pk)
    assert "Give the dates of the visit." in page
    assert "Add the host country as a leg of the visit." in page
    assert url("leg_create", visit.pk) in page, "what blocks the step leads to where it is put right"


def test_planning_with_countries_begins_delegation_and_legs(browser_of, amina) -> None:
    send(
        browser_of(amina), "visit_create", title_en="Togo to Tunisia and Italy",
        sending_countries=[country("TG").pk], host_countries=[country("TN").pk, country("IT").pk],
    )  # fmt: skip
    visit = StudyVisit.objects.get()
    assert [c.code for c in visit.sending_countries] == ["TG"]
    assert sorted(c.code for c in visit.host_countries) == ["IT", "TN"]


def test_session_added_by_hour_stands_in_its_place(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    client = browser_of(amina)
    for topic, hour in (("Afternoon", "14:00"), ("Morning", "09:00"), ("Noon", "12:00"), ("Some time", "")):
        send(
            client, "agenda_item_create", visit.pk,
            day="2019-01-21", starts_at=hour, topic_en=topic, kind="site_visit",
        )  # fmt: skip
    assert [str(item) for item in visit.agenda_items.all()] == ["Morning", "Noon", "Afternoon", "Some time"]


def test_next_session_is_offered_on_the_same_day(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    response = browser_of(amina).post(
        url("agenda_item_create", visit.pk),
        {
            "submission": str(uuid4()),
            "day": "2019-01-22",
            "topic_en": "First",
            "kind": "briefing",
            "again": "1",
        },
    )
    assert response.url == url("agenda_item_create", visit.pk) + "?day=2019-01-22"
    page = browser_of(amina).get(response.url).content.decode()
    assert '<option value="2019-01-22" selected>Tuesday 22 January 2019 (day 2)</option>' in page


def test_session_on_a_day_outside_the_visit_is_refused(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    response = browser_of(amina).post(
        url("agenda_item_create", visit.pk),
        {"submission": str(uuid4()), "day": "2019-02-22", "topic_en": "Too late", "kind": "briefing"},
    )
    assert response.status_code == 422
    assert "Too late" in response.content.decode(), "what was typed stays"
    assert not visit.agenda_items.exists()


def test_duplicate_is_offered_filled_in_and_saved_only_then(browser_of, amina) -> None:
    item = AgendaItemFactory(topic=Multilingual(en="Visit of the one-stop shop"), place="Tunis")
    AgendaHostFactory(item=item, institution=aneti())
    client = browser_of(amina)
    page = client.get(url("agenda_item_create", item.visit_id) + f"?like={item.pk}").content.decode()
    assert "Visit of the one-stop shop" in page
    box = re.search(rf'<input type="checkbox" name="hosts" value="{aneti().pk}"[^>]*>', page)
    assert box and "checked" in box[0]
    assert item.visit.agenda_items.count() == 1


def test_sessions_move_within_their_day(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    first, second, third = (AgendaItemFactory(visit=visit, order=0) for _number in range(3))
    client = browser_of(amina)
    client.post(url("agenda_item_move", visit.pk, third.pk), {"direction": "up"})
    assert list(visit.agenda_items.all()) == [first, third, second]
    client.post(url("agenda_item_move", visit.pk, first.pk), {"direction": "down"})
    assert list(visit.agenda_items.all()) == [third, first, second]
    client.post(url("agenda_item_move", visit.pk, third.pk), {"direction": "up"})
    assert list(visit.agenda_items.all()) == [third, first, second]


def test_agenda_says_overlaps_and_outdated_answers_in_words(browser_of, eva) -> None:
    visit = StudyVisitFactory()
    long = AgendaItemFactory(
        visit=visit, topic=Multilingual(en="Long talk"), starts_at=time(9), ends_at=time(11)
    )
    AgendaItemFactory(visit=visit, topic=Multilingual(en="Second talk"), starts_at=time(10))
    AgendaHostFactory(item=long, status=HostStatus.CONFIRMED, answered_slot="2019-01-21 08:00")
    page = read(browser_of(eva), "visit_agenda", visit.pk)
    assert "Overlaps with “Second talk” (10:00)" in page
    assert "Overlaps with “Long talk” (09:00–11:00)" in page
    assert "Confirmed for another slot" in page


def test_publishing_shows_what_changed_first(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit, topic=Multilingual(en="Courtesy call"))
    client = browser_of(amina)
    client.post(url("visit_publish", visit.pk), {"record_version": visit.version, "note": "For the hosts"})
    assert "There is nothing new to publish." in read(client, "visit_publish", visit.pk)
    again = client.post(url("visit_publish", visit.pk), {"record_version": visit.version})
    assert (again.status_code, len(again.context["form"].non_field_errors())) == (422, 1)
    item.place = "Tunis"
    item.save()
    AgendaItemFactory(visit=visit, topic=Multilingual(en="Press briefing"))
    preview = read(client, "visit_publish", visit.pk)
    assert "<strong>Added</strong>: Press briefing" in preview
    assert "<dt>Place</dt><dd><ins>Tunis</ins></dd>" in preview
    client.post(url("visit_publish", visit.pk), {"record_version": visit.version})
    assert [version.number for version in AgendaVersion.objects.filter(visit=visit)] == [2, 1]
    assert "For the hosts" in read(client, "agenda_version_detail", visit.pk, 1)
    assert "Press briefing" in read(client, "agenda_version_detail", visit.pk, 2)


def test_host_answers_its_own_slot_and_no_other(browser_of, sami) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit, starts_at=time(9))
    own = AgendaHostFactory(item=item, institution=aneti())
    other = AgendaHostFactory(item=item)
    client = browser_of(sami)
    page = read(client, "visit_agenda", visit.pk)
    assert url("agenda_host_detail", visit.pk, item.pk, own.pk) in page
    assert url("agenda_host_detail", visit.pk, item.pk, other.pk) not in page
    step = url("agenda_host_step", visit.pk, item.pk, own.pk, "confirm")
    response = client.post(step, {"record_version": own.version, "comment": "Gate B, with badges"})
    assert response.url == item.get_absolute_url()
    own.refresh_from_db()
    assert (own.status, own.comment) == (HostStatus.CONFIRMED, "Gate B, with badges")
    refused = client.post(
        url("agenda_host_step", visit.pk, item.pk, other.pk, "confirm"), {"record_version": 1}
    )
    assert refused.status_code == 403


def test_delegation_begun_on_the_visit_takes_part(browser_of, amina) -> None:
    visit = StudyVisitFactory(sending="")
    client = browser_of(amina)
    send(
        client,
        "visit_delegation_create",
        visit.pk,
        name_en="Six officials",
        sending_countries=[country("TG").pk],
    )
    assert visit.delegations.get().name["en"] == "Six officials"
    other = DelegationFactory(name=Multilingual(en="From elsewhere"))
    client.post(url("visit_delegation_join", visit.pk), {"delegation": other.pk})
    assert other in visit.delegations.all()
    client.post(url("visit_delegation_leave", visit.pk, other.pk))
    assert other not in visit.delegations.all()
    assert Delegation.objects.filter(pk=other.pk).exists(), "the delegation itself is kept"


def test_all_confirmed_delegates_attended_in_one_click(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    delegation = visit.delegations.get()
    came = DelegateFactory(delegation=delegation, status="confirmed")
    waiting = DelegateFactory(delegation=delegation, status="nominated")
    assert browser_of(amina).post(url("visit_attended", visit.pk)).status_code == 302
    assert [Delegate.objects.get(pk=row.pk).status for row in (came, waiting)] == ["attended", "nominated"]


def test_notes_are_signed_and_their_author_edits_them(browser_of, amina, jean) -> None:
    visit = StudyVisitFactory()
    seat = DelegateFactory(delegation=visit.delegations.get(), account=jean)
    item = AgendaItemFactory(visit=visit)
    client = browser_of(jean)
    send(client, "session_note_create", visit.pk, item.pk, key_points_en="A single file per jobseeker")
    note = SessionNote.objects.get()
    assert (note.author, note.author_label, note.is_shared) == (jean, str(seat), False)
    edit = url("session_note_edit", visit.pk, item.pk, note.pk)
    assert edit in read(client, "visit_notes", visit.pk)
    others = SessionNoteFactory(item=item, author=amina, is_shared=True)
    assert client.get(url("session_note_edit", visit.pk, item.pk, others.pk)).status_code == 403


def test_attendance_of_a_session_is_one_form(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit)
    one, two, three = (DelegateFactory(delegation=visit.delegations.get()) for _number in range(3))
    client = browser_of(amina)
    address = url("attendance_sheet", visit.pk, item.pk)
    client.post(address, {f"delegate_{one.pk}": "absent", f"delegate_{two.pk}": "remote"})
    rows = dict(Attendance.objects.values_list("delegate", "status"))
    assert rows == {one.pk: AttendanceStatus.ABSENT, two.pk: AttendanceStatus.REMOTE}
    client.post(address, {f"delegate_{one.pk}": "absent", f"delegate_{two.pk}": "", "all_present": "1"})
    rows = dict(Attendance.objects.values_list("delegate", "status"))
    assert rows == {one.pk: "absent", two.pk: "present", three.pk: "present"}
    assert "2 of 3 present" in read(client, "visit_notes", visit.pk)


def test_debrief_is_begun_written_and_agreed(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    DelegateFactory(
        delegation=visit.delegations.get(), role="head", position=Multilingual(en="Director General")
    )
    client = browser_of(amina)
    assert "Begin debrief" in read(client, "visit_debrief", visit.pk)
    response = client.post(url("visit_debrief", visit.pk))
    debrief = Debrief.objects.get(visit=visit)
    assert response.url == url("debrief_hour", visit.pk, debrief.pk)
    page = read(client, "visit_debrief", visit.pk)
    assert "Director General" in page
    assert "List the participants of both sides by position." in page
    form = client.get(response.url).content.decode()
    data = {name: hidden_value(form, name) for name in ("record_version", "record_base")}
    client.post(response.url, {**data, "recap_en": "Six stops in five days", "held_on": "25/01/2019"})
    send(client, "debrief_participant_create", visit.pk, side="hosting", position_en="Head of ANETI")
    debrief.refresh_from_db()
    client.post(url("debrief_step", visit.pk, debrief.pk, "agree"), {"record_version": debrief.version})
    debrief.refresh_from_db()
    assert debrief.status == DebriefStatus.AGREED
    assert DebriefParticipant.objects.filter(debrief=debrief).count() == 2
    page = read(client, "visit_debrief", visit.pk)
    assert url("debrief_edit", visit.pk, debrief.pk) not in page, "an agreed debrief is reopened first"


def test_question_is_asked_answered_and_ticked(browser_of, kofi, amina) -> None:
    visit = StudyVisitFactory()
    visit.delegations.get().sending_institutions.add(anpe_togo())
    send(browser_of(kofi), "learningquestion_create", visit.pk, text_en="Who pays the recruiter?")
    question = LearningQuestion.objects.get()
    client = browser_of(amina)
    address = url("learningquestion_answer", visit.pk, question.pk)
    form = client.get(address).content.decode()
    data = {name: hidden_value(form, name) for name in ("record_version", "record_base")}
    assert client.post(address, {**data, "answer_en": "The employer."}).status_code == 302
    question.refresh_from_db()
    assert (question.status, question.answer["en"]) == ("answered", "The employer.")


def test_commitment_grows_out_of_a_lesson_and_is_done_with_evidence(browser_of, amina) -> None:
    lesson = LessonFactory(text=Multilingual(en="One file per jobseeker"))
    visit = lesson.visit
    client = browser_of(amina)
    form = client.get(url("visit_commitment_create", visit.pk) + f"?lesson={lesson.pk}").content.decode()
    assert f'<option value="{lesson.pk}" selected>' in form
    send(
        client, "visit_commitment_create", visit.pk, text_en="Send the form", lesson=lesson.pk,
        owed_by=aneti().pk, owed_to=anpe_togo().pk, due_on="March 2019", owner=amina.pk,
    )  # fmt: skip
    commitment = Commitment.objects.get()
    assert (commitment.lesson, commitment.due_on, commitment.owner) == (lesson, PartialDate(2019, 3), amina)
    assert "overdue" in read(client, "visit_followup", visit.pk)
    step = url("commitment_step", commitment.pk, "mark_done")
    refused = client.post(step, {"record_version": 1, "evidence": ""})
    assert refused.status_code == 422
    client.post(step, {"record_version": 1, "evidence": "Letter of 3 April 2019", "done_on": "03/04/2019"})
    commitment.refresh_from_db()
    assert (commitment.status, commitment.evidence) == (CommitmentStatus.DONE, "Letter of 3 April 2019")
    assert [entry.verb for entry in history_of(commitment)] == ["mark_done", "create"]


def test_commitment_list_tells_mine_and_late_ones(browser_of, amina, marc) -> None:
    mine = CommitmentFactory(owner=amina, due_on=PartialDate(2019, 3))
    theirs = CommitmentFactory(owner=marc, due_on=PartialDate(2999, 1))
    client = browser_of(amina)
    address = url("commitment_list")
    page = client.get(address + "?is_mine=true").content.decode()
    assert (mine.reference in page, theirs.reference in page) == (True, False)
    page = client.get(address + "?is_overdue=false").content.decode()
    assert (mine.reference in page, theirs.reference in page) == (False, True)


def test_closing_warns_of_open_commitments(browser_of, amina) -> None:
    visit = StudyVisitFactory(status=VisitStatus.REPORTED)
    commitment = CommitmentFactory(visit=visit)
    client = browser_of(amina)
    warning = f"1 commitment is still open and stays in follow-up: {commitment.reference}."
    step = url("visit_step", visit.pk, "close")
    assert warning in client.get(step).content.decode()
    client.post(step, {"record_version": visit.version})
    visit.refresh_from_db()
    assert visit.status == VisitStatus.CLOSED
    assert url("visit_edit", visit.pk) not in read(client, "visit_detail", visit.pk)


def test_manager_passes_over_what_is_missing_with_a_reason(browser_of, amina, marc) -> None:
    visit = StudyVisitFactory(starts_on=PartialDate(2019, 1), ends_on=None)
    DelegateFactory(delegation=visit.delegations.get(), role="head")
    AgendaItemFactory(visit=visit, day=None)
    words = "Pass over what is missing, with a reason"
    assert words not in read(browser_of(amina), "visit_detail", visit.pk)
    client = browser_of(marc)
    assert words in read(client, "visit_detail", visit.pk)
    step = url("visit_step", visit.pk, "confirm")
    client.post(
        step, {"record_version": visit.version, "override": "on", "reason": "The month is all we know"}
    )
    visit.refresh_from_db()
    assert visit.status == VisitStatus.CONFIRMED


def test_document_is_attached_from_the_visit_and_opened_as_a_file(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    client = browser_of(amina)
    page = read(client, "visit_documents", visit.pk)
    address = reverse("core:document_attach", args=["studyvisit", visit.pk])
    assert address in page
    upload = SimpleUploadedFile("agenda.txt", b"Nine o'clock", content_type="text/plain")
    back = url("visit_documents", visit.pk)
    response = client.post(
        f"{address}?next={back}", {"file": upload, "title": "Agenda", "audience": "everyone"}
    )
    assert response.url == back
    document = Document.objects.get()
    assert document.get_absolute_url() in read(client, "visit_documents", visit.pk)
    assert (
        client.get(document.get_absolute_url())["Content-Disposition"] == 'attachment; filename="agenda.txt"'
    )


def test_double_click_attaches_one_document(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    client = browser_of(amina)
    address = reverse("core:document_attach", args=["studyvisit", visit.pk])
    token = hidden_value(client.get(address).content.decode(), "submission")
    for _click in range(2):
        upload = SimpleUploadedFile("agenda.txt", b"Nine o'clock", content_type="text/plain")
        data = {"file": upload, "audience": "everyone", "submission": token}
        assert client.post(address, data).status_code == 302
    assert Document.objects.count() == 1


def test_two_editors_of_one_session_lose_nothing(browser_of, amina) -> None:
    item = AgendaItemFactory(topic=Multilingual(en="Courtesy call"), starts_at=time(9))
    client = browser_of(amina)
    address = url("agenda_item_edit", item.visit_id, item.pk)
    opened = client.get(address).content.decode()
    typed = {
        "day": "2019-01-21", "starts_at": "09:00", "topic_en": "Courtesy call", "kind": "site_visit",
        **{name: hidden_value(opened, name) for name in ("record_version", "record_base")},
    }  # fmt: skip
    assert client.post(address, {**typed, "place": "Tunis"}).status_code == 302
    late = client.post(address, {**typed, "day": "2019-01-23", "topic_en": "Opening"})
    page = late.content.decode()
    assert late.status_code == 409
    assert 'value="Opening"' in page, "what was typed is kept"
    assert '<option value="2019-01-23" selected>' in page
    assert 'value="Tunis"' in page, "what the other saved is there, too"
    again = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
    data = {**typed, **again, "day": "2019-01-23", "topic_en": "Opening", "place": "Tunis"}
    assert client.post(address, data).status_code == 302
    item.refresh_from_db()
    assert (item.day, str(item.topic), item.place) == (date(2019, 1, 23), "Opening", "Tunis")


def test_sources_are_kept_one_a_line(browser_of, amina) -> None:
    visit = StudyVisitFactory(sources=["Back-to-office report"])
    client = browser_of(amina)
    address = url("visit_edit", visit.pk)
    opened = client.get(address).content.decode()
    assert ">\nBack-to-office report</textarea>" in opened
    data = {name: hidden_value(opened, name) for name in ("record_version", "record_base")}
    sources = "Back-to-office report\r\n\r\nhttps://example.org/news\r\n"
    response = client.post(address, {**data, "title_en": "Title", "starts_on": "2019", "sources": sources})
    assert response.status_code == 302, errors_of(response)
    visit.refresh_from_db()
    assert visit.sources == ["Back-to-office report", "https://example.org/news"]


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_other_countries_find_no_visit(browser_of, fatou, tab: str) -> None:
    visit = whole_visit().visit
    assert browser_of(fatou).get(url(f"visit_{tab}", visit.pk)).status_code == 404


@pytest.mark.parametrize("persona", ["eva", "kofi", "sami"])
def test_no_page_of_a_visit_names_a_person_or_shows_a_draft(
    request: pytest.FixtureRequest, browser_of: Callable[..., Client], persona: str, db: None
) -> None:
    scene = whole_visit()
    client = browser_of(request.getfixturevalue(persona))
    addresses = [url(f"visit_{tab}", scene.visit.pk) for tab in TABS]
    addresses += [scene.item.get_absolute_url(), url("visit_list"), url("commitment_list")]
    for address in addresses:
        page = client.get(address).content.decode()
        planted = (*scene.personal, "Draft-note-words", "Draft-debrief-words", "Programme-paper")
        assert [word for word in planted if word in page] == [], address


@pytest.mark.parametrize("persona", ["eva", "sami"])
def test_readers_find_no_button_they_may_not_use(
    request: pytest.FixtureRequest, browser_of: Callable[..., Client], persona: str, db: None
) -> None:
    scene = whole_visit(debrief_status=DebriefStatus.AGREED)
    visit, item = scene.visit, scene.item
    client = browser_of(request.getfixturevalue(persona))
    forbidden = [
        url("visit_edit", visit.pk), url("visit_publish", visit.pk), url("leg_create", visit.pk),
        url("agenda_item_create", visit.pk), url("agenda_item_edit", visit.pk, item.pk),
        url("attendance_sheet", visit.pk, item.pk), url("session_note_create", visit.pk, item.pk),
        url("visit_delegation_create", visit.pk), url("lesson_create", visit.pk),
        url("visit_commitment_create", visit.pk), url("learningquestion_create", visit.pk),
        url("visit_step", visit.pk, "confirm"), reverse("core:document_attach", args=["studyvisit", visit.pk]),
    ]  # fmt: skip
    pages = "".join(read(client, f"visit_{tab}", visit.pk) for tab in TABS)
    assert [address for address in forbidden if f'"{address}' in pages] == []
    answers = [client.get(address).status_code for address in forbidden]
    assert set(answers) == {403}, dict(zip(forbidden, answers, strict=True))


def test_delegate_reads_own_visit_only(browser_of, jean) -> None:
    own, other = StudyVisitFactory(), StudyVisitFactory()
    DelegateFactory(delegation=own.delegations.get(), account=jean)
    client = browser_of(jean)
    page = read(client, "visit_list")
    assert (own.reference in page, other.reference in page) == (True, False)
    for tab in TABS:
        read(client, f"visit_{tab}", own.pk)


def test_part_of_another_visit_is_not_found_under_this_one(browser_of, amina) -> None:
    visit, other = StudyVisitFactory(), StudyVisitFactory()
    item = AgendaItemFactory(visit=other)
    host = AgendaHostFactory(item=item)
    client = browser_of(amina)
    for name, args in (
        ("agenda_item_detail", (visit.pk, item.pk)),
        ("agenda_item_edit", (visit.pk, item.pk)),
        ("agenda_host_edit", (visit.pk, item.pk, host.pk)),
        ("session_note_create", (visit.pk, item.pk)),
        ("attendance_sheet", (visit.pk, item.pk)),
    ):
        assert client.get(url(name, *args)).status_code == 404, name
    assert AgendaHost.objects.count() == 1


def test_list_is_filtered_by_year_country_and_words(browser_of, eva) -> None:
    togo = StudyVisitFactory(title=Multilingual(fr="Échange sur la mobilité"))
    ghana = StudyVisitFactory(
        sending="GH",
        hosting="IT",
        starts_on=PartialDate(2015),
        ends_on=None,
        title=Multilingual(en="Study tour"),
    )
    client = browser_of(eva)
    for query, shown, hidden in (
        ("year=2015", ghana, togo),
        (f"sending_country_id={country('TG').pk}", togo, ghana),
        (f"host_country_id={country('IT').pk}", ghana, togo),
        ("search=echange+mobilite", togo, ghana),
    ):
        page = client.get(f"{url('visit_list')}?{query}").content.decode()
        assert (shown.reference in page, hidden.reference in page) == (True, False), query


def test_unknown_day_comes_last(browser_of, eva) -> None:
    visit = StudyVisitFactory()
    AgendaItemFactory(visit=visit, day=None, topic=Multilingual(en="Some day"))
    AgendaItemFactory(visit=visit, day=date(2019, 1, 23), topic=Multilingual(en="Wednesday talk"))
    page = read(browser_of(eva), "visit_agenda", visit.pk)
    assert page.index("Wednesday 23 January 2019") < page.index("Wednesday talk") < page.index("Some day")
    assert AgendaItem.objects.filter(visit=visit).count() == 2


# --- The first screen ------------------------------------------------------------------------------------------------


def test_first_screen_tells_an_officer_of_silent_hosts_and_a_host_of_its_slot(
    browser_of, amina, sami
) -> None:
    visit = StudyVisitFactory(
        owner=amina, starts_on=PartialDate(2999, 1, 21), ends_on=PartialDate(2999, 1, 25)
    )
    item = AgendaItemFactory(visit=visit, day=date(2999, 1, 21), topic=Multilingual(en="Courtesy call"))
    host = AgendaHostFactory(item=item, institution=aneti())
    AgendaHostFactory(item=item)
    words = f"2 slots wait for their hosts&#x27; answers: {visit.reference}"
    assert words in browser_of(amina).get(reverse("home")).content.decode()
    assert f"Courtesy call ({visit.reference})" in browser_of(sami).get(reverse("home")).content.decode()
    host.status = HostStatus.CONFIRMED
    host.save()
    assert f"Courtesy call ({visit.reference})" not in browser_of(sami).get(reverse("home")).content.decode()
