"""The pages of study visits: one module a tab, with the small pages of the parts that the tab shows."""

from studyvisits.views.agenda import AgendaHostViews, AgendaItemViews, AgendaVersionViews
from studyvisits.views.debrief import DebriefParticipantViews, DebriefViews
from studyvisits.views.delegation import VisitDelegationViews
from studyvisits.views.evaluation import EvaluationQuestionViews, EvaluationResponseViews, EvaluationViews
from studyvisits.views.followup import CommitmentViews, LessonViews, VisitCommitmentViews
from studyvisits.views.notes import AttendanceViews, SessionNoteViews
from studyvisits.views.room import RoomViews, SessionOutcomeViews
from studyvisits.views.visits import LearningQuestionViews, LegViews, VisitViews

__all__ = (
    "AgendaHostViews",
    "AgendaItemViews",
    "AgendaVersionViews",
    "AttendanceViews",
    "CommitmentViews",
    "DebriefParticipantViews",
    "DebriefViews",
    "EvaluationQuestionViews",
    "EvaluationResponseViews",
    "EvaluationViews",
    "LearningQuestionViews",
    "LegViews",
    "LessonViews",
    "RoomViews",
    "SessionNoteViews",
    "SessionOutcomeViews",
    "VisitCommitmentViews",
    "VisitDelegationViews",
    "VisitViews",
)
