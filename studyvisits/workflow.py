"""The states of visits, of hosts' answers, of the debrief and of commitments, and what each step needs."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delegations.enums import COUNTED_ROLES, DelegateRole, DelegateStatus
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Actor
from fmm_portal.core.workflow import Guard, Transition, Workflow, register_workflow
from studyvisits.enums import CommitmentStatus, DebriefStatus, HostStatus, Side, VisitStatus
from studyvisits.models import AgendaHost, Commitment, Debrief, StudyVisit

# --- What a visit needs ---------------------------------------------------------------------------------


def dates_are_given(visit: StudyVisit) -> str | None:
    return None if visit.starts_on else _t("Give the dates of the visit.")


def dates_are_exact(visit: StudyVisit) -> str | None:
    if visit.starts_on and (not visit.starts_on.is_exact or not visit.ends_on or not visit.ends_on.is_exact):
        return _t("Give the first and the last day exactly.")
    return None


def has_a_delegation(visit: StudyVisit) -> str | None:
    return None if visit.standing_delegates().exists() else _t("Add a delegation with at least one position.")


def has_a_head(visit: StudyVisit) -> str | None:
    if (
        not visit.standing_delegates().exists()
        or visit.standing_delegates().filter(role=DelegateRole.HEAD).exists()
    ):
        return None
    return _t("Name the head of delegation.")


def has_an_agenda(visit: StudyVisit) -> str | None:
    return None if visit.agenda_items.exists() else _t("Add at least one agenda item.")


def has_a_host_country(visit: StudyVisit) -> str | None:
    return None if visit.legs.exists() else _t("Add the host country as a leg of the visit.")


def agenda_is_published(visit: StudyVisit) -> str | None:
    return None if visit.agenda_versions.exists() else _t("Publish the agenda.")


def has_begun(visit: StudyVisit) -> str | None:
    if visit.starts_on and visit.starts_on.earliest > today():
        return _t("The visit begins on %(date)s.") % {"date": visit.starts_on.display()}
    return None


def nominations_are_settled(visit: StudyVisit) -> str | None:
    waiting = visit.standing_delegates().filter(status=DelegateStatus.NOMINATED).count()
    if not waiting:
        return None
    return ngettext(
        "%(count)d nomination is neither confirmed nor declined.",
        "%(count)d nominations are neither confirmed nor declined.",
        waiting,
    ) % {"count": waiting}


def hosts_have_answered(visit: StudyVisit) -> str | None:
    waiting = AgendaHost.objects.filter(item__visit=visit, status=HostStatus.PROPOSED).count()
    if not waiting:
        return None
    return ngettext("%(count)d host has not answered.", "%(count)d hosts have not answered.", waiting) % {
        "count": waiting
    }


def has_ended(visit: StudyVisit) -> str | None:
    if visit.ends_on and visit.ends_on.earliest > today():
        return _t("The visit ends on %(date)s.") % {"date": visit.ends_on.display()}
    return None


def attendance_is_recorded(visit: StudyVisit) -> str | None:
    attended = visit.standing_delegates().filter(status=DelegateStatus.ATTENDED, role__in=COUNTED_ROLES)
    return None if attended.exists() else _t("Record which delegates attended.")


def debrief_is_agreed(visit: StudyVisit) -> str | None:
    debrief: Debrief | None = getattr(visit, "debrief", None)
    if debrief is not None and debrief.status == DebriefStatus.AGREED:
        return None
    return _t("Write the debrief and have both sides agree to it.")


def has_a_programme(visit: StudyVisit) -> str | None:
    if visit.programme_id is not None:
        return None
    return _t("No programme is named: the debrief note will name no funder and carry no disclaimer.")


def commitments_are_settled(visit: StudyVisit) -> str | None:
    waiting = visit.commitments.open()
    count = waiting.count()
    if not count:
        return None
    references = ", ".join(waiting.order_by("reference").values_list("reference", flat=True)[:10])
    return ngettext(
        "%(count)d commitment is still open and stays in follow-up: %(references)s.",
        "%(count)d commitments are still open and stay in follow-up: %(references)s.",
        count,
    ) % {"count": count, "references": references}


V = VisitStatus
VISIT_WORKFLOW = Workflow(
    StudyVisit,
    "status",
    (
        Transition(
            "confirm",
            _("Confirm visit"),
            (V.PLANNED,),
            V.CONFIRMED,
            guards=(
                Guard("dates_given", dates_are_given),
                Guard("dates_exact", dates_are_exact, overridable=True),
                Guard("host_country", has_a_host_country),
                Guard("delegation", has_a_delegation),
                Guard("head", has_a_head, overridable=True),
                Guard("agenda", has_an_agenda),
            ),
            warnings=(Guard("hosts_answered", hosts_have_answered),),
        ),
        Transition(
            "start",
            _("Start visit"),
            (V.CONFIRMED,),
            V.UNDER_WAY,
            guards=(
                Guard("begun", has_begun),
                Guard("agenda_published", agenda_is_published, overridable=True),
                Guard("nominations_settled", nominations_are_settled, overridable=True),
            ),
            warnings=(Guard("hosts_answered", hosts_have_answered),),
        ),
        Transition(
            "complete",
            _("Complete visit"),
            (V.UNDER_WAY,),
            V.COMPLETED,
            guards=(Guard("ended", has_ended), Guard("attendance", attendance_is_recorded, overridable=True)),
        ),
        Transition(
            "report",
            _("Mark as reported"),
            (V.COMPLETED,),
            V.REPORTED,
            guards=(Guard("debrief_agreed", debrief_is_agreed),),
            warnings=(Guard("programme", has_a_programme),),
        ),
        Transition(
            "close",
            _("Close visit"),
            (V.REPORTED,),
            V.CLOSED,
            warnings=(Guard("commitments_settled", commitments_are_settled),),
        ),
        Transition(
            "postpone",
            _("Postpone visit"),
            (V.PLANNED, V.CONFIRMED),
            V.POSTPONED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition("replan", _("Plan again"), (V.POSTPONED,), V.PLANNED),
        Transition(
            "cancel",
            _("Cancel visit"),
            (V.PLANNED, V.CONFIRMED, V.POSTPONED),
            V.CANCELLED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen",
            _("Reopen visit"),
            (V.REPORTED, V.CLOSED),
            V.COMPLETED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reinstate", _("Reinstate visit"), (V.CANCELLED,), V.PLANNED, needs_reason=True, is_forward=False
        ),
    ),
)


# --- A host's answer ---------------------------------------------------------------------------------------


def remember_the_slot(host: AgendaHost, actor: Actor) -> None:
    """Keep what the host agreed to, so that a later move of the session shows."""
    host.answered_slot = host.item.slot
    host.save(update_fields=["answered_slot"])


def has_a_replacement(host: Any) -> str | None:
    return None if host.replaced_by_id else _t("Say which institution replaces this host.")


def has_not_confirmed_this_slot(host: Any) -> str | None:
    if host.status != HostStatus.CONFIRMED or host.is_outdated:
        return None
    return _t("The host has already confirmed this slot.")


H = HostStatus
HOST_WORKFLOW = Workflow(
    AgendaHost,
    "status",
    (
        Transition(
            "confirm",
            _("Confirm slot"),
            (H.PROPOSED, H.CONFIRMED, H.DECLINED),
            H.CONFIRMED,
            guards=(Guard("not_confirmed_yet", has_not_confirmed_this_slot, hides=True),),
            fields=("comment",),
            effects=(remember_the_slot,),
        ),
        Transition(
            "decline",
            _("Decline slot"),
            (H.PROPOSED, H.CONFIRMED),
            H.DECLINED,
            fields=("comment",),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "replace",
            _("Replace host"),
            (H.PROPOSED, H.CONFIRMED, H.DECLINED),
            H.REPLACED,
            guards=(Guard("replacement", has_a_replacement, field="replaced_by"),),
            fields=("replaced_by",),
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "propose", _("Ask again"), (H.CONFIRMED, H.DECLINED, H.REPLACED), H.PROPOSED, is_forward=False
        ),
    ),
)


# --- The debrief ---------------------------------------------------------------------------------------------


def has_a_recap(debrief: Debrief) -> str | None:
    return (
        None
        if debrief.recap or debrief.cooperation_points
        else _t("Write the recap or the points of cooperation.")
    )


def both_sides_are_listed(debrief: Debrief) -> str | None:
    present = set(debrief.participants.values_list("side", flat=True))
    return None if present == set(Side.values) else _t("List the participants of both sides by position.")


def is_dated(debrief: Debrief) -> str | None:
    return None if debrief.held_on else _t("Say when the debrief was held.")


DEBRIEF_WORKFLOW = Workflow(
    Debrief,
    "status",
    (
        Transition(
            "agree",
            _("Record agreement"),
            (DebriefStatus.DRAFT,),
            DebriefStatus.AGREED,
            guards=(
                Guard("recap", has_a_recap),
                Guard("both_sides", both_sides_are_listed, overridable=True),
                Guard("dated", is_dated, overridable=True),
            ),
        ),
        Transition(
            "reopen",
            _("Reopen debrief"),
            (DebriefStatus.AGREED,),
            DebriefStatus.DRAFT,
            needs_reason=True,
            is_forward=False,
        ),
    ),
)


# --- A commitment --------------------------------------------------------------------------------------------


def has_evidence(commitment: Commitment) -> str | None:
    return None if commitment.evidence.strip() else _t("Say what shows that it was done.")


C = CommitmentStatus
COMMITMENT_WORKFLOW = Workflow(
    Commitment,
    "status",
    (
        Transition(
            "mark_done",
            _("Mark as done with evidence"),
            (C.OPEN, C.IN_PROGRESS),
            C.DONE,
            guards=(Guard("evidence", has_evidence, field="evidence"),),
            fields=("evidence", "done_on"),
        ),
        Transition("start", _("Record that work has begun"), (C.OPEN,), C.IN_PROGRESS, is_forward=False),
        Transition(
            "drop",
            _("Drop commitment"),
            (C.OPEN, C.IN_PROGRESS),
            C.DROPPED,
            needs_reason=True,
            is_forward=False,
        ),
        Transition(
            "reopen", _("Reopen commitment"), (C.DONE, C.DROPPED), C.OPEN, needs_reason=True, is_forward=False
        ),
    ),
)


def register() -> None:
    for workflow in (VISIT_WORKFLOW, HOST_WORKFLOW, DEBRIEF_WORKFLOW, COMMITMENT_WORKFLOW):
        register_workflow(workflow)
