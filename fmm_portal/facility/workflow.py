"""The states of requests, of stakeholders' answers, of actions and their activities, and what each step needs."""

from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fmm_portal.core.activity import record_activity
from fmm_portal.core.periods import is_in_the_future
from fmm_portal.core.principals import Actor
from fmm_portal.core.references import next_reference
from fmm_portal.core.workflow import Guard, Transition, Workflow, register_workflow
from fmm_portal.facility.consultation import ask_everyone, list_again
from fmm_portal.facility.enums import (
    OPEN_ACTIVITIES,
    ActionStatus,
    ActivityStatus,
    ConsulteeStatus,
    RequestStatus,
)
from fmm_portal.facility.limits import action_within_the_duration, budget_within_the_ceiling
from fmm_portal.facility.models import Action, Activity, Consultee, Request

# --- What a request needs -------------------------------------------------------------------------------


def names_a_facility(request: Request) -> str | None:
    if request.facility is None:
        return _t("Choose the facility that is asked.")
    return None if request.facility.is_open else _t("This facility takes no requests at present.")


def names_its_asker(request: Request) -> str | None:
    return None if request.institution_id else _t("Name the requesting authority.")


def tells_the_need(request: Request) -> str | None:
    return None if request.need else _t("Describe the need.")


def has_objectives(record: Any) -> str | None:
    objectives = getattr(record, "objectives", None) or getattr(record, "specific_objectives", None)
    return None if objectives or getattr(record, "overall_objective", None) else _t("State the objectives.")


def has_themes(record: Any) -> str | None:
    return None if record.themes.exists() else _t("Choose at least one theme.")


def is_dated(request: Request) -> str | None:
    return None if request.requested_on else _t("Give the date of the request, as far as it is known.")


def asks_somebody(request: Request) -> str | None:
    if request.consultees.filter(round=request.round).exists():
        return None
    return _t("List the stakeholders to be consulted.")


def consultation_is_over(request: Request) -> str | None:
    waiting = request.consultees.filter(round=request.round, status=ConsulteeStatus.ASKED).count()
    if not waiting:
        return None
    return ngettext(
        "%(count)d stakeholder has not answered yet and has time left.",
        "%(count)d stakeholders have not answered yet and have time left.",
        waiting,
    ) % {"count": waiting}


def is_scored(request: Request) -> str | None:
    criteria = request.facility.criteria.filter(is_active=True) if request.facility else None
    if criteria is None or not criteria.exists():
        return None
    scored = request.scores.filter(round=request.round).values("criterion")
    missing = criteria.exclude(pk__in=scored).count()
    if not missing:
        return None
    return ngettext(
        "%(count)d criterion has no score yet.", "%(count)d criteria have no score yet.", missing
    ) % {"count": missing}


def nobody_vetoes(request: Request) -> str | None:
    objections = request.consultees.filter(
        round=request.round, status=ConsulteeStatus.OBJECTED, has_veto=True
    ).select_related("institution__country")
    names = [str(consultee) for consultee in objections]
    return _t("Objection with a veto: %(names)s.") % {"names": ", ".join(names)} if names else None


def nobody_objects(request: Request) -> str | None:
    objections = request.consultees.filter(
        round=request.round, status=ConsulteeStatus.OBJECTED, has_veto=False
    ).select_related("institution__country")
    names = [str(consultee) for consultee in objections]
    return _t("Objection: %(names)s.") % {"names": ", ".join(names)} if names else None


def within_the_ceiling(request: Request) -> str | None:
    facility, cost = request.facility, request.estimated_cost
    if not request.exceeds_ceiling or facility is None or facility.ceiling is None or cost is None:
        return None
    return _t("The cost of %(cost)s %(currency)s exceeds the ceiling of %(ceiling)s %(currency)s.") % {
        "cost": number_format(cost, 2, force_grouping=True),
        "ceiling": number_format(facility.ceiling, 2, force_grouping=True),
        "currency": request.currency,
    }


def within_the_duration(request: Request) -> str | None:
    if not request.exceeds_duration or request.facility is None:
        return None
    return _t("The duration of %(months)d months exceeds the longest of %(longest)d months.") % {
        "months": request.duration_months,
        "longest": request.facility.max_duration_months,
    }


def decision_is_dated(request: Request) -> str | None:
    return None if request.decided_on else _t("Say when it was decided.")


def decision_has_a_body(request: Request) -> str | None:
    return None if request.decision_body.strip() else _t("Say which body decided.")


