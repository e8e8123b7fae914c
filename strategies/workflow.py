"""The states of milestones, amendments, meetings, plan activities and reviews, and what each step needs."""

from collections.abc import Iterable

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.periods import is_in_the_future
from fmm_portal.core.workflow import Guard, Transition, Workflow, register_workflow
from strategies.enums import (
    AGREEMENTS,
    AmendmentStatus,
    MeetingStatus,
    MilestoneKind,
    MilestoneStatus,
    PlanActivityStatus,
    ReviewStatus,
)
from strategies.models import Amendment, CommitteeMeeting, Milestone, PlanActivity, Review

# --- What a milestone needs -----------------------------------------------------------------------------


def is_dated(milestone: Milestone) -> str | None:
    return None if milestone.actual_on else _t("Say when it took place; the month or the year is enough.")


def is_past(milestone: Milestone) -> str | None:
    return _t("What took place cannot lie in the future.") if is_in_the_future(milestone.actual_on) else None


def is_no_validation(milestone: Milestone) -> str | None:
    if not milestone.is_validation:
        return None
    return _t("A validation ends with its outcome: validated, with reservations, or returned.")


def is_a_validation(milestone: Milestone) -> str | None:
    return None if milestone.is_validation else _t("Only a validation has such an outcome.")


def names_its_instrument(milestone: Milestone) -> str | None:
    if milestone.kind != MilestoneKind.ADOPTION or milestone.instrument:
        return None
    return _t("The instrument of adoption is not named.")


def all_amendments_are_integrated(milestone: Milestone) -> str | None:
    waiting = milestone.amendments.filter(status=AmendmentStatus.OPEN).count()
    if not waiting:
        return None
    return ngettext(
        "%(count)d amendment is not integrated yet.", "%(count)d amendments are not integrated yet.", waiting
    ) % {"count": waiting}


def amendments_are_listed(milestone: Milestone) -> str | None:
    return None if milestone.amendments.exists() else _t("List the amendments that were asked for.")


def out_of_order(milestone: Milestone, reached: Iterable[Milestone]) -> list[str]:
    """What is unusual about where a milestone stands among those of its strategy that were reached."""
    place, date = milestone.place_in_template, milestone.begins_on
    if place is None:
        return []
    others = [other for other in reached if other.pk != milestone.pk]
    found = []
    if milestone.kind == MilestoneKind.ADOPTION and not any(
        other.kind in AGREEMENTS and not _is_before(date, other.actual_on) for other in others
    ):
        found.append(_t("No validation is recorded before this adoption."))
    for other in others:
        if (other.place_in_template or 0) > place and _is_before(other.actual_on, date):
            words = {"other": other, "date": other.actual_on}
            found.append(
                _t("“%(other)s” usually comes later, and took place before, on %(date)s.") % words
                if other.actual_on and other.actual_on.is_exact
                else _t("“%(other)s” usually comes later, and took place before, in %(date)s.") % words
            )
    return found


def _is_before(first: PartialDate | None, second: PartialDate | None) -> bool:
    """Whether every day that the one may mean is before every day that the other may mean."""
    return first is not None and second is not None and first.latest < second.earliest


def follows_the_usual_order(milestone: Milestone) -> str | None:
    """Real processes are messy: what comes out of order is said, never forbidden."""
    return " ".join(out_of_order(milestone, milestone.strategy.milestones.reached())) or None


# Of what took place long ago even the year may be unknown: a manager who records history passes over it.
DATED = Guard("actual_on", is_dated, overridable=True, field="actual_on")
PAST = Guard("future", is_past, field="actual_on")
VALIDATION = Guard("validation", is_a_validation, hides=True)
ORDER = Guard("order", follows_the_usual_order)
WHEN = ("actual_on", "actual_until", "place")

