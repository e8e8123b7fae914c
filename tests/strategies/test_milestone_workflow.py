"""Milestones, amendments and meetings: every state, step and persona, and what each step needs."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.accounts.enums import Role
from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.workflow import workflow_for
from strategies.enums import TEMPLATE, MilestoneKind, MilestoneStatus
from strategies.models import Milestone
from tests.factories.institutions import country
from tests.factories.strategies import (
    AmendmentFactory,
    CommitteeFactory,
    CommitteeMeetingFactory,
    MilestoneFactory,
    StrategyFactory,
)
from tests.personas import aneti, anpe_togo, person

pytestmark = pytest.mark.django_db

EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")
PROGRAMME = {"ada", "marc", "amina"}
MANAGERS = {"ada", "marc"}

PLAIN_STEPS = {
    "planned": {"mark_done": "done", "postpone": "postponed", "cancel": "cancelled"},
    "postponed": {"mark_done": "done", "cancel": "cancelled"},
    "done": {"reopen": "planned"},
    "cancelled": {"reopen": "planned"},
}
VALIDATION_STEPS = {
    "planned": {
        "validate": "validated",
        "validate_with_reservations": "reserved",
        "return_text": "returned",
        "postpone": "postponed",
        "cancel": "cancelled",
    },
    "postponed": {
        "validate": "validated",
        "validate_with_reservations": "reserved",
        "return_text": "returned",
        "cancel": "cancelled",
    },
    "returned": {
        "validate": "validated",
        "validate_with_reservations": "reserved",
        "postpone": "postponed",
        "cancel": "cancelled",
    },
    "reserved": {"lift_reservations": "validated", "reopen": "planned"},
    "validated": {"reopen": "planned"},
    "cancelled": {"reopen": "planned"},
}
AMENDMENT_STEPS = {
    "open": {"integrate": "integrated", "set_aside": "set_aside"},
    "integrated": {"reopen": "open"},
    "set_aside": {"reopen": "open"},
}
MEETING_STEPS = {
    "planned": {"mark_held": "held", "postpone": "postponed", "cancel": "cancelled"},
    "postponed": {"mark_held": "held", "cancel": "cancelled"},
    "held": {"reopen": "planned"},
    "cancelled": {"reopen": "planned"},
}


def may_milestone(persona, step):
    return persona in (MANAGERS if step == "reopen" else PROGRAMME)


def may_part(persona, step):
    return persona in PROGRAMME


MATRIX = {
    "milestone": (PLAIN_STEPS, may_milestone),
    "validation": (VALIDATION_STEPS, may_milestone),
    "amendment": (AMENDMENT_STEPS, may_part),
    "meeting": (MEETING_STEPS, may_part),
}


@pytest.fixture
def parts(db):
    """Togo's strategy, which ANPE coordinates and ANETI has a seat for: everything that every step needs is there."""
    strategy = StrategyFactory(coordinator=anpe_togo(), ministry=aneti())
    dates = {"actual_on": PartialDate(2017, 11, 14)}
    validation = MilestoneFactory(strategy=strategy, kind=MilestoneKind.TECHNICAL_VALIDATION, **dates)
    AmendmentFactory(milestone=validation, status="set_aside")
    return {
        "milestone": MilestoneFactory(strategy=strategy, kind=MilestoneKind.REVIEW_WORKSHOP, **dates),
        "validation": validation,
        "amendment": AmendmentFactory(
            milestone=MilestoneFactory(strategy=strategy, kind=MilestoneKind.PRE_VALIDATION),
            integrated_where="Page 12",
        ),
        "meeting": CommitteeMeetingFactory(
            committee=CommitteeFactory(strategy=strategy), held_on=PartialDate(2018, 5)
        ),
    }


def in_state(record, state):
    type(record).objects.filter(pk=record.pk).update(status=state)
    record.refresh_from_db()
    return record


def apply(record, step, actor, **options):
    return workflow_for(record).apply(record, step, actor=actor, **options)


def warnings(record, step):
    workflow = workflow_for(record)
    return [message for guard in workflow.get(step).warnings if (message := guard.check(record))]


def offered(record, user):
    return [step.name for step in workflow_for(record).available(record, user)]


