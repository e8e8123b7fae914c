"""Study visits and their parts through the API: the contract of each resource."""

import itertools
from typing import Any

from fmm_portal.core.models import Record
from fmm_portal.institutions.models import Theme
from studyvisits.models import AgendaVersion, Attendance
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    DebriefParticipantFactory,
    LearningQuestionFactory,
    LegFactory,
    LessonFactory,
    SessionNoteFactory,
    SessionOutcomeFactory,
    StudyVisitFactory,
)
from tests.personas import aneti


def an_item(**values: Any) -> Any:
    visit = StudyVisitFactory()
    return AgendaItemFactory(visit=visit, leg=visit.legs.first(), **values)


class TestStudyVisitApi(ApiContract):
    resource = "study-visits"
    deletes = False
    change = {"ends_on": "2019-01-26", "outcomes": {"fr": "Coopération"}}
    bad = {"starts_on": "January", "title": {}, "theme_ids": [0], "sources": "the press"}
    ordering = "reference"
    is_searchable = True

    def make(self) -> Record:
        visit = StudyVisitFactory(
            programme=ProgrammeFactory(), sending="TG BJ", hosting="TN IT", owner=as_persona("amina").user
        )
        visit.themes.set(Theme.objects.all()[:2])
        visit.delegations.first().sending_institutions.add(InstitutionFactory())
        item = AgendaItemFactory(visit=visit)
        AgendaHostFactory(item=item)
        CommitmentFactory(visit=visit)
        return visit  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        record.delegations.add(DelegationFactory(sending_countries=[country("GH")]))
        DelegateFactory(delegation=record.delegations.first())
        LegFactory(visit=record, country=country("MA"))
        AgendaHostFactory(item=AgendaItemFactory(visit=record))
        CommitmentFactory(visit=record)

    def payload(self) -> dict[str, Any]:
        return {
            "title": {"en": "Togo visits Tunisia", "fr": "Le Togo visite la Tunisie"},
            "programme_id": ProgrammeFactory().pk,
            "theme_ids": [Theme.objects.order_by("pk")[0].pk],
            "delegation_ids": [DelegationFactory(sending_countries=[country("TG")]).pk],
            "starts_on": "2019-01",
            "sources": ["https://example.org/visit"],
        }

    def found_by(self, record: Any) -> str:
        return str(record.reference)


class TestLegApi(ApiContract):
    resource = "legs"
    change = {"city": "Sfax", "starts_on": "2019-01-22"}
    bad = {"country_id": 0, "starts_on": "2019-02-30"}

    def make(self) -> Record:
        return LegFactory()  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {
            "visit_id": StudyVisitFactory().pk,
            "order": 2,
            "country_id": country("IT").pk,
            "city": "Catania",
        }


class TestLearningQuestionApi(ApiContract):
    resource = "learning-questions"
    change = {"status": "answered", "answer": {"fr": "Par un guichet unique"}}
    bad = {"status": "maybe", "text": {}}
    ordering = "order"

    def make(self) -> Record:
        item = an_item()
        return LearningQuestionFactory(  # type: ignore[no-any-return]
            visit=item.visit, agenda_item=item, asked_by=InstitutionFactory()
        )

    def payload(self) -> dict[str, Any]:
        return {"visit_id": StudyVisitFactory().pk, "text": {"en": "Who registers returnees?"}, "order": 1}


class TestAgendaItemApi(ApiContract):
    resource = "agenda-items"
    change = {"day": "2019-01-24", "place": "Tunis"}
    bad = {"day": "2019-01-26", "kind": "party", "leg_id": 0}
    ordering = "order"
    is_searchable = True
    places = itertools.count()

    def make(self) -> Record:
        item = an_item(place=f"Hall{next(self.places)}x")
        AgendaHostFactory(item=item)
        AgendaHostFactory(item=item)
        return item  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        AgendaHostFactory(item=record)

    def payload(self) -> dict[str, Any]:
        return {
            "visit_id": StudyVisitFactory().pk,
            "day": "2019-01-21",
            "starts_at": "09:00:00",
            "kind": "courtesy",
            "topic": {"en": "Welcome"},
        }

    def found_by(self, record: Any) -> str:
        return str(record.place)


class TestAgendaHostApi(ApiContract):
    resource = "agenda-hosts"
    change = {"comment": "By telephone"}
    bad = {"institution_id": "ANETI", "item_id": 0}

    def make(self) -> Record:
        return AgendaHostFactory(item=an_item(), replaced_by=InstitutionFactory())  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {"item_id": an_item().pk, "institution_id": aneti().pk}


class TestAgendaVersionApi(ApiContract):
    resource = "agenda-versions"
    creates = updates = deletes = False
    ordering = "updated_at"

    def make(self) -> Record:
        return AgendaVersion.objects.create(
            visit=StudyVisitFactory(), number=1, published_by=as_persona("amina").user, items=[{"id": 1}]
        )


class TestAttendanceApi(ApiContract):
    resource = "attendances"
    change = {"status": "remote"}
    bad = {"status": "asleep", "delegate_id": 0}

    def make(self) -> Record:
        item = an_item()
        delegate = DelegateFactory(delegation=item.visit.delegations.first())
        return Attendance.objects.create(item=item, delegate=delegate)

    def payload(self) -> dict[str, Any]:
        item = an_item()
        delegate = DelegateFactory(delegation=item.visit.delegations.first())
        return {"item_id": item.pk, "delegate_id": delegate.pk, "status": "present"}


