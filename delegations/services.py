"""Replacing a delegate while keeping the trail of who replaced whom; one step for many delegates."""

from collections.abc import Sequence

from django.db import transaction

from delegations.models import Delegate
from delegations.workflow import DELEGATE_WORKFLOW
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record


@transaction.atomic
def replace_delegate(
    delegate: Delegate, *, by: Delegate, actor: Actor, reason: str, expected_version: int | None = None
) -> Delegate:
    """Take the delegate out and nominate `by` (an unsaved Delegate) in the same seat, role and delegation.

    Raises TransitionRefused, Forbidden, StaleRecord, ValidationError; then nothing has changed.
    """
    replaced = DELEGATE_WORKFLOW.apply(
        delegate, "replace", actor=actor, reason=reason, expected_version=expected_version
    )
    by.delegation = replaced.delegation
    by.order = replaced.order
    by.role = replaced.role
    by.replaces = replaced
    return create_record(by, actor=actor, reason=reason)


@transaction.atomic
def take_step_together(
    delegates: Sequence[Delegate], name: str, *, actor: Actor, reason: str = ""
) -> list[Delegate]:
    """One step for several delegates: all of them, or, when one is refused, none.

    Raises TransitionRefused, Forbidden, ValidationError.
    """
    return [DELEGATE_WORKFLOW.apply(delegate, name, actor=actor, reason=reason) for delegate in delegates]
