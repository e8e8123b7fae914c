"""The debrief: begun from the delegation, written, read back, agreed by both sides."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import can
from fmm_portal.core.steps import steps_of
from studyvisits.enums import DebriefStatus, Side
from studyvisits.forms import DebriefForm, DebriefParticipantForm
from studyvisits.models import Debrief, DebriefParticipant
from studyvisits.services import open_debrief
from studyvisits.views.frame import VisitFrame, VisitPartViews

# Where what the agreement waits for is put right.
MENDED_ON = {"recap": "debrief_edit", "dated": "debrief_edit", "both_sides": "debrief_participant_create"}


def mended_on(debrief: Debrief, code: str) -> str:
    """The address of that page; "" where only time helps."""
    name = MENDED_ON.get(code)
    args = [debrief.visit_id, debrief.pk] if name == "debrief_edit" else [debrief.visit_id]
    return reverse(f"studyvisits:{name}", args=args) if name else ""


class DebriefTab(VisitFrame):
    def debrief(self) -> HttpResponse:
        visit = self.record()
        if self.request.method == "POST":
            debrief = open_debrief(visit, actor=self.actor)
            return redirect("studyvisits:debrief_edit", visit.pk, debrief.pk)
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
    pages: ClassVar[Sequence[str]] = ("edit", "step")
    form_class = DebriefForm
    keeps_drafts = True
    tab = "debrief"

    def tab_url(self, record: Any = None) -> str:
        return super().tab_url()

    def mend_url(self, record: Any, code: str) -> str:
        return mended_on(record, code)


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