@pytest.mark.parametrize("kind", ["amendment", "meeting"])
def test_matrix_knows_every_state_and_every_step(kind, parts):
    steps, _may = MATRIX[kind]
    told = {
        (source, transition.name, transition.target)
        for transition in workflow_for(parts[kind]).transitions
        for source in transition.sources
    }
    assert told == {(state, name, target) for state, of in steps.items() for name, target in of.items()}


def test_matrix_knows_every_step_of_milestones_and_of_validations(parts):
    told = {
        (source, transition.name, transition.target)
        for transition in workflow_for(Milestone).transitions
        for source in transition.sources
    }
    assert told == {
        (state, name, target)
        for steps in (PLAIN_STEPS, VALIDATION_STEPS)
        for state, of in steps.items()
        for name, target in of.items()
    } | {("returned", "postpone", "postponed")}


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, (steps, _may) in MATRIX.items() for state in steps]
)
def test_each_step_from_each_state_by_each_persona(kind, state, persona, parts, request, by):
    user = request.getfixturevalue(persona)
    steps, may = MATRIX[kind]
    record = in_state(parts[kind], state)
    workflow = workflow_for(record)
    assert set(offered(record, user)) == {name for name in steps[state] if may(persona, name)}
    for name in {transition.name for transition in workflow.transitions}:
        with transaction.atomic():
            if not may(persona, name):
                with pytest.raises(Forbidden):
                    apply(record, name, by(user), reason="Because")
            elif name not in steps[state]:
                with pytest.raises(TransitionRefused):
                    apply(record, name, by(user), reason="Because")
            else:
                assert apply(record, name, by(user), reason="Because").status == steps[state][name]
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("kind", "state", "step"),
    [
        ("milestone", "planned", "postpone"),
        ("milestone", "planned", "cancel"),
        ("milestone", "done", "reopen"),
        ("validation", "planned", "return_text"),
        ("amendment", "open", "set_aside"),
        ("amendment", "integrated", "reopen"),
        ("meeting", "planned", "postpone"),
        ("meeting", "planned", "cancel"),
        ("meeting", "held", "reopen"),
    ],
)
def test_steps_off_the_road_need_a_reason(kind, state, step, parts, marc, by):
    record = in_state(parts[kind], state)
    with pytest.raises(ValidationError) as refusal:
        apply(record, step, by(marc))
    assert refusal.value.message_dict == {"reason": ["Give the reason: it is kept in the history."]}


def test_officer_of_a_country_takes_steps_there_only(parts, by):
    here, elsewhere = (person(f"officer{code}", Role.OFFICER, country=country(code)) for code in ("TG", "GH"))
    assert offered(parts["milestone"], here) == ["mark_done", "postpone", "cancel"]
    assert offered(parts["milestone"], elsewhere) == []


# --- Dates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [PartialDate(2015, 7, 14), PartialDate(2015, 7), PartialDate(2015)])
def test_milestone_is_done_with_a_day_a_month_or_a_year(known, amina, by):
    """Statement 49."""
    milestone = MilestoneFactory(kind=MilestoneKind.LAUNCH)
    done = apply(milestone, "mark_done", by(amina), data={"actual_on": known})
    assert (done.status, done.actual_on) == ("done", known)


def test_milestone_is_not_done_without_a_date_nor_with_one_in_the_future(amina, by):
    """Statement 49."""
    milestone = MilestoneFactory()
    ahead = PartialDate.of(today() + timedelta(days=1))
    for data, words in (
        ({}, "Say when it took place; the month or the year is enough."),
        ({"actual_on": ahead}, "What took place cannot lie in the future."),
        ({"actual_on": PartialDate(today().year + 1)}, "What took place cannot lie in the future."),
    ):
        with pytest.raises(ValidationError) as refusal:
            apply(milestone, "mark_done", by(amina), data=data)
        assert refusal.value.message_dict == {"actual_on": [words]}
    # This year may still mean a day that has passed.
    assert apply(milestone, "mark_done", by(amina), data={"actual_on": PartialDate(today().year)})


