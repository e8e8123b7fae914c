"""Pages of actions: the list, the tabs of one action, its activities, and the small pages of the fiche's parts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.facts import Fact, facts_of
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb, Tab
from fmm_portal.core.views import CrudViews
from fmm_portal.facility.enums import ACTION_STAGES
from fmm_portal.facility.filters.actions import ActionFilterSet
from fmm_portal.facility.forms.actions import (
    ActionForm,
    ActivityForm,
    ApprovalForm,
    BudgetLineForm,
    ExpertForm,
    IndicatorForm,
    NewActionForm,
    RiskForm,
)
from fmm_portal.facility.limits import exceeded_limits
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Expert,
    Indicator,
    Risk,
)
from fmm_portal.facility.money import totals_of
from fmm_portal.facility.policies import request_behind
from fmm_portal.facility.tables.actions import ActionTable, ActivityTable
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import kinds_for

# Where what a step waits for is put right: the guard's code and the page.
MENDED_ON = {
    "country": "action_edit",
    "objectives": "action_edit",
    "results": "action_edit",
    "activities": "activity_create",
    "activities_settled": "action_activities",
    "approvals": "approval_create",
}
# Enough beside the overview; the tab has all of them.
SHOWN_DOCUMENTS = 5


class ActionViews(CrudViews):
    model = Action
    prefix = "actions"
    pages: ClassVar[Sequence[str]] = (
        "list", "create", "detail", "edit", "history", "step", "activities", "budget", "documents",
    )  # fmt: skip
    read_only_pages: ClassVar[Sequence[str]] = (
        *CrudViews.read_only_pages,
        "activities",
        "budget",
        "documents",
    )
    form_class: ClassVar[type[RecordForm] | None] = ActionForm
    table_class = ActionTable
    filterset_class = ActionFilterSet
    filter_names = ("search", "status", "country_id", "programme_id", "theme_id")
    more_filters = (
        "facility_id",
        "institution_id",
        "request_id",
        "owner_id",
        "is_mine",
        "is_running",
        "starts_on_from",
        "starts_on_until",
        "year",
    )
    bulk_fields = ("owner", "programme", "facility", "implementer", "countries", "themes")
    stages: ClassVar[Sequence[str]] = ACTION_STAGES
    create_label = _l("Add action")
    empty_text = _l("An action begins with a title; its fiche and its activities follow.")
    # The fiche in the order in which it is read; the first ones are missed when they are not there.
    expected_facts = ("overall_objective", "specific_objectives", "expected_results", "context")
    facts = (
        *expected_facts,
        "outcomes",
        "requesting_institution",
        "beneficiaries",
        "partners",
        "implementer",
        "themes",
        "facility",
        "duration_months",
        "dates_note",
        "visibility_note",
    )

    def rows(self) -> models.QuerySet[Any]:
        return Action.objects.visible_to(self.principal).with_counts()

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        return [*found, Crumb(record.reference, record.get_absolute_url())] if record is not None else found

    def create(self) -> HttpResponse:
        self.form_class = NewActionForm  # type: ignore[misc]
        return super().create()

    # --- the frame ---

    def sees_budget(self, action: Action) -> bool:
        return can(self.principal, "see_budget", action).allowed

    def tabs(self, action: Any) -> list[Tab]:
        activities = Activity.objects.visible_to(self.principal).filter(action=action).count()
        documents = documents_seen_at(action, self.principal).count()
        budget = [Tab(_("Budget"), self.url("budget", action.pk))] if self.sees_budget(action) else []
        return [
            Tab(_("Activities"), self.url("activities", action.pk), activities),
            *budget,
            Tab(_("Documents"), self.url("documents", action.pk), documents),
        ]

    def mend_url(self, record: Any, code: str) -> str:
        """Where a person puts right what blocks a step; nothing where only time helps."""
        page = MENDED_ON.get(code)
        return reverse(f"facility:{page}", args=[record.pk]) if page else ""

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        context = super().page_of(record, current=current)
        return context | {
            "action": record,
            "came_from": request_behind(record, self.principal),
            "may_edit": bool(context["edit_url"]),
            "limits": exceeded_limits(record, sees_budget=self.sees_budget(record)),
        }

    def tab(self, action: Action, page: str, context: dict[str, Any]) -> HttpResponse:
        """One tab: the frame of the action around `facility/action_<page>.html`."""
        return self.render(f"facility/action_{page}.html", self.page_of(action, current=page) | context)

    # --- the tabs ---

    def detail(self) -> HttpResponse:
        action = self.record()
        experts = list(self.parts(Expert, action))
        context = {
            "facts": self.known_facts(action),
            "experts": experts,
            "days_planned": days_of(expert.days_planned for expert in experts),
            "days_actual": days_of(expert.days_actual for expert in experts),
            "indicators": self.parts(Indicator, action),
            "risks": self.parts(Risk, action),
            "approvals": self.parts(Approval, action),
            "documents": documents_seen_at(action, self.principal).order_by("-pk")[:SHOWN_DOCUMENTS],
            "may_attach": can(self.principal, "attach", action).allowed,
            **self.reports_of(action),
        }
        return self.tab(action, "detail", context)

    def parts(self, model: Any, action: Action) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = model.objects.visible_to(self.principal).filter(action=action)
        return rows.with_related()  # type: ignore[attr-defined]

    def known_facts(self, action: Action) -> list[Fact]:
        """What a fiche should say is shown even when it is missing; the rest only where it is known."""
        facts = facts_of(action, self.facts, self.principal)
        return [fact for fact in facts if fact.value or fact.name in self.expected_facts]

    def reports_of(self, action: Action) -> dict[str, Any]:
        """The newest report of each kind and language, and what may be asked for."""
        rows = Report.objects.visible_to(self.principal).of_subject(action).with_related()
        newest: dict[tuple[str, str], Report] = {}
        for report in rows.order_by("-created_at", "-pk"):
            newest.setdefault((report.kind, report.language), report)
        may_request = can(self.principal, "request_report", action).allowed
        return {"reports": list(newest.values()), "report_kinds": kinds_for(action) if may_request else []}

    def activities(self) -> HttpResponse:
        action = self.record()
        rows = Activity.objects.visible_to(self.principal).filter(action=action).with_related()
        return self.tab(action, "activities", {"table": ActivityTable(list(rows))})

    def budget(self) -> HttpResponse:
        action = self.record()
        require(self.principal, "see_budget", action)
        lines = list(self.parts(BudgetLine, action))
        return self.tab(action, "budget", {"lines": lines, "totals": totals_of(lines)})

    def documents(self) -> HttpResponse:
        action = self.record()
        context = {
            "documents": documents_seen_at(action, self.principal),
            "may_attach": can(self.principal, "attach", action).allowed,
        }
        return self.tab(action, "documents", context)


def days_of(days: Any) -> Decimal | None:
    """The sum of the days that are known; None where none are."""
    known = [value for value in days if value is not None]
    return sum(known, Decimal(0)) if known else None


class ActionPartViews(PartViews):
    """A part of an action, on a page of its own and then back on the action's."""

    owner_model = Action
    owner_key = "action_pk"
    path = "action"
    owner_list = "facility:action_list"


