"""The engine of states: every guard is told, refusals raise, overriding is for those who may and say why."""

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError

from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, StaleRecord, TransitionRefused
from fmm_portal.core.models import Activity
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.workflow import Guard, Transition, Workflow, all_workflows, workflow_for
from fmm_portal.institutions.models import Institution
from strategies.models import Milestone
from studyvisits.models import AgendaHost, Commitment, Debrief, StudyVisit
from tests.factories.institutions import InstitutionFactory
from tests.factories.strategies import MilestoneFactory
from tests.factories.studyvisits import AgendaHostFactory, CommitmentFactory, StudyVisitFactory

VISITS = workflow_for(StudyVisit)
COMMITMENTS = workflow_for(Commitment)
HOSTS = workflow_for(AgendaHost)


def step(record, name, user):
    return next(s for s in workflow_for(record).available(record, user) if s.name == name)


def test_models_with_states_have_a_workflow_whose_steps_stay_inside_them():
    assert {workflow.model.__name__ for workflow in all_workflows()} >= {
        "StudyVisit",
        "AgendaHost",
        "Debrief",
        "Commitment",
        "Delegate",
    }
    for workflow in all_workflows():
        states = {value for value, _label in workflow.model._meta.get_field(workflow.field).flatchoices}
        for transition in workflow.transitions:
            assert {*transition.sources, transition.target} <= states, transition.name
            assert str(transition.label)
    assert workflow_for(Institution) is None


def test_every_state_of_a_visit_can_be_reached_and_left():
    targets = {transition.target for transition in VISITS.transitions}
    sources = {source for transition in VISITS.transitions for source in transition.sources}
    states = {
        "planned",
        "confirmed",
        "under_way",
        "completed",
        "reported",
        "closed",
        "postponed",
        "cancelled",
    }
    assert targets == sources == states


def test_two_steps_of_one_name_are_a_mistake():
    twice = (Transition("go", "Go", ("open",), "done"), Transition("go", "Go", ("done",), "open"))
    with pytest.raises(ImproperlyConfigured, match="Commitment: two transitions are called go"):
        Workflow(Commitment, "status", twice)


def test_taken_step_sets_the_state_raises_the_version_and_is_told(amina, by):
    visit = StudyVisitFactory()
    moved = VISITS.apply(visit, "postpone", actor=by(amina), reason="The hosts asked", expected_version=1)
    assert (moved.status, moved.version, visit.status) == ("postponed", 2, "planned")
    entry = history_of(visit)[0]
    assert (entry.verb, entry.reason, entry.user) == ("postpone", "The hosts asked", amina)
    assert entry.changes == {"status": ["planned", "postponed"]}


def test_every_unmet_guard_is_told_not_only_the_first(amina, by):
    visit = StudyVisitFactory(starts_on=None, ends_on=None, sending="", hosting="")
    with pytest.raises(TransitionRefused) as refusal:
        VISITS.apply(visit, "confirm", actor=by(amina))
    assert refusal.value.code == "blocked"
    assert [(b.code, b.message) for b in refusal.value.blockers] == [
        ("dates_given", "Give the dates of the visit."),
        ("host_country", "Add the host country as a leg of the visit."),
        ("delegation", "Add a delegation with at least one position."),
        ("agenda", "Add at least one agenda item."),
    ]
    assert not Activity.objects.exists()


def test_blocked_step_is_offered_with_what_it_lacks(amina):
    visit = StudyVisitFactory()
    confirm = step(visit, "confirm", amina)
    assert (confirm.allowed, confirm.primary, confirm.can_override) == (False, True, False)
    assert [blocker.code for blocker in confirm.blockers] == ["delegation", "agenda"]
    postpone = step(visit, "postpone", amina)
    assert (postpone.allowed, postpone.primary, postpone.needs_reason) == (True, False, True)


def test_step_from_another_state_says_where_it_starts(amina, by):
    visit = StudyVisitFactory(status="closed")
    with pytest.raises(TransitionRefused) as refusal:
        VISITS.apply(visit, "cancel", actor=by(amina), reason="Too late")
    assert refusal.value.code == "wrong_state"
    assert refusal.value.messages == [
        "“Cancel visit” is not possible now: the state is “Closed”, and this step starts from: "
        "Planned, Confirmed, Postponed."
    ]


