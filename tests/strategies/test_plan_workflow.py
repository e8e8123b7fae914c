"""Plan activities and reviews: every state, step and persona, and the way from one state to another."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.workflow import Workflow
from strategies.enums import PlanActivityStatus
from strategies.models import PlanActivity, Review
from strategies.plan_progress import move_to, steps_to, update_progress
from strategies.workflow import PLAN_ACTIVITY_WORKFLOW, REVIEW_WORKFLOW
from tests.factories.strategies import PlanActivityFactory, ReviewFactory
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db

EVERYBODY = ["ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody"]
THE_PROGRAMME = {"ada", "marc", "amina"}

STEPS_FROM = {
    "not_started": {
        "begin": "in_progress", "finish": "done", "postpone": "postponed", "cancel": "cancelled",
    },
    "in_progress": {
        "finish": "done", "postpone": "postponed", "cancel": "cancelled", "restart": "not_started",
    },
    "postponed": {
        "begin": "in_progress", "finish": "done", "cancel": "cancelled", "restart": "not_started",
    },
    "done": {"restart": "not_started"},
    "cancelled": {"restart": "not_started"},
}  # fmt: skip
# The lead institution says how far it is; to give up an activity is for the programme.
THE_LEAD = {"begin", "finish", "postpone", "restart"}

REVIEW_STEPS_FROM = {"draft": {"finalise": "final"}, "final": {"reopen": "draft"}}


def may(persona: str, step: str) -> bool:
    return persona in THE_PROGRAMME or (persona == "kofi" and step in THE_LEAD)


def may_review(persona: str, step: str) -> bool:
    return persona in (THE_PROGRAMME if step == "finalise" else {"ada", "marc"})


def check(workflow: Workflow, record, actor, steps_from, allowed) -> None:
    """Every step of a workflow from the record's state by one person."""
    state = workflow.state_of(record)
    offered = {step.name for step in workflow.available(record, actor.principal) if step.allowed}
    assert offered == {step for step in steps_from[state] if allowed(step)}
    for step in {name for steps in steps_from.values() for name in steps}:
        with transaction.atomic():
            if not allowed(step):
                with pytest.raises(Forbidden):
                    workflow.apply(record, step, actor=actor, reason="Because")
            elif step not in steps_from[state]:
                with pytest.raises(TransitionRefused) as refusal:
                    workflow.apply(record, step, actor=actor, reason="Because")
                assert refusal.value.code == "wrong_state"
            else:
                taken = workflow.apply(record, step, actor=actor, reason="Because")
                assert taken.status == steps_from[state][step]
            transaction.set_rollback(True)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_each_step_of_an_activity_from_each_state_by_each_persona(persona, request, by) -> None:
    actor = by(request.getfixturevalue(persona))
    activity = PlanActivityFactory(lead=anpe_togo())
    for state in STEPS_FROM:
        PlanActivity.objects.filter(pk=activity.pk).update(status=state)
        activity.refresh_from_db()
        check(PLAN_ACTIVITY_WORKFLOW, activity, actor, STEPS_FROM, lambda step: may(persona, step))


@pytest.mark.parametrize("persona", EVERYBODY)
def test_each_step_of_a_review_from_each_state_by_each_persona(persona, request, by) -> None:
    actor = by(request.getfixturevalue(persona))
    review = ReviewFactory(stated_total=54, stated_done=11)
    for state in REVIEW_STEPS_FROM:
        Review.objects.filter(pk=review.pk).update(status=state)
        review.refresh_from_db()
        check(REVIEW_WORKFLOW, review, actor, REVIEW_STEPS_FROM, lambda step: may_review(persona, step))


def test_review_without_figures_needs_a_manager_and_a_reason(amina, marc, by) -> None:
    review = ReviewFactory()
    with pytest.raises(TransitionRefused) as refusal:
        REVIEW_WORKFLOW.apply(review, "finalise", actor=by(amina))
    assert refusal.value.messages == [
        "Take the status of the activities, give the published totals, or note why there are none."
    ]
    final = REVIEW_WORKFLOW.apply(review, "finalise", actor=by(marc), reason="Only announced", override=True)
    assert final.status == "final"


def test_shortest_way_between_any_two_states() -> None:
    assert steps_to("not_started", "not_started") == []
    assert steps_to("not_started", "done") == ["finish"]
    assert steps_to("done", "in_progress") == ["restart", "begin"]
    assert steps_to("cancelled", "postponed") == ["restart", "postpone"]
    for start in PlanActivityStatus.values:
        for end in PlanActivityStatus.values:
            assert len(steps_to(start, end)) <= 2


def test_moving_asks_for_a_reason_where_a_step_does_and_then_moves_nothing(amina, by) -> None:
    activity = PlanActivityFactory(status=PlanActivityStatus.DONE)
    with pytest.raises(ValidationError, match="Give the reason"):
        move_to(activity, "in_progress", actor=by(amina))
    activity.refresh_from_db()
    assert activity.status == PlanActivityStatus.DONE
    assert move_to(activity, "in_progress", actor=by(amina), reason="Counted twice").status == "in_progress"


def test_progress_is_only_what_progress_is(kofi, by) -> None:
    activity = PlanActivityFactory(lead=anpe_togo())
    with pytest.raises(ValidationError, match="not part of the progress"):
        update_progress(activity, actor=by(kofi), changes={"cost": 1})