class ActivityViews(ActionPartViews):
    model = Activity
    prefix = "actions/<int:action_pk>/activities"
    pages = ("create", "detail", "edit", "delete", "step", "history")
    form_class = ActivityForm
    add_title = _l("Add activity")
    adds_another = True
    detail_template = "facility/activity_detail.html"
    facts = ("description", "outcome", "target_groups", "institutions", "dates_note", "people_note")

    def owner_url(self) -> str:
        return reverse("facility:action_activities", args=[self.owner.pk])

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        return super().page_of(record, current=current) | {"action": self.owner}

    def extra(self, record: Activity) -> dict[str, Any]:
        return {
            "facts": self.known_facts(record),
            "planned": record.people("planned"),
            "actual": record.people("actual"),
            "documents": documents_seen_at(record, self.principal),
            "may_attach": can(self.principal, "attach", record).allowed,
        }

    def known_facts(self, record: Activity) -> list[Fact]:
        facts = facts_of(record, self.facts, self.principal)
        return [fact for fact in facts if fact.value or fact.name == "outcome"]

    def crumbs(self, record: Any = None) -> list[Crumb]:
        every, *rest = super().crumbs(record)
        return [
            every,
            Crumb(self.owner.reference, self.owner.get_absolute_url()),
            Crumb(_("Activities"), self.owner_url()),
            *rest[1:],
        ]

    def after(self, record: Any) -> str:
        if "again" in self.request.POST:
            return self.url("create")
        return super().after(record)


class ExpertViews(ActionPartViews):
    model = Expert
    prefix = "actions/<int:action_pk>/experts"
    form_class = ExpertForm
    add_title = _l("Add expert")


class BudgetLineViews(ActionPartViews):
    model = BudgetLine
    prefix = "actions/<int:action_pk>/budget-lines"
    form_class = BudgetLineForm
    add_title = _l("Add budget line")

    def owner_url(self) -> str:
        return reverse("facility:action_budget", args=[self.owner.pk])


class IndicatorViews(ActionPartViews):
    model = Indicator
    prefix = "actions/<int:action_pk>/indicators"
    form_class = IndicatorForm
    add_title = _l("Add indicator")


class RiskViews(ActionPartViews):
    model = Risk
    prefix = "actions/<int:action_pk>/risks"
    form_class = RiskForm
    add_title = _l("Add risk")


class ApprovalViews(ActionPartViews):
    model = Approval
    prefix = "actions/<int:action_pk>/approvals"
    form_class = ApprovalForm
    add_title = _l("Record approval")