def test_unknown_step_is_refused(amina, by):
    with pytest.raises(TransitionRefused, match="There is no step called fly") as refusal:
        VISITS.apply(StudyVisitFactory(), "fly", actor=by(amina))
    assert refusal.value.code == "unknown_transition"


@pytest.mark.parametrize("reason", ["", "   "])
def test_step_that_needs_a_reason_asks_for_it(reason, amina, by):
    visit = StudyVisitFactory()
    with pytest.raises(ValidationError) as refusal:
        VISITS.apply(visit, "postpone", actor=by(amina), reason=reason)
    assert refusal.value.message_dict == {"reason": ["Give the reason: it is kept in the history."]}


def test_step_of_a_stale_reading_is_refused(amina, marc, by):
    visit = StudyVisitFactory()
    VISITS.apply(visit, "postpone", actor=by(marc), reason="Elections")
    with pytest.raises(StaleRecord) as refusal:
        VISITS.apply(visit, "cancel", actor=by(amina), reason="No", expected_version=1)
    assert refusal.value.changed_by == "Marc"


def test_right_is_asked_before_the_state_so_that_outsiders_learn_nothing(eva, by):
    with pytest.raises(Forbidden):
        VISITS.apply(StudyVisitFactory(status="closed"), "confirm", actor=by(eva))


def test_step_takes_its_fields_and_no_others(amina, by):
    commitment = CommitmentFactory()
    with pytest.raises(ValidationError) as refusal:
        COMMITMENTS.apply(commitment, "mark_done", actor=by(amina), data={"text": "Other"})
    assert refusal.value.message_dict == {"text": ["This step does not take this value."]}
    done = COMMITMENTS.apply(
        commitment, "mark_done", actor=by(amina), data={"evidence": "Letter of 4 March", "done_on": "2019-03"}
    )
    assert (done.status, done.evidence) == ("done", "Letter of 4 March")
    assert history_of(commitment)[0].changes == {
        "status": ["open", "done"],
        "evidence": ["", "Letter of 4 March"],
        "done_on": [None, "2019-03"],
    }


def test_value_that_a_step_asks_for_does_not_block_its_button(amina, by):
    commitment = CommitmentFactory()
    assert step(commitment, "mark_done", amina).allowed
    with pytest.raises(ValidationError) as refusal:
        COMMITMENTS.apply(commitment, "mark_done", actor=by(amina))
    assert refusal.value.message_dict == {"evidence": ["Say what shows that it was done."]}
    commitment.refresh_from_db()
    assert commitment.status == "open"


def test_invalid_value_leaves_the_state_as_it_was(amina, by):
    commitment = CommitmentFactory()
    data = {"evidence": "A letter", "done_on": "2999"}
    with pytest.raises(ValidationError, match="This date is in the future"):
        COMMITMENTS.apply(commitment, "mark_done", actor=by(amina), data=data)
    commitment.refresh_from_db()
    assert (commitment.status, commitment.evidence, commitment.version) == ("open", "", 1)


def test_only_a_manager_passes_over_what_is_missing_and_says_why(amina, marc, by):
    visit = StudyVisitFactory(status="confirmed")
    with pytest.raises(TransitionRefused, match="Publish the agenda"):
        VISITS.apply(visit, "start", actor=by(amina), override=True, reason="In a hurry")
    with pytest.raises(ValidationError, match="Give the reason"):
        VISITS.apply(visit, "start", actor=by(marc), override=True)
    with pytest.raises(TransitionRefused, match="Publish the agenda"):
        VISITS.apply(visit, "start", actor=by(marc), reason="Not asked to override")
    assert (step(visit, "start", amina).can_override, step(visit, "start", marc).can_override) == (
        False,
        True,
    )
    started = VISITS.apply(visit, "start", actor=by(marc), override=True, reason="Printed by hand")
    assert started.status == "under_way"
    entry = history_of(visit)[0]
    assert entry.reason == "Printed by hand"
    assert entry.changes["overridden"] == [None, ["Publish the agenda."]]


