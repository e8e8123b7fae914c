"""The thread, walked from each end of a whole chain: exact stages, exact records, and what others do not see."""

from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.thread import stages, thread_of
from fmm_portal.facility.models import Action, Activity, Request
from fmm_portal.institutions.models import Country
from strategies.models import Milestone, PlanActivity, Strategy
from studyvisits.models import Commitment, Lesson, SessionNote, StudyVisit
from tests.api_client import as_persona
from tests.factories.facility import ActionFactory, ActivityFactory, RequestFactory
from tests.factories.strategies import MilestoneFactory, PlanActivityFactory, StrategyFactory
from tests.factories.studyvisits import (
    AgendaItemFactory,
    CommitmentFactory,
    LessonFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)

KEYS = [
    "request", "action", "activity", "strategy", "study-visit", "note", "lesson", "commitment", "plan-activity",
    "milestone",
]  # fmt: skip


class Chain(NamedTuple):
    request: Request
    action: Action
    activity: Activity
    strategy: Strategy
    visit: StudyVisit
    note: SessionNote
    lesson: Lesson
    commitment: Commitment
    plan_activity: PlanActivity
    milestone: Milestone


def a_chain() -> Chain:
    """Togo: a request, its action and strategy, the visit that serves both, down to the milestone that came of it."""
    request = RequestFactory(status="approved")
    action = ActionFactory(request=request, starts_on=PartialDate(2018, 9))
    activity = ActivityFactory(action=action, kind="study_visit")
    strategy = StrategyFactory()
    strategy.actions.add(action)
    visit = StudyVisitFactory(action=action, activity=activity, strategy=strategy)
    item = AgendaItemFactory(visit=visit)
    note = SessionNoteFactory(item=item, is_shared=True)
    lesson = LessonFactory(visit=visit, agenda_item=item)
    milestone = MilestoneFactory(strategy=strategy, planned_on=PartialDate(2020))
    plan_activity = PlanActivityFactory(plan__strategy=strategy, milestone=milestone, ends_in="2019-Q4")
    commitment = CommitmentFactory(visit=visit, lesson=lesson, plan_activity=plan_activity)
    return Chain(
        request, action, activity, strategy, visit, note, lesson, commitment, plan_activity, milestone
    )


def walked(record: Any, principal: Any) -> dict[str, list[Any]]:
    return {part.stage.key: part.rows for part in thread_of(record, principal)}


def test_stages_are_in_the_order_of_the_story() -> None:
    assert [stage.key for stage in stages()] == KEYS


@pytest.mark.parametrize("end", Chain._fields)
def test_whole_chain_is_walked_from_every_record_of_it(end: str, amina: Any) -> None:
    chain, other = a_chain(), a_chain()
    found = walked(getattr(chain, end), amina)
    expected = {key: [row] for key, row in zip(KEYS, chain, strict=True)}
    if end == "activity":
        # The strategy is the action's, not this activity's; what came of it is the visit's.
        del expected["strategy"]
    if end == "strategy":
        del expected["activity"]
    assert found == expected
    assert not {row for rows in found.values() for row in rows} & set(other)
    current = [part.stage.key for part in thread_of(getattr(chain, end), amina) if part.is_current]
    assert current == [KEYS[Chain._fields.index(end)]]


def test_side_branches_stay_out(amina: Any) -> None:
    """A visit's thread has the plan activities that its commitments feed, not all of the strategy's."""
    chain = a_chain()
    beside = PlanActivityFactory(plan=chain.plan_activity.plan)
    sibling = StudyVisitFactory(strategy=chain.strategy)
    assert walked(chain.visit, amina)["plan-activity"] == [chain.plan_activity]
    from_strategy = walked(chain.strategy, amina)
    assert set(from_strategy["plan-activity"]) == {chain.plan_activity, beside}
    assert set(from_strategy["study-visit"]) == {chain.visit, sibling}


def test_partner_of_another_country_sees_nothing_and_own_country_only_what_is_theirs(
    fatou: Any, kofi: Any, browser_of: Any
) -> None:
    chain = a_chain()
    chain.action.countries.add(Country.objects.get(code="GH"))
    # Fatou works for Ghana's ministry alone: a country on the action does not open it to her.
    assert [part.stage.key for part in thread_of(chain.visit, fatou)] == ["study-visit"]
    url = reverse("core:thread", args=["study-visit", chain.visit.pk])
    assert browser_of(fatou).get(url).status_code == 404
    chain.action.beneficiaries.add(fatou.memberships.get().institution)
    found = walked(chain.action, fatou)
    assert found == {"action": [chain.action], "activity": [chain.activity]}
    page = browser_of(fatou).get(reverse("core:thread", args=["action", chain.action.pk])).content.decode()
    assert chain.visit.reference not in page
    assert chain.strategy.reference not in page


@pytest.mark.parametrize("end", ["request", "strategy", "visit", "milestone"])
def test_thread_costs_the_same_at_one_and_many_rows(end: str, amina: Any) -> None:
    chain = a_chain()
    record = getattr(chain, end)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            thread_of(record, amina)
        return len(captured)

    thread_of(record, amina)
    first = queries()
    for _number in range(3):
        visit = StudyVisitFactory(action=chain.action, strategy=chain.strategy)
        lesson = LessonFactory(visit=visit)
        item = AgendaItemFactory(visit=visit)
        SessionNoteFactory(item=item, is_shared=True)
        fed = PlanActivityFactory(plan=chain.plan_activity.plan, milestone=chain.milestone)
        CommitmentFactory(visit=visit, lesson=lesson, plan_activity=fed)
    assert queries() == first <= len(KEYS)


@pytest.mark.parametrize("end", [name for name in Chain._fields if name not in {"note", "lesson"}])
def test_line_and_annex_on_every_page(end: str, amina: Any, browser_of: Any) -> None:
    chain, client = a_chain(), browser_of(amina)
    record = getattr(chain, end)
    page = client.get(record.get_absolute_url()).content.decode()
    annex = reverse("core:thread", args=[KEYS[Chain._fields.index(end)], record.pk])
    assert 'aria-current="true"' in page
    assert f'href="{annex}"' in page
    whole = client.get(annex).content.decode()
    for row in (chain.visit, chain.action) if end != "activity" else (chain.visit,):
        assert row.reference in whole
    assert client.get(annex.replace("/thread/", "/thread/x")).status_code == 404


def test_signs_of_a_name_are_written_once(amina: Any, browser_of: Any) -> None:
    milestone = MilestoneFactory(title={"en": "Director's visit & talks"})
    page = browser_of(amina).get(milestone.get_absolute_url()).content.decode()
    line = page[page.index('class="thread') :]
    assert "Director&#x27;s visit &amp; talks" in line[: line.index("</nav>")]
    assert "&amp;#x27;" not in page


def test_api_tells_the_thread(amina: Any) -> None:
    chain = a_chain()
    shown = as_persona("amina").get(f"study-visits/{chain.visit.pk}/thread/").json()
    assert [stage["stage"] for stage in shown["stages"]] == KEYS
    visit = shown["stages"][4]
    assert (visit["resource"], visit["is_current"]) == ("study-visits", True)
    assert visit["records"] == [
        {
            "id": chain.visit.pk,
            "label": str(chain.visit),
            "date": "2019-01-21",
            "status": "planned",
            "url": f"http://testserver/api/v1/study-visits/{chain.visit.pk}/",
        }
    ]
    assert as_persona("fatou").get(f"study-visits/{chain.visit.pk}/thread/").status_code == 404
    assert as_persona("amina").get("institutions/1/thread/").status_code == 404
