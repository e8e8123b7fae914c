"""The first screen: what each person finds on it, told as their mornings."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import Membership
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.services import create_record, update_record
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from fmm_portal.institutions.models import Institution
from strategies.enums import MilestoneKind, MilestoneStatus, PlanActivityStatus
from strategies.quarters import quarter_of
from studyvisits.enums import CommitmentStatus, VisitStatus
from studyvisits.models import SessionNote
from studyvisits.readiness import readiness_counts
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.facility import ConsulteeFactory, FacilityFactory, RequestFactory
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.strategies import MilestoneFactory, PlanActivityFactory, ReviewFactory, StrategyFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo, person

pytestmark = pytest.mark.django_db


def in_days(count: int) -> PartialDate:
    return PartialDate.of(today() + timedelta(days=count))


def visit_ahead(owner: Any = None) -> Any:
    """From Togo to Tunisia in nine days; ANETI has not answered for its session."""
    visit = StudyVisitFactory(
        owner=owner, starts_on=in_days(9), ends_on=in_days(11), sending="TG", hosting="TN"
    )
    item = AgendaItemFactory(visit=visit, leg=visit.legs.first(), day=today() + timedelta(days=10))
    AgendaHostFactory(item=item, institution=aneti())
    return visit


def busy_morning(owner: Any) -> None:
    """Something of everything that the first screen of an officer tells."""
    visit_ahead(owner)
    strategy = StrategyFactory(country=country("TG"), owner=owner)
    MilestoneFactory(strategy=strategy, planned_on=in_days(20))
    PlanActivityFactory(plan__strategy=strategy, status=PlanActivityStatus.DONE)
    RequestFactory(status="submitted", institution=anpe_togo()).countries.set([country("TG")])
    DelegateFactory(delegation=DelegationFactory())
    CommitmentFactory(due_on=in_days(3), owner=owner)


# --- Officers ------------------------------------------------------------------------------------------------


def test_officer_sees_what_comes_within_thirty_days_with_the_days_left(browser_of, amina, marc) -> None:
    visit = visit_ahead(amina)
    strategy = StrategyFactory(owner=amina)
    MilestoneFactory(strategy=strategy, planned_on=in_days(30), kind=MilestoneKind.ADOPTION)
    MilestoneFactory(strategy=strategy, planned_on=in_days(31))
    CommitmentFactory(due_on=in_days(3), owner=amina)
    StudyVisitFactory(owner=marc, starts_on=in_days(5), ends_on=None)
    day, leg = today() + timedelta(days=11), visit.legs.first()
    AgendaItemFactory(visit=visit, leg=leg, day=day, topic={"en": "Placement abroad"}, order=1)
    AgendaItemFactory(visit=visit, leg=leg, day=day, order=2)
    coming = browser_of(amina).get("/").context["coming"]
    assert [(str(row.kind), row.days_left) for row in coming.rows] == [
        ("Commitment due", 3),
        ("Study visit", 9),
        ("Session", 10),
        ("Session", 11),
        ("Milestone", 30),
    ]
    assert coming.rows[3].text == f"2 sessions, the first: Placement abroad ({visit.reference})"
    assert [row.url for row in coming.rows][1] == visit.get_absolute_url()
    done, total = readiness_counts([visit])[visit.pk]
    assert (coming.rows[1].readiness, coming.rows[2].readiness) == (f"{done}/{total}", "")
    assert 0 < done < total


def test_who_waits_for_whom_is_told_with_the_days(browser_of, amina, by) -> None:
    FacilityFactory()
    asked = RequestFactory(status="eligibility", institution=anpe_togo())
    ConsulteeFactory(request=asked, institution=aneti())
    REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    visit = visit_ahead(amina)
    hosts = visit.agenda_items.get().hosts
    hosts.update(created_at=timezone.now() - timedelta(days=12))
    delegation = DelegationFactory()
    DelegateFactory(delegation=delegation)
    page = browser_of(amina).get("/")
    assert [(row.text, row.days) for row in page.context["awaited"].rows] == [
        (f"1 host has not answered: {visit.reference}", 12),
        (f"1 stakeholder has not answered: {asked}", 0),
    ]
    assert [(row.text, row.days) for row in page.context["asked"].rows] == [
        (f"1 nomination to settle: {delegation}", 0)
    ]
    html = page.content.decode()
    assert "for 12 days" in html
    assert "since today" in html


def test_follow_ups_are_counted_and_open_exactly_their_rows(browser_of, amina) -> None:
    runner = InstitutionFactory()
    ProgrammeFactory(implementer=runner)
    CommitmentFactory(owner=amina, owed_by=runner, due_on=PartialDate(2019))
    CommitmentFactory(owner=amina, due_on=in_days(90))
    CommitmentFactory(owed_to=runner, due_on=PartialDate(2019))
    CommitmentFactory(owner=amina, owed_by=runner, status=CommitmentStatus.DONE)
    client = browser_of(amina)
    figures = client.get("/").context["followups"]
    assert [(str(figure.label), figure.number) for figure in figures] == [
        ("Followed by me", 2),
        ("Owed by us", 1),
        ("Owed to us", 1),
        ("Overdue", 1),
    ]
    behind = [client.get(figure.url).context["listing"].count for figure in figures]
    assert behind == [figure.number for figure in figures]


def test_each_country_has_one_line(browser_of, amina) -> None:
    strategy = StrategyFactory(country=country("TG"))
    ahead = MilestoneFactory(strategy=strategy, planned_on=in_days(50))
    MilestoneFactory(
        strategy=strategy,
        status=MilestoneStatus.DONE,
        kind=MilestoneKind.LAUNCH,
        actual_on=PartialDate(2015, 7),
    )
    first = PlanActivityFactory(plan__strategy=strategy, status=PlanActivityStatus.DONE)
    PlanActivityFactory(plan=first.plan)
    PlanActivityFactory(plan=first.plan, status=PlanActivityStatus.CANCELLED)
    RequestFactory(status="submitted").countries.set([country("TG")])
    StudyVisitFactory(
        sending="GH",
        starts_on=PartialDate(2019, 1, 21),
        ends_on=PartialDate(2019, 1, 25),
        status=VisitStatus.CLOSED,
    )
    client = browser_of(amina)
    section = next(
        section for section in client.get("/").context["sections"] if "countries" in section.template
    )
    lines = {line.country.code: line for line in section.context["lines"]}
    assert set(lines) == {"TG", "GH"}
    cells = {str(heading): cell for heading, cell in lines["TG"].cells}
    assert cells["Open requests"].text == 1
    assert cells["Next milestone"].url == ahead.get_absolute_url()
    assert cells["Plan progress"].text == "1 of 2"
    assert client.get(cells["Open requests"].url).context["listing"].count == 1
    assert client.get(cells["Plan progress"].url).status_code == 200
    assert (lines["TG"].last_contact, lines["GH"].last_contact) == (
        PartialDate(2015, 7),
        PartialDate(2019, 1, 21),
    )


def test_progress_is_that_of_the_latest_review_where_only_totals_are_published(browser_of, amina) -> None:
    review = ReviewFactory(
        plan__strategy__country=country("TG"),
        status="final",
        stated_total=54,
        stated_done=11,
        held_on="2022-06-30",
    )
    ReviewFactory(plan=review.plan, status="final", stated_total=54, stated_done=5, held_on="2021-06-25")
    ReviewFactory(plan=review.plan, stated_total=54, stated_done=50, held_on="2023-01-01")
    sections = browser_of(amina).get("/").context["sections"]
    (line,) = next(section for section in sections if "countries" in section.template).context["lines"]
    cells = {str(heading): cell for heading, cell in line.cells}
    assert cells["Plan progress"].text == "11 of 54"
    assert cells["Plan progress"].url.endswith(f"/plans/{review.plan_id}/reviews/")


def test_officer_of_one_country_has_the_line_of_that_country(browser_of) -> None:
    StrategyFactory(country=country("TG"))
    RequestFactory(status="submitted").countries.set([country("TG")])
    abla = person("abla", Role.OFFICER, country=country("GH"))
    sections = browser_of(abla).get("/").context["sections"]
    lines = next(s.context["lines"] for s in sections if "countries" in s.template)
    assert [line.country.code for line in lines] == ["GH"]


def test_latest_changes_are_one_line_for_each_record(browser_of, amina, marc, by) -> None:
    office = create_record(
        Institution(name={"en": "Office"}, acronym="OFF", country=country("TG"), kind="other"), actor=by(marc)
    )
    office = update_record(office, actor=by(marc), changes={"city": "Kara"})
    update_record(office, actor=by(amina), changes={"city": "Lomé"})
    note: SessionNote = SessionNoteFactory(author=marc)
    update_record(note, actor=by(marc), changes={"is_shared": False, "open_questions": {"en": "Secret"}})
    page = browser_of(amina).get("/")
    changes = next(s.context["changes"] for s in page.context["sections"] if "latest" in s.template)
    assert [(str(c.record), c.what, c.who, c.count) for c in changes if c.record == office] == [
        (str(office), "Changed", "Amina", 3)
    ]
    assert "Secret" not in page.content.decode()


def test_long_lists_are_cut_and_lead_to_all_of_them(browser_of, amina) -> None:
    for _number in range(9):
        CommitmentFactory(owner=amina, due_on=PartialDate(2019))
    client = browser_of(amina)
    page = client.get("/")
    assert (len(page.context["tasks"]), page.context["tasks_left_out"]) == (7, 2)
    assert '<a href="?all#to-do">and 2 more</a>' in page.content.decode()
    assert len(client.get("/?all").context["tasks"]) == 9


def test_first_screen_is_light_and_costs_the_same_at_more_rows(browser_of, amina) -> None:
    client = browser_of(amina)
    busy_morning(amina)
    client.get("/")
    with CaptureQueriesContext(connection) as once:
        client.get("/")
    for _number in range(3):
        busy_morning(amina)
    with CaptureQueriesContext(connection) as more:
        page = client.get("/")
    assert len(more) == len(once)
    assert len(page.content) < 40_000


# --- Everybody else ------------------------------------------------------------------------------------------


def test_manager_is_led_to_the_programme_at_a_glance(browser_of, marc, amina) -> None:
    html = browser_of(marc).get("/").content.decode()
    assert '<a class="button" href="/overview/">' in html
    assert '<a class="button button--plain" href="/overview/">' in browser_of(amina).get("/").content.decode()


def test_focal_point_sees_what_each_request_waits_for_and_may_nominate(browser_of, kofi, fatou) -> None:
    draft = RequestFactory(institution=anpe_togo(), status="draft")
    sent = RequestFactory(institution=anpe_togo(), status="submitted")
    RequestFactory(institution=anpe_togo(), status="approved")
    delegation = DelegationFactory(sending_countries=[country("TG")])
    delegation.sending_institutions.add(anpe_togo())
    page = browser_of(kofi).get("/")
    html = page.content.decode()
    followed = page.context["sections"][0].context["followed"]
    assert {(row.request, row.waits_for) for row in followed} == {
        (draft, "You: complete it and submit it"),
        (sent, "The programme: register it"),
    }
    assert f'href="{country("TG").get_absolute_url()}"' in html
    assert f"/delegations/{delegation.pk}/delegates/add/" in html
    assert page.context["coming"] is None, "the days ahead are the programme's"
    other = browser_of(fatou).get("/").content.decode()
    assert str(draft) not in other
    assert f"/delegations/{delegation.pk}/" not in other


def test_focal_point_sees_the_plan_activities_due_this_quarter(browser_of, kofi) -> None:
    due = PlanActivityFactory(lead=anpe_togo(), code="2.1.3", ends_in=quarter_of(today()))
    PlanActivityFactory(plan=due.plan, lead=anpe_togo(), code="9.9.9", ends_in="2999-Q1")
    html = browser_of(kofi).get("/").content.decode()
    assert "Plan activities due this quarter" in html
    assert "2.1.3" in html
    assert "9.9.9" not in html


def test_delegate_of_one_visit_is_led_straight_to_it(browser_of, jean) -> None:
    visit = StudyVisitFactory()
    DelegateFactory(delegation=visit.delegations.get(), account=jean)
    answer = browser_of(jean).get("/")
    assert (answer.status_code, answer.url) == (302, visit.get_absolute_url())
    second = StudyVisitFactory()
    DelegateFactory(delegation=second.delegations.get(), account=jean)
    page = browser_of(jean).get("/")
    assert page.status_code == 200
    assert {record.pk for panel in page.context["panels"] for record in panel.table.records} == {
        visit.pk,
        second.pk,
    }


def test_delegate_with_another_role_keeps_the_first_screen(browser_of, jean) -> None:
    visit = StudyVisitFactory()
    DelegateFactory(delegation=visit.delegations.get(), account=jean)
    Membership.objects.create(user=jean, role=Role.PARTNER, institution=anpe_togo())
    assert browser_of(jean).get("/").status_code == 200


def test_host_sees_slots_to_confirm_and_who_comes_by_post(browser_of, sami) -> None:
    visit = visit_ahead()
    delegate = DelegateFactory(delegation=visit.delegations.get(), person_name="Marimba Delegate")
    DelegateFactory(delegation=visit.delegations.get(), status="declined", position={"en": "Who stays away"})
    page = browser_of(sami).get("/")
    html = page.content.decode()
    assert [str(task.action) for task in page.context["tasks"]] == ["Answer for the slot"]
    assert str(delegate.position) in html
    assert "Marimba Delegate" not in html
    assert "Who stays away" not in html


def test_viewer_sees_the_quarter_the_countries_and_takes_the_page_away(browser_of, eva, marc) -> None:
    ProgrammeFactory()
    due = MilestoneFactory(planned_on=PartialDate(2018, 3), strategy=StrategyFactory(country=country("TG")))
    MilestoneFactory(planned_on=PartialDate.of(date(2999, 1, 1)))
    page = browser_of(eva).get("/")
    panel = next(panel for panel in page.context["panels"] if str(panel.title) == "Milestones of the quarter")
    assert list(panel.table.records) == [due]
    html = page.content.decode()
    assert "PDF of this page: English" in html
    assert "reports made this month" in html
    assert page.context["coming"] is None
    assert "To do now" not in html, "who only reads is not told that there is nothing to do"
    assert "PDF of this page" not in browser_of(marc).get("/").content.decode()


def test_administrator_sees_jobs_that_failed(browser_of, ada, amina) -> None:
    client = browser_of(ada)
    figures = {str(figure.label): figure for figure in client.get("/").context["figures"]}
    assert figures["reports failed"].number == 0
    assert client.get(figures["reports failed"].url).context["listing"].count == 0
    assert "reports failed" not in browser_of(amina).get("/").content.decode()


def test_account_without_a_role_is_told_that_nothing_waits(browser_of, nobody) -> None:
    page = browser_of(nobody).get("/")
    assert page.status_code == 200
    assert "Nothing waits for you." in page.content.decode()
    assert re.findall(r'id="(coming|awaited|countries|latest)"', page.content.decode()) == []
