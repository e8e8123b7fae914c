"""Consulting stakeholders about a request: asking them, their personal links, and the clock that ends it.

Silence counts as consent once the days of the facility have passed, as in the rules of comparable facilities
(positive silence, TAIEX); it is kept and shown as silence, never as agreement.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from fmm_portal.core.errors import Refused
from fmm_portal.core.principals import Actor, Portal, Source, system_actor
from fmm_portal.core.services import create_record, update_record
from fmm_portal.core.workflow import Workflow, workflow_for
from fmm_portal.facility.enums import ConsulteeStatus, RequestStatus
from fmm_portal.facility.models import Consultee, Request

SALT = "facility.consultation"


def _workflow(record: Request | Consultee) -> Workflow:
    workflow = workflow_for(record)
    assert workflow is not None
    return workflow


# --- Asking ---------------------------------------------------------------------------------------------


def ask_everyone(request: Request, actor: Actor) -> None:
    """Ask all stakeholders of the round, with the same deadline; a new round asks those of the last one again."""
    days = request.facility.consultation_days if request.facility else 5
    due = timezone.now() + timedelta(days=days)
    request.consultation_due_at = due
    request.save(update_fields=["consultation_due_at"])
    if not request.consultees.filter(round=request.round).exists():
        _list_again(request, actor)
    for consultee in request.consultees.filter(round=request.round, status=ConsulteeStatus.PENDING):
        ask(consultee, due, actor)


def _list_again(request: Request, actor: Actor) -> None:
    for earlier in request.consultees.filter(round=request.round - 1):
        again = Consultee(
            request=request,
            round=request.round,
            institution=earlier.institution,
            position=earlier.position,
            has_veto=earlier.has_veto,
        )
        create_record(again, actor=actor)


def ask(consultee: Consultee, due: datetime, actor: Actor) -> Consultee:
    """Ask one stakeholder, who then has until `due`."""
    update_record(consultee, actor=actor, changes={"due_at": due})
    return _workflow(consultee).apply(consultee, "ask", actor=actor)


@transaction.atomic
def add_consultee(consultee: Consultee, *, actor: Actor) -> Consultee:
    """List a stakeholder; while the consultation runs they are asked at once, with the same deadline.

    Raises Forbidden, ValidationError, Refused once the round is over.
    """
    request = consultee.request
    if request.status in (
        RequestStatus.ASSESSMENT,
        RequestStatus.DECISION,
        RequestStatus.APPROVED,
        RequestStatus.REJECTED,
        RequestStatus.WITHDRAWN,
    ):
        raise Refused(_("The consultation is over."), code="consultation_over")
    consultee.round = request.round
    created = create_record(consultee, actor=actor)
    if request.status == RequestStatus.CONSULTATION and request.consultation_due_at is not None:
        return ask(created, request.consultation_due_at, actor)
    return created


# --- Personal links ---------------------------------------------------------------------------------------


def link_token(consultee: Consultee) -> str:
    """What the address of a stakeholder's personal page carries; signed, and worthless once the key changes."""
    return signing.dumps([consultee.pk, consultee.key], salt=SALT)


def consultee_of(token: str) -> Consultee | None:
    """The stakeholder whom a link belongs to; None for a link that is not ours or was withdrawn."""
    try:
        pk, key = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows: Any = Consultee.objects.select_related("request__facility", "request__institution__country")
    consultee = rows.select_related("institution__country").filter(pk=pk).first()
    if consultee is None or not constant_time_compare(consultee.key, str(key)):
        return None
    found: Consultee = consultee
    return found


def answer_by_link(consultee: Consultee, answer: str, comment: str) -> Consultee:
    """Record what the holder of the link answers: "agree" or "object".

    Raises TransitionRefused once the consultation is over, ValidationError on "comment" for a bare objection.
    """
    actor = Actor(principal=Portal(), source=Source.LINK, label=str(consultee))
    return _workflow(consultee).apply(consultee, answer, actor=actor, data={"comment": comment})


# --- The clock ----------------------------------------------------------------------------------------------


def close_due_consultations(now: datetime | None = None) -> int:
    """End every consultation whose time has passed: silence is noted, and the request goes on to assessment.

    Each request in a transaction of its own; running it twice, or at once, does nothing more. Returns how many.
    """
    now = now or timezone.now()
    due = Request.objects.filter(status=RequestStatus.CONSULTATION, consultation_due_at__lte=now)
    return sum(_close(pk, now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _close(pk: int, now: datetime) -> bool:
    request = (
        Request.objects.select_for_update()
        .filter(pk=pk, status=RequestStatus.CONSULTATION, consultation_due_at__lte=now)
        .first()
    )
    if request is None:
        return False
    actor = system_actor(Source.JOB)
    for consultee in request.consultees.filter(round=request.round, status=ConsulteeStatus.ASKED):
        _workflow(consultee).apply(consultee, "lapse", actor=actor)
    _workflow(request).apply(request, "assess", actor=actor)
    return True
