"""What happens around a study visit beyond saving one record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from delegations.enums import DelegateStatus
from delegations.models import Delegate, Delegation
from delegations.workflow import DELEGATE_WORKFLOW
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of
from fmm_portal.core.errors import Refused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.rows import RowsTogether
from fmm_portal.core.services import create_record, delete_record, field_error, lock, stale, update_record
from fmm_portal.institutions.models import Country, Institution
from studyvisits.agenda import changes_between, order_in_day, snapshot_item, state_of
from studyvisits.enums import AttendanceStatus, HostStatus, Side
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    Leg,
    SessionNote,
    SessionOutcome,
    StudyVisit,
)
from studyvisits.workflow import DEBRIEF_WORKFLOW

# What a copied session has of the first one; its answers, notes and questions are its own.
COPIED = ("starts_at", "ends_at", "kind", "topic", "host_label", "leg", "place", "languages", "notes")


@transaction.atomic
def plan_study_visit(
    visit: StudyVisit,
    *,
    actor: Actor,
    related: Mapping[str, Any] | None = None,
    sending_countries: Iterable[Country] = (),
    host_countries: Iterable[Country] = (),
    reason: str = "",
) -> StudyVisit:
    """Create a visit with its reference, a leg per host country and, for the sending countries, a delegation.

    Raises Forbidden, ValidationError; then nothing is created.
    """
    if visit.owner_id is None:
        visit.owner_id = actor.user_id
    create_record(visit, actor=actor, related=related, reason=reason)
    for order, country in enumerate(host_countries, start=1):
        create_record(Leg(visit=visit, order=order, country=country), actor=actor)
    senders = list(sending_countries)
    if senders:
        names = {
            language: template % {"countries": ", ".join(country.name_in(language) for country in senders)}
            for language, template in (
                ("en", "Delegation of %(countries)s"),
                ("fr", "Délégation : %(countries)s"),
                ("pt", "Delegação: %(countries)s"),
            )
        }
        delegation = create_record(
            Delegation(name=Multilingual(names)), actor=actor, related={"sending_countries": senders}
        )
        join_delegation(visit, delegation, actor=actor)
    return visit


@transaction.atomic
def join_delegation(visit: StudyVisit, delegation: Delegation, *, actor: Actor) -> StudyVisit:
    """Let a delegation take part in a visit; joining twice changes nothing."""
    joined = [*visit.delegations.all()]
    if delegation in joined:
        return visit
    return update_record(visit, actor=actor, changes={"delegations": [*joined, delegation]})


@transaction.atomic
def publish_agenda(
    visit: StudyVisit, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> AgendaVersion:
    """Freeze the agenda as the next version, with what changed since the last one.

    Raises Refused when there is nothing to publish or nothing changed, Forbidden, StaleRecord.
    """
    current = lock(visit, expected_version=expected_version)
    require(actor.principal, "publish_agenda", current)
    items = [snapshot_item(item) for item in AgendaItem.objects.filter(visit=current).with_related()]
    if not items:
        raise Refused(_("The agenda is empty: add an item before publishing it."), code="empty_agenda")
    last = current.agenda_versions.order_by("-number").first()
    changes = changes_between(last.items, items) if last else []
    if last and not changes:
        raise Refused(
            _("Nothing has changed since version %(number)d was published.") % {"number": last.number},
            code="unchanged_agenda",
        )
    version = AgendaVersion(
        visit=current,
        number=last.number + 1 if last else 1,
        published_by_id=actor.user_id,
        note=note.strip(),
        items=items,
        changes=changes,
    )
    return create_record(version, actor=actor, reason=note)


@transaction.atomic
def move_agenda_item(
    item: AgendaItem,
    *,
    actor: Actor,
    after: AgendaItem | None,
    day: date | EllipsisType | None = ...,
) -> None:
    """Put an item behind another of its day, or first when `after` is None; the day's order is renumbered.

    `day` takes it to another day, None to those whose day is not known.
    Raises Forbidden, and Refused when the other item is of another day or an hour would lose its day.
    """
    to = item.day if isinstance(day, EllipsisType) else day
    siblings = list(AgendaItem.objects.filter(visit=item.visit_id, day=to).exclude(pk=item.pk))
    if after is not None and after not in siblings:
        raise Refused(_("An item cannot be put behind one of another day."), code="other_day")
    position = siblings.index(after) + 1 if after is not None else 0
    siblings.insert(position, item)
    for order, sibling in enumerate(siblings, start=1):
        if sibling == item and item.day != to:
            _take_to(item, day=to, order=order, actor=actor)
        elif sibling.order != order:
            update_record(sibling, actor=actor, changes={"order": order})


@transaction.atomic
def move_to_day(item: AgendaItem, *, actor: Actor, day: date | None) -> None:
    """Take an item to another day, among its sessions by its hour, or behind them when it has none.

    Raises Forbidden, and Refused when an hour would lose its day.
    """
    if item.day != day:
        siblings = AgendaItem.objects.filter(visit=item.visit_id, day=day)
        _take_to(item, day=day, order=order_in_day(item.starts_at, siblings), actor=actor)


def _take_to(item: AgendaItem, *, day: date | None, order: int, actor: Actor) -> None:
    if day is None and item.starts_at is not None:
        raise Refused(_("An hour needs its day. Take the hours away first."), code="hour_without_day")
    update_record(item, actor=actor, changes={"day": day, "order": order})


@transaction.atomic
def copy_day(visit: StudyVisit, *, actor: Actor, day: date | None, to: date) -> list[AgendaItem]:
    """Add the sessions of a day to another one, behind what is there. Their hosts are asked anew.

    Raises Forbidden, and Refused when the day has no sessions.
    """
    originals = list(AgendaItem.objects.filter(visit=visit, day=day).with_related())
    if not originals:
        raise Refused(_("There is nothing to copy on this day."), code="empty_day")
    there = AgendaItem.objects.filter(visit=visit, day=to)
    last = max((item.order for item in there), default=0)
    copies = []
    for order, original in enumerate(originals, start=last + 1):
        copied = {name: getattr(original, name) for name in COPIED}
        copy = AgendaItem(visit=visit, day=to, order=order, **copied)
        copies.append(create_record(copy, actor=actor))
        for host in original.hosts.all():
            if host.status not in (HostStatus.DECLINED, HostStatus.REPLACED):
                create_record(AgendaHost(item=copy, institution=host.institution), actor=actor)
    return copies


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A session of a whole agenda as it shall be; `pk` is None for a new one, `hosts` for those it has already."""

    pk: int | None
    values: Mapping[str, Any]
    hosts: Collection[Institution] | None = None
    expected_version: int | None = None