def test_meeting_is_held_with_a_date_that_has_passed(amina, by):
    meeting = CommitteeMeetingFactory()
    for data, words in (
        ({}, "Say when it was held; the month or the year is enough."),
        ({"held_on": PartialDate(2999)}, "What took place cannot lie in the future."),
    ):
        with pytest.raises(ValidationError) as refusal:
            apply(meeting, "mark_held", by(amina), data=data)
        assert refusal.value.message_dict == {"held_on": [words]}
    held = apply(
        meeting,
        "mark_held",
        by(amina),
        data={"held_on": PartialDate(2018, 5), "conclusions": Multilingual(fr="Deux revues par an")},
    )
    assert (held.status, str(held.held_on)) == ("held", "May 2018")


@pytest.mark.parametrize(
    ("status", "planned", "is_overdue"),
    [
        ("planned", PartialDate(2018, 3), True),
        ("postponed", PartialDate(2018), True),
        ("returned", PartialDate(2018), False),
        ("cancelled", PartialDate(2018), False),
        ("done", PartialDate(2018), False),
        ("planned", None, False),
    ],
)
def test_awaited_milestone_is_overdue_once_its_last_planned_day_has_passed(status, planned, is_overdue, db):
    milestone = MilestoneFactory(status=status, planned_on=planned)
    assert milestone.is_overdue is is_overdue
    assert Milestone.objects.overdue(today()).exists() is is_overdue


def test_month_and_year_of_today_are_not_overdue_before_they_end(db):
    day = today()
    for planned in (PartialDate(day.year), PartialDate(day.year, day.month), PartialDate.of(day)):
        milestone = MilestoneFactory(planned_on=planned)
        assert not milestone.is_overdue
        late = MilestoneFactory(planned_on=PartialDate(2018), planned_until=planned)
        assert not late.is_overdue
    assert not Milestone.objects.overdue(day).exists()


# --- Validations and their amendments ---------------------------------------------------------------------------


def test_technical_and_political_validation_and_adoption_are_milestones_of_their_own():
    """Statement 48."""
    wanted = (
        MilestoneKind.TECHNICAL_VALIDATION,
        MilestoneKind.AMENDMENTS_INTEGRATED,
        MilestoneKind.POLITICAL_VALIDATION,
        MilestoneKind.ADOPTION,
    )
    assert [TEMPLATE.index(kind) + 1 for kind in wanted] == [11, 12, 13, 15]
    assert len(TEMPLATE) == 22


def test_adoption_keeps_its_instrument_and_says_when_it_names_none(amina, by):
    """Statement 48."""
    strategy = StrategyFactory()
    MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.POLITICAL_VALIDATION,
        status=MilestoneStatus.VALIDATED,
        actual_on=PartialDate(2017),
    )
    adoption = MilestoneFactory(strategy=strategy, kind=MilestoneKind.ADOPTION)
    assert warnings(adoption, "mark_done") == ["The instrument of adoption is not named."]
    adopted = apply(
        adoption,
        "mark_done",
        by(amina),
        data={
            "actual_on": PartialDate(2018, 2),
            "instrument": "Decree",
            "instrument_reference": "2018-044/PR",
        },
    )
    assert (adopted.instrument, adopted.instrument_reference) == ("Decree", "2018-044/PR")
    assert warnings(adopted, "mark_done") == []


def test_validation_is_never_just_done_and_other_milestones_are_not_validated(amina, by):
    """Statement 47."""
    validation = MilestoneFactory(
        kind=MilestoneKind.TECHNICAL_VALIDATION, actual_on=PartialDate(2017, 11, 14)
    )
    workshop = MilestoneFactory(actual_on=PartialDate(2016))
    assert offered(validation, amina) == [
        "validate",
        "validate_with_reservations",
        "return_text",
        "postpone",
        "cancel",
    ]
    assert offered(workshop, amina) == ["mark_done", "postpone", "cancel"]
    with pytest.raises(TransitionRefused) as refusal:
        apply(validation, "mark_done", by(amina))
    assert refusal.value.messages == [
        "A validation ends with its outcome: validated, with reservations, or returned."
    ]
    with pytest.raises(TransitionRefused) as refusal:
        apply(workshop, "validate", by(amina))
    assert refusal.value.messages == ["Only a validation has such an outcome."]