def test_value_that_nobody_knows_is_passed_over_by_a_manager_only(amina, marc, by):
    """History that is known in part can be recorded; a button never offers it."""
    milestone = MilestoneFactory(actual_on=None)
    workflow = workflow_for(milestone)
    assert (step(milestone, "mark_done", marc).allowed, step(milestone, "mark_done", marc).can_override) == (
        True,
        False,
    )
    with pytest.raises(ValidationError, match="Say when it took place"):
        workflow.apply(milestone, "mark_done", actor=by(marc))
    with pytest.raises(TransitionRefused, match="Say when it took place"):
        workflow.apply(milestone, "mark_done", actor=by(amina), reason="Not published", override=True)
    done = workflow.apply(milestone, "mark_done", actor=by(marc), reason="Not published", override=True)
    assert (done.status, done.actual_on) == ("done", None)
    assert history_of(milestone)[0].changes["overridden"] == [
        None,
        ["Say when it took place; the month or the year is enough."],
    ]


def test_what_cannot_be_passed_over_stops_a_manager_too(marc, by):
    visit = StudyVisitFactory(status="completed")
    with pytest.raises(TransitionRefused, match="Write the debrief"):
        VISITS.apply(visit, "report", actor=by(marc), override=True, reason="No time")
    assert not step(visit, "report", marc).can_override


def test_effects_run_with_the_step_and_fall_with_it(amina, by):
    host = AgendaHostFactory()

    def break_down(record, actor):
        raise RuntimeError("after the step")

    fragile = Workflow(
        AgendaHost,
        "status",
        (Transition("confirm", "Confirm", ("proposed",), "confirmed", effects=(break_down,)),),
    )
    with pytest.raises(RuntimeError):
        fragile.apply(host, "confirm", actor=by(amina))
    host.refresh_from_db()
    assert (host.status, host.version) == ("proposed", 1)
    assert not Activity.objects.exists()


def test_warnings_are_shown_and_block_nothing(marc):
    commitment = CommitmentFactory(visit=StudyVisitFactory(status="reported"))
    close = step(commitment.visit, "close", marc)
    assert close.allowed
    assert close.warnings == [f"1 commitment is still open and stays in follow-up: {commitment.reference}."]


def test_guard_of_the_engine_never_writes(marc, by):
    seen = []
    look = Guard("look", lambda record: seen.append(record.pk))
    watched = Workflow(
        StudyVisit, "status", (Transition("close", "Close", ("reported",), "closed", guards=(look,)),)
    )
    visit = StudyVisitFactory(status="reported")
    assert watched.available(visit, marc)[0].allowed
    assert watched.apply(visit, "close", actor=by(marc)).status == "closed"
    assert seen == [visit.pk, visit.pk]


def test_replacement_of_a_host_must_be_named(amina, by):
    host = AgendaHostFactory()
    with pytest.raises(ValidationError) as refusal:
        HOSTS.apply(host, "replace", actor=by(amina), reason="Closed that week")
    assert refusal.value.message_dict == {"replaced_by": ["Say which institution replaces this host."]}
    other = InstitutionFactory()
    replaced = HOSTS.apply(
        host, "replace", actor=by(amina), reason="Closed that week", data={"replaced_by": other}
    )
    assert (replaced.status, replaced.replaced_by) == ("replaced", other)


def test_debrief_has_a_workflow_of_its_own(db):
    assert [transition.name for transition in workflow_for(Debrief).transitions] == ["agree", "reopen"]


def test_step_that_is_not_for_a_record_is_refused_and_never_offered(amina, by):
    workshop = MilestoneFactory(actual_on=PartialDate(2016))
    workflow = workflow_for(Milestone)
    assert "validate" not in {s.name for s in workflow.available(workshop, amina)}
    with pytest.raises(TransitionRefused) as refusal:
        workflow.apply(workshop, "validate", actor=by(amina))
    assert refusal.value.messages == ["Only a validation has such an outcome."]
