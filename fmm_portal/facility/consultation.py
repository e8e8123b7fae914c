"""Consulting stakeholders about a request: asking them, their personal links, and the clock that ends it.

Silence counts as consent once the days of the facility have passed, as in the rules of comparable facilities
(positive silence, TAIEX); it is kept and shown as silence, never as agreement.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmm_portal.core.activity import record_activity
from fmm_portal.core.errors import DomainError, Refused
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor, Portal, Source, system_actor
from fmm_portal.core.services import create_record, lock
from fmm_portal.core.workflow import Workflow, workflow_for
from fmm_portal.facility.enums import CONSULTED_REQUESTS, ConsulteeStatus, RequestStatus
from fmm_portal.facility.models import Consultee, Request
from fmm_portal.facility.models.request import new_key

# The same stakeholder and key give the same link each time it is shown.
SIGNER = signing.Signer(salt="facility.consultation")
DAY, HOUR, MINUTE = 86400, 3600, 60

log = structlog.get_logger(__name__)


def _workflow(record: Request | Consultee) -> Workflow:
    workflow = workflow_for(record)
    assert workflow is not None
    return workflow


# --- Asking ---------------------------------------------------------------------------------------------


def ask_everyone(request: Request, actor: Actor) -> None:
    """Ask all stakeholders of the round, with the same deadline."""
    days = request.facility.consultation_days if request.facility else 5
    due = timezone.now() + timedelta(days=days)
    request.consultation_due_at = due
    request.save(update_fields=["consultation_due_at"])
    for consultee in request.consultees.filter(round=request.round, status=ConsulteeStatus.PENDING):
        ask(consultee, due, actor)


def list_again(request: Request, actor: Actor) -> None:
    """Begin a new round with the stakeholders of the last one; whoever is listed already is not listed twice."""
    rows = request.consultees.order_by("round", "pk")
    listed = {row.institution_id for row in rows.filter(round=request.round)}
    earlier = rows.filter(round__lt=request.round)
    last = earlier.last()
    if last is None:
        return
    for row in earlier.filter(round=last.round):
        if row.institution_id is not None and row.institution_id in listed:
            continue
        again = Consultee(
            request=request,
            round=request.round,
            institution=row.institution,
            position=row.position,
            has_veto=row.has_veto,
            language=row.language,
        )
        create_record(again, actor=actor)


def ask(consultee: Consultee, due: datetime, actor: Actor) -> Consultee:
    """Ask one stakeholder, who then has until `due`."""
    return _workflow(consultee).apply(consultee, "ask", actor=actor, data={"due_at": due})


@transaction.atomic
def add_consultee(consultee: Consultee, *, actor: Actor) -> Consultee:
    """List a stakeholder; while the consultation runs they are asked at once, with the same deadline.

    Raises Forbidden, ValidationError, Refused once the round is over.
    """
    request = consultee.request
    if request.status in CONSULTED_REQUESTS:
        raise Refused(_("The consultation is over."), code="consultation_over")
    consultee.round = request.round
    created = create_record(consultee, actor=actor)
    if request.status == RequestStatus.CONSULTATION and request.consultation_due_at is not None:
        return ask(created, request.consultation_due_at, actor)
    return created


# --- Personal links ---------------------------------------------------------------------------------------


def link_token(consultee: Consultee) -> str:
    """What the address of a stakeholder's personal page carries; signed, and worthless once the key changes."""
    return SIGNER.sign_object([consultee.pk, consultee.key])


def consultee_of(token: str) -> Consultee | None:
    """The stakeholder whom a link belongs to; None for a link that is not ours or was withdrawn."""
    try:
        pk, key = SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows: Any = Consultee.objects.select_related("request__institution__country", "institution__country")
    # Nobody reads about a request before being asked.
    consultee = rows.filter(pk=pk, due_at__isnull=False).first()
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


@transaction.atomic
def renew_link(consultee: Consultee, *, actor: Actor) -> Consultee:
    """Give the stakeholder a new personal link; the old one leads nowhere from now on. Raises Forbidden."""
    current = lock(consultee)
    require(actor.principal, "change", current)
    current.key = new_key()
    current.version += 1
    current.save()
    record_activity(actor=actor, verb="renew_link", subject=current)
    return current


# --- The clock ----------------------------------------------------------------------------------------------


def time_left(due: datetime, now: datetime | None = None) -> str:
    """How long there is to answer, in the largest unit that still says something; "" once it is over."""
    seconds = int((due - (now or timezone.now())).total_seconds())
    if seconds <= 0:
        return ""
    if seconds >= DAY:
        days = seconds // DAY
        return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    if seconds >= HOUR:
        hours = seconds // HOUR
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    minutes = max(1, seconds // MINUTE)
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}


def close_due_consultations(now: datetime | None = None) -> int:
    """End every consultation whose time has passed: silence is noted, and the request goes on to assessment.

    Each request in a transaction of its own; running it twice, or at once, does nothing more. One that cannot be
    closed is logged and tried again the next time, and holds up no other. Returns how many were closed.
    """
    now = now or timezone.now()
    due = Request.objects.filter(status=RequestStatus.CONSULTATION, consultation_due_at__lte=now)
    closed = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            closed += _close(pk, now)
        except (DomainError, ValidationError):
            log.exception("consultation.not_closed", request=pk)
    return closed


@transaction.atomic
def _close(pk: int, now: datetime) -> bool:
    request = (
        Request.objects.select_for_update(of=("self",))
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
