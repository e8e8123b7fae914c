"""Addresses of study visits, their parts and commitments."""

from studyvisits import views

app_name = "studyvisits"

urlpatterns = [
    pattern
    for pages in (
        views.VisitViews,
        views.LegViews,
        views.LearningQuestionViews,
        # Before the sessions' own pages, whose addresses begin the same way.
        views.AgendaVersionViews,
        views.AgendaItemViews,
        views.AgendaHostViews,
        views.SessionNoteViews,
        views.RoomViews,
        views.SessionOutcomeViews,
        views.AttendanceViews,
        views.VisitDelegationViews,
        views.DebriefViews,
        views.DebriefParticipantViews,
        views.EvaluationViews,
        views.EvaluationQuestionViews,
        views.EvaluationResponseViews,
        views.LessonViews,
        views.VisitCommitmentViews,
        views.CommitmentViews,
    )
    for pattern in pages.get_urls()
]
