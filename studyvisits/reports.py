"""The data of reports about study visits: plain, the same in every language, of what the requester may see.

Positions, never persons: names, addresses, telephones and documents of people are not read here at all.
"""

from collections.abc import Iterable
from datetime import time
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from delegations.composition import Composition, Share, composition_of
from delegations.models import Delegate, Delegation
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal
from fmm_portal.facility.report_data import (
    InstitutionData,
    ProgrammeData,
    Text,
    institution_data,
    iso,
    known_institution_data,
    programme_data,
)
from fmm_portal.reports.registry import ReportKind, register_report
from studyvisits import debrief_note
from studyvisits.agenda import snapshot_item, without_labels
from studyvisits.models import (
    AgendaItem,
    AgendaVersion,
    Commitment,
    Debrief,
    DebriefParticipant,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    StudyVisit,
)


class VisitData(TypedDict):
    reference: str
    title: Text
    status: str
    starts_on: str | None
    ends_on: str | None
    duration_days: int | None
    dates_note: Text
    objectives: Text
    outcomes: Text
    themes: list[Text]
    sending_countries: list[str]
    host_countries: list[str]


class LegData(TypedDict):
    country: str
    city: str
    starts_on: str | None
    ends_on: str | None


class SeatData(TypedDict):
    role: str
    position: Text
    institution: InstitutionData | None
    country: str | None
    constituency: str
    seats: int
    status: str
    note: Text


class GroupData(TypedDict):
    key: str
    count: int


class DelegationData(TypedDict):
    name: Text
    purpose: Text
    seats: list[SeatData]
    # People who came, or, while nobody is known to have come, who are meant to.
    total: int
    is_actual: bool
    is_reported: bool
    by_constituency: list[GroupData]
    by_sex: list[GroupData]


class HostData(TypedDict):
    institution: InstitutionData
    status: str


class NoteData(TypedDict):
    key_points: Text
    practice_observed: Text
    transferability: str
    open_questions: Text
    people_met: Text


class SessionData(TypedDict):
    number: int
    day: str | None
    starts_at: str | None
    ends_at: str | None
    kind: str
    topic: Text
    host_label: Text
    hosts: list[HostData]
    place: str
    leg: LegData | None
    languages: str
    remarks: Text
    notes: list[NoteData]


class AgendaData(TypedDict):
    version: int | None
    published_on: str | None
    is_changed_since: bool
    sessions: list[SessionData]


class QuestionData(TypedDict):
    text: Text
    asked_by: InstitutionData | None
    session: int | None
    status: str
    answer: Text


class LessonData(TypedDict):
    text: Text
    learnt_from: InstitutionData | None
    session: int | None
    transferability: str


class ParticipantData(TypedDict):
    side: str
    position: Text
    institution: InstitutionData | None
    has_agreed: bool


class DebriefData(TypedDict):
    held_on: str | None
    place: str
    recap: Text
    cooperation_points: Text
    next_steps: Text
    status: str
    participants: list[ParticipantData]


class CommitmentData(TypedDict):
    reference: str
    text: Text
    owed_by: InstitutionData | None
    owed_to: InstitutionData | None
    due_on: str | None
    status: str
    done_on: str | None


class DebriefNoteData(TypedDict):
    """`format` names this structure for those who read the file attached to the PDF."""

    format: str
    visit: VisitData
    programme: ProgrammeData | None
    legs: list[LegData]
    delegations: list[DelegationData]
    agenda: AgendaData
    questions: list[QuestionData]
    lessons: list[LessonData]
    debrief: DebriefData | None
    commitments: list[CommitmentData]
    sources: list[str]


def register() -> None:
    register_report(
        ReportKind(
            code="debrief-note",
            suffix="DN",
            label=_("Debrief note"),
            model=StudyVisit,
            template="reports/debrief_note.html",
            stylesheets=("reports/base.css", "reports/document.css", "reports/debrief_note.css"),
            build=build_debrief_note,
            present=debrief_note.present,
        )
    )


