"""304 without making the answer again: never for an answer that changed, whatever changed it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delegations.models import Delegate
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import Membership, User
from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import create_record, delete_record, update_record
from fmm_portal.core.workflow import workflow_for
from fmm_portal.reports.models import Report
from studyvisits.enums import VisitStatus
from studyvisits.models import AgendaItem, StudyVisit
from tests.api_client import ApiClient, as_agency, as_persona
from tests.factories.delegations import DelegateFactory
from tests.factories.institutions import country
from tests.factories.reports import ReportFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    DebriefFactory,
    StudyVisitFactory,
)
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db
ACTOR = system_actor()


@pytest.fixture(autouse=True)
def _kept_as_in_use(settings: Any) -> None:
    settings.KEPT_TAGS_SECONDS = 300
    caches["tags"].clear()


@pytest.fixture
def visit() -> StudyVisit:
    """Completed, with all that its record tells of: who owns it, its agenda, its hosts, its delegation, a report."""
    visit: StudyVisit = StudyVisitFactory(owner=as_persona("amina").user, status=VisitStatus.COMPLETED)
    item = AgendaItemFactory(visit=visit)
    AgendaHostFactory(item=item)
    DelegateFactory(delegation=visit.delegations.get(), status="confirmed")
    DebriefFactory(visit=visit)
    ReportFactory(visit=visit)
    # Factories write no history, and while there is none nothing is kept.
    return update_record(visit, actor=ACTOR, changes={"stated_duration_days": 5})


def known(caller: ApiClient, path: str) -> str:
    """The tag of an answer that the caller has asked for again."""
    tag: str = caller.get(path)["ETag"]
    assert caller.get(path, If_None_Match=tag).status_code == 304
    return tag


def rename_the_owner(visit: StudyVisit) -> None:
    owner = User.objects.get(pk=visit.owner_id)
    owner.full_name = "Amina Diallo"
    owner.save()


def finish_the_report(visit: StudyVisit) -> None:
    report = Report.objects.get()
    report.status = JobStatus.DONE
    report.save()


def record_attendance(visit: StudyVisit) -> None:
    workflow = workflow_for(Delegate)
    assert workflow is not None
    workflow.apply(Delegate.objects.get(), "mark_attended", actor=ACTOR)


def drop_a_session(visit: StudyVisit) -> None:
    delete_record(AgendaItem.objects.get(), actor=ACTOR)


def rename_the_delegation(visit: StudyVisit) -> None:
    values = {"name": Multilingual(en="The six of Lomé")}
    update_record(visit.delegations.get(), actor=ACTOR, changes=values)


def rename_the_host_country(visit: StudyVisit) -> None:
    update_record(
        visit.legs.get(), actor=ACTOR, changes={"country": visit.delegations.get().sending_countries.get()}
    )


@pytest.mark.parametrize(
    "happens",
    [
        rename_the_owner,
        finish_the_report,
        record_attendance,
        drop_a_session,
        rename_the_delegation,
        rename_the_host_country,
    ],
)
def test_a_visit_is_sent_again_when_what_it_tells_of_changes(visit: StudyVisit, happens: Any) -> None:
    amina, path = as_persona("amina"), f"study-visits/{visit.pk}/"
    tag = known(amina, path)
    happens(visit)
    again = amina.get(path, If_None_Match=tag)
    assert (again.status_code, again.content != b"") == (200, True)
    assert again["ETag"] != tag
    assert known(amina, path) == again["ETag"]


def test_what_one_may_do_next_is_part_of_the_answer(visit: StudyVisit) -> None:
    """Eva reads; made an officer, she is offered the steps of the visit; no longer one, she is not."""
    eva, path = as_persona("eva"), f"study-visits/{visit.pk}/"
    tag = known(eva, path)
    role = create_record(Membership(user=eva.user, role=Role.OFFICER), actor=ACTOR)
    offered = eva.get(path, If_None_Match=tag)
    assert [step["name"] for step in offered.json()["available_actions"]] == ["report"]
    assert known(eva, path) == offered["ETag"]
    update_record(role, actor=ACTOR, changes={"starts_on": today() + timedelta(days=1)})
    assert eva.get(path, If_None_Match=offered["ETag"]).json()["available_actions"] == []


def test_a_new_day_is_a_new_answer() -> None:
    with time_machine.travel("2026-03-02T23:50:00+00:00", tick=False) as clock:
        day = PartialDate.of(date(2026, 3, 3))
        visit = StudyVisitFactory(starts_on=day, ends_on=day, status=VisitStatus.CONFIRMED)
        update_record(visit, actor=ACTOR, changes={"stated_duration_days": 1})
        amina, path = as_persona("amina"), f"study-visits/{visit.pk}/"
        tag = known(amina, path)
        clock.shift(timedelta(minutes=20))
        blockers = amina.get(path, If_None_Match=tag).json()["available_actions"][0]["blockers"]
        assert "begun" not in {blocker["code"] for blocker in blockers}


def test_each_reader_language_and_selection_has_an_answer_of_its_own(visit: StudyVisit) -> None:
    amina, path = as_persona("amina"), f"study-visits/{visit.pk}/"
    tag = known(amina, path)
    togo = as_agency(anpe_togo(), "study-visits:read", "study-visits:act", country=country("TG"))
    others = [
        togo.get(path, If_None_Match=tag),
        as_persona("eva").get(path, If_None_Match=tag),
        amina.get(f"{path}?fields=id,title", If_None_Match=tag),
        amina.get(path, If_None_Match=tag, Accept="application/json; indent=2"),
        amina.get(path, If_None_Match=tag, Host="127.0.0.1"),
    ]
    assert [other.status_code for other in others] == [200] * len(others)
    french = amina.get(path, If_None_Match=tag, Accept_Language="fr")
    assert french.status_code == (304 if french["ETag"] == tag else 200)
    assert known(togo, path) != tag


def test_what_is_out_of_sight_is_not_found_with_a_tag_either(visit: StudyVisit) -> None:
    togo, path = as_agency(anpe_togo(), country=country("TG")), f"study-visits/{visit.pk}/"
    tag = known(togo, path)
    update_record(visit, actor=ACTOR, changes={"delegations": []})
    assert togo.get(path, If_None_Match=tag).status_code == 404


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_answer_that_stays_costs_four_queries() -> None:
    """Who calls, by three; whether anything changed, by one."""
    visit = StudyVisitFactory()
    update_record(visit, actor=ACTOR, changes={"stated_duration_days": 5})
    amina = as_persona("amina")
    for path in ("study-visits/", f"study-visits/{visit.pk}/", "study-visits/ids/", "study-visits/counts/"):
        tag, costs = amina.get(path)["ETag"], []
        # PostgreSQL itself may be writing down what it learned of the tables.
        while 4 not in costs and len(costs) < 20:
            with CaptureQueriesContext(connection) as captured:
                assert amina.get(path, If_None_Match=tag).status_code == 304
            costs.append(len(captured))
        assert costs[-1] == 4
