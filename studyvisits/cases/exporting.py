"""Writing a study visit as one document: everything that the actor may see, never who the people are."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from delegations.models import Delegate, Delegation
from fmm_portal.casefiles.exporting import DocumentExport, fields, unless
from fmm_portal.casefiles.steps import steps_taken, written
from fmm_portal.casefiles.values import told
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.facility.cases.programmes import describe_programme
from fmm_portal.institutions.models import Institution
from studyvisits.cases.schema import CASE_FORMAT
from studyvisits.enums import HostStatus
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    StudyVisit,
)

VISIT = (
    "reference", "title", "starts_on", "ends_on", "stated_duration_days", "dates_note", "objectives", "outcomes",
    "sources",
)  # fmt: skip
DELEGATE = ("position", "constituency", "seats", "notes")
AGENDA_ITEM = ("day", "starts_at", "ends_at", "kind", "topic", "host_label", "place", "languages", "notes")
NOTE = ("key_points", "practice_observed", "transferability", "open_questions", "people_met", "is_shared")
DEBRIEF = ("held_on", "place", "recap", "cooperation_points", "next_steps")
COMMITMENT = ("reference", "text", "due_on", "evidence", "done_on", "notes")
TARGETS = ("size", "women_percent", "government", "employers", "workers", "civil_society")
REPORTED = ("size", "women", "men")


def export_case(visit: StudyVisit, *, actor: Actor) -> dict[str, Any]:
    """The visit as a document of format fmm-case/1 that can be imported elsewhere.

    Positions, never persons: names, contacts and accounts stay here. Raises Forbidden.
    """
    require(actor.principal, "view", visit)
    return _CaseExport(visit, actor).document()


class _CaseExport(DocumentExport):
    def __init__(self, visit: StudyVisit, actor: Actor) -> None:
        super().__init__(actor)
        self.visit = visit
        self.legs = self.seen(Leg, visit=visit)
        self.items = self.seen(AgendaItem, visit=visit)
        self.lessons = self.seen(Lesson, visit=visit)
        self.name("leg", self.legs)
        self.name("item", self.items)
        self.name("lesson", self.lessons)

    def document(self) -> dict[str, Any]:
        visit = self.visit
        parts = {
            "programme": describe_programme(self.directory, visit.programme),
            "legs": [self.leg(number, leg) for number, leg in enumerate(self.legs, start=1)],
            # Delegates first: their keys are used further on.
            "delegations": self.delegations(),
            "learning_questions": self.questions(),
            "agenda": self.agenda(),
            "agenda_versions": self.versions(),
            "debrief": self.debrief(),
            "lessons": self.lessons_learnt(),
            "commitments": self.commitments(),
        }
        facts = told(
            **fields(visit, VISIT),
            themes=sorted(theme.code for theme in visit.themes.all()),
            other_dates=self.other_dates([visit])[visit.pk],
            **self.links(),
            steps=written(steps_taken([visit])[visit.pk]),
        )
        return {
            "format": CASE_FORMAT,
            "visit": facts,
            **told(institutions=self.directory.described()),
            **told(**parts),
        }

    def links(self) -> dict[str, Any]:
        """What the visit hangs on, as another file finds it."""
        visit = self.visit
        action, strategy = self.reference(visit.action), self.reference(visit.strategy)
        links: dict[str, Any] = {"action": action, "strategy": strategy}
        if action and visit.activity:
            links["activity"] = visit.activity.number
        if strategy and visit.milestone:
            links["milestone"] = told(kind=visit.milestone.kind, on=visit.milestone.begins_on)
        if strategy and visit.plan_activity:
            links["plan_activity"] = visit.plan_activity.code
        return links

    def leg(self, number: int, leg: Leg) -> dict[str, Any]:
        return told(
            key=self.keys[leg],
            country=leg.country.code,
            city=leg.city,
            starts_on=leg.starts_on,
            ends_on=leg.ends_on,
            order=unless(leg.order, number),
        )

    def delegations(self) -> list[dict[str, Any]]:
        rows = self.seen(Delegation, study_visits=self.visit)
        # The oldest first: the order in which they are made again.
        rows.sort(key=lambda delegation: delegation.pk)
        delegates = self.seen(
            Delegate, "institution__country", "country", "replaces", delegation__study_visits=self.visit
        )
        steps = steps_taken(delegates)
        by_delegation: dict[int, list[Delegate]] = {row.pk: [] for row in rows}
        for delegate in delegates:
            by_delegation.setdefault(delegate.delegation_id, []).append(delegate)
        travelling = [delegate for row in rows for delegate in by_delegation[row.pk]]
        self.keys |= {d: f"delegate-{number}" for number, d in enumerate(travelling, start=1)}
        return [self.delegation(row, by_delegation[row.pk], steps) for row in rows]

    def delegation(
        self, row: Delegation, delegates: list[Delegate], steps: Mapping[int, list[Any]]
    ) -> dict[str, Any]:
        return told(
            name=row.name,
            purpose=row.purpose,
            sending_countries=sorted(country.code for country in row.sending_countries.all()),
            sending_institutions=self.directory.keys(
                row.sending_institutions.select_related("country", "parent__country")
            ),
            targets=told(**{name: getattr(row, f"target_{name}") for name in TARGETS}),
            reported=told(**{name: getattr(row, f"reported_{name}") for name in REPORTED}),
            notes=row.notes,
            delegates=[
                told(
                    key=self.keys[delegate],
                    order=unless(delegate.order, number),
                    institution=self.directory.key(delegate.institution),
                    country=delegate.country.code if delegate.country else None,
                    role=unless(delegate.role, "member"),
                    sex=unless(delegate.sex, "not_stated"),
                    replaces=self.keys.get(delegate.replaces) if delegate.replaces else None,
                    steps=written(steps[delegate.pk]),
                    **{**fields(delegate, DELEGATE), "seats": unless(delegate.seats, 1)},
                )
                for number, delegate in enumerate(delegates, start=1)
            ],
        )

    def questions(self) -> list[dict[str, Any]]:
        return [
            told(
                order=unless(question.order, number),
                text=question.text,
                asked_by=self.directory.key(question.asked_by),
                agenda_item=self.keys.get(question.agenda_item) if question.agenda_item else None,
                status=unless(question.status, "open"),
                answer=question.answer,
            )
            for number, question in enumerate(
                self.seen(LearningQuestion, "asked_by__country", "agenda_item", visit=self.visit), start=1
            )
        ]

    def agenda(self) -> list[dict[str, Any]]:
        hosts = self.seen(
            AgendaHost, "institution__country", "replaced_by__country", "item", item__visit=self.visit
        )
        steps = steps_taken(hosts)
        notes = self.seen(SessionNote, item__visit=self.visit)
        attendance = self.seen(Attendance, "delegate", item__visit=self.visit)
        return [
            told(
                key=self.keys[item],
                leg=self.keys[item.leg] if item.leg else None,
                order=unless(item.order, number),
                hosts=[self.host(host, item, steps) for host in hosts if host.item_id == item.pk],
                attendance={
                    self.keys[row.delegate]: row.status
                    for row in attendance
                    if row.item_id == item.pk and row.delegate in self.keys
                },
                session_notes=[
                    told(author=note.author_label, **fields(note, NOTE))
                    for note in notes
                    if note.item_id == item.pk
                ],
                **fields(item, AGENDA_ITEM),
            )
            for number, item in enumerate(self.items, start=1)
        ]

    def host(self, host: AgendaHost, item: AgendaItem, steps: Mapping[int, list[Any]]) -> dict[str, Any]:
        has_moved = host.status == HostStatus.CONFIRMED and host.answered_slot != item.slot
        return told(
            institution=self.directory.key(host.institution),
            comment=host.comment,
            replaced_by=self.directory.key(host.replaced_by),
            answered_slot=host.answered_slot if has_moved else None,
            steps=written(steps[host.pk]),
        )

    def versions(self) -> list[dict[str, Any]]:
        """Published agendas as they were; an item that is gone since keeps a key of its own."""
        rows = sorted(self.seen(AgendaVersion, visit=self.visit), key=lambda version: version.number)
        keys = {item.pk: self.keys[item] for item in self.items}
        hosts = Institution.objects.in_bulk(
            {h["institution_id"] for row in rows for item in row.items for h in item["hosts"]}
        )
        for snapshot in (item for row in rows for item in row.items):
            if snapshot["id"] not in keys:
                keys[snapshot["id"]] = (
                    f"removed-{sum(key.startswith('removed-') for key in keys.values()) + 1}"
                )

        def item_of(snapshot: Mapping[str, Any]) -> dict[str, Any]:
            received_by = [
                told(institution=self.directory.key(hosts.get(h["institution_id"])), label=h["label"])
                for h in snapshot["hosts"]
            ]
            others = {name: value for name, value in snapshot.items() if name not in ("id", "hosts")}
            return {"item": keys[snapshot["id"]], **told(**others, hosts=received_by)}

        return [
            told(
                number=row.number,
                published_at=row.published_at.astimezone(UTC),
                note=row.note,
                items=[item_of(snapshot) for snapshot in row.items],
            )
            for row in rows
        ]

    def debrief(self) -> dict[str, Any] | None:
        found = self.seen(Debrief, visit=self.visit)
        if not found:
            return None
        debrief = found[0]
        participants = self.seen(DebriefParticipant, "institution__country", "delegate", debrief=debrief)
        return told(
            agenda_item=self.keys.get(debrief.agenda_item) if debrief.agenda_item else None,
            participants=[
                told(
                    side=participant.side,
                    order=unless(participant.order, number),
                    position=participant.position,
                    institution=self.directory.key(participant.institution),
                    delegate=self.keys.get(participant.delegate) if participant.delegate else None,
                    has_agreed=participant.has_agreed,
                )
                for number, participant in enumerate(participants, start=1)
            ],
            steps=written(steps_taken([debrief])[debrief.pk]),
            **fields(debrief, DEBRIEF),
        )

    def lessons_learnt(self) -> list[dict[str, Any]]:
        return [
            told(
                key=self.keys[lesson],
                order=unless(lesson.order, number),
                text=lesson.text,
                agenda_item=self.keys.get(lesson.agenda_item) if lesson.agenda_item else None,
                learnt_from=self.directory.key(lesson.learnt_from),
                transferability=lesson.transferability,
            )
            for number, lesson in enumerate(self.lessons, start=1)
        ]

    def commitments(self) -> list[dict[str, Any]]:
        rows = self.seen(Commitment, "owed_by__country", "owed_to__country", "lesson", study_visit=self.visit)
        steps = steps_taken(rows)
        return [
            told(
                owed_by=self.directory.key(row.owed_by),
                owed_to=self.directory.key(row.owed_to),
                lesson=self.keys.get(row.lesson) if row.lesson else None,
                steps=written(steps[row.pk]),
                **fields(row, COMMITMENT),
            )
            for row in rows
        ]