def build_debrief_note(visit: StudyVisit, principal: Principal) -> DebriefNoteData:
    """Everything the debrief note says, as far as the principal may see it."""
    visit = (
        StudyVisit.objects.with_detail().prefetch_related("programme__funders__former_names").get(pk=visit.pk)
    )
    on = visit.starts_on
    items = list(
        _of(AgendaItem.objects, visit, principal)
        .with_related()
        .prefetch_related("hosts__institution__former_names")
    )
    numbers = {item.pk: number for number, item in enumerate(items, start=1)}
    return {
        "format": "fmm-portal/debrief-note/1",
        "visit": _visit(visit),
        "programme": programme_data(visit.programme, visit.ends_on or visit.starts_on),
        "legs": [_leg(leg) for leg in _of(Leg.objects, visit, principal).select_related("country")],
        "delegations": _delegations(visit, principal),
        "agenda": _agenda(visit, principal, items),
        "questions": [
            {
                "text": dict(question.text),
                "asked_by": institution_data(question.asked_by, on),
                "session": numbers.get(question.agenda_item_id or 0),
                "status": question.status,
                "answer": dict(question.answer),
            }
            for question in _of(LearningQuestion.objects, visit, principal)
            .with_related()
            .prefetch_related("asked_by__former_names")
        ],
        "lessons": [
            {
                "text": dict(lesson.text),
                "learnt_from": institution_data(lesson.learnt_from, on),
                "session": numbers.get(lesson.agenda_item_id or 0),
                "transferability": lesson.transferability,
            }
            for lesson in _of(Lesson.objects, visit, principal)
            .with_related()
            .prefetch_related("learnt_from__former_names")
        ],
        "debrief": _debrief(visit, principal),
        "commitments": [
            {
                "reference": commitment.reference,
                "text": dict(commitment.text),
                "owed_by": institution_data(commitment.owed_by, on),
                "owed_to": institution_data(commitment.owed_to, on),
                "due_on": iso(commitment.due_on),
                "status": commitment.status,
                "done_on": iso(commitment.done_on),
            }
            for commitment in Commitment.objects.visible_to(principal)
            .made_at(visit)
            .with_related()
            .prefetch_related("owed_by__former_names", "owed_to__former_names")
        ],
        "sources": [str(source) for source in visit.sources],
    }


def _of(manager: Any, visit: StudyVisit, principal: Principal) -> Any:
    """The parts of the visit that the principal may see."""
    return manager.visible_to(principal).filter(visit=visit)


def _visit(visit: StudyVisit) -> VisitData:
    return {
        "reference": visit.reference,
        "title": dict(visit.title),
        "status": visit.status,
        "starts_on": iso(visit.starts_on),
        "ends_on": iso(visit.ends_on),
        "duration_days": visit.duration_days,
        "dates_note": dict(visit.dates_note),
        "objectives": dict(visit.objectives),
        "outcomes": dict(visit.outcomes),
        "themes": [dict(theme.name) for theme in visit.themes.all()],
        "sending_countries": [country.code for country in visit.sending_countries],
        "host_countries": [country.code for country in visit.host_countries],
    }


def _leg(leg: Leg) -> LegData:
    return {
        "country": leg.country.code,
        "city": leg.city,
        "starts_on": iso(leg.starts_on),
        "ends_on": iso(leg.ends_on),
    }


# --- The delegation -----------------------------------------------------------------------------------------


def _delegations(visit: StudyVisit, principal: Principal) -> list[DelegationData]:
    seen = Delegation.objects.visible_to(principal).filter(study_visits=visit)
    rows = seen.with_detail().prefetch_related("delegates__institution__former_names").order_by("pk")
    return [_delegation(delegation, visit.starts_on) for delegation in rows]


def _delegation(delegation: Delegation, on: PartialDate | None) -> DelegationData:
    standing = [delegate for delegate in delegation.delegates.all() if delegate.is_standing]
    balance = composition_of(delegation)
    return {
        "name": dict(delegation.name),
        "purpose": dict(delegation.purpose),
        "seats": [_seat(delegate, on) for delegate in standing],
        "total": balance.shown_total,
        "is_actual": bool(balance.actual),
        "is_reported": balance.is_reported,
        "by_constituency": _groups(balance, balance.by_constituency),
        "by_sex": _groups(balance, balance.by_sex),
    }


