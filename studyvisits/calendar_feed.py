"""What study visits put into the calendars that people subscribe to: published agendas, commitments due.

Sessions come from the published agenda alone once there is one: what an officer still moves about reaches nobody's
calendar. Before that they are shown as tentative.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.models import Delegate
from fmm_portal.accounts.roles import reads_the_programme
from fmm_portal.calendars.entries import (
    Content,
    Entry,
    EntryStatus,
    FeedKind,
    Undated,
    register_feed,
    register_personal,
)
from fmm_portal.calendars.personal import deleted_entries, id_of, mine, oldest_day
from fmm_portal.calendars.zones import at, zone_in_words, zone_of
from fmm_portal.core.models import Follow
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal
from studyvisits.agenda import Snapshot, snapshot_item
from studyvisits.enums import CommitmentStatus, HostStatus, VisitStatus
from studyvisits.models import AgendaItem, AgendaVersion, Commitment, Leg, StudyVisit
from studyvisits.published import REMOVED, kind_of, title_of

VISIT = "study-visit"
# Each published version counts for more than all changes of a visit between two of them.
VERSION = 1000
UNSURE = (VisitStatus.PLANNED, VisitStatus.POSTPONED)
NOT_COMING = (HostStatus.DECLINED, HostStatus.REPLACED)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as people's calendars have it: as the last version that has it says, or as it stands unpublished."""

    item: Mapping[str, Any]
    # The version in which it last changed; 0 while none is published.
    number: int
    changed_at: datetime
    is_removed: bool = False
    # Of its own record, while none is published.
    version: int = 0
    # As it was while its day was still known.
    dated: Mapping[str, Any] | None = None


def published_sessions(versions: Iterable[AgendaVersion]) -> list[Session]:
    """Every session that was ever published, as it was last; oldest version first."""
    found: dict[int, Session] = {}
    for version in versions:
        changed = {change["item"]["id"] for change in version.changes}
        for item in version.items:
            known = found.get(item["id"])
            if known is None or known.is_removed or item["id"] in changed:
                dated = None if known is None else known.item if known.item["day"] else known.dated
                found[item["id"]] = Session(item, version.number, version.published_at, dated=dated)
            else:
                found[item["id"]] = replace(known, item=item)
        for change in version.changes:
            if change["change"] == REMOVED:
                item = change["item"]
                found[item["id"]] = Session(item, version.number, version.published_at, is_removed=True)
    return list(found.values())


def sessions_of(visit: StudyVisit) -> list[Session]:
    """Reads prefetched rows, see `for_calendar`."""
    versions = sorted(visit.agenda_versions.all(), key=lambda version: version.number)
    if versions:
        return published_sessions(versions)
    return [
        Session(snapshot_item(item), 0, item.updated_at, version=item.version)
        for item in visit.agenda_items.all()
    ]


def for_calendar(rows: Any, principal: Principal) -> Any:
    """Visits with all that their calendar tells, as far as the principal reads it."""
    return rows.prefetch_related(
        "legs__country",
        Prefetch("agenda_versions", AgendaVersion.objects.visible_to(principal)),
        Prefetch("agenda_items", AgendaItem.objects.visible_to(principal).with_related()),
    )


def visit_contents(visit: StudyVisit, principal: Principal) -> Iterator[Content]:
    """The visit over its days, and its sessions."""
    legs = list(visit.legs.all())
    leg_ids = {item.pk: item.leg_id for item in visit.agenda_items.all()}
    sessions = sessions_of(visit)
    last = max((session.number for session in sessions), default=0)
    undated = [title_of(each.item) for each in sessions if not each.item["day"] and not each.is_removed]
    changed_at = max([visit.updated_at, *(session.changed_at for session in sessions)])
    yield _visit_entry(visit, legs, last, undated, changed_at)
    for session in sessions:
        if session.item["day"]:
            yield _session_entry(visit, session, _leg_of(session.item, legs, leg_ids))
        elif not session.is_removed:
            yield Undated(f"{visit.reference} {title_of(session.item)}")
            if session.dated is not None:
                gone = replace(session, item=session.dated, is_removed=True)
                yield _session_entry(visit, gone, _leg_of(gone.item, legs, leg_ids))


