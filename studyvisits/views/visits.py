"""The list of visits, planning a new one, and the overview of one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.facts import Fact, facts_of
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.kept import kept
from fmm_portal.core.policies import can
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import kinds_for
from studyvisits.filters import StudyVisitFilterSet
from studyvisits.forms import AnswerForm, LearningQuestionForm, LegForm, PlanVisitForm, StudyVisitForm
from studyvisits.models import LearningQuestion, Leg, StudyVisit
from studyvisits.readiness import Readiness, may_read_readiness, readiness_of
from studyvisits.tables import StudyVisitTable
from studyvisits.views.agenda import AgendaTab
from studyvisits.views.debrief import DebriefTab
from studyvisits.views.delegation import DelegationTab
from studyvisits.views.documents import DocumentsTab
from studyvisits.views.evaluation import EvaluationTab
from studyvisits.views.followup import FollowUpTab
from studyvisits.views.frame import VisitPartViews
from studyvisits.views.notes import NotesTab
from studyvisits.waiting import Waiting, waiting_for


class VisitViews(AgendaTab, DelegationTab, NotesTab, DebriefTab, FollowUpTab, EvaluationTab, DocumentsTab):
    """All pages of study visits; each tab lives in a module of its own."""

    pages: ClassVar[Sequence[str]] = (
        "list", "create", "detail", "edit", "history", "step",
        "agenda", "copy_day", "publish", "delegation", "attended", "notes", "debrief", "followup", "evaluation",
        "documents",
    )  # fmt: skip
    form_class: ClassVar[type[RecordForm] | None] = StudyVisitForm
    table_class = StudyVisitTable
    filterset_class = StudyVisitFilterSet
    filter_names = ("search", "sending_country_id", "host_country_id", "theme_id", "status")
    more_filters = (
        "year", "programme_id", "host_institution_id", "owner_id", "has_open_commitments",
        "action_id", "strategy_id",
    )  # fmt: skip
    bulk_fields = ("owner", "programme", "themes")
    create_label = _("Plan study visit")
    empty_text = _("A study visit begins with a title; dates, delegation and agenda follow.")
    facts = (
        "programme", "themes", "objectives", "dates_note", "outcomes", "action", "activity", "strategy",
        "milestone", "plan_activity",
    )  # fmt: skip

    def create(self) -> HttpResponse:
        self.form_class = PlanVisitForm  # type: ignore[misc]
        return super().create()

    def detail(self) -> HttpResponse:
        visit = self.record()

        def overview() -> tuple[Readiness | None, list[Waiting], list[LearningQuestion]]:
            readiness = readiness_of(visit) if may_read_readiness(self.principal) else None
            questions = LearningQuestion.objects.visible_to(self.principal).filter(visit=visit)
            waiting = waiting_for(visit, self.principal, keeps=self.keeps(visit))
            return readiness, waiting, list(questions.with_related())

        readiness, waiting, questions = kept(f"overview of visit {visit.pk}", self.principal, overview)
        context = {
            "facts": self.known_facts(visit),
            "legs": visit.legs.all(),
            "questions": questions,
            "may_ask": can(self.principal, "create", LearningQuestion(visit=visit)).allowed,
            "readiness": readiness,
            "waiting": waiting,
            **self.reports_of(visit),
        }
        return self.tab(visit, "detail", context)

    def known_facts(self, visit: StudyVisit) -> list[Fact]:
        """What a plan should say is shown even when it is missing; the rest only where it is known."""
        facts = facts_of(visit, self.served_facts(visit), self.principal)
        return [fact for fact in facts if fact.value or fact.name in {"programme", "themes", "objectives"}]

    def served_facts(self, visit: StudyVisit) -> list[str]:
        """Without what the visit serves where this person may not see it."""
        served = {"action": ("action", "activity"), "strategy": ("strategy", "milestone", "plan_activity")}
        hidden = {
            name
            for owner, names in served.items()
            for name in names
            if getattr(visit, owner) is not None
            and not can(self.principal, "view", getattr(visit, owner)).allowed
        }
        return [name for name in self.facts if name not in hidden]

    def reports_of(self, visit: StudyVisit) -> dict[str, Any]:
        """The newest report of each kind and language, and what may be asked for."""
        rows = Report.objects.visible_to(self.principal).of_subject(visit).with_related()
        newest: dict[tuple[str, str], Report] = {}
        for report in rows.order_by("-created_at", "-pk"):
            newest.setdefault((report.kind, report.language), report)
        may_request = can(self.principal, "request_report", visit).allowed
        return {"reports": list(newest.values()), "report_kinds": kinds_for(visit) if may_request else []}


class LegViews(VisitPartViews):
    model = Leg
    prefix = "study-visits/<int:visit_pk>/legs"
    form_class = LegForm
    add_title = _("Add leg")


class LearningQuestionViews(VisitPartViews):
    model = LearningQuestion
    prefix = "study-visits/<int:visit_pk>/questions"
    pages = ("create", "edit", "delete", "answer")
    form_class: ClassVar[type[RecordForm] | None] = LearningQuestionForm
    add_title = _("Add learning question")

    def answer(self) -> HttpResponse:
        self.form_class = AnswerForm  # type: ignore[misc]
        return self.edit()
