"""Lessons and commitments: of one visit, and commitments across all visits."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.documents import documents_of
from fmm_portal.core.facts import Fact
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.policies import can
from fmm_portal.core.resource import Crumb
from fmm_portal.core.views import CrudViews
from studyvisits.enums import CommitmentStatus
from studyvisits.filters import CommitmentFilterSet
from studyvisits.forms import CommitmentForm, LessonForm, NewCommitmentForm
from studyvisits.models import Commitment, Lesson
from studyvisits.tables import CommitmentTable
from studyvisits.views.frame import VisitFrame, VisitPartViews, visit_url


class FollowUpTab(VisitFrame):
    def followup(self) -> HttpResponse:
        visit = self.record()
        lessons = Lesson.objects.visible_to(self.principal).filter(visit=visit).with_related()
        commitments = list(Commitment.objects.visible_to(self.principal).filter(visit=visit).with_related())
        context = {
            "lessons": lessons.prefetch_related("commitments"),
            "commitment_table": CommitmentTable(commitments, without=("visit",)),
            "commitments": commitments,
            "may_add_lesson": can(self.principal, "create", Lesson(visit=visit)).allowed,
            "may_commit": can(self.principal, "create", Commitment(visit=visit)).allowed,
        }
        return self.tab(visit, "followup", context)


class LessonViews(VisitPartViews):
    model = Lesson
    prefix = "study-visits/<int:visit_pk>/lessons"
    form_class = LessonForm
    adds_another = True
    tab = "followup"
    add_title = _("Add lesson")

    def after(self, record: Any) -> str:
        return self.url("create") if "again" in self.request.POST else super().after(record)


class VisitCommitmentViews(VisitPartViews):
    """A commitment made at one visit, perhaps out of a lesson."""

    model = Commitment
    prefix = "study-visits/<int:visit_pk>/commitments"
    resource = "visit_commitment"
    pages: ClassVar[Sequence[str]] = ("create",)
    form_class = CommitmentForm
    adds_another = True
    tab = "followup"
    add_title = _("Add commitment")

    def new_record(self) -> Commitment:
        lesson = self.request.GET.get("lesson", "")
        found = (
            Lesson.objects.visible_to(self.principal).filter(visit=self.visit, pk=int(lesson)).first()
            if lesson.isdecimal()
            else None
        )
        return Commitment(visit=self.visit, lesson=found)

    def after(self, record: Any) -> str:
        if "again" in self.request.POST:
            return self.url("create")
        return super().after(record)


class CommitmentViews(CrudViews):
    """Everything that was promised, across visits."""

    model = Commitment
    prefix = "commitments"
    pages: ClassVar[Sequence[str]] = ("list", "create", "detail", "edit", "history", "step")
    form_class: ClassVar[type[RecordForm] | None] = CommitmentForm
    table_class = CommitmentTable
    filterset_class = CommitmentFilterSet
    filter_names = ("search", "country_id", "institution_id", "status", "is_overdue")
    more_filters = ("is_mine", "is_open", "owner_id", "due_on_from", "due_on_until")
    stages = (CommitmentStatus.OPEN, CommitmentStatus.IN_PROGRESS, CommitmentStatus.DONE)
    create_label = _("Add commitment")
    empty_text = _(
        "What hosts, senders and the programme promise each other at a visit is kept here until it is done."
    )
    detail_template = "studyvisits/commitment_detail.html"
    facts = ("owed_by", "owed_to", "due_on", "owner", "lesson", "evidence", "done_on", "notes")

    def create(self) -> HttpResponse:
        self.form_class = NewCommitmentForm  # type: ignore[misc]
        return super().create()

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        return [*found, Crumb(record.reference, record.get_absolute_url())] if record is not None else found

    def fact_list(self, record: Any) -> list[Fact]:
        """Who owes what to whom by when is shown even when it is missing; the rest only where it is known."""
        asked = {"owed_by", "owed_to", "due_on", "owner"}
        return [fact for fact in super().fact_list(record) if fact.value or fact.name in asked]

    def extra(self, record: Any) -> dict[str, Any]:
        return {
            "visit": record.visit,
            "visit_url": visit_url("followup", record.visit),
            "documents": documents_of(record).visible_to(self.principal),
            "attach_url": (
                reverse("core:document_attach", args=["commitment", record.pk])
                if can(self.principal, "attach", record).allowed
                else ""
            ),
        }
