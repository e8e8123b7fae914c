"""Where a record stands and what comes next, as pages show it."""

from delegations.enums import DelegateStatus
from delegations.workflow import DELEGATE_WORKFLOW
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import system_actor
from fmm_portal.core.steps import Steps, steps_of, strip_of
from studyvisits.enums import VISIT_STAGES
from tests.factories.delegations import DelegateFactory
from tests.factories.studyvisits import StudyVisitFactory

ROAD = [DelegateStatus.NOMINATED, DelegateStatus.CONFIRMED, DelegateStatus.ATTENDED]


def shown(delegate: object) -> list[tuple[str, str, object]]:
    return [(step.label, step.progress, step.at) for step in strip_of(delegate, ROAD)]


def test_strip_tells_the_day_on_which_a_state_was_reached(amina, by) -> None:
    delegate = DELEGATE_WORKFLOW.apply(DelegateFactory(), "confirm", actor=by(amina))
    assert shown(delegate) == [
        ("Nominated", "done", None),
        ("Confirmed", "current", today()),
        ("Attended", "ahead", None),
    ]


def test_strip_takes_the_day_of_loading_for_no_fact(db) -> None:
    delegate = DELEGATE_WORKFLOW.apply(DelegateFactory(), "confirm", actor=system_actor())
    assert shown(delegate)[1] == ("Confirmed", "current", None)


def test_state_off_the_road_leaves_what_was_reached(amina, by) -> None:
    delegate = DELEGATE_WORKFLOW.apply(DelegateFactory(), "confirm", actor=by(amina))
    delegate = DELEGATE_WORKFLOW.apply(delegate, "decline", actor=by(amina), reason="On mission")
    assert [step[1] for step in shown(delegate)] == ["ahead", "done", "ahead"]


def test_first_step_forward_is_the_button_and_the_rest_a_menu(amina, by) -> None:
    steps = steps_of(DelegateFactory(), amina, lambda name: f"/{name}/")
    assert (steps.primary.step.name, steps.primary.url, steps.primary.asks) == ("confirm", "/confirm/", False)
    assert [(entry.step.name, entry.asks) for entry in steps.others] == [("decline", True), ("replace", True)]


def test_blocked_step_leads_to_where_it_is_put_right(amina) -> None:
    visit = StudyVisitFactory(starts_on=None, ends_on=None)
    steps = steps_of(visit, amina, lambda name: f"/{name}/", lambda code: f"#{code}")
    assert steps.primary.asks
    assert ("Add at least one agenda item.", "#agenda") in steps.primary.missing


def test_nobody_without_a_right_is_shown_a_step(eva) -> None:
    assert not steps_of(DelegateFactory(), eva, lambda name: f"/{name}/")
    assert not Steps("", 1, None, [])


def test_model_without_states_has_no_strip(amina) -> None:
    assert strip_of(DelegateFactory().institution, VISIT_STAGES) == []