def test_reservations_are_lifted_when_no_amendment_is_open(amina, by):
    """Statement 47: amendments are listed, each integrated with its place or set aside with a reason."""
    validation = MilestoneFactory(kind=MilestoneKind.TECHNICAL_VALIDATION)
    reserved = apply(
        validation, "validate_with_reservations", by(amina), data={"actual_on": PartialDate(2017, 11, 14)}
    )
    with pytest.raises(TransitionRefused) as refusal:
        apply(reserved, "lift_reservations", by(amina))
    assert refusal.value.messages == ["List the amendments that were asked for."]

    first, second, third = (AmendmentFactory(milestone=reserved) for _number in range(3))
    with pytest.raises(ValidationError) as error:
        apply(first, "integrate", by(amina), data={"integrated_where": "  "})
    assert error.value.message_dict == {"integrated_where": ["Say where it was integrated: page or section."]}
    apply(first, "integrate", by(amina), data={"integrated_where": "Page 12"})
    apply(second, "set_aside", by(amina), reason="Outside the ministry's remit")
    assert history_of(second)[0].reason == "Outside the ministry's remit"
    reserved = Milestone.objects.get(pk=reserved.pk)
    assert reserved.amendments_in_words == "1 of 3 integrated, 1 set aside"
    with pytest.raises(TransitionRefused) as refusal:
        apply(reserved, "lift_reservations", by(amina))
    assert refusal.value.messages == ["1 amendment is not integrated yet."]

    apply(third, "integrate", by(amina), data={"integrated_where": "Section 4"})
    lifted = apply(reserved, "lift_reservations", by(amina))
    assert (lifted.status, Milestone.objects.get(pk=lifted.pk).amendments_in_words) == (
        "validated",
        "2 of 3 integrated, 1 set aside",
    )


# --- The usual order ---------------------------------------------------------------------------------------------


def test_adoption_before_any_validation_is_said_and_not_forbidden(amina, by):
    """Statement 50."""
    adoption = MilestoneFactory(kind=MilestoneKind.ADOPTION, instrument="Decree")
    assert warnings(adoption, "mark_done") == ["No validation is recorded before this adoption."]
    assert apply(adoption, "mark_done", by(amina), data={"actual_on": PartialDate(2016)}).status == "done"


@pytest.mark.parametrize(
    ("validated_on", "adopted_on", "is_said"),
    [
        (PartialDate(2017, 11, 14), PartialDate(2018, 2), False),
        (PartialDate(2017, 11, 14), PartialDate(2016, 5), True),
        # 2017 may well be after November.
        (PartialDate(2017, 11, 14), PartialDate(2017), False),
        (None, PartialDate(2016), False),
    ],
)
def test_only_a_validation_that_may_lie_before_the_adoption_counts(validated_on, adopted_on, is_said, db):
    """Statement 50."""
    strategy = StrategyFactory()
    MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.TECHNICAL_VALIDATION,
        status=MilestoneStatus.RESERVED,
        actual_on=validated_on,
    )
    adoption = MilestoneFactory(
        strategy=strategy, kind=MilestoneKind.ADOPTION, actual_on=adopted_on, instrument="Decree"
    )
    assert bool(warnings(adoption, "mark_done")) is is_said


def test_later_step_that_took_place_before_is_named_with_its_date(db):
    """Statement 50."""
    strategy = StrategyFactory()
    for kind, day in (
        (MilestoneKind.ADOPTION, PartialDate(2016, 5, 3)),
        (MilestoneKind.PUBLICATION, PartialDate(2019)),
        (MilestoneKind.LAUNCH, PartialDate(2015)),
    ):
        MilestoneFactory(
            strategy=strategy, kind=kind, title=Multilingual(), status=MilestoneStatus.DONE, actual_on=day
        )
    MilestoneFactory(strategy=strategy, kind=MilestoneKind.REVISION, planned_on=PartialDate(2014))
    MilestoneFactory(kind=MilestoneKind.REVISION, status=MilestoneStatus.DONE, actual_on=PartialDate(2014))
    draft = MilestoneFactory(strategy=strategy, kind=MilestoneKind.FIRST_DRAFT, actual_on=PartialDate(2017))
    assert warnings(draft, "mark_done") == [
        "“Adoption” usually comes later, and took place before, on 3 May 2016."
    ]
    other = MilestoneFactory(strategy=strategy, kind=MilestoneKind.OTHER, actual_on=PartialDate(2017))
    assert warnings(other, "mark_done") == []
