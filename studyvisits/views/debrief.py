"""The debrief: begun from the delegation, written, read back, agreed by both sides."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import can, require
from fmm_portal.core.steps import steps_of
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import kinds_for
from studyvisits.debrief_points import board_of
from studyvisits.enums import DebriefStatus, QuestionStatus, Side
from studyvisits.forms import DebriefForm, DebriefHourForm, DebriefParticipantForm
from studyvisits.models import Commitment, Debrief, DebriefParticipant, LearningQuestion, Lesson
from studyvisits.services import agree_to_debrief, open_debrief
from studyvisits.views.frame import VisitFrame, VisitPartViews
from studyvisits.workflow import DEBRIEF_WORKFLOW

DEBRIEF_NOTE = "debrief-note"

# Where what the agreement waits for is put right.
MENDED_ON = {"recap": "debrief_hour", "dated": "debrief_hour", "both_sides": "debrief_participant_create"}


def mended_on(debrief: Debrief, code: str) -> str:
    """The address of that page; "" where only time helps."""
    name = MENDED_ON.get(code)
    args = [debrief.visit_id, debrief.pk] if name == "debrief_hour" else [debrief.visit_id]
    return reverse(f"studyvisits:{name}", args=args) if name else ""


class DebriefTab(VisitFrame):
    def debrief(self) -> HttpResponse:
        visit = self.record()
        if self.request.method == "POST":
            debrief = open_debrief(visit, actor=self.actor)
            return redirect("studyvisits:debrief_hour", visit.pk, debrief.pk)
        found = Debrief.objects.visible_to(self.principal).filter(visit=visit).with_related().first()
        return self.tab(visit, "debrief", self.shown_debrief(visit, found))

    def shown_debrief(self, visit: Any, debrief: Debrief | None) -> dict[str, Any]:
        if debrief is None:
            return {"debrief": None, "may_open": can(self.principal, "create", Debrief(visit=visit)).allowed}
        debrief.visit = visit
        participants = list(
            DebriefParticipant.objects.visible_to(self.principal).filter(debrief=debrief).with_related()
        )
        sides = [
            (side, label, [row for row in participants if row.side == side]) for side, label in Side.choices
        ]
        may_change = can(self.principal, "change", debrief).allowed

        def step_url(name: str) -> str:
            return reverse("studyvisits:debrief_step", args=[visit.pk, debrief.pk, name])

        def mend_url(code: str) -> str:
            return mended_on(debrief, code)

        return {
            "debrief": debrief,
            "is_draft": debrief.status == DebriefStatus.DRAFT,
            "sides": sides,
            "may_change_debrief": may_change,
            "debrief_steps": steps_of(debrief, self.principal, step_url, mend_url),
        }


class DebriefViews(VisitPartViews):
    model = Debrief
    prefix = "study-visits/<int:visit_pk>/debrief-of"
    resource = "debrief"
    pages: ClassVar[Sequence[str]] = ("edit", "step", "hour", "read")
    form_class = DebriefForm
    keeps_drafts = True
    tab = "debrief"

    def tab_url(self, record: Any = None) -> str:
        return super().tab_url()

    def mend_url(self, record: Any, code: str) -> str:
        return mended_on(record, code)

    def hour(self) -> HttpResponse:
        """The debrief in one hour: all of it on one page, begun from the notes."""
        debrief = self.record()
        debrief.visit = self.visit
        require(self.principal, "change", debrief)
        self.form_template = "studyvisits/debrief_hour.html"
        return self.edit_with(
            debrief,
            title=str(_t("Debrief of %(visit)s") % {"visit": self.visit.reference}),
            crumbs=self.crumbs(),
            cancel=self.tab_url(),
            form_class=DebriefHourForm,
            board=board_of(self.visit, self.principal),
        )

    def after(self, record: Any) -> str:
        return self.url("read", record.pk) if "read_back" in self.request.POST else super().after(record)

    def read(self) -> HttpResponse:
        """Read it aloud to both sides; tick who agrees, by position, and record the agreement."""
        debrief = self.record()
        debrief.visit = self.visit
        if self.request.method == "POST":
            require(self.principal, "agree", debrief)
            agreeing = {int(pk) for pk in self.request.POST.getlist("agrees") if pk.isdecimal()}
            is_final = "agree" in self.request.POST
            agree_to_debrief(debrief, agreeing, is_final=is_final, actor=self.actor)
            messages.success(
                self.request,
                _t("Both sides agree: the debrief is recorded.") if is_final else _t("Who agrees: saved."),
            )
            return redirect(self.url("read", debrief.pk))
        return self.render("studyvisits/debrief_read.html", self.read_back(debrief))

    def read_back(self, debrief: Debrief) -> dict[str, Any]:
        principal, visit = self.principal, self.visit
        rows = list(DebriefParticipant.objects.visible_to(principal).filter(debrief=debrief).with_related())
        may_agree = can(principal, "change", debrief).allowed
        notes = [kind for kind in kinds_for(visit) if kind.code == DEBRIEF_NOTE]
        reports = Report.objects.visible_to(principal).of_subject(visit).filter(kind=DEBRIEF_NOTE)
        return {
            "title": _t("Read back: %(visit)s") % {"visit": visit.reference},
            "crumbs": self.crumbs(),
            "visit": visit,
            "debrief": debrief,
            "is_draft": debrief.status == DebriefStatus.DRAFT,
            "may_agree": may_agree,
            "sides": [(label, [row for row in rows if row.side == side]) for side, label in Side.choices],
            "missing": [
                (blocker.message, self.mend_url(debrief, blocker.code))
                for step in DEBRIEF_WORKFLOW.available(debrief, principal)
                if step.name == "agree"
                for blocker in step.blockers
            ],
            "lessons": Lesson.objects.visible_to(principal).filter(visit=visit).with_related(),
            "commitments": Commitment.objects.visible_to(principal).made_at(visit).with_related(),
            "open_questions": LearningQuestion.objects.visible_to(principal).filter(
                visit=visit, status=QuestionStatus.OPEN
            ),
            "report_kinds": notes if can(principal, "request_report", visit).allowed else [],
            "reports": reports.with_related().order_by("-created_at", "-pk")[:4],
        }


class DebriefParticipantViews(VisitPartViews):
    model = DebriefParticipant
    prefix = "study-visits/<int:visit_pk>/debrief-participants"
    resource = "debrief_participant"
    form_class = DebriefParticipantForm
    adds_another = True
    tab = "debrief"
    path = "debrief__visit"
    add_title = _("Add participant")

    def new_record(self) -> DebriefParticipant:
        side = self.request.GET.get("side", "")
        return DebriefParticipant(debrief=self.debrief(), side=side if side in Side.values else "")

    def after(self, record: Any) -> str:
        """Save and add another: somebody of the same side."""
        if "again" in self.request.POST:
            return f"{self.url('create')}?side={record.side}"
        return super().after(record)

    def anchor(self, record: Any) -> str:
        return "participants"
