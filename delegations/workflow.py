"""The states of a nomination: nominated, confirmed, declined, replaced, attended."""

from django.utils.translation import gettext_lazy as _

from delegations.enums import DelegateStatus as S
from delegations.models import Delegate
from fmm_portal.core.workflow import Transition, Workflow, register_workflow

DELEGATE_WORKFLOW = Workflow(
    Delegate,
    "status",
    (
        Transition("confirm", _("Confirm nomination"), (S.NOMINATED,), S.CONFIRMED),
        Transition(
            "decline",
            _("Record refusal"),
            (S.NOMINATED, S.CONFIRMED),
            S.DECLINED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition("renominate", _("Nominate again"), (S.DECLINED,), S.NOMINATED, is_forward=False),
        Transition("mark_attended", _("Record attendance"), (S.CONFIRMED,), S.ATTENDED),
        Transition(
            "correct",
            _("Correct attendance"),
            (S.ATTENDED,),
            S.CONFIRMED,
            needs_reason=True,
            is_forward=False,
        ),
        # Taken by services.replace_delegate, which also brings in the one who replaces.
        Transition(
            "replace",
            _("Replace delegate"),
            (S.NOMINATED, S.CONFIRMED),
            S.REPLACED,
            needs_reason=True,
            is_forward=False,
            by_service=True,
        ),
    ),
)


def register() -> None:
    register_workflow(DELEGATE_WORKFLOW)