def _visit_entry(
    visit: StudyVisit, legs: list[Leg], last: int, undated: list[str], changed_at: datetime
) -> Content:
    first = visit.starts_on
    if first is None or not first.is_exact or (visit.ends_on is not None and not visit.ends_on.is_exact):
        return Undated(f"{visit} ({first or _('dates not known')})")
    lines = [_("Study visit"), _agenda_state(last)]
    if undated:
        lines += [_("Order known, day not") + ":", *(f"- {title}" for title in undated)]
    return Entry(
        uid=f"visit-{visit.pk}",
        sequence=VERSION * last + visit.version,
        title=str(visit),
        starts=first.earliest,
        ends=visit.ends_on.latest if visit.ends_on else None,
        changed_at=changed_at,
        status=_status(visit),
        place="; ".join(str(leg) for leg in legs),
        text="\n".join(lines),
        path=visit.get_absolute_url(),
        category=_("Study visit"),
    )


def _agenda_state(number: int) -> str:
    if not number:
        return _("The agenda is not published yet: all of it may still change.")
    return _("Agenda, version %(number)d") % {"number": number}


def _status(visit: StudyVisit) -> EntryStatus:
    if visit.status == VisitStatus.CANCELLED:
        return EntryStatus.CANCELLED
    return EntryStatus.TENTATIVE if visit.status in UNSURE else EntryStatus.CONFIRMED


def _session_entry(visit: StudyVisit, session: Session, leg: Leg | None) -> Entry:
    item = session.item
    day = date.fromisoformat(item["day"])
    zone = zone_of(leg.country.code, leg.city) if leg is not None else None
    starts: date | datetime = day
    ends: datetime | None = None
    if item["starts_at"]:
        starts = at(day, time.fromisoformat(item["starts_at"]), zone)
        ends = at(day, time.fromisoformat(item["ends_at"]), zone) if item["ends_at"] else None
    status = _status(visit)
    if session.is_removed:
        status = EntryStatus.CANCELLED
    elif not session.number and status == EntryStatus.CONFIRMED:
        status = EntryStatus.TENTATIVE
    return Entry(
        uid=f"agenda-item-{item['id']}",
        sequence=VERSION * session.number + visit.version + session.version,
        title=title_of(item),
        starts=starts,
        ends=ends,
        changed_at=max(session.changed_at, visit.updated_at),
        status=status,
        place=", ".join(filter(None, (item["place"], str(leg) if leg is not None else ""))),
        text=_session_text(visit, session, starts),
        path=_session_path(visit, session),
        category=_("Session"),
    )


def _session_text(visit: StudyVisit, session: Session, starts: date | datetime) -> str:
    item = session.item
    hosts = [
        str(Multilingual.of(host["label"])) for host in item["hosts"] if host.get("answer") not in NOT_COMING
    ] or [str(Multilingual(item["host_label"]))]
    lines = [
        kind_of(item["kind"]),
        _("Hosts: %(hosts)s") % {"hosts": ", ".join(hosts)} if any(hosts) else "",
        zone_in_words(starts) if isinstance(starts, datetime) else "",
        str(visit),
        _agenda_state(session.number),
    ]
    return "\n".join(filter(None, lines))


def _session_path(visit: StudyVisit, session: Session) -> str:
    if session.is_removed:
        return reverse("studyvisits:visit_agenda", args=[visit.pk])
    return reverse("studyvisits:agenda_item_detail", args=[visit.pk, session.item["id"]])


