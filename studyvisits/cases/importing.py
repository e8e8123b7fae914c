"""Reading a case document into the portal: checked first, made through the services, all of it or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from delegations.models import Delegate, Delegation
from fmm_portal.casefiles.importing import DocumentImport, Entry, given
from fmm_portal.casefiles.schema import Step, validated
from fmm_portal.casefiles.steps import take
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import update_record
from fmm_portal.facility.cases.programmes import find_or_add_programme
from fmm_portal.facility.models import Action
from strategies.models import Milestone, PlanActivity, Strategy
from studyvisits.agenda import changes_between, snapshot_item
from studyvisits.cases.delegates import DelegateImport
from studyvisits.cases.exporting import (
    AGENDA_ITEM,
    COMMITMENT,
    DEBRIEF,
    NOTE,
    REPORTED,
    TARGETS,
    VISIT,
)
from studyvisits.cases.schema import CaseDocument
from studyvisits.models import (
    AgendaHost,
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
from studyvisits.services import join_delegation, plan_study_visit, record_attendance

# What a published version says of an item about which it says nothing.
UNTOLD_ITEM: dict[str, Any] = {
    "day": None, "starts_at": None, "ends_at": None, "order": 0, "kind": "", "topic": {}, "host_label": {},
    "place": "", "leg": {},
}  # fmt: skip


def import_case(document: Mapping[str, Any], *, actor: Actor) -> StudyVisit:
    """Make the visit of a document of format fmm-case/1, with its parts, its states and their reasons.

    Raises InvalidCase with everything that is wrong, each with its place; then nothing has changed.
    """
    case = validated(CaseDocument, document)
    with transaction.atomic():
        return _CaseImport(case, actor).run()


class _CaseImport(DocumentImport):
    def __init__(self, case: Entry, actor: Actor) -> None:
        super().__init__(case, actor)
        self.legs: dict[str, Leg] = {}
        self.items: dict[str, AgendaItem] = {}
        self.lessons: dict[str, Lesson] = {}
        self.delegates: dict[str, Delegate] = {}

    def run(self) -> StudyVisit:
        visit = self.plan()
        if visit is not None:
            self.add_legs(visit)
            self.add_delegations(visit)
            self.add_agenda(visit)
            self.add_versions(visit)
            self.add_questions(visit)
            self.add_lessons(visit)
            self.add_commitments(visit)
            debrief = self.add_debrief(visit)
            # States last: their guards look at everything above. Without it they would only repeat its errors.
            if not self.errors:
                self.take_steps(visit, debrief)
        self.errors.raise_any()
        assert visit is not None
        return StudyVisit.objects.get(pk=visit.pk)

    # --- Parts ---------------------------------------------------------------------------------------------

    def plan(self) -> StudyVisit | None:
        entry = self.case["visit"]
        if not self.is_new(StudyVisit, entry, "visit"):
            return None
        self.directory.load()
        programme, _is_new = find_or_add_programme(self.directory, self.case.get("programme"), "programme")
        themes = self.directory.themes(entry.get("themes", ()), "visit.themes")
        visit = StudyVisit(programme=programme, **self.links(entry), **given(entry, VISIT))
        with self.errors.at("visit") as place:
            plan_study_visit(visit, actor=self.actor, related={"themes": themes}, reason=self.reason())
        if place.refused:
            return None
        self.add_other_dates(visit, entry, "visit")
        return visit

    def links(self, entry: Entry) -> dict[str, Any]:
        """What the visit hangs on, as far as this portal has it; a part of what it has must be there."""
        action = self.linked(Action, entry.get("action"))
        strategy = self.linked(Strategy, entry.get("strategy"))
        links: dict[str, Any] = {"action": action, "strategy": strategy}
        if action is not None and "activity" in entry:
            links["activity"] = action.activities.filter(number=entry["activity"]).first()
        if strategy is not None and "milestone" in entry:
            links["milestone"] = milestone_like(strategy, entry["milestone"])
        if strategy is not None and "plan_activity" in entry:
            links["plan_activity"] = PlanActivity.objects.filter(
                plan__strategy=strategy, code=entry["plan_activity"]
            ).first()
        for name in ("activity", "milestone", "plan_activity"):
            if name in links and links[name] is None:
                self.errors.add(
                    f"visit.{name}", _("There is none such in the record that it should be part of.")
                )
        return links

    def add_legs(self, visit: StudyVisit) -> None:
        for number, entry in enumerate(self.entries("legs")):
            path = f"legs[{number}]"
            country = self.directory.country(entry["country"], f"{path}.country")
            if country is None:
                continue
            leg = Leg(
                visit=visit,
                country=country,
                order=entry.get("order", number + 1),
                **given(entry, ("city", "starts_on", "ends_on")),
            )
            if self.create(leg, path):
                self.remember(self.legs, entry.get("key"), leg, path)

    def add_delegations(self, visit: StudyVisit) -> None:
        for number, entry in enumerate(self.entries("delegations")):
            path = f"delegations[{number}]"
            targets, reported = entry.get("targets", {}), entry.get("reported", {})
            delegation = Delegation(
                **given(entry, ("name", "purpose", "notes")),
                **{f"target_{name}": targets.get(name) for name in TARGETS},
                **{f"reported_{name}": reported.get(name) for name in REPORTED},
            )
            countries = self.directory.countries(
                entry.get("sending_countries", ()), f"{path}.sending_countries"
            )
            institutions = self.directory.institutions(
                entry.get("sending_institutions", ()), f"{path}.sending_institutions"
            )
            related = {"sending_countries": countries, "sending_institutions": institutions}
            if self.create(delegation, path, related=related) is None:
                continue
            with self.errors.at(path):
                join_delegation(visit, delegation, actor=self.actor)
            made = DelegateImport(
                delegation, entry.get("delegates", ()), f"{path}.delegates", self.directory, self.actor
            ).run()
            for place, key, delegate in made:
                self.remember(self.delegates, key, delegate, place)

    def add_agenda(self, visit: StudyVisit) -> None:
        for number, entry in enumerate(self.entries("agenda")):
            path = f"agenda[{number}]"
            item = AgendaItem(
                visit=visit,
                leg=self.recall(self.legs, entry, "leg", path),
                order=entry.get("order", number + 1),
                **given(entry, AGENDA_ITEM),
            )
            if self.create(item, path) is None:
                continue
            self.remember(self.items, entry.get("key"), item, path)
            self.add_hosts(item, entry, path)
            self.add_attendance(item, entry, path)
            for nth, note in enumerate(entry.get("session_notes", ())):
                signed = SessionNote(item=item, author_label=note.get("author", ""), **given(note, NOTE))
                self.create(signed, f"{path}.session_notes[{nth}]")

    def add_hosts(self, item: AgendaItem, entry: Entry, path: str) -> None:
        for number, asked in enumerate(entry.get("hosts", ())):
            place = f"{path}.hosts[{number}]"
            institution = self.directory.institution(asked["institution"], f"{place}.institution")
            replaced_by = self.directory.institution(asked.get("replaced_by"), f"{place}.replaced_by")
            if institution is None:
                continue
            host = AgendaHost(
                item=item, institution=institution, replaced_by=replaced_by, comment=asked.get("comment", "")
            )
            if self.create(host, place) is None:
                continue
            answered = take(
                host, asked.get("steps", ()), actor=self.actor, errors=self.errors, path=f"{place}.steps"
            )
            if "answered_slot" in asked:
                with self.errors.at(place):
                    update_record(
                        answered, actor=self.actor, changes={"answered_slot": asked["answered_slot"]}
                    )

    def add_attendance(self, item: AgendaItem, entry: Entry, path: str) -> None:
        statuses = {}
        for key, status in entry.get("attendance", {}).items():
            delegate = self.recall(self.delegates, {key: key}, key, f"{path}.attendance")
            if delegate is not None:
                statuses[delegate] = status
        with self.errors.at(f"{path}.attendance"):
            record_attendance(item, statuses, actor=self.actor)

    def add_versions(self, visit: StudyVisit) -> None:
        previous: list[dict[str, Any]] | None = None
        for number, entry in enumerate(self.entries("agenda_versions")):
            path = f"agenda_versions[{number}]"
            if "items" in entry:
                items = [
                    self.published_item(item, f"{path}.items[{nth}]")
                    for nth, item in enumerate(entry["items"])
                ]
            else:
                rows = AgendaItem.objects.filter(visit=visit).with_related()
                items = [snapshot_item(item) for item in rows]
            version = AgendaVersion(
                visit=visit,
                published_by_id=self.actor.user_id,
                items=items,
                changes=changes_between(previous, items) if previous is not None else [],
                **given(entry, ("number", "published_at", "note")),
            )
            self.create(version, path, reason=version.note)
            previous = items

    def published_item(self, entry: Entry, path: str) -> dict[str, Any]:
        """An item as a version kept it, with the keys of this portal; an item that is gone has a negative one."""
        key = str(entry.get("item", ""))
        gone = key.removeprefix("removed-")
        if key in self.items:
            pk = self.items[key].pk
        elif key != gone and gone.isdecimal():
            pk = -int(gone)
        else:
            pk = 0
            self.errors.add(f"{path}.item", _("Nothing has the key “%(key)s”.") % {"key": key})
        hosts = []
        for number, host in enumerate(entry.get("hosts", ())):
            institution = self.directory.institution(
                host.get("institution"), f"{path}.hosts[{number}].institution"
            )
            hosts.append(
                {"institution_id": institution.pk if institution else None, "label": host.get("label", {})}
            )
        others = {name: value for name, value in entry.items() if name not in ("item", "hosts")}
        return {"id": pk, **UNTOLD_ITEM, **others, "hosts": hosts}

    def add_questions(self, visit: StudyVisit) -> None:
        for number, entry in enumerate(self.entries("learning_questions")):
            path = f"learning_questions[{number}]"
            question = LearningQuestion(
                visit=visit,
                order=entry.get("order", number + 1),
                asked_by=self.directory.institution(entry.get("asked_by"), f"{path}.asked_by"),
                agenda_item=self.recall(self.items, entry, "agenda_item", path),
                **given(entry, ("text", "status", "answer")),
            )
            self.create(question, path)

    def add_lessons(self, visit: StudyVisit) -> None:
        for number, entry in enumerate(self.entries("lessons")):
            path = f"lessons[{number}]"
            lesson = Lesson(
                visit=visit,
                order=entry.get("order", number + 1),
                agenda_item=self.recall(self.items, entry, "agenda_item", path),
                learnt_from=self.directory.institution(entry.get("learnt_from"), f"{path}.learnt_from"),
                **given(entry, ("text", "transferability")),
            )
            if self.create(lesson, path):
                self.remember(self.lessons, entry.get("key"), lesson, path)

    def add_commitments(self, visit: StudyVisit) -> None:
        for number, entry in enumerate(self.entries("commitments")):
            path = f"commitments[{number}]"
            commitment = Commitment(
                source=visit,
                owed_by=self.directory.institution(entry.get("owed_by"), f"{path}.owed_by"),
                owed_to=self.directory.institution(entry.get("owed_to"), f"{path}.owed_to"),
                lesson=self.recall(self.lessons, entry, "lesson", path),
                **given(entry, COMMITMENT),
            )
            if self.create(commitment, path):
                take(
                    commitment,
                    entry.get("steps", ()),
                    actor=self.actor,
                    errors=self.errors,
                    path=f"{path}.steps",
                )

    def add_debrief(self, visit: StudyVisit) -> Debrief | None:
        entry = self.case.get("debrief")
        if entry is None:
            return None
        debrief = Debrief(
            visit=visit,
            agenda_item=self.recall(self.items, entry, "agenda_item", "debrief"),
            **given(entry, DEBRIEF),
        )
        if self.create(debrief, "debrief") is None:
            return None
        for number, participant in enumerate(entry.get("participants", ())):
            path = f"debrief.participants[{number}]"
            row = DebriefParticipant(
                debrief=debrief,
                order=participant.get("order", number + 1),
                institution=self.directory.institution(participant.get("institution"), f"{path}.institution"),
                delegate=self.recall(self.delegates, participant, "delegate", path),
                **given(participant, ("side", "position", "has_agreed")),
            )
            self.create(row, path)
        return debrief

    # --- States --------------------------------------------------------------------------------------------

    def take_steps(self, visit: StudyVisit, debrief: Debrief | None) -> None:
        """The visit's steps, and between them the debrief's: agreed before it is reported, settled before it closes."""
        steps: Sequence[Step] = self.case["visit"].get("steps", ())
        waiting: list[Step] = list(self.case["debrief"].get("steps", ())) if debrief is not None else []
        current: Record = visit
        first = 0

        def debrief_steps(count: int) -> None:
            nonlocal first
            assert debrief is not None
            take(
                debrief,
                waiting[:count],
                actor=self.actor,
                errors=self.errors,
                path="debrief.steps",
                first=first,
            )
            del waiting[:count]
            first += count

        for number, step in enumerate(steps):
            names = [each.name for each in waiting]
            if step.name == "report" and "agree" in names:
                debrief_steps(names.index("agree") + 1)
            elif step.name in ("close", "cancel") and waiting:
                debrief_steps(len(waiting))
            current = take(
                current, [step], actor=self.actor, errors=self.errors, path="visit.steps", first=number
            )
            if self.errors:
                return
        if waiting:
            debrief_steps(len(waiting))


def milestone_like(strategy: Strategy, link: Entry) -> Milestone | None:
    """The milestone of a kind and date, in the order of the process; two alike are told apart by nothing else."""
    alike = strategy.milestones.filter(kind=link["kind"])
    return next((milestone for milestone in alike if milestone.begins_on == link.get("on")), None)
