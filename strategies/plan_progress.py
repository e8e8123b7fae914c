"""How far an activity of a plan is: set by its lead institution or the programme, step by step through the workflow."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from fmm_portal.core.errors import TransitionRefused
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import update_record
from strategies.models import PlanActivity
from strategies.workflow import PLAN_ACTIVITY_WORKFLOW

PROGRESS_FIELDS = ("percent", "stall_reason", "comment")


def steps_to(state: str, wanted: str) -> list[str]:
    """The names of the steps that lead from one state to another, the fewest; none where it is the same."""
    waiting, seen = deque([(state, list[str]())]), {state}
    while waiting:
        reached, taken = waiting.popleft()
        if reached == wanted:
            return taken
        for step in PLAN_ACTIVITY_WORKFLOW.transitions:
            if reached in step.sources and step.target not in seen:
                seen.add(step.target)
                waiting.append((step.target, [*taken, step.name]))
    words = {"state": PLAN_ACTIVITY_WORKFLOW.state_label(wanted)}
    raise TransitionRefused(_("No step leads to “%(state)s”.") % words, code="wrong_state")


@transaction.atomic
def move_to(activity: PlanActivity, wanted: str, *, actor: Actor, reason: str = "") -> PlanActivity:
    """Take the steps to a state, each with its own entry in the history.

    Raises Forbidden, TransitionRefused, ValidationError (on "reason" where a step asks for one).
    """
    for name in steps_to(activity.status, wanted):
        needs_reason = PLAN_ACTIVITY_WORKFLOW.get(name).needs_reason
        activity = PLAN_ACTIVITY_WORKFLOW.apply(
            activity, name, actor=actor, reason=reason if needs_reason else ""
        )
    return activity


@transaction.atomic
def update_progress(
    activity: PlanActivity,
    *,
    actor: Actor,
    changes: Mapping[str, Any],
    step: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> PlanActivity:
    """Set per cent, what holds it up and the comment, and take a step when one is named, all or nothing.

    Raises StaleRecord, Forbidden, TransitionRefused, ValidationError.
    """
    unknown = set(changes) - set(PROGRESS_FIELDS)
    if unknown:
        raise ValidationError({name: _("This is not part of the progress.") for name in sorted(unknown)})
    activity = update_record(
        activity,
        actor=actor,
        changes=changes,
        expected_version=expected_version,
        reason="" if step else reason,
        right="update_progress",
    )
    if step:
        activity = PLAN_ACTIVITY_WORKFLOW.apply(activity, step, actor=actor, reason=reason)
    return activity