def decision_has_reasons(request: Request) -> str | None:
    return None if request.decision_reasons.strip() else _t("Give the reasons of the decision.")


def became_no_action(request: Request) -> str | None:
    actions = [action.reference for action in request.actions.all()]
    if not actions:
        return None
    return _t("It has become an action: %(references)s.") % {"references": ", ".join(actions)}


LIMITS = (Guard("ceiling", within_the_ceiling), Guard("duration", within_the_duration))
DECISION = ("decided_on", "decision_body", "decided_by", "decision_reasons")


def note_the_submission(request: Request, actor: Actor) -> None:
    """When it was sent; a returned request that comes again begins a new round."""
    if request.submitted_at is not None:
        request.round += 1
    request.submitted_at = timezone.now()
    request.save(update_fields=["round", "submitted_at"])


def give_reference(request: Request, actor: Actor) -> None:
    """Such as DDF-TG-2018-003: facility, country (REG for several or none), year, number. Kept for ever."""
    if request.reference or request.facility is None:
        return
    country = request.institution.country if request.institution else None
    place = country.code if country else "REG"
    year = request.requested_on.year if request.requested_on else timezone.localdate().year
    request.reference = next_reference(f"{request.facility.code}-{place}", year)
    request.save(update_fields=["reference"])
    record_activity(
        actor=actor, verb="update", subject=request, changes={"reference": [None, request.reference]}
    )


