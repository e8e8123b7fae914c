"""Study visits, notes, lessons and commitments in the thread."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.thread import Link, Stage, register_link, register_stage
from fmm_portal.facility.models import Action, Activity
from strategies.models import CommitteeMeeting, Milestone, PlanActivity, Review, Strategy
from studyvisits.models import Commitment, Lesson, SessionNote, StudyVisit


def day_of_note(note: SessionNote) -> PartialDate | None:
    return PartialDate.of(note.item.day) if note.item.day else None


def undated(row: Any) -> None:
    """A lesson is as old as its visit; by itself it has no date."""


def register() -> None:
    register_stage(Stage(40, "study-visit", _("Study visit"), StudyVisit, lambda row: row.starts_on))
    register_stage(Stage(50, "note", _("Session notes"), SessionNote, day_of_note, ("item",), str))
    register_stage(Stage(60, "lesson", _("Lesson"), Lesson, undated))
    register_stage(Stage(70, "commitment", _("Commitment"), Commitment, lambda row: row.due_on))
    register_link(Link(StudyVisit, Action, "action"))
    register_link(Link(StudyVisit, Activity, "activity"))
    register_link(Link(StudyVisit, Strategy, "strategy"))
    register_link(Link(SessionNote, StudyVisit, "item__visit"))
    register_link(Link(Lesson, StudyVisit, "visit"))
    register_link(Link(Lesson, SessionNote, "agenda_item__session_notes"))
    register_link(Link(Commitment, Lesson, "lesson"))
    for via, path, earlier in (
        (StudyVisit, "pk", StudyVisit),
        (Action, "pk", Action),
        (Activity, "pk", Activity),
        (Review, "plan__strategy", Strategy),
        (CommitteeMeeting, "committee__strategy", Strategy),
        (Milestone, "strategy", Strategy),
    ):
        register_link(Link(Commitment, earlier, path, via, "source"))
    register_link(Link(PlanActivity, StudyVisit, "study_visits"))
    register_link(Link(PlanActivity, Commitment, "commitments"))
    register_link(Link(Milestone, StudyVisit, "study_visits"))
