"""Requests: every state, step and persona; what each step needs; what is kept of a decision."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.core.activity import history_of, last_reason
from fmm_portal.core.errors import Forbidden, Refused, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import delete_record, update_record
from fmm_portal.facility.enums import CONSULTED_REQUESTS, RequestStatus
from fmm_portal.facility.models import Action, Request
from fmm_portal.facility.services import draft_request, open_action
from fmm_portal.facility.workflow import CONSULTEE_WORKFLOW, REQUEST_WORKFLOW
from tests.api_client import as_persona
from tests.factories.facility import ConsulteeFactory, CriterionFactory, FacilityFactory, RequestFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db

EVERYBODY = ["ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody"]
RETURN = {"return_for_completion": "returned"}
WITHDRAW = {"withdraw": "withdrawn"}
STEPS_FROM = {
    "draft": {"submit": "submitted"},
    "submitted": {"register": "registered", **RETURN, **WITHDRAW},
    "registered": {"check_eligibility": "eligibility", **RETURN, **WITHDRAW},
    "eligibility": {
        "consult": "consultation",
        "skip_consultation": "assessment",
        "reject": "rejected",
        **RETURN,
        **WITHDRAW,
    },
    "consultation": {"assess": "assessment", **WITHDRAW},
    "assessment": {"decide": "decision", **RETURN, **WITHDRAW},
    "decision": {"approve": "approved", "reject": "rejected", **RETURN, **WITHDRAW},
    "approved": {"reopen": "decision"},
    "returned": {"submit": "submitted", **WITHDRAW},
    "rejected": {"reopen": "decision"},
    "withdrawn": {"reinstate": "draft"},
}
EVERY_STEP = {step for steps in STEPS_FROM.values() for step in steps}
OF_MANAGERS = {"approve", "reject", "reopen", "reinstate"}
OF_THE_ASKER = {"submit", "withdraw"}
DATA = {
    "approve": {"decided_on": PartialDate(2018, 6), "decision_body": "Steering committee"},
    "reject": {
        "decided_on": PartialDate(2018, 6),
        "decision_body": "Steering committee",
        "decision_reasons": "Outside the mandate.",
    },
}


def may(persona, step):
    if step in OF_MANAGERS:
        return persona in {"ada", "marc"}
    return persona in {"ada", "marc", "amina"} or (persona == "kofi" and step in OF_THE_ASKER)


@pytest.fixture
def request_(db):
    """One of Togo's employment agency, with a stakeholder and nothing missing."""
    asked = RequestFactory(institution=anpe_togo(), facility=FacilityFactory(code="DDF"))
    ConsulteeFactory(request=asked, institution=aneti())
    return asked


def in_state(asked, status):
    Request.objects.filter(pk=asked.pk).update(status=status)
    asked.refresh_from_db()
    return asked


def take(asked, step, actor, reason="Because"):
    return REQUEST_WORKFLOW.apply(asked, step, actor=actor, reason=reason, data=DATA.get(step))


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("state", STEPS_FROM)
def test_each_step_from_each_state_by_each_persona(state, persona, request_, request, by):
    """Statement 10: no step but those of the table, for nobody but those who may."""
    user, asked = request.getfixturevalue(persona), in_state(request_, state)
    offered = {s.name for s in REQUEST_WORKFLOW.available(asked, user) if s.allowed}
    assert offered == {step for step in STEPS_FROM[state] if may(persona, step)}
    for step in EVERY_STEP:
        with transaction.atomic():
            if not may(persona, step):
                with pytest.raises(Forbidden):
                    take(asked, step, by(user))
            elif step not in STEPS_FROM[state]:
                with pytest.raises(TransitionRefused) as refusal:
                    take(asked, step, by(user))
                assert refusal.value.code == "wrong_state"
            else:
                assert take(asked, step, by(user)).status == STEPS_FROM[state][step]
            transaction.set_rollback(True)


