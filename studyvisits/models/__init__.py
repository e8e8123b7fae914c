"""Models of study visits, by aggregate: the visit, its agenda, what was learnt, promised and thought of it."""

from studyvisits.models.agenda import AgendaHost, AgendaItem, AgendaVersion, Attendance
from studyvisits.models.commitment import Commitment
from studyvisits.models.debrief import Debrief, DebriefParticipant
from studyvisits.models.evaluation import Evaluation, EvaluationQuestion, EvaluationResponse
from studyvisits.models.learning import LearningQuestion, Lesson, SessionNote
from studyvisits.models.outcome import SessionOutcome
from studyvisits.models.visit import Leg, StudyVisit, read_ends

__all__ = (
    "AgendaHost",
    "AgendaItem",
    "AgendaVersion",
    "Attendance",
    "Commitment",
    "Debrief",
    "DebriefParticipant",
    "Evaluation",
    "EvaluationQuestion",
    "EvaluationResponse",
    "LearningQuestion",
    "Leg",
    "Lesson",
    "SessionNote",
    "SessionOutcome",
    "StudyVisit",
    "read_ends",
)