R = RequestStatus
REQUEST_WORKFLOW = Workflow(
    Request,
    "status",
    (
        Transition(
            "submit",
            _("Submit request"),
            (R.DRAFT, R.RETURNED),
            R.SUBMITTED,
            guards=(
                Guard("facility", names_a_facility),
                Guard("institution", names_its_asker),
                Guard("need", tells_the_need, overridable=True),
                Guard("objectives", has_objectives, overridable=True),
                Guard("themes", has_themes),
                Guard("requested_on", is_dated, overridable=True),
            ),
            warnings=LIMITS,
            effects=(note_the_submission,),
        ),
        Transition(
            "register",
            _("Register request"),
            (R.SUBMITTED,),
            R.REGISTERED,
            fields=("owner",),
            effects=(give_reference, list_again),
        ),
        Transition("check_eligibility", _("Begin eligibility check"), (R.REGISTERED,), R.ELIGIBILITY),
        Transition(
            "consult",
            _("Open consultation"),
            (R.ELIGIBILITY,),
            R.CONSULTATION,
            guards=(Guard("consultees", asks_somebody),),
            fields=("eligibility_note",),
            effects=(ask_everyone,),
        ),
        Transition(
            "skip_consultation",
            _("Assess without consultation"),
            (R.ELIGIBILITY,),
            R.ASSESSMENT,
            fields=("eligibility_note",),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "assess",
            _("Begin assessment"),
            (R.CONSULTATION,),
            R.ASSESSMENT,
            guards=(Guard("consultation_over", consultation_is_over, overridable=True),),
        ),
        Transition(
            "decide",
            _("Submit for decision"),
            (R.ASSESSMENT,),
            R.DECISION,
            guards=(Guard("scored", is_scored, overridable=True),),
        ),
        Transition(
            "approve",
            _("Approve request"),
            (R.DECISION,),
            R.APPROVED,
            guards=(
                # Decisions of long ago are not always published: a manager who records history passes over these.
                Guard("decided_on", decision_is_dated, overridable=True, field="decided_on"),
                Guard("decision_body", decision_has_a_body, overridable=True, field="decision_body"),
                Guard("veto", nobody_vetoes, overridable=True),
            ),
            warnings=(Guard("objection", nobody_objects), *LIMITS),
            fields=DECISION,
        ),
        Transition(
            "return_for_completion",
            _("Return for completion"),
            (R.SUBMITTED, R.REGISTERED, R.ELIGIBILITY, R.ASSESSMENT, R.DECISION),
            R.RETURNED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reject",
            _("Reject request"),
            (R.ELIGIBILITY, R.DECISION),
            R.REJECTED,
            guards=(
                Guard("decided_on", decision_is_dated, field="decided_on"),
                Guard("decision_body", decision_has_a_body, field="decision_body"),
                Guard("decision_reasons", decision_has_reasons, field="decision_reasons"),
            ),
            fields=DECISION,
            is_forward=False,
        ),
        Transition(
            "withdraw",
            _("Withdraw request"),
            (
                R.SUBMITTED,
                R.REGISTERED,
                R.ELIGIBILITY,
                R.CONSULTATION,
                R.ASSESSMENT,
                R.DECISION,
                R.RETURNED,
            ),
            R.WITHDRAWN,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen",
            _("Reopen request"),
            (R.REJECTED, R.APPROVED),
            R.DECISION,
            guards=(Guard("no_action", became_no_action),),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reinstate",
            _("Reinstate request"),
            (R.WITHDRAWN,),
            R.DRAFT,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- A stakeholder's answer -----------------------------------------------------------------------------


def says_why(consultee: Consultee) -> str | None:
    return None if consultee.comment.strip() else _t("Say what speaks against it.")


def is_still_open(consultee: Consultee) -> str | None:
    return None if consultee.is_open else _t("The consultation is over.")


def note_the_answer(consultee: Consultee, actor: Actor) -> None:
    consultee.answered_at = timezone.now()
    consultee.save(update_fields=["answered_at"])


def forget_the_answer(consultee: Consultee, actor: Actor) -> None:
    consultee.answered_at = None
    consultee.save(update_fields=["answered_at"])


STILL_OPEN = Guard("open", is_still_open)
S = ConsulteeStatus
CONSULTEE_WORKFLOW = Workflow(
    Consultee,
    "status",
    (
        # Taken for everybody at once when the consultation opens.
        Transition(
            "ask",
            _("Ask stakeholder"),
            (S.PENDING,),
            S.ASKED,
            guards=(STILL_OPEN,),
            fields=("due_at",),
            automatic=True,
        ),
        Transition(
            "agree",
            _("Agree"),
            # Also from the same answer: its comment may be worded anew until the deadline.
            (S.ASKED, S.OBJECTED, S.AGREED),
            S.AGREED,
            guards=(STILL_OPEN,),
            fields=("comment",),
            effects=(note_the_answer,),
        ),
        Transition(
            "object",
            _("Object"),
            (S.ASKED, S.AGREED, S.OBJECTED),
            S.OBJECTED,
            guards=(STILL_OPEN, Guard("comment", says_why, field="comment")),
            fields=("comment",),
            is_forward=False,
            effects=(note_the_answer,),
        ),
        # Taken by the clock: nobody presses "silence".
        Transition("lapse", _("Count silence as consent"), (S.ASKED,), S.SILENT, automatic=True),
        Transition(
            "ask_again",
            _("Ask again"),
            (S.AGREED, S.OBJECTED, S.SILENT),
            S.ASKED,
            guards=(STILL_OPEN,),
            needs_reason=True,
            is_forward=False,
            effects=(forget_the_answer,),
        ),
    ),
)


# --- An action --------------------------------------------------------------------------------------------


def has_results(action: Action) -> str | None:
    return None if action.expected_results else _t("State the expected results.")


def has_activities(action: Action) -> str | None:
    return None if action.activities.exists() else _t("Add at least one numbered activity.")


def fiche_is_approved(action: Action) -> str | None:
    return (
        None
        if action.approvals.exclude(decision="refused").exists()
        else _t("Record who approved the fiche.")
    )


def has_a_country(action: Action) -> str | None:
    return None if action.countries.exists() else _t("Name at least one country.")


def activities_are_settled(action: Action) -> str | None:
    waiting = action.activities.filter(status__in=OPEN_ACTIVITIES).count()
    if not waiting:
        return None
    return ngettext(
        "%(count)d activity is neither done nor cancelled.",
        "%(count)d activities are neither done nor cancelled.",
        waiting,
    ) % {"count": waiting}


ACTION_LIMITS = (Guard("ceiling", budget_within_the_ceiling), Guard("duration", action_within_the_duration))
A = ActionStatus
ACTION_WORKFLOW = Workflow(
    Action,
    "status",
    (
        Transition(
            "draft_fiche",
            _("Present fiche"),
            (A.FACT_FINDING,),
            A.FICHE_DRAFTED,
            guards=(
                Guard("country", has_a_country, overridable=True),
                Guard("objectives", has_objectives, overridable=True),
                Guard("activities", has_activities),
            ),
            warnings=ACTION_LIMITS,
        ),
        Transition(
            "approve_fiche",
            _("Approve fiche"),
            (A.FICHE_DRAFTED,),
            A.FICHE_APPROVED,
            guards=(
                Guard("results", has_results, overridable=True),
                Guard("approvals", fiche_is_approved, overridable=True),
            ),
            warnings=ACTION_LIMITS,
        ),
        Transition(
            "return_fiche",
            _("Return fiche"),
            (A.FICHE_DRAFTED,),
            A.FACT_FINDING,
            needs_reason=True,
            is_forward=False,
        ),
        Transition("plan", _("Plan action"), (A.FICHE_APPROVED,), A.PLANNED),
        Transition(
            "revise_fiche",
            _("Revise fiche"),
            (A.FICHE_APPROVED, A.PLANNED),
            A.FICHE_DRAFTED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition("start", _("Start action"), (A.PLANNED,), A.IN_PROGRESS),
        Transition(
            "report",
            _("Begin reporting"),
            (A.IN_PROGRESS,),
            A.REPORTING,
            warnings=(Guard("activities_settled", activities_are_settled),),
        ),
        Transition(
            "complete",
            _("Complete action"),
            (A.REPORTING,),
            A.COMPLETED,
            guards=(Guard("activities_settled", activities_are_settled, overridable=True),),
        ),
        Transition("follow_up", _("Begin ex-post follow-up"), (A.COMPLETED,), A.EX_POST),
        Transition("close", _("Close action"), (A.COMPLETED, A.EX_POST), A.CLOSED),
        Transition(
            "return_to_work",
            _("Return to work in progress"),
            (A.REPORTING, A.COMPLETED, A.EX_POST),
            A.IN_PROGRESS,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "suspend",
            _("Suspend action"),
            (A.FACT_FINDING, A.FICHE_DRAFTED, A.FICHE_APPROVED, A.PLANNED, A.IN_PROGRESS, A.REPORTING),
            A.SUSPENDED,
            needs_reason=True,
            is_forward=False,
        ),
        # Where it goes on depends on how far it had come, which people know best: three ways out.
        Transition(
            "resume",
            _("Resume action"),
            (A.SUSPENDED,),
            A.IN_PROGRESS,
            guards=(Guard("approvals", fiche_is_approved, overridable=True),),
            needs_reason=True,
        ),
        Transition(
            "plan_again",
            _("Return to planning"),
            (A.SUSPENDED,),
            A.PLANNED,
            guards=(Guard("approvals", fiche_is_approved, overridable=True),),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "find_facts_again",
            _("Return to fact-finding"),
            (A.SUSPENDED,),
            A.FACT_FINDING,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "cancel",
            _("Cancel action"),
            (
                A.FACT_FINDING,
                A.FICHE_DRAFTED,
                A.FICHE_APPROVED,
                A.PLANNED,
                A.IN_PROGRESS,
                A.REPORTING,
                A.SUSPENDED,
            ),
            A.CANCELLED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen", _("Reopen action"), (A.CLOSED,), A.COMPLETED, needs_reason=True, is_forward=False
        ),
        Transition(
            "reinstate",
            _("Reinstate action"),
            (A.CANCELLED,),
            A.FACT_FINDING,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- An activity --------------------------------------------------------------------------------------------


def took_place_by_now(activity: Activity) -> str | None:
    last = activity.ends_on or activity.starts_on
    return _t("Its date is in the future.") if is_in_the_future(last) else None


T = ActivityStatus
ACTIVITY_WORKFLOW = Workflow(
    Activity,
    "status",
    (
        Transition(
            "mark_done",
            _("Mark activity as done"),
            (T.PLANNED, T.IN_PROGRESS, T.POSTPONED),
            T.DONE,
            guards=(Guard("dated", took_place_by_now),),
            fields=("actual_people", "actual_women", "actual_men", "outcome"),
        ),
        Transition(
            "start",
            _("Record that work has begun"),
            (T.PLANNED, T.POSTPONED),
            T.IN_PROGRESS,
            is_forward=False,
        ),
        Transition(
            "postpone",
            _("Postpone activity"),
            (T.PLANNED, T.IN_PROGRESS),
            T.POSTPONED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "plan_again",
            _("Plan activity again"),
            (T.POSTPONED,),
            T.PLANNED,
            fields=("starts_on", "ends_on"),
            is_forward=False,
        ),
        Transition(
            "cancel",
            _("Cancel activity"),
            (T.PLANNED, T.IN_PROGRESS, T.POSTPONED),
            T.CANCELLED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen",
            _("Reopen activity"),
            (T.DONE, T.CANCELLED),
            T.PLANNED,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


def register() -> None:
    for workflow in (REQUEST_WORKFLOW, CONSULTEE_WORKFLOW, ACTION_WORKFLOW, ACTIVITY_WORKFLOW):
        register_workflow(workflow)
