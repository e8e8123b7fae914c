"""What is missing to leave and to close: told of a visit from its first line to the last."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from studyvisits.enums import DebriefStatus, HostStatus, VisitStatus
from studyvisits.models import StudyVisit
from studyvisits.readiness import RULES, readiness_counts, readiness_of
from studyvisits.services import publish_agenda
from tests.api_client import as_persona
from tests.factories.delegations import DelegateFactory
from tests.factories.reports import ReportFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    LearningQuestionFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


def missing(visit: StudyVisit) -> set[str]:
    readiness = readiness_of(StudyVisit.objects.get(pk=visit.pk))
    assert readiness is not None
    return {line.code for line in readiness.lines if not line.is_done}


def amounts(visit: StudyVisit) -> dict[str, str]:
    readiness = readiness_of(StudyVisit.objects.get(pk=visit.pk))
    assert readiness is not None
    return {line.code: line.amount for line in readiness.lines}


def ready_visit(**values: object) -> StudyVisit:
    """Six seats, one session that its host confirmed, a published agenda."""
    visit = StudyVisitFactory(**values)
    delegation = visit.delegations.get()
    delegation.target_size = 2
    delegation.save()
    DelegateFactory(delegation=delegation, role="head", status="confirmed")
    DelegateFactory(delegation=delegation, status="confirmed")
    LearningQuestionFactory(visit=visit)
    item = AgendaItemFactory(visit=visit, starts_at=time(9), place="Tunis")
    AgendaHostFactory(item=item, status=HostStatus.CONFIRMED, answered_slot=item.slot)
    publish_agenda(visit, actor=system_actor())
    return visit


def test_each_rule_is_declared_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))


def test_a_visit_just_begun_lacks_everything_to_leave() -> None:
    visit = StudyVisitFactory(starts_on=None, ends_on=None)
    assert missing(visit) == {
        "dates", "head", "seats", "questions", "nominations", "days", "hosts", "published", "hours", "places",
    }  # fmt: skip
    assert readiness_counts([visit]) == {visit.pk: (0, 10)}


def test_a_visit_without_any_delegation_is_not_ready_by_having_nobody_to_wait_for() -> None:
    assert {"head", "seats", "nominations"} <= missing(StudyVisitFactory(sending=""))


def test_a_visit_with_everything_may_leave() -> None:
    visit = ready_visit()
    assert missing(visit) == set()
    assert readiness_counts([visit]) == {visit.pk: (10, 10)}


def test_the_balance_asked_for_counts_once_it_is_asked() -> None:
    visit = ready_visit()
    delegation = visit.delegations.get()
    delegation.target_women_percent, delegation.target_employers = 30, 1
    delegation.save()
    assert missing(visit) == {"balance"}, "women not known, and nobody speaks for employers"
    delegation.delegates.filter(role="member").update(sex="female", constituency="employers")
    assert missing(visit) == set()


def test_every_seat_session_and_host_counts() -> None:
    visit = ready_visit()
    delegation = visit.delegations.get()
    delegation.target_size = 4
    delegation.save()
    DelegateFactory(delegation=delegation, status="nominated")
    AgendaHostFactory(item=AgendaItemFactory(visit=visit, day=None))
    AgendaItemFactory(visit=visit, kind="logistics")
    assert missing(visit) == {"seats", "nominations", "days", "hosts", "hours", "places"}
    assert amounts(visit) == {
        "dates": "2 of 2", "head": "", "seats": "3 of 4", "questions": "", "nominations": "2 of 3", "days": "2 of 3",
        "hosts": "1 of 2", "published": "", "hours": "1 of 2", "places": "1 of 2",
    }  # fmt: skip


def test_a_host_who_confirmed_another_slot_is_to_be_asked_again() -> None:
    visit = ready_visit()
    visit.agenda_items.update(day=date(2019, 1, 23))
    assert missing(visit) == {"hosts"}


def test_a_host_replaced_by_another_is_not_waited_for() -> None:
    visit = ready_visit()
    item = visit.agenda_items.get()
    AgendaHostFactory(item=item, status=HostStatus.REPLACED, replaced_by=aneti())
    assert missing(visit) == set()
    AgendaHostFactory(item=item, status=HostStatus.DECLINED)
    assert missing(visit) == {"hosts"}


def test_what_is_missing_to_close_is_asked_once_the_visit_is_under_way() -> None:
    visit = ready_visit(status=VisitStatus.UNDER_WAY)
    assert missing(visit) == {"attendance", "notes", "debrief", "commitments", "report"}
    visit.delegations.get().delegates.update(status="attended")
    SessionNoteFactory(item=visit.agenda_items.get())
    assert "notes" in missing(visit), "a draft is not shared"
    SessionNoteFactory(item=visit.agenda_items.get(), is_shared=True)
    commitment = CommitmentFactory(visit=visit, owed_by=anpe_togo())
    debrief = DebriefFactory(visit=visit)
    assert missing(visit) == {"debrief", "commitments", "report"}
    debrief.status = DebriefStatus.AGREED
    debrief.save()
    assert missing(visit) == {"commitments", "report"}, "the commitment has no date"
    commitment.due_on = PartialDate(2019, 3)
    commitment.save()
    ReportFactory(subject=visit, status="done")
    assert missing(visit) == set()


def test_an_agreed_debrief_may_end_without_commitments() -> None:
    visit = ready_visit(status=VisitStatus.COMPLETED)
    DebriefFactory(visit=visit, status=DebriefStatus.AGREED)
    assert "commitments" not in missing(visit)


def test_a_cancelled_visit_is_asked_for_nothing() -> None:
    visit = StudyVisitFactory(status=VisitStatus.CANCELLED)
    assert readiness_of(visit) is None
    assert readiness_counts([visit]) == {}


def test_lines_are_due_relative_to_departure_and_return() -> None:
    visit = StudyVisitFactory()
    readiness = readiness_of(visit)
    assert readiness is not None
    assert [(term, due) for term, due, _lines in readiness.terms] == [
        ("T−30", date(2018, 12, 22)),
        ("T−10", date(2019, 1, 11)),
        ("T−2", date(2019, 1, 19)),
    ]
    assert all(line.is_late for line in readiness.lines if not line.is_done)
    visit.starts_on = PartialDate(2019, 1)
    assert {line.due_on for line in readiness_of(visit).lines} == {None}


def test_many_visits_cost_no_more_queries_than_one() -> None:
    counts = []
    for number in (1, 4):
        visits = [ready_visit() for _number in range(number)]
        readiness_counts(visits[:1])
        with CaptureQueriesContext(connection) as captured:
            assert (
                len(readiness_counts(list(StudyVisit.objects.filter(pk__in=[v.pk for v in visits]))))
                == number
            )
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_officer_reads_it_on_the_overview_with_the_way_to_mend_it(browser_of, amina) -> None:
    visit = ready_visit()
    AgendaHostFactory(item=visit.agenda_items.get())
    page = browser_of(amina).get(visit.get_absolute_url()).content.decode()
    assert "What is missing to leave" in page
    assert "<strong>9</strong> of 10" in page
    assert f'<a href="/study-visits/{visit.pk}/agenda/">Every slot is confirmed by its hosts</a>' in page
    assert "1 of 2 · ask: host institutions" in page


def test_hosts_and_agencies_do_not_read_the_programmes_list(browser_of, kofi, sami) -> None:
    visit = ready_visit()
    AgendaHostFactory(item=visit.agenda_items.get(), institution=aneti())
    DelegateFactory(delegation=visit.delegations.get(), institution=anpe_togo())
    for person in (kofi, sami):
        page = browser_of(person).get(visit.get_absolute_url())
        assert page.status_code == 200
        assert "What is missing to leave" not in page.content.decode()


def test_the_api_tells_it_with_one_visit_and_to_the_programme_alone() -> None:
    visit = ready_visit()
    DelegateFactory(delegation=visit.delegations.get(), institution=anpe_togo(), status="nominated")
    shown = as_persona("amina").get(f"study-visits/{visit.pk}/").json()["readiness"]
    assert (shown["stage"], shown["done"], shown["total"]) == ("leave", 9, 10)
    assert [line["code"] for line in shown["lines"] if not line["is_done"]] == ["nominations"]
    assert as_persona("kofi").get(f"study-visits/{visit.pk}/").json()["readiness"] is None
    assert "readiness" not in as_persona("amina").get("study-visits/").json()["results"][0]
