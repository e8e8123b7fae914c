"""States of actions and activities: every state, step and persona; what each step waits for; the facility's limits."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.workflow import workflow_for
from fmm_portal.facility.models import Action, Activity
from fmm_portal.facility.workflow import ACTION_WORKFLOW, ACTIVITY_WORKFLOW
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    ApprovalFactory,
    BudgetLineFactory,
    FacilityFactory,
)
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db

PERSONAS = ["ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody"]
THE_PROGRAMME = {"ada", "marc", "amina"}
MANAGERS = {"ada", "marc"}

ACTION_STEPS = {
    "fact_finding": {"draft_fiche": "fiche_drafted", "suspend": "suspended", "cancel": "cancelled"},
    "fiche_drafted": {
        "approve_fiche": "fiche_approved",
        "return_fiche": "fact_finding",
        "suspend": "suspended",
        "cancel": "cancelled",
    },
    "fiche_approved": {
        "plan": "planned",
        "revise_fiche": "fiche_drafted",
        "suspend": "suspended",
        "cancel": "cancelled",
    },
    "planned": {
        "start": "in_progress",
        "revise_fiche": "fiche_drafted",
        "suspend": "suspended",
        "cancel": "cancelled",
    },
    "in_progress": {"report": "reporting", "suspend": "suspended", "cancel": "cancelled"},
    "reporting": {
        "complete": "completed",
        "return_to_work": "in_progress",
        "suspend": "suspended",
        "cancel": "cancelled",
    },
    "completed": {"follow_up": "ex_post", "close": "closed", "return_to_work": "in_progress"},
    "ex_post": {"close": "closed", "return_to_work": "in_progress"},
    "closed": {"reopen": "completed"},
    "suspended": {
        "resume": "in_progress",
        "plan_again": "planned",
        "find_facts_again": "fact_finding",
        "cancel": "cancelled",
    },
    "cancelled": {"reinstate": "fact_finding"},
}
ACTIVITY_STEPS = {
    "planned": {
        "mark_done": "done",
        "start": "in_progress",
        "postpone": "postponed",
        "cancel": "cancelled",
    },
    "in_progress": {"mark_done": "done", "postpone": "postponed", "cancel": "cancelled"},
    "done": {"reopen": "planned"},
    "postponed": {
        "mark_done": "done",
        "start": "in_progress",
        "plan_again": "planned",
        "cancel": "cancelled",
    },
    "cancelled": {"reopen": "planned"},
}
FOR_MANAGERS = {"approve_fiche", "reopen", "reinstate"}


@pytest.fixture
def action(db) -> Action:
    """An action with a complete fiche, whose activity is done, for Togo's employment agency."""
    action = ActionFactory(
        requesting_institution=anpe_togo(),
        overall_objective=Multilingual(en="Govern labour migration"),
        expected_results=Multilingual(en="A strategy"),
    )
    ActivityFactory(action=action, number=1, status="done", starts_on=PartialDate(2018))
    ApprovalFactory(action=action)
    return action


def take_every_step(record, steps, persona, user, by, allowed) -> None:
    """What is offered in this state, and what each step of the workflow answers."""
    workflow, state = workflow_for(record), record.status
    offered = {step.name for step in workflow.available(record, user) if step.allowed}
    assert offered == {step for step in steps[state] if allowed(persona, step)}
    for step in {name for found in steps.values() for name in found}:
        with transaction.atomic():
            if not allowed(persona, step):
                with pytest.raises(Forbidden):
                    workflow.apply(record, step, actor=by(user), reason="Because")
            elif step not in steps[state]:
                with pytest.raises(TransitionRefused) as refusal:
                    workflow.apply(record, step, actor=by(user), reason="Because")
                assert refusal.value.code == "wrong_state"
            else:
                taken = workflow.apply(record, step, actor=by(user), reason="Because")
                assert taken.status == steps[state][step]
            transaction.set_rollback(True)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("state", ACTION_STEPS)
def test_each_step_of_an_action_by_each_persona(state, persona, action, request, by) -> None:
    Action.objects.filter(pk=action.pk).update(status=state)
    action.refresh_from_db()
    take_every_step(
        action,
        ACTION_STEPS,
        persona,
        request.getfixturevalue(persona),
        by,
        lambda who, step: who in (MANAGERS if step in FOR_MANAGERS else THE_PROGRAMME),
    )


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("state", ACTIVITY_STEPS)
def test_each_step_of_an_activity_by_each_persona(state, persona, action, request, by) -> None:
    activity = action.activities.get()
    Activity.objects.filter(pk=activity.pk).update(status=state)
    activity.refresh_from_db()
    take_every_step(
        activity,
        ACTIVITY_STEPS,
        persona,
        request.getfixturevalue(persona),
        by,
        lambda who, step: who in THE_PROGRAMME,
    )