def test_illegal_jump_is_refused_alike_on_screen_and_in_the_api(request_, browser_of, marc) -> None:
    """Statement 10."""
    in_state(request_, "submitted")
    page = browser_of(marc).post(f"/requests/{request_.pk}/steps/approve/")
    answer = as_persona("marc").post(f"requests/{request_.pk}/approve/", {})
    assert (page.status_code, answer.status_code) == (409, 409)
    assert answer.json()["code"] == "wrong_state"
    request_.refresh_from_db()
    assert request_.status == "submitted"


def test_institution_drafts_submits_and_withdraws(kofi, by) -> None:
    """Statement 9: what is submitted is edited no more, until it is returned."""
    facility, asked = FacilityFactory(), Request(title=Multilingual(fr="Appui à une stratégie"))
    anpe = anpe_togo()
    draft = draft_request(asked, actor=by(kofi))
    assert (draft.status, draft.institution, draft.facility) == ("draft", anpe, facility)
    assert [place.code for place in draft.countries.all()] == ["TG"]
    with pytest.raises(TransitionRefused) as refusal:
        take(draft, "submit", by(kofi))
    assert refusal.value.messages == [
        "Describe the need.",
        "State the objectives.",
        "Choose at least one theme.",
        "Give the date of the request, as far as it is known.",
    ]

    whole = RequestFactory(institution=anpe)
    submitted = take(whole, "submit", by(kofi))
    change = {"title": Multilingual(en="Another title")}
    with pytest.raises(Forbidden, match="only as a draft, or after it was returned"):
        update_record(submitted, actor=by(kofi), changes=change)
    withdrawn = take(submitted, "withdraw", by(kofi))
    assert withdrawn.status == "withdrawn"

    returned = in_state(whole, "returned")
    assert str(update_record(returned, actor=by(kofi), changes=change).title) == "Another title"


def test_partner_drafts_for_no_other_institution(kofi, by) -> None:
    other = Request(title=Multilingual(en="For others"), institution=InstitutionFactory())
    with pytest.raises(Forbidden):
        draft_request(other, actor=by(kofi))


def test_reference_is_given_at_registration_and_never_again(request_, amina, by) -> None:
    """Statement 11: such as DDF-TG-2018-001, unique, not re-used after a deletion or a withdrawal."""
    assert request_.reference is None
    first = take(take(request_, "submit", by(amina)), "register", by(amina))
    first.refresh_from_db()
    assert first.reference == "DDF-TG-2018-001"
    take(first, "withdraw", by(amina))

    def registered():
        asked = RequestFactory(institution=anpe_togo(), facility=request_.facility)
        done = take(take(asked, "submit", by(amina)), "register", by(amina))
        done.refresh_from_db()
        return done

    second = registered()
    assert second.reference == "DDF-TG-2018-002"
    # Gone altogether, as no page and no key could do it.
    Request.objects.filter(pk=second.pk).delete()
    assert registered().reference == "DDF-TG-2018-003"


def test_reference_of_several_countries_or_none_is_regional(amina, by) -> None:
    """Statement 11."""
    asked = RequestFactory(institution=InstitutionFactory(country=None), facility=FacilityFactory(code="DDF"))
    done = take(take(asked, "submit", by(amina)), "register", by(amina))
    done.refresh_from_db()
    assert done.reference == "DDF-REG-2018-001"


def test_reference_outlives_a_return_and_a_reinstatement(request_, marc, by) -> None:
    """Statement 11."""
    for step in ("submit", "register", "return_for_completion", "submit", "register", "withdraw"):
        request_ = take(request_, step, by(marc))
    draft = take(request_, "reinstate", by(marc))
    draft.refresh_from_db()
    assert (draft.reference, draft.round) == ("DDF-TG-2018-001", 2)
    with pytest.raises(Forbidden, match="Only a draft can be deleted"):
        delete_record(draft, actor=by(marc))


def test_themes_are_asked_for_before_submission(amina, by) -> None:
    """Statement 12: the themes of the programme, several of them."""
    asked = RequestFactory(themes="migration_data labour_migration")
    assert sorted(theme.code for theme in asked.themes.all()) == ["labour_migration", "migration_data"]
    asked.themes.clear()
    with pytest.raises(TransitionRefused) as refusal:
        take(asked, "submit", by(amina))
    assert refusal.value.messages == ["Choose at least one theme."]