def _leg_of(
    item: Snapshot | Mapping[str, Any], legs: list[Leg], leg_ids: Mapping[int, int | None]
) -> Leg | None:
    """The leg that a session names, else the only one, else the only one of its day."""
    named = leg_ids.get(item["id"])
    for leg in legs:
        if leg.pk == named:
            return leg
    if len({leg.country_id for leg in legs}) == 1:
        return legs[0]
    day = date.fromisoformat(item["day"])
    there = [
        leg
        for leg in legs
        if leg.starts_on and leg.ends_on and leg.starts_on.latest <= day <= leg.ends_on.earliest
    ]
    return there[0] if len(there) == 1 else None


# --- A person's own calendar ------------------------------------------------------------------------------


def their_visits(principal: Principal) -> Iterator[Content]:
    """The visits that a person answers for, follows or travels on; of agencies and hosts all that they see."""
    account = principal.account_id
    rows = StudyVisit.objects.visible_to(principal)
    if reads_the_programme(principal):
        seats = Delegate.objects.filter(account=account).order_by().values("delegation__study_visits")
        rows = rows.filter(Q(owner=account) | Q(pk__in=_followed(account, StudyVisit)) | Q(pk__in=seats))
    day = PartialDate.of(oldest_day())
    rows = rows.exclude(Q(ends_on__lt=day) & Q(starts_on__lt=day))
    for visit in for_calendar(rows.order_by("pk"), principal):
        yield from visit_contents(visit, principal)


def _followed(account: int | None, model: type[Any]) -> Any:
    kind = ContentType.objects.get_for_model(model)
    return Follow.objects.filter(user=account, subject_type=kind).values("subject_id")


def their_commitments(principal: Principal) -> Iterator[Content]:
    """What the person follows up, and what their institution owes, on the day that it is due."""
    account, institutions = principal.account_id, mine(principal)
    rows = (
        Commitment.objects.visible_to(principal)
        .filter(Q(owner=account) | Q(owed_by__in=institutions))
        .filter(due_on__isnull=False)
        .exclude(due_on__lt=PartialDate.of(oldest_day()))
    )
    for row in rows.order_by("pk").select_related("owed_by__country", "owed_to__country"):
        yield _commitment(row)

    def is_theirs(before: Mapping[str, Any]) -> bool:
        return id_of(before.get("owner")) == account or id_of(before.get("owed_by")) in institutions

    yield from deleted_entries(Commitment, "commitment", "due_on", is_theirs)


def _commitment(row: Commitment) -> Content:
    assert row.due_on is not None
    if not row.due_on.is_exact:
        return Undated(f"{row} ({row.due_on})")
    sides = [
        _("%(label)s: %(value)s") % {"label": label, "value": side}
        for label, side in ((_("Owed by"), row.owed_by), (_("Owed to"), row.owed_to))
        if side is not None
    ]
    return Entry(
        uid=f"commitment-{row.pk}",
        sequence=row.version,
        title=_("Due: %(commitment)s") % {"commitment": row.text},
        starts=row.due_on.earliest,
        ends=None,
        changed_at=row.updated_at,
        status=EntryStatus.CANCELLED if row.status == CommitmentStatus.DROPPED else EntryStatus.CONFIRMED,
        text="\n".join([f"{row.reference} · {row.get_status_display()}", *sides]),
        path=row.get_absolute_url(),
        category=_("Commitment due"),
    )


def find_visit(pk: int, principal: Principal) -> StudyVisit | None:
    rows = for_calendar(StudyVisit.objects.visible_to(principal).filter(pk=pk), principal)
    found: StudyVisit | None = rows.first()
    return found


def register() -> None:
    register_feed(
        FeedKind(
            key=VISIT,
            find=find_visit,
            name=str,
            about=gettext_lazy(
                "The published agenda in your own calendar. It follows each version that is published; until the "
                "first one, sessions are shown as tentative."
            ),
            contents=visit_contents,
            page=lambda visit: reverse("studyvisits:visit_agenda", args=[visit.pk]),
        )
    )
    register_personal(their_visits)
    register_personal(their_commitments)
