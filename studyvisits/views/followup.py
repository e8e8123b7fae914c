"""Lessons and commitments: of one visit, and commitments across all visits."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.facts import Fact
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb
from fmm_portal.core.views import CrudViews
from fmm_portal.facility.models import Request
from studyvisits.enums import CommitmentStatus
from studyvisits.filters import CommitmentFilterSet
from studyvisits.forms import CommitmentForm, LessonForm, NewCommitmentForm, RequestOfCommitmentForm
from studyvisits.models import Commitment, Lesson
from studyvisits.sources import SOURCES, label_of, short_label, strategy_of
from studyvisits.tables import CommitmentTable
from studyvisits.views.frame import VisitFrame, VisitPartViews


class FollowUpTab(VisitFrame):
    def followup(self) -> HttpResponse:
        visit = self.record()
        lessons = Lesson.objects.visible_to(self.principal).filter(visit=visit).with_related()
        commitments = list(Commitment.objects.visible_to(self.principal).made_at(visit).with_related())
        context = {
            "lessons": lessons.prefetch_related("commitments"),
            "commitment_table": CommitmentTable(commitments, without=("source",)),
            "commitments": commitments,
            "may_add_lesson": can(self.principal, "create", Lesson(visit=visit)).allowed,
            "may_commit": can(self.principal, "create", Commitment(source=visit)).allowed,
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
        return Commitment(source=self.visit, lesson=found)

    def after(self, record: Any) -> str:
        if "again" in self.request.POST:
            return self.url("create")
        return super().after(record)


class CommitmentViews(CrudViews):
    """Everything that was promised, wherever it was."""

    model = Commitment
    prefix = "commitments"
    pages: ClassVar[Sequence[str]] = ("list", "create", "detail", "edit", "history", "step", "request_of")
    form_class: ClassVar[type[RecordForm] | None] = CommitmentForm
    table_class = CommitmentTable
    filterset_class = CommitmentFilterSet
    filter_names = ("search", "country_id", "institution_id", "status", "is_overdue")
    more_filters = (
        "is_mine", "is_open", "owner_id", "source_type", "plan_activity_id", "due_on_from", "due_on_until",
    )  # fmt: skip
    bulk_fields = ("owner", "due_on")
    stages = (CommitmentStatus.OPEN, CommitmentStatus.IN_PROGRESS, CommitmentStatus.DONE)
    create_label = _("Add commitment")
    empty_text = _(
        "What hosts, senders and the programme promise each other, at a visit, a review or a meeting, "
        "is kept here until it is done."
    )
    detail_template = "studyvisits/commitment_detail.html"
    facts = (
        "owed_by", "owed_to", "due_on", "owner", "lesson", "plan_activity", "request", "evidence", "done_on", "notes",
    )  # fmt: skip

    def rows(self) -> models.QuerySet[Any]:
        return Commitment.objects.visible_to(self.principal).for_reader(self.principal)

    def create(self) -> HttpResponse:
        """At the record that the address names, or at one that is chosen in the form."""
        source = self.asked_source()
        if source is None:
            self.form_class = NewCommitmentForm  # type: ignore[misc]
            return super().create()
        record = Commitment(source=source)
        require(self.principal, "create", record)
        back = resolve_url(source.get_absolute_url())
        return self.edit_with(
            record,
            title=_t("Add commitment"),
            crumbs=[*self.crumbs(), Crumb(short_label(source), back)],
            cancel=self.asked_for() or back,
        )

    def asked_source(self) -> Any:
        """The source in the address, `source_type` and `source_id`; 404 for one that this person may not see."""
        name, pk = self.request.GET.get("source_type"), self.request.GET.get("source_id", "")
        if name is None:
            return None
        if name not in SOURCES or not pk.isdecimal():
            raise Http404
        rows: Any = SOURCES[name]._default_manager
        return get_object_or_404(rows.visible_to(self.principal), pk=pk)

    def request_of(self) -> HttpResponse:
        """A new request to the facility, with what the commitment says already in it."""
        record = self.record()
        require(self.principal, "change", record)
        require(self.principal, "create", Request)
        strategy = strategy_of(record.source)
        made = Request(
            title=Multilingual({code: text.splitlines()[0] for code, text in record.text.items()}),
            need=record.text,
            institution=record.owed_to
            or record.owed_by
            or (strategy.owner_institution if strategy else None),
        )
        return self.edit_with(
            made,
            title=_t("Make a request of it"),
            crumbs=self.crumbs(record),
            cancel=record.get_absolute_url(),
            form_class=RequestOfCommitmentForm,
            commitment=record,
        )

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        return [*found, Crumb(record.reference, record.get_absolute_url())] if record is not None else found

    def fact_list(self, record: Any) -> list[Fact]:
        """Who owes what to whom by when is shown even when it is missing; the rest only where it is known."""
        asked = {"owed_by", "owed_to", "due_on", "owner"}
        seen = {
            "lesson": record.source_is_seen,
            "plan_activity": record.sees_plan_activity,
            "request": record.sees_request,
        }
        return [
            fact
            for fact in super().fact_list(record)
            if (fact.value or fact.name in asked) and seen.get(fact.name, True)
        ]

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        source = record.source if record.source_is_seen else None
        may_request = record.request is None and can(self.principal, "change", record).allowed
        return super().page_of(record, current=current) | {
            "source": source,
            "source_label": label_of(source) if source is not None else "",
            "request_url": (
                self.url("request_of", record.pk)
                if may_request and can(self.principal, "create", Request).allowed
                else ""
            ),
        }

    def extra(self, record: Any) -> dict[str, Any]:
        return {
            "documents": documents_seen_at(record, self.principal),
            "attach_url": (
                reverse("core:document_attach", args=["commitment", record.pk])
                if can(self.principal, "attach", record).allowed
                else ""
            ),
        }
