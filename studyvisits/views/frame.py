"""What all pages of one study visit share, and the base of the small pages of its parts."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.enums import PLANNED_STATUSES
from delegations.models import Delegate, Delegation
from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.parts import PartViews
from fmm_portal.core.resource import Crumb, Tab
from fmm_portal.core.views import CrudViews
from studyvisits.enums import VISIT_STAGES
from studyvisits.models import Debrief, SessionNote, StudyVisit
from studyvisits.policies import VISITS

# Where what a step waits for is put right: the guard's code and the page of the visit.
MENDED_ON = {
    "dates_given": "visit_edit",
    "dates_exact": "visit_edit",
    "host_country": "leg_create",
    "delegation": "visit_delegation",
    "head": "visit_delegation",
    "agenda": "visit_agenda",
    "agenda_published": "visit_publish",
    "nominations_settled": "visit_delegation",
    "attendance": "visit_delegation",
    "debrief_agreed": "visit_debrief",
}
TAB_LABELS = {
    "agenda": gettext_lazy("Agenda"),
    "delegation": gettext_lazy("Delegation"),
    "notes": gettext_lazy("Notes"),
    "debrief": gettext_lazy("Debrief"),
    "followup": gettext_lazy("Follow-up"),
    "evaluation": gettext_lazy("Evaluation"),
    "documents": gettext_lazy("Documents"),
}


def visit_url(page: str, visit: StudyVisit | int) -> str:
    """The address of a page of a visit, such as "agenda"."""
    return reverse(f"studyvisits:visit_{page}", args=[visit if isinstance(visit, int) else visit.pk])


class VisitFrame(CrudViews):
    """The head, the state strip and the tabs of a visit; each tab is a page of its own in another module."""

    model = StudyVisit
    prefix = "study-visits"
    read_only_pages: ClassVar[Sequence[str]] = (
        *CrudViews.read_only_pages,
        "agenda",
        "delegation",
        "notes",
        "followup",
        "evaluation",
        "documents",
    )
    resource = "visit"
    stages: ClassVar[Sequence[str]] = VISIT_STAGES

    def rows(self) -> models.QuerySet[Any]:
        return StudyVisit.objects.visible_to(self.principal).with_counts()

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        return [*found, Crumb(record.reference, record.get_absolute_url())] if record is not None else found

    def keeps(self, visit: StudyVisit) -> bool:
        """Whether this person is programme staff for the visit."""
        return VISITS.is_kept_by(self.principal, visit)

    def tabs(self, visit: StudyVisit) -> list[Tab]:
        counts = {
            "agenda": visit.agenda_count,  # type: ignore[attr-defined]
            "delegation": self._seats(visit),
            "notes": SessionNote.objects.visible_to(self.principal).filter(item__visit=visit).count(),
            "debrief": None,
            "followup": visit.open_commitment_count,  # type: ignore[attr-defined]
            "evaluation": None,
            "documents": documents_seen_at(visit, self.principal).count(),
        }
        return [Tab(label, visit_url(page, visit), counts[page]) for page, label in TAB_LABELS.items()]

    def _seats(self, visit: StudyVisit) -> int:
        delegations = Delegation.objects.visible_to(self.principal).filter(study_visits=visit)
        standing = Delegate.objects.filter(delegation__in=delegations.any_pk(), status__in=PLANNED_STATUSES)
        return int(standing.aggregate(seats=models.Sum("seats", default=0))["seats"])

    def mend_url(self, record: Any, code: str) -> str:
        """Where a person puts right what blocks a step; nothing where only time helps."""
        name = MENDED_ON.get(code)
        return reverse(f"studyvisits:{name}", args=[record.pk]) if name else ""

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        context = super().page_of(record, current=current)
        return context | {"visit": record, "keeps": self.keeps(record), "may_edit": bool(context["edit_url"])}

    def tab(self, visit: StudyVisit, page: str, context: dict[str, Any]) -> HttpResponse:
        """One tab: the frame of the visit around `studyvisits/visit_<page>.html`."""
        label = TAB_LABELS.get(page)
        title = {"title": _("%(label)s: %(value)s") % {"label": label, "value": visit}} if label else {}
        return self.render(
            f"studyvisits/visit_{page}.html", self.page_of(visit, current=page) | title | context
        )


class VisitPartViews(PartViews):
    """The pages of a part of a visit: added, edited and deleted by itself, then back on the visit's tab."""

    owner_model = StudyVisit
    owner_key = "visit_pk"
    owner_list = "studyvisits:visit_list"
    path: ClassVar[str] = "visit"
    # The tab that shows such parts.
    tab: ClassVar[str] = "detail"

    @property
    def visit(self) -> StudyVisit:
        visit: StudyVisit = self.owner
        return visit

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        if self.tab != "detail":
            found.append(Crumb(TAB_LABELS[self.tab], visit_url(self.tab, self.visit)))
        return found

    def owner_url(self) -> str:
        return visit_url("detail", self.visit)

    def tab_url(self, record: Any = None) -> str:
        """The tab, at the part where the browser can find it."""
        anchor = f"#{self.anchor(record)}" if record is not None and record.pk else ""
        return visit_url(self.tab, self.visit) + anchor

    def page_url(self, record: Any) -> str:
        return self.tab_url(record)

    def cancel_url(self) -> str:
        return self.asked_for() or self.tab_url()

    def after_delete(self, record: Any) -> str:
        return self.tab_url()

    def debrief(self) -> Debrief:
        """The visit's debrief, as far as this person sees it."""
        return get_object_or_404(Debrief.objects.visible_to(self.principal), visit=self.visit)