class TestSessionNoteApi(ApiContract):
    resource = "session-notes"
    change = {"key_points": {"en": "One window for all"}, "transferability": "high"}
    bad = {"transferability": "total", "item_id": 0}
    ordering = "created_at"

    def make(self) -> Record:
        return SessionNoteFactory(item=an_item(), author=as_persona("amina").user, is_shared=True)  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {"item_id": an_item().pk, "key_points": {"fr": "Un guichet unique"}, "is_shared": False}


class TestSessionOutcomeApi(ApiContract):
    """Work in progress: viewers, who read the programme, do not read it before the debrief takes it up."""

    resource = "session-outcomes"
    reader = "marc"
    refused = outsider = "eva"
    refusal = (404, "not_found")
    change = {"kind": "decision", "text": {"fr": "Un guichet unique"}}
    bad = {"kind": "rumour", "text": {}}

    def make(self) -> Record:
        item = an_item()
        return SessionOutcomeFactory(  # type: ignore[no-any-return]
            item=item, author=as_persona("amina").user, commitment=CommitmentFactory(visit=item.visit)
        )

    def payload(self) -> dict[str, Any]:
        return {"item_id": an_item().pk, "kind": "task", "text": {"fr": "Envoyer le manuel"}}

    def test_task_becomes_a_commitment_once(self) -> None:
        amina, outcome = as_persona("amina"), SessionOutcomeFactory(item=an_item(), kind="task")
        path = f"session-outcomes/{outcome.pk}/make-commitment/"
        body = {"owed_by_id": aneti().pk, "due_on": "2019-03", "version": 1}
        made = amina.post(path, body)
        assert made.status_code == 201, made.content
        shown = made.json()
        assert (shown["text"], shown["visit_id"]) == (dict(outcome.text), outcome.item.visit_id)
        assert (shown["owed_by_id"], shown["due_on"]) == (aneti().pk, "2019-03")
        assert amina.get(self.address(outcome)).json()["commitment_id"] == shown["id"]
        self.problem(amina.post(path, body), 412, "stale")
        self.problem(amina.post(path, {}), 409, "committed")
        assert [row["id"] for row in amina.get("session-outcomes/?is_committed=true").json()["results"]] == [
            outcome.pk
        ]


class TestLessonApi(ApiContract):
    resource = "lessons"
    change = {"transferability": "medium"}
    bad = {"text": {}, "learnt_from_id": 0}
    ordering = "order"
    is_searchable = True

    def make(self) -> Record:
        item = an_item()
        return LessonFactory(visit=item.visit, agenda_item=item, learnt_from=InstitutionFactory())  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {
            "visit_id": StudyVisitFactory().pk,
            "text": {"en": "One window"},
            "learnt_from_id": aneti().pk,
        }

    def found_by(self, record: Any) -> str:
        # "Lesson 7" is also part of "Lesson 70"; what makes the row its own is its visit.
        return f"Lesson&visit_id={record.visit_id}"


class TestDebriefApi(ApiContract):
    resource = "debriefs"
    change = {"held_on": "2019-01-25", "place": "ANETI"}
    bad = {"held_on": "Friday", "recap": "Good"}
    # Drafts are for the programme; agreed debriefs are read by all and changed by nobody.
    refusal = (404, "not_found")

    def make(self, **values: Any) -> Record:
        item = an_item()
        debrief = DebriefFactory(visit=item.visit, agenda_item=item, **values)
        DebriefParticipantFactory(debrief=debrief, institution=InstitutionFactory())
        return debrief  # type: ignore[no-any-return]

    def make_readable(self) -> Record:
        return self.make(status="agreed")

    def grow(self, record: Any) -> None:
        DebriefParticipantFactory(debrief=record, institution=InstitutionFactory())

    def payload(self) -> dict[str, Any]:
        return {"visit_id": StudyVisitFactory().pk, "held_on": "2019-01-25", "recap": {"en": "What we saw"}}


class TestDebriefParticipantApi(ApiContract):
    resource = "debrief-participants"
    change = {"has_agreed": True}
    bad = {"side": "third", "position": {}}
    refusal = (404, "not_found")

    def make(self, **values: Any) -> Record:
        return DebriefParticipantFactory(  # type: ignore[no-any-return]
            debrief=DebriefFactory(**values), institution=InstitutionFactory(), delegate=DelegateFactory()
        )

    def make_readable(self) -> Record:
        return self.make(status="agreed")

    def payload(self) -> dict[str, Any]:
        return {"debrief_id": DebriefFactory().pk, "side": "hosting", "position": {"fr": "Directeur général"}}


class TestCommitmentApi(ApiContract):
    resource = "commitments"
    change = {"due_on": "2019-06", "owed_to_id": None}
    bad = {"due_on": "soon", "owed_by_id": 0, "text": {}}
    ordering = "reference"
    is_searchable = True

    def make(self) -> Record:
        visit = StudyVisitFactory()
        return CommitmentFactory(  # type: ignore[no-any-return]
            visit=visit,
            lesson=LessonFactory(visit=visit),
            owed_by=InstitutionFactory(),
            owed_to=InstitutionFactory(),
            owner=as_persona("amina").user,
        )

    def payload(self) -> dict[str, Any]:
        return {
            "visit_id": StudyVisitFactory().pk,
            "text": {"en": "Send the manual"},
            "owed_by_id": aneti().pk,
            "due_on": "2019-06",
        }

    def found_by(self, record: Any) -> str:
        return str(record.reference)
