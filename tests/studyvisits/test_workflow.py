"""Visits, hosts, debriefs and commitments: every state, step and persona, and what each step needs."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.accounts.enums import Role
from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from fmm_portal.core.workflow import workflow_for
from studyvisits.models import AgendaHost, Commitment, Debrief, StudyVisit
from studyvisits.services import publish_agenda
from studyvisits.workflow import VISIT_WORKFLOW
from tests.factories.delegations import DelegateFactory
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    DebriefParticipantFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo, person

EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")
PROGRAMME = {"ada", "marc", "amina"}
MANAGERS = {"ada", "marc"}

VISIT_STEPS = {
    "planned": {"confirm": "confirmed", "postpone": "postponed", "cancel": "cancelled"},
    "confirmed": {"start": "under_way", "postpone": "postponed", "cancel": "cancelled"},
    "under_way": {"complete": "completed"},
    "completed": {"report": "reported"},
    "reported": {"close": "closed", "reopen": "completed"},
    "closed": {"reopen": "completed"},
    "postponed": {"replan": "planned", "cancel": "cancelled"},
    "cancelled": {"reinstate": "planned"},
}
HOST_STEPS = {
    "proposed": {"confirm": "confirmed", "decline": "declined", "replace": "replaced"},
    "confirmed": {
        "confirm": "confirmed",
        "decline": "declined",
        "replace": "replaced",
        "propose": "proposed",
    },
    "declined": {"confirm": "confirmed", "replace": "replaced", "propose": "proposed"},
    "replaced": {"propose": "proposed"},
}
DEBRIEF_STEPS = {"draft": {"agree": "agreed"}, "agreed": {"reopen": "draft"}}
COMMITMENT_STEPS = {
    "open": {"start": "in_progress", "mark_done": "done", "drop": "dropped"},
    "in_progress": {"mark_done": "done", "drop": "dropped"},
    "done": {"reopen": "open"},
    "dropped": {"reopen": "open"},
}


def may_visit(persona, step):
    return persona in (MANAGERS if step in {"reopen", "reinstate"} else PROGRAMME)


def may_host(persona, step):
    return persona in PROGRAMME or (persona == "sami" and step in {"confirm", "decline"})


def may_debrief(persona, step):
    return persona in PROGRAMME


def may_commitment(persona, step):
    # What ANPE owes, ANPE reports on; what is owed to ANETI, ANETI does not.
    return persona in PROGRAMME or (persona == "kofi" and step in {"start", "mark_done"})


MATRIX = {
    "visit": (VISIT_STEPS, may_visit),
    "host": (HOST_STEPS, may_host),
    "debrief": (DEBRIEF_STEPS, may_debrief),
    "commitment": (COMMITMENT_STEPS, may_commitment),
}


@pytest.fixture
def visit(db):
    """Togo in Tunisia, January 2019: everything that every step needs is there."""
    visit = StudyVisitFactory()
    DelegateFactory(
        delegation=visit.delegations.get(), institution=anpe_togo(), role="head", status="attended"
    )
    item = AgendaItemFactory(visit=visit)
    AgendaHostFactory(item=item, institution=aneti(), replaced_by=InstitutionFactory())
    publish_agenda(visit, actor=system_actor())
    debrief = DebriefFactory(visit=visit, status="agreed", held_on=PartialDate(2019, 1, 25))
    for side in ("visiting", "hosting"):
        DebriefParticipantFactory(debrief=debrief, side=side)
    CommitmentFactory(visit=visit, owed_by=anpe_togo(), owed_to=aneti(), evidence="A letter")
    return visit


def part(visit, kind):
    return {
        "visit": visit,
        "host": AgendaHost.objects.filter(item__visit=visit).first(),
        "debrief": Debrief.objects.filter(visit=visit).first(),
        "commitment": Commitment.objects.made_at(visit).first(),
    }[kind]


def in_state(record, state):
    type(record).objects.filter(pk=record.pk).update(status=state)
    record.refresh_from_db()
    return record


def apply(record, step, user_actor, **options):
    return workflow_for(record).apply(record, step, actor=user_actor, **options)


def blockers(record, step):
    workflow = workflow_for(record)
    return {b.code: b.message for b in workflow.blockers(record, workflow.get(step))}


@pytest.mark.parametrize("kind", MATRIX)
def test_matrix_knows_every_state_and_every_step(kind, visit):
    steps, _may = MATRIX[kind]
    workflow = workflow_for(part(visit, kind))
    told = {
        (source, transition.name, transition.target)
        for transition in workflow.transitions
        for source in transition.sources
    }
    assert told == {(state, name, target) for state, of in steps.items() for name, target in of.items()}


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, (steps, _may) in MATRIX.items() for state in steps]
)
def test_each_step_from_each_state_by_each_persona(kind, state, persona, visit, request, by):
    user = request.getfixturevalue(persona)
    steps, may = MATRIX[kind]
    record = in_state(part(visit, kind), state)
    workflow = workflow_for(record)
    offered = {s.name for s in workflow.available(record, user) if s.allowed}
    assert offered == {name for name in steps[state] if may(persona, name)}
    for name in {transition.name for transition in workflow.transitions}:
        with transaction.atomic():
            if not may(persona, name):
                with pytest.raises(Forbidden):
                    apply(record, name, by(user), reason="Because")
            elif name not in steps[state]:
                with pytest.raises(TransitionRefused) as refusal:
                    apply(record, name, by(user), reason="Because")
                assert refusal.value.code == "wrong_state"
            else:
                assert apply(record, name, by(user), reason="Because").status == steps[state][name]
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("kind", "state", "step"),
    [
        ("visit", "planned", "postpone"),
        ("visit", "planned", "cancel"),
        ("visit", "closed", "reopen"),
        ("visit", "cancelled", "reinstate"),
        ("host", "proposed", "decline"),
        ("host", "proposed", "replace"),
        ("debrief", "agreed", "reopen"),
        ("commitment", "open", "drop"),
        ("commitment", "done", "reopen"),
    ],
)
def test_steps_off_the_road_need_a_reason(kind, state, step, visit, marc, by):
    record = in_state(part(visit, kind), state)
    with pytest.raises(ValidationError) as refusal:
        apply(record, step, by(marc))
    assert refusal.value.message_dict == {"reason": ["Give the reason: it is kept in the history."]}


# --- What a visit needs ------------------------------------------------------------------------------------------


def test_visit_with_nothing_is_told_everything_it_lacks_before_it_is_confirmed(db):
    empty = StudyVisitFactory(starts_on=None, ends_on=None, sending="", hosting="")
    assert blockers(empty, "confirm") == {
        "dates_given": "Give the dates of the visit.",
        "host_country": "Add the host country as a leg of the visit.",
        "delegation": "Add a delegation with at least one position.",
        "agenda": "Add at least one agenda item.",
    }


def test_visit_known_by_month_only_needs_its_days(visit):
    visit.starts_on = visit.ends_on = PartialDate(2019, 1)
    assert blockers(visit, "confirm") == {"dates_exact": "Give the first and the last day exactly."}


def test_visit_without_a_last_day_needs_it(visit):
    visit.ends_on = None
    assert blockers(visit, "confirm") == {"dates_exact": "Give the first and the last day exactly."}


def test_delegation_without_a_head_needs_one_and_a_declined_head_is_none(visit):
    delegates = visit.standing_delegates()
    delegates.update(role="member")
    assert blockers(visit, "confirm") == {"head": "Name the head of delegation."}
    DelegateFactory(delegation=visit.delegations.get(), role="head", status="declined")
    assert blockers(visit, "confirm") == {"head": "Name the head of delegation."}


def test_delegation_whose_members_all_declined_is_none(visit):
    visit.standing_delegates().update(status="declined")
    assert blockers(visit, "confirm") == {"delegation": "Add a delegation with at least one position."}


def test_visit_starts_on_its_day_with_a_published_agenda_and_settled_nominations(visit):
    visit.agenda_versions.all().delete()
    for _time in range(2):
        DelegateFactory(delegation=visit.delegations.get())
    visit.starts_on = PartialDate.of(today() + timedelta(days=1))
    visit.ends_on = visit.starts_on
    assert blockers(visit, "start") == {
        "begun": f"The visit begins on {visit.starts_on.display()}.",
        "agenda_published": "Publish the agenda.",
        "nominations_settled": "2 nominations are neither confirmed nor declined.",
    }
    visit.starts_on = PartialDate.of(today())
    assert "begun" not in blockers(visit, "start")


def test_one_open_nomination_is_told_in_the_singular(visit):
    DelegateFactory(delegation=visit.delegations.get())
    assert blockers(visit, "start") == {
        "nominations_settled": "1 nomination is neither confirmed nor declined."
    }


def test_hosts_who_have_not_answered_are_a_warning_only(visit, amina):
    confirm = workflow_for(visit).available(visit, amina)[0]
    assert (confirm.allowed, confirm.warnings) == (True, ["1 host has not answered."])


def test_visit_ends_on_its_last_day_with_attendance_known(visit):
    visit.ends_on = PartialDate.of(today() + timedelta(days=1))
    visit.standing_delegates().update(status="confirmed")
    assert blockers(visit, "complete") == {
        "ended": f"The visit ends on {visit.ends_on.display()}.",
        "attendance": "Record which delegates attended.",
    }
    visit.ends_on = PartialDate.of(today())
    visit.standing_delegates().update(status="attended")
    assert blockers(visit, "complete") == {}


def test_interpreter_alone_is_no_attendance(visit):
    visit.standing_delegates().update(role="interpreter")
    assert blockers(visit, "complete") == {"attendance": "Record which delegates attended."}


@pytest.mark.parametrize("state", ["draft", None])
def test_report_needs_a_debrief_that_both_sides_agreed_to(state, visit):
    if state is None:
        Debrief.objects.all().delete()
    else:
        Debrief.objects.update(status=state)
    visit.refresh_from_db()
    assert blockers(visit, "report") == {
        "debrief_agreed": "Write the debrief and have both sides agree to it."
    }


def test_year_alone_can_be_begun_and_ended_in_that_year(visit):
    visit.starts_on, visit.ends_on = PartialDate(today().year), None
    assert blockers(visit, "start") == {}
    assert blockers(visit, "complete") == {}


# --- Frozen visits ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_closed_and_cancelled_visits_are_not_changed_until_reopened(state, visit, marc, by):
    in_state(visit, state)
    for record, changes in (
        (visit, {"title": Multilingual(en="Other")}),
        (visit.agenda_items.get(), {"place": "Tunis"}),
        (visit.legs.get(), {"city": "Tunis"}),
    ):
        with pytest.raises(Forbidden, match="A closed or cancelled visit cannot be changed"):
            update_record(record, actor=by(marc), changes=changes)
    apply(visit, "reopen" if state == "closed" else "reinstate", by(marc), reason="A mistake")
    assert update_record(visit, actor=by(marc), changes={"title": Multilingual(en="Other")}).title == {
        "en": "Other"
    }


def test_commitments_are_followed_up_after_the_visit_is_closed(visit, amina, by):
    in_state(visit, "closed")
    commitment = visit.commitments.get()
    assert apply(commitment, "mark_done", by(amina)).status == "done"


def test_only_a_manager_reopens_and_is_told_so_to_others(visit, amina, by):
    in_state(visit, "closed")
    with pytest.raises(Forbidden, match="Only a manager may reopen a visit"):
        apply(visit, "reopen", by(amina), reason="A mistake")


# --- Hosts -----------------------------------------------------------------------------------------------------------


def test_host_remembers_the_slot_it_agreed_to_and_a_move_shows(visit, sami, amina, by):
    host = AgendaHost.objects.get(item__visit=visit)
    assert host.awaits_answer
    confirmed = apply(host, "confirm", by(sami), data={"comment": "Room 4"})
    assert (confirmed.answered_slot, confirmed.comment) == ("2019-01-21", "Room 4")
    host.refresh_from_db()
    assert not host.is_outdated
    update_record(host.item, actor=by(amina), changes={"place": "Room 4"})
    host = AgendaHost.objects.get(pk=host.pk)
    assert not host.is_outdated
    update_record(host.item, actor=by(amina), changes={"day": date(2019, 1, 22)})
    host = AgendaHost.objects.get(pk=host.pk)
    assert host.is_outdated
    assert host.awaits_answer
    apply(host, "confirm", by(sami))
    assert not AgendaHost.objects.get(pk=host.pk).is_outdated


def test_host_answers_for_itself_only(visit, sami, by):
    other = AgendaHostFactory(item=visit.agenda_items.get(), institution=InstitutionFactory())
    with pytest.raises(Forbidden, match="Only the host or the programme may answer"):
        apply(other, "confirm", by(sami))


def test_partner_that_hosts_answers_too(visit, by):
    partner = person("partner", Role.PARTNER, institution=aneti())
    host = AgendaHost.objects.get(item__visit=visit)
    assert apply(host, "decline", by(partner), reason="No room").status == "declined"


# --- Debrief and commitments -----------------------------------------------------------------------------------------


def test_debrief_needs_content_both_sides_and_a_date(db):
    debrief = DebriefFactory(recap=Multilingual())
    assert blockers(debrief, "agree") == {
        "recap": "Write the recap or the points of cooperation.",
        "both_sides": "List the participants of both sides by position.",
        "dated": "Say when the debrief was held.",
    }
    DebriefParticipantFactory(debrief=debrief, side="visiting")
    debrief.cooperation_points = Multilingual(en="Exchange of staff")
    debrief.held_on = PartialDate(2019, 1)
    assert blockers(debrief, "agree") == {"both_sides": "List the participants of both sides by position."}


def test_agreed_debrief_is_not_changed_until_reopened(visit, amina, by):
    debrief = visit.debrief
    for record, changes in ((debrief, {"place": "Tunis"}), (debrief.participants.first(), {"order": 9})):
        with pytest.raises(Forbidden, match="An agreed debrief cannot be changed"):
            update_record(record, actor=by(amina), changes=changes)
    reopened = apply(debrief, "reopen", by(amina), reason="A position was wrong")
    assert update_record(reopened, actor=by(amina), changes={"place": "Tunis"}).place == "Tunis"


def test_commitment_is_done_with_evidence(visit, kofi, by):
    commitment = visit.commitments.get()
    Commitment.objects.update(evidence="")
    with pytest.raises(ValidationError) as refusal:
        apply(commitment, "mark_done", by(kofi))
    assert refusal.value.message_dict == {"evidence": ["Say what shows that it was done."]}
    done = apply(commitment, "mark_done", by(kofi), data={"evidence": "Signed on 4 March 2019"})
    assert (done.status, done.evidence, done.is_open) == ("done", "Signed on 4 March 2019", False)


def test_side_to_whom_it_is_owed_does_not_report_it_done(visit, sami, by):
    with pytest.raises(Forbidden, match="Only the side that owes it or the programme may do this"):
        apply(visit.commitments.get(), "mark_done", by(sami))


def test_officer_of_the_sending_country_keeps_the_visit_another_country_s_does_not(visit, by):
    of_togo = person("ofosu", Role.OFFICER, country=country("TG"))
    of_ghana = person("kwame", Role.OFFICER, country=country("GH"))
    assert apply(visit, "postpone", by(of_togo), reason="Elections").status == "postponed"
    with pytest.raises(Forbidden):
        apply(visit, "replan", by(of_ghana))
    assert visit not in StudyVisit.objects.visible_to(of_ghana)


def test_manager_of_another_country_does_not_reopen_the_visit(visit, by):
    in_state(visit, "closed")
    of_togo = person("ofosu", Role.MANAGER, country=country("TG"))
    of_ghana = person("kwame", Role.MANAGER, country=country("GH"))
    with pytest.raises(Forbidden):
        apply(visit, "reopen", by(of_ghana), reason="Not theirs")
    assert apply(visit, "reopen", by(of_togo), reason="A mistake").status == "completed"


@pytest.mark.django_db
def test_reporting_without_a_programme_warns_that_the_note_names_no_funder(amina):
    visit = StudyVisitFactory(status="completed", programme=None)

    def warnings() -> list[str]:
        steps = VISIT_WORKFLOW.available(visit, amina)
        return next(step for step in steps if step.name == "report").warnings

    message = "No programme is named: the debrief note will name no funder and carry no disclaimer."
    assert warnings() == [message]
    visit.programme = ProgrammeFactory()
    assert warnings() == []