def test_steps_name_all_states_of_both_workflows() -> None:
    for workflow, steps in ((ACTION_WORKFLOW, ACTION_STEPS), (ACTIVITY_WORKFLOW, ACTIVITY_STEPS)):
        assert {step for found in steps.values() for step in found} == {
            transition.name for transition in workflow.transitions
        }


def missing(action, name, user) -> list[str]:
    step = next(step for step in ACTION_WORKFLOW.available(action, user) if step.name == name)
    return [blocker.message for blocker in step.blockers]


def test_bare_action_waits_for_what_a_fiche_needs(amina, marc, by) -> None:
    bare = ActionFactory(countries="")
    assert missing(bare, "draft_fiche", amina) == [
        "Name at least one country.",
        "State the objectives.",
        "Add at least one numbered activity.",
    ]
    Action.objects.filter(pk=bare.pk).update(status="fiche_drafted")
    bare.refresh_from_db()
    assert missing(bare, "approve_fiche", marc) == [
        "State the expected results.",
        "Record who approved the fiche.",
    ]


def test_suspended_action_resumes_where_it_can(amina, by) -> None:
    """One without an approved fiche goes back to fact-finding, not into work."""
    action = ActionFactory()
    action = ACTION_WORKFLOW.apply(action, "suspend", actor=by(amina), reason="Elections")
    assert missing(action, "resume", amina) == ["Record who approved the fiche."]
    with pytest.raises(TransitionRefused):
        ACTION_WORKFLOW.apply(action, "resume", actor=by(amina), reason="Over")
    again = ACTION_WORKFLOW.apply(action, "find_facts_again", actor=by(amina), reason="Over")
    assert again.status == "fact_finding"


def test_action_with_open_activities_is_not_completed(action, amina, marc, by) -> None:
    ActivityFactory(action=action, number=2)
    Action.objects.filter(pk=action.pk).update(status="reporting")
    action.refresh_from_db()
    assert missing(action, "complete", amina) == ["1 activity is neither done nor cancelled."]
    done = ACTION_WORKFLOW.apply(action, "complete", actor=by(marc), reason="Dropped", override=True)
    assert done.status == "completed"


def test_steps_back_need_a_reason(action, amina, by) -> None:
    for step in ("suspend", "cancel"):
        with pytest.raises(ValidationError, match="Give the reason"):
            ACTION_WORKFLOW.apply(action, step, actor=by(amina))


def test_limits_of_the_facility_warn_with_the_figure_and_refuse_nothing(action, amina, by) -> None:
    """Statement 15: ceiling and duration are the facility's; absent is no limit; exceeding warns."""
    action.facility = FacilityFactory(ceiling=Decimal("10000"), max_duration_months=12)
    action.duration_months = 18
    action.save()
    BudgetLineFactory(action=action, amount=Decimal("10000.50"))
    # Not in the facility's currency: not added.
    BudgetLineFactory(action=action, amount=Decimal("900000"), currency="XOF")
    step = next(s for s in ACTION_WORKFLOW.available(action, amina) if s.name == "draft_fiche")
    assert step.warnings == [
        "The budget of 10,000.50 EUR exceeds the ceiling of 10,000.00 EUR.",
        "The duration of 18 months exceeds the longest of 12 months.",
    ]
    assert ACTION_WORKFLOW.apply(action, "draft_fiche", actor=by(amina)).status == "fiche_drafted"


def test_facility_without_limits_warns_of_nothing(action, amina) -> None:
    """Statement 15: absent is no limit."""
    action.facility, action.duration_months = FacilityFactory(), 120
    action.save()
    BudgetLineFactory(action=action, amount=Decimal("9999999"))
    step = next(s for s in ACTION_WORKFLOW.available(action, amina) if s.name == "draft_fiche")
    assert step.warnings == []


def test_activity_of_the_future_is_not_done(amina, by) -> None:
    ahead = ActivityFactory(starts_on=PartialDate(2999))
    with pytest.raises(TransitionRefused) as refusal:
        ACTIVITY_WORKFLOW.apply(ahead, "mark_done", actor=by(amina))
    assert refusal.value.messages == ["Its date is in the future."]


def test_activity_is_done_with_the_people_who_came(amina, by) -> None:
    activity = ActivityFactory(starts_on=PartialDate(2018))
    done = ACTIVITY_WORKFLOW.apply(
        activity,
        "mark_done",
        actor=by(amina),
        data={"actual_people": 20, "actual_women": 9, "actual_men": 11},
    )
    assert done.people("actual").in_words == "20 people, 9 women (45%)"
    with pytest.raises(ValidationError, match="Women and men together are more than all people"):
        ACTIVITY_WORKFLOW.apply(
            ActivityFactory(), "mark_done", actor=by(amina), data={"actual_people": 5, "actual_women": 6}
        )