M = MilestoneStatus
OPEN_STATES = (M.PLANNED, M.POSTPONED, M.RETURNED)
MILESTONE_WORKFLOW = Workflow(
    Milestone,
    "status",
    (
        Transition(
            "mark_done",
            _("Mark milestone as done"),
            (M.PLANNED, M.POSTPONED),
            M.DONE,
            guards=(Guard("no_validation", is_no_validation, hides=True), DATED, PAST),
            warnings=(ORDER, Guard("instrument", names_its_instrument)),
            fields=(*WHEN, "instrument", "instrument_reference"),
        ),
        Transition(
            "validate",
            _("Record as validated"),
            OPEN_STATES,
            M.VALIDATED,
            guards=(VALIDATION, DATED, PAST),
            warnings=(ORDER,),
            fields=(*WHEN, "outcome"),
        ),
        Transition(
            "validate_with_reservations",
            _("Record as validated with reservations"),
            OPEN_STATES,
            M.RESERVED,
            guards=(VALIDATION, DATED, PAST),
            warnings=(ORDER,),
            fields=(*WHEN, "outcome"),
            is_forward=False,
        ),
        Transition(
            "lift_reservations",
            _("Lift reservations"),
            (M.RESERVED,),
            M.VALIDATED,
            guards=(
                Guard("amendments_listed", amendments_are_listed),
                Guard("amendments_integrated", all_amendments_are_integrated),
            ),
        ),
        Transition(
            "return_text",
            _("Record as returned"),
            (M.PLANNED, M.POSTPONED),
            M.RETURNED,
            guards=(VALIDATION, DATED, PAST),
            fields=WHEN,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "postpone",
            _("Postpone milestone"),
            (M.PLANNED, M.RETURNED),
            M.POSTPONED,
            fields=("planned_on", "planned_until"),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "cancel",
            _("Cancel milestone"),
            OPEN_STATES,
            M.CANCELLED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen",
            _("Reopen milestone"),
            (M.DONE, M.VALIDATED, M.RESERVED, M.CANCELLED),
            M.PLANNED,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- An amendment -----------------------------------------------------------------------------------------


def says_where(amendment: Amendment) -> str | None:
    return None if amendment.integrated_where.strip() else _t("Say where it was integrated: page or section.")


E = AmendmentStatus
AMENDMENT_WORKFLOW = Workflow(
    Amendment,
    "status",
    (
        Transition(
            "integrate",
            _("Mark as integrated"),
            (E.OPEN,),
            E.INTEGRATED,
            guards=(Guard("where", says_where, field="integrated_where"),),
            fields=("integrated_where", "integrated_on"),
        ),
        Transition("set_aside", _("Set aside"), (E.OPEN,), E.SET_ASIDE, needs_reason=True, is_forward=False),
        Transition(
            "reopen",
            _("Reopen amendment"),
            (E.INTEGRATED, E.SET_ASIDE),
            E.OPEN,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- A meeting --------------------------------------------------------------------------------------------


def meeting_is_dated(meeting: CommitteeMeeting) -> str | None:
    return None if meeting.held_on else _t("Say when it was held; the month or the year is enough.")


def meeting_is_past(meeting: CommitteeMeeting) -> str | None:
    return _t("What took place cannot lie in the future.") if is_in_the_future(meeting.held_on) else None


G = MeetingStatus
MEETING_WORKFLOW = Workflow(
    CommitteeMeeting,
    "status",
    (
        Transition(
            "mark_held",
            _("Mark meeting as held"),
            (G.PLANNED, G.POSTPONED),
            G.HELD,
            guards=(
                Guard("held_on", meeting_is_dated, field="held_on"),
                Guard("future", meeting_is_past, field="held_on"),
            ),
            fields=("held_on", "held_until", "place", "conclusions"),
        ),
        Transition(
            "postpone",
            _("Postpone meeting"),
            (G.PLANNED,),
            G.POSTPONED,
            fields=("held_on", "held_until"),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "cancel",
            _("Cancel meeting"),
            (G.PLANNED, G.POSTPONED),
            G.CANCELLED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen",
            _("Reopen meeting"),
            (G.HELD, G.CANCELLED),
            G.PLANNED,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- A plan activity ------------------------------------------------------------------------------------


P = PlanActivityStatus
PLAN_ACTIVITY_WORKFLOW = Workflow(
    PlanActivity,
    "status",
    (
        Transition(
            "begin",
            _("Record that work has begun"),
            (P.NOT_STARTED, P.POSTPONED),
            P.IN_PROGRESS,
            fields=("percent", "comment"),
        ),
        Transition(
            "finish",
            _("Mark activity as done"),
            (P.NOT_STARTED, P.IN_PROGRESS, P.POSTPONED),
            P.DONE,
            fields=("comment",),
        ),
        Transition(
            "postpone",
            _("Postpone activity"),
            (P.NOT_STARTED, P.IN_PROGRESS),
            P.POSTPONED,
            fields=("starts_in", "ends_in", "stall_reason"),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "cancel",
            _("Cancel activity"),
            (P.NOT_STARTED, P.IN_PROGRESS, P.POSTPONED),
            P.CANCELLED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "restart",
            _("Set back to not started"),
            (P.IN_PROGRESS, P.DONE, P.POSTPONED, P.CANCELLED),
            P.NOT_STARTED,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- A review --------------------------------------------------------------------------------------------


def has_figures(review: Review) -> str | None:
    if review.stated_total is not None or review.entries.exists() or review.note:
        return None
    return _t("Take the status of the activities, give the published totals, or note why there are none.")


V = ReviewStatus
REVIEW_WORKFLOW = Workflow(
    Review,
    "status",
    (
        Transition(
            "finalise",
            _("Make review final"),
            (V.DRAFT,),
            V.FINAL,
            guards=(Guard("figures", has_figures, overridable=True),),
        ),
        Transition("reopen", _("Reopen review"), (V.FINAL,), V.DRAFT, needs_reason=True, is_forward=False),
    ),
)


def register() -> None:
    for workflow in (
        MILESTONE_WORKFLOW,
        AMENDMENT_WORKFLOW,
        MEETING_WORKFLOW,
        PLAN_ACTIVITY_WORKFLOW,
        REVIEW_WORKFLOW,
    ):
        register_workflow(workflow)