@pytest.mark.parametrize("state", [state for state, steps in STEPS_FROM.items() if "withdraw" in steps])
def test_withdrawal_and_return_need_a_reason(state, request_, amina, by) -> None:
    asked = in_state(request_, state)
    for step in {"withdraw", "return_for_completion"} & set(STEPS_FROM[state]):
        with pytest.raises(ValidationError, match="Give the reason"):
            take(asked, step, by(amina), reason=" ")


@pytest.mark.parametrize(
    ("state", "step"), [("approved", "reopen"), ("rejected", "reopen"), ("withdrawn", "reinstate")]
)
def test_every_end_can_be_undone_by_a_manager_with_a_reason(state, step, request_, marc, amina, by) -> None:
    asked = in_state(request_, state)
    with pytest.raises(Forbidden, match="Only a manager may reopen"):
        take(asked, step, by(amina))
    with pytest.raises(ValidationError, match="Give the reason"):
        take(asked, step, by(marc), reason="")
    take(asked, step, by(marc), reason="A mistake")
    assert last_reason(asked, step) == "A mistake"


def test_approval_is_not_reopened_once_it_became_an_action(request_, marc, by) -> None:
    asked = in_state(request_, "approved")
    action = open_action(asked, by(marc))
    with pytest.raises(TransitionRefused, match=f"It has become an action: {action.reference}"):
        take(asked, "reopen", by(marc))


def test_decision_keeps_who_when_body_and_reasons(request_, marc, by) -> None:
    """Statement 14."""
    asked = in_state(request_, "decision")
    with pytest.raises(ValidationError) as refusal:
        REQUEST_WORKFLOW.apply(asked, "reject", actor=by(marc))
    assert refusal.value.message_dict == {
        "decided_on": ["Say when it was decided."],
        "decision_body": ["Say which body decided."],
        "decision_reasons": ["Give the reasons of the decision."],
    }
    decision = {
        "decided_on": PartialDate(2018, 6),
        "decision_body": "Steering committee",
        "decided_by": "Head of the facility",
        "decision_reasons": "It serves the strategy.",
    }
    done = REQUEST_WORKFLOW.apply(asked, "approve", actor=by(marc), data=decision)
    assert {name: getattr(done, name) for name in decision} == decision
    entry = history_of(done).filter(verb="approve").get()
    assert (entry.user, set(decision) <= set(entry.changes)) == (marc, True)


def test_what_exceeds_the_limits_warns_with_the_figures_and_blocks_nothing(kofi, by) -> None:
    """Statement 15."""
    facility = FacilityFactory(ceiling=50_000, max_duration_months=12)
    asked = RequestFactory(
        institution=anpe_togo(), facility=facility, estimated_cost=61_000, duration_months=18
    )
    step = REQUEST_WORKFLOW.available(asked, kofi)[0]
    assert (step.name, step.allowed) == ("submit", True)
    assert step.warnings == [
        "The cost of 61,000.00 EUR exceeds the ceiling of 50,000.00 EUR.",
        "The duration of 18 months exceeds the longest of 12 months.",
    ]
    assert take(asked, "submit", by(kofi)).status == "submitted"


@pytest.mark.parametrize("figures", [{}, {"estimated_cost": 10**9, "duration_months": 999}])
def test_without_limits_nothing_exceeds_them(figures, kofi) -> None:
    """Statement 15: absent is no limit."""
    asked = RequestFactory(institution=anpe_togo(), **figures)
    assert REQUEST_WORKFLOW.available(asked, kofi)[0].warnings == []


def test_request_is_decided_when_every_criterion_has_a_score(request_, marc, amina, by) -> None:
    CriterionFactory(facility=request_.facility)
    CriterionFactory(facility=request_.facility, is_active=False)
    asked = in_state(request_, "assessment")
    with pytest.raises(TransitionRefused, match="1 criterion has no score yet"):
        take(asked, "decide", by(amina))
    passed = REQUEST_WORKFLOW.apply(asked, "decide", actor=by(marc), override=True, reason="Urgent")
    assert passed.status == "decision"