@transaction.atomic
def replace_agenda(
    visit: StudyVisit, rows: Sequence[AgendaRow], *, actor: Actor, expected: Collection[int] | None
) -> None:
    """Make the agenda what the rows say: those with a key are changed, others added, those left out removed.

    A value or the hosts that a row leaves out stay as they are; so do the answers of hosts that stay.
    `expected` are the states (agenda.state_of) of which one must be today's.
    Raises StaleRecord, Forbidden, and RowsRefused with every row that cannot be written; then nothing is.
    """
    visit = lock(visit)
    require(actor.principal, "change", visit)
    locked = AgendaItem.objects.filter(visit=visit).select_for_update(of=("self",)).prefetch_related("hosts")
    items = {item.pk: item for item in locked}
    if expected is not None and state_of(items.values()) not in expected:
        raise stale(visit)
    together, kept = RowsTogether(), {row.pk for row in rows}
    for pk, item in items.items():
        if pk not in kept:
            with together.row("items"):
                _take_off(item, actor)
    seen: set[int] = set()
    for number, row in enumerate(rows):
        with together.row(f"items.{number}"):
            if row.pk is not None and row.pk not in items:
                raise field_error("id", _("This visit has no such session."), "does_not_exist")
            if row.pk in seen:
                raise field_error("id", _("Another row is about this session already."), "given_twice")
            seen |= {row.pk} if row.pk is not None else set()
            _write_row(visit, items.get(row.pk or 0), row, actor)
    together.settle()


def _take_off(item: AgendaItem, actor: Actor) -> None:
    """Remove a session of which nothing was written down yet; what was learnt in it must not go by omission."""
    if item.session_notes.exists() or item.outcomes.exists() or item.attendances.exists():
        raise Refused(
            _("“%(session)s” has notes, outcomes or attendance. Delete it by itself if they may go, too.")
            % {"session": item},
            code="in_use",
        )
    delete_record(item, actor=actor)


def _write_row(visit: StudyVisit, item: AgendaItem | None, row: AgendaRow, actor: Actor) -> None:
    values = dict(row.values)
    day, starts_at = (
        values.get(name, getattr(item, name) if item else None) for name in ("day", "starts_at")
    )
    is_moved = item is None or (item.day, item.starts_at) != (day, starts_at)
    # As on screen: who moves a session need not say where it stands then.
    if is_moved and (values.get("order") is None or (item and values["order"] == item.order)):
        others = AgendaItem.objects.filter(visit=visit, day=day).exclude(pk=item.pk if item else 0)
        values["order"] = order_in_day(starts_at, others)
    asked = {host.institution_id: host for host in item.hosts.all()} if item else {}
    if item is None:
        item = create_record(AgendaItem(visit=visit, **values), actor=actor)
    else:
        item = update_record(item, actor=actor, changes=values, expected_version=row.expected_version)
    if row.hosts is None:
        return
    wanted = {institution.pk: institution for institution in row.hosts}
    for key, host in asked.items():
        if key not in wanted:
            delete_record(host, actor=actor)
    for key, institution in wanted.items():
        if key not in asked:
            create_record(AgendaHost(item=item, institution=institution), actor=actor)


