"""Nominations: every state, step and persona; one head; the trail of who replaced whom."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from delegations.models import Delegate
from delegations.services import replace_delegate, take_step_together
from delegations.workflow import DELEGATE_WORKFLOW
from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import create_record, update_record
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db

STEPS_FROM = {
    "nominated": {"confirm": "confirmed", "decline": "declined", "replace": "replaced"},
    "confirmed": {"mark_attended": "attended", "decline": "declined", "replace": "replaced"},
    "declined": {"renominate": "nominated"},
    "replaced": {},
    "attended": {"correct": "confirmed"},
}
EVERY_STEP = {"confirm", "decline", "renominate", "mark_attended", "correct", "replace"}
THE_PROGRAMME = {"ada", "marc", "amina"}
# The agency that sends the person answers for them, but attendance is the programme's.
THE_AGENCY = {"confirm", "decline", "renominate", "replace"}


def may(persona, step):
    return persona in THE_PROGRAMME or (persona == "kofi" and step in THE_AGENCY)


@pytest.fixture
def delegate(db):
    """A seat of Togo's employment agency."""
    return DelegateFactory(
        delegation=DelegationFactory(sending_countries=[country("TG")]), institution=anpe_togo()
    )


def someone(**values):
    return Delegate(**{"position": Multilingual(en="Deputy Director"), "institution": anpe_togo(), **values})


@pytest.mark.parametrize(
    "persona", ["ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody"]
)
@pytest.mark.parametrize("state", STEPS_FROM)
def test_each_step_from_each_state_by_each_persona(state, persona, delegate, request, by):
    user = request.getfixturevalue(persona)
    Delegate.objects.filter(pk=delegate.pk).update(status=state)
    delegate.refresh_from_db()
    offered = {s.name for s in DELEGATE_WORKFLOW.available(delegate, user) if s.allowed}
    assert offered == {step for step in STEPS_FROM[state] if may(persona, step)}
    for step in EVERY_STEP:
        with transaction.atomic():
            if not may(persona, step):
                with pytest.raises(Forbidden):
                    DELEGATE_WORKFLOW.apply(delegate, step, actor=by(user), reason="Because")
            elif step not in STEPS_FROM[state]:
                with pytest.raises(TransitionRefused) as refusal:
                    DELEGATE_WORKFLOW.apply(delegate, step, actor=by(user), reason="Because")
                assert refusal.value.code == "wrong_state"
            else:
                taken = DELEGATE_WORKFLOW.apply(delegate, step, actor=by(user), reason="Because")
                assert taken.status == STEPS_FROM[state][step]
            transaction.set_rollback(True)


@pytest.mark.parametrize("step", ["decline", "replace"])
def test_refusal_and_replacement_need_a_reason(step, delegate, amina, by):
    with pytest.raises(ValidationError, match="Give the reason"):
        DELEGATE_WORKFLOW.apply(delegate, step, actor=by(amina))


def test_delegation_has_one_head_only(delegate, amina, by):
    update_record(delegate, actor=by(amina), changes={"role": "head"})
    with pytest.raises(ValidationError) as refusal:
        create_record(someone(delegation=delegate.delegation, role="head"), actor=by(amina))
    assert refusal.value.messages == [
        "This delegation already has a head. Change that delegate's role first."
    ]


def test_head_who_declined_makes_room_for_another_and_cannot_come_back(delegate, amina, by):
    head = update_record(delegate, actor=by(amina), changes={"role": "head"})
    DELEGATE_WORKFLOW.apply(head, "decline", actor=by(amina), reason="Ill")
    create_record(someone(delegation=delegate.delegation, role="head"), actor=by(amina))
    with pytest.raises(ValidationError, match="already has a head"):
        DELEGATE_WORKFLOW.apply(head, "renominate", actor=by(amina))


def test_head_is_one_person(delegate, amina, by):
    with pytest.raises(ValidationError) as refusal:
        update_record(delegate, actor=by(amina), changes={"role": "head", "seats": 2})
    assert refusal.value.message_dict == {"seats": ["The head of delegation is one person."]}


def test_replacement_takes_seat_role_and_order_and_leaves_the_trail(delegate, kofi, by):
    Delegate.objects.filter(pk=delegate.pk).update(role="head", order=3)
    new = replace_delegate(delegate, by=someone(), actor=by(kofi), reason="Retired")
    delegate.refresh_from_db()
    assert (delegate.status, delegate.replaced_by) == ("replaced", new)
    assert (new.status, new.role, new.order, new.replaces) == ("nominated", "head", 3, delegate)
    assert new.delegation.head == new
    assert [(e.verb, e.reason) for e in history_of(delegate.delegation)] == [
        ("create", "Retired"),
        ("replace", "Retired"),
    ]


def test_replaced_delegate_is_not_replaced_twice(delegate, amina, by):
    replace_delegate(delegate, by=someone(), actor=by(amina), reason="Retired")
    with pytest.raises(TransitionRefused):
        replace_delegate(delegate, by=someone(), actor=by(amina), reason="Again")
    assert Delegate.objects.count() == 2


def test_refused_replacement_changes_nothing(delegate, kofi, by):
    elsewhere = InstitutionFactory(country=country("GH"))
    with pytest.raises(Forbidden):
        replace_delegate(delegate, by=someone(institution=elsewhere), actor=by(kofi), reason="Swap")
    delegate.refresh_from_db()
    assert delegate.status == "nominated"
    assert Delegate.objects.count() == 1
    assert not history_of(delegate.delegation).exists()


def test_step_for_several_is_taken_by_all_or_none(delegate, amina, by):
    declined = DelegateFactory(delegation=delegate.delegation, status="declined")
    with pytest.raises(TransitionRefused):
        take_step_together([delegate, declined], "confirm", actor=by(amina))
    delegate.refresh_from_db()
    assert delegate.status == "nominated"
    other = DelegateFactory(delegation=delegate.delegation)
    taken = take_step_together([delegate, other], "confirm", actor=by(amina))
    assert [row.status for row in taken] == ["confirmed", "confirmed"]


def test_contact_of_another_institution_is_refused(delegate, amina, by):
    with pytest.raises(ValidationError) as refusal:
        update_record(delegate, actor=by(amina), changes={"contact": ContactFactory()})
    assert refusal.value.message_dict == {"contact": ["This contact belongs to another institution."]}
