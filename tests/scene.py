"""One visit with everything in it, and words planted where somebody must not read them."""

from dataclasses import dataclass, field
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from delegations.models import Delegate, Delegation
from fmm_portal.core.documents import attach_document
from fmm_portal.core.enums import Audience
from fmm_portal.core.models import Document
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.institutions.models import Contact, Institution
from studyvisits.enums import DebriefStatus
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
    SessionOutcome,
    StudyVisit,
)
from studyvisits.services import publish_agenda
from tests.factories.delegations import DelegateFactory
from tests.factories.institutions import ContactFactory, ProgrammeFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    DebriefParticipantFactory,
    LearningQuestionFactory,
    LessonFactory,
    SessionNoteFactory,
    SessionOutcomeFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class Scene:
    """Togo visits Tunisia. Each `secret` is a word that only the named circle may read."""

    visit: StudyVisit
    delegation: Delegation
    leg: Leg
    question: LearningQuestion
    item: AgendaItem
    host: AgendaHost
    version: AgendaVersion
    delegate: Delegate
    attendance: Attendance
    draft_note: SessionNote
    shared_note: SessionNote
    outcome: SessionOutcome
    debrief: Debrief
    participant: DebriefParticipant
    lesson: Lesson
    commitment: Commitment
    contact: Contact
    institution: Institution
    documents: dict[str, Document] = field(default_factory=dict)

    # Personal data: for the programme and the institution that sends the person.
    personal: tuple[str, ...] = (
        "Xylophone Person",
        "xylophone@example.org",
        "+228 99 88 77 66",
        "Marimba Delegate",
    )
    # Work in progress and the programme's own papers: for the programme.
    internal: tuple[str, ...] = (
        "Draft-note-words",
        "Outcome-words",
        "Draft-debrief-words",
        "Programme-paper",
    )
    # What everybody taking part and every viewer may read, and nobody else.
    of_the_visit: tuple[str, ...] = (
        "Confidential-visit-title",
        "Shared-note-words",
        "Confidential-commitment",
    )


def whole_visit(*, debrief_status: str = DebriefStatus.DRAFT) -> Scene:
    visit = StudyVisitFactory(title=Multilingual(en="Confidential-visit-title"), programme=ProgrammeFactory())
    delegation = visit.delegations.get()
    delegate = DelegateFactory(
        delegation=delegation,
        institution=anpe_togo(),
        person_name="Marimba Delegate",
        status="confirmed",
        role="head",
    )
    contact = ContactFactory(
        institution=anpe_togo(),
        person_name="Xylophone Person",
        email="xylophone@example.org",
        phone="+228 99 88 77 66",
    )
    item = AgendaItemFactory(visit=visit, leg=visit.legs.first(), day=date(2019, 1, 22))
    host = AgendaHostFactory(item=item, institution=aneti())
    debrief = DebriefFactory(visit=visit, recap=Multilingual(en="Draft-debrief-words"), status=debrief_status)
    scene = Scene(
        visit=visit,
        delegation=delegation,
        leg=visit.legs.get(),
        question=LearningQuestionFactory(visit=visit),
        item=item,
        host=host,
        version=publish_agenda(visit, actor=system_actor()),
        delegate=delegate,
        attendance=Attendance.objects.create(item=item, delegate=delegate),
        draft_note=SessionNoteFactory(item=item, key_points=Multilingual(en="Draft-note-words")),
        shared_note=SessionNoteFactory(
            item=item, key_points=Multilingual(en="Shared-note-words"), is_shared=True
        ),
        outcome=SessionOutcomeFactory(item=item, text=Multilingual(en="Outcome-words")),
        debrief=debrief,
        participant=DebriefParticipantFactory(debrief=debrief),
        lesson=LessonFactory(visit=visit),
        commitment=CommitmentFactory(
            visit=visit, text=Multilingual(en="Confidential-commitment"), owed_by=anpe_togo(), owed_to=aneti()
        ),
        contact=contact,
        institution=anpe_togo(),
    )
    titles = {
        Audience.PROGRAMME: "Programme-paper",
        Audience.PARTICIPANTS: "Participants-paper",
        Audience.EVERYONE: "Paper-for-everyone",
    }
    for audience, title in titles.items():
        upload = SimpleUploadedFile("paper.pdf", PDF, content_type="application/pdf")
        scene.documents[audience] = attach_document(
            visit, upload, actor=system_actor(), title=title, audience=audience
        )
    return scene