def _position_of(actor: Actor) -> str:
    """The seat, institution or role that the actor speaks for."""
    principal = actor.principal
    if principal.account_id is not None:
        seat = Delegate.objects.filter(account=principal.account_id).standing().order_by("-pk").first()
        if seat is not None:
            return str(seat)
    institutions = institutions_of(principal, {Role.PARTNER, Role.HOST})
    institution = Institution.objects.filter(pk__in=institutions).select_related("country").first()
    if institution is not None:
        return str(institution)
    held = {grant.role for grant in principal.grants}
    return next((str(role.label) for role in Role if role.value in held), "")


@transaction.atomic
def write_note(note: SessionNote, *, actor: Actor) -> SessionNote:
    """Add a session note, signed by the position of whoever writes it: readers need not know the person."""
    note.author_id = actor.user_id
    note.author_label = _position_of(actor)[:200]
    return create_record(note, actor=actor)


@transaction.atomic
def write_outcome(outcome: SessionOutcome, *, actor: Actor) -> SessionOutcome:
    """Add what came out of a session, for whoever writes it."""
    outcome.author_id = actor.user_id
    return create_record(outcome, actor=actor)


@transaction.atomic
def commit_outcome(
    outcome: SessionOutcome, commitment: Commitment, *, actor: Actor, expected_version: int | None = None
) -> Commitment:
    """Make a commitment of a task; the task names it from then on. Raises Refused when it is one already."""
    current = lock(outcome, expected_version=expected_version)
    if current.commitment_id is not None:
        raise Refused(_("A commitment was already made of this."), code="committed")
    made = create_record(commitment, actor=actor)
    update_record(current, actor=actor, changes={"commitment": made})
    return made


@transaction.atomic
def record_attendance(
    item: AgendaItem, statuses: Mapping[Delegate, str], *, actor: Actor
) -> list[Attendance]:
    """Set who was at a session; an empty status takes the row away. Returns the rows as they then stand."""
    present = {row.delegate_id: row for row in Attendance.objects.filter(item=item)}
    rows = []
    for delegate, status in statuses.items():
        row = present.get(delegate.pk)
        if not status:
            if row is not None:
                delete_record(row, actor=actor)
            continue
        if row is None:
            rows.append(
                create_record(
                    Attendance(item=item, delegate=delegate, status=AttendanceStatus(status)), actor=actor
                )
            )
        else:
            rows.append(update_record(row, actor=actor, changes={"status": AttendanceStatus(status)}))
    return rows


@transaction.atomic
def mark_delegates_attended(visit: StudyVisit, *, actor: Actor) -> Sequence[Delegate]:
    """Record that every confirmed delegate came; exceptions are put right one by one."""
    confirmed = visit.standing_delegates().filter(status=DelegateStatus.CONFIRMED)
    return [DELEGATE_WORKFLOW.apply(delegate, "mark_attended", actor=actor) for delegate in confirmed]


@transaction.atomic
def open_debrief(visit: StudyVisit, *, actor: Actor) -> Debrief:
    """The visit's debrief, begun if need be, with the visiting side listed from the delegation."""
    require(actor.principal, "create", Debrief(visit=visit))
    existing = Debrief.objects.filter(visit=visit).first()
    if existing is not None:
        return existing
    session = visit.agenda_items.filter(kind="debrief").last()
    debrief = create_record(
        Debrief(
            visit=visit, agenda_item=session, held_on=visit.ends_on, place=session.place if session else ""
        ),
        actor=actor,
    )
    for order, delegate in enumerate(visit.standing_delegates().select_related("institution"), start=1):
        create_record(
            DebriefParticipant(
                debrief=debrief,
                side="visiting",
                order=order,
                position=delegate.position,
                institution=delegate.institution,
                delegate=delegate,
                has_agreed=delegate.role == "head",
            ),
            actor=actor,
        )
    return debrief


@transaction.atomic
def agree_to_debrief(debrief: Debrief, agreeing: Iterable[int], *, is_final: bool, actor: Actor) -> Debrief:
    """Keep which participants agree for their side and, when it is final, record the agreement of both.

    Raises Refused when a side is missing, Forbidden, TransitionRefused; then nothing is written.
    """
    chosen = set(agreeing)
    participants = list(debrief.participants.all())
    if is_final and {row.side for row in participants if row.pk in chosen} != set(Side.values):
        raise Refused(
            _("Somebody of each side must agree: tick at least one position a side."), code="one_side"
        )
    for row in participants:
        update_record(row, actor=actor, changes={"has_agreed": row.pk in chosen})
    return DEBRIEF_WORKFLOW.apply(debrief, "agree", actor=actor) if is_final else debrief