def _seat(delegate: Delegate, on: PartialDate | None) -> SeatData:
    country = delegate.institution.country if delegate.institution else delegate.country
    return {
        "role": delegate.role,
        "position": dict(delegate.position),
        "institution": institution_data(delegate.institution, on),
        "country": country.code if country else None,
        "constituency": delegate.effective_constituency,
        "seats": delegate.seats,
        "status": delegate.status,
        "note": dict(delegate.notes),
    }


def _groups(balance: Composition, shares: Iterable[Share]) -> list[GroupData]:
    """Counts by group; those of the total that no group claims are under ""."""
    counts = {share.key: share.actual if balance.actual else share.planned for share in shares}
    counts[""] = counts.pop("", 0) + counts.pop("not_stated", 0)
    counts[""] += max(0, balance.shown_total - sum(counts.values()))
    return [{"key": key, "count": count} for key, count in counts.items() if count]


# --- The agenda ---------------------------------------------------------------------------------------------


def _agenda(visit: StudyVisit, principal: Principal, items: list[AgendaItem]) -> AgendaData:
    last = _of(AgendaVersion.objects, visit, principal).order_by("-number").first()
    notes: dict[int, list[NoteData]] = {}
    # Drafts belong to their authors: only shared notes go into a report, whoever asks for it.
    for note in (
        SessionNote.objects.visible_to(principal).filter(item__visit=visit, is_shared=True).order_by("pk")
    ):
        notes.setdefault(note.item_id, []).append(_note(note))
    published = [without_labels(item) for item in last.items] if last else []
    return {
        "version": last.number if last else None,
        "published_on": last.published_at.date().isoformat() if last else None,
        "is_changed_since": bool(last)
        and published != [without_labels(snapshot_item(item)) for item in items],
        "sessions": [
            _session(item, number, notes.get(item.pk, []), visit.starts_on)
            for number, item in enumerate(items, start=1)
        ],
    }


def _session(item: AgendaItem, number: int, notes: list[NoteData], on: PartialDate | None) -> SessionData:
    return {
        "number": number,
        "day": iso(item.day),
        "starts_at": _hour(item.starts_at),
        "ends_at": _hour(item.ends_at),
        "kind": item.kind,
        "topic": dict(item.topic),
        "host_label": dict(item.host_label),
        "hosts": [
            {"institution": known_institution_data(host.institution, on), "status": host.status}
            for host in item.hosts.all()
        ],
        "place": item.place,
        "leg": _leg(item.leg) if item.leg else None,
        "languages": item.languages,
        "remarks": dict(item.notes),
        "notes": notes,
    }


def _note(note: SessionNote) -> NoteData:
    return {
        "key_points": dict(note.key_points),
        "practice_observed": dict(note.practice_observed),
        "transferability": note.transferability,
        "open_questions": dict(note.open_questions),
        "people_met": dict(note.people_met),
    }


# --- The debrief --------------------------------------------------------------------------------------------


def _debrief(visit: StudyVisit, principal: Principal) -> DebriefData | None:
    debrief = _of(Debrief.objects, visit, principal).first()
    if debrief is None:
        return None
    people = DebriefParticipant.objects.visible_to(principal).filter(debrief=debrief)
    return {
        "held_on": iso(debrief.held_on),
        "place": debrief.place,
        "recap": dict(debrief.recap),
        "cooperation_points": dict(debrief.cooperation_points),
        "next_steps": dict(debrief.next_steps),
        "status": debrief.status,
        "participants": [
            {
                "side": person.side,
                "position": dict(person.position),
                "institution": institution_data(person.institution, visit.starts_on),
                "has_agreed": person.has_agreed,
            }
            for person in people.select_related("institution__country").prefetch_related(
                "institution__former_names"
            )
        ],
    }


# --- Small parts --------------------------------------------------------------------------------------------


def _hour(value: time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