# --- The stakeholders' answers ------------------------------------------------------------------------------

ANSWERS_FROM = {
    "pending": {},
    "asked": {"agree": "agreed", "object": "objected"},
    "agreed": {"agree": "agreed", "object": "objected", "ask_again": "asked"},
    "objected": {"agree": "agreed", "object": "objected", "ask_again": "asked"},
    "silent": {"ask_again": "asked"},
}


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("state", ANSWERS_FROM)
def test_each_answer_from_each_state_by_each_persona(state, persona, request_, amina, request, by) -> None:
    """sami speaks for the institution that is asked; the programme writes down what it was told."""
    take(in_state(request_, "eligibility"), "consult", by(amina))
    consultee = request_.consultees.get()
    type(consultee).objects.filter(pk=consultee.pk).update(status=state)
    consultee.refresh_from_db()
    user = amina if persona == "amina" else request.getfixturevalue(persona)
    for step in ("agree", "object", "ask_again"):
        allowed = persona in {"ada", "marc", "amina"} or (persona == "sami" and step != "ask_again")
        with transaction.atomic():
            data = {"comment": "Said so."} if step != "ask_again" else None
            if not allowed:
                with pytest.raises(Forbidden):
                    CONSULTEE_WORKFLOW.apply(consultee, step, actor=by(user), reason="Why", data=data)
            elif step not in ANSWERS_FROM[state]:
                with pytest.raises(TransitionRefused):
                    CONSULTEE_WORKFLOW.apply(consultee, step, actor=by(user), reason="Why", data=data)
            else:
                done = CONSULTEE_WORKFLOW.apply(consultee, step, actor=by(user), reason="Why", data=data)
                assert done.status == ANSWERS_FROM[state][step]
            transaction.set_rollback(True)


@pytest.mark.parametrize("status", [*CONSULTED_REQUESTS, RequestStatus.RETURNED])
def test_nobody_answers_once_it_is_over(status, request_, amina, sami, by) -> None:
    take(in_state(request_, "eligibility"), "consult", by(amina))
    in_state(request_, status)
    with pytest.raises(TransitionRefused, match="The consultation is over"):
        CONSULTEE_WORKFLOW.apply(request_.consultees.get(), "agree", actor=by(sami))


# --- The action that comes of it ----------------------------------------------------------------------------


def test_action_is_opened_once_with_what_the_request_says(amina, by) -> None:
    joint = InstitutionFactory(country=country("GH"))
    asked = RequestFactory(
        institution=anpe_togo(),
        countries="TG GH",
        status="approved",
        owner=amina,
        duration_months=10,
        expected_results=Multilingual(en="A strategy is validated"),
    )
    asked.joint_with.add(joint)
    action = open_action(asked, by(amina))
    assert open_action(asked, by(amina)) == action
    assert Action.objects.get() == action
    assert (action.title, action.context, action.specific_objectives) == (
        asked.title,
        asked.need,
        asked.objectives,
    )
    assert (action.programme, action.facility, action.request) == (
        asked.facility.programme,
        asked.facility,
        asked,
    )
    assert (action.expected_results, action.duration_months) == (asked.expected_results, 10)
    assert (action.requesting_institution, action.owner, action.status) == (
        asked.institution,
        amina,
        "fact_finding",
    )
    assert {place.code for place in action.countries.all()} == {"TG", "GH"}
    assert [theme.code for theme in action.themes.all()] == ["labour_migration"]
    assert list(action.beneficiaries.all()) == [joint]


def test_action_is_not_opened_before_the_approval_or_by_the_asker(request_, amina, kofi, by) -> None:
    with pytest.raises(Refused, match="once the request is approved"):
        open_action(request_, by(amina))
    approved = in_state(request_, "approved")
    with pytest.raises(Forbidden):
        open_action(approved, by(kofi))
    assert not Action.objects.exists()
