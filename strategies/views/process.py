"""Pages of strategies: the list, the tabs of one, and the small pages of its versions, axes and stakeholders."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.facts import Fact
from fmm_portal.core.models import Record
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb, Tab
from fmm_portal.core.time_line import events_of, time_line
from fmm_portal.core.views import CrudViews
from strategies.enums import StakeholderRole
from strategies.filters.process import StrategyFilterSet
from strategies.forms.process import AxisForm, StakeholderForm, StrategyForm, TemplateForm, VersionForm
from strategies.models import (
    ActionPlan,
    Axis,
    Committee,
    CommitteeMeeting,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from strategies.services import add_from_template, missing_from_template, put_in_force
from strategies.tables.process import ColleaguesStrategyTable, StrategyTable
from strategies.timeline import timeline, usual_steps

TAB_LABELS = {
    "milestones": _("Milestones"),
    "timeline": _("Time line"),
    "versions": _("Versions"),
    "committees": _("Committees"),
    "plans": _("Plan"),
    "documents": _("Documents"),
}


def strategy_url(page: str, strategy: Strategy) -> str:
    """The address of a page of a strategy, such as "milestones"."""
    return reverse(f"strategies:strategy_{page}", args=[strategy.pk])


def document_context(record: Record, principal: Any, back: str) -> dict[str, Any]:
    """The documents of a record that a person may open, and where they attach one."""
    may_attach = can(principal, "attach", record).allowed
    address = reverse("core:document_attach", args=[record._meta.model_name, record.pk])
    return {
        "documents": documents_seen_at(record, principal),
        "attach_url": address if may_attach else "",
        "documents_back": back,
    }


class StrategyViews(CrudViews):
    model = Strategy
    prefix = "strategies"
    pages: ClassVar[Sequence[str]] = (
        *CrudViews.pages[:-1],
        "milestones", "timeline", "versions", "committees", "plans", "documents", "add_from_template",
    )  # fmt: skip
    read_only_pages: ClassVar[Sequence[str]] = (*CrudViews.read_only_pages, *TAB_LABELS)
    form_class = StrategyForm
    table_class = StrategyTable
    filterset_class = StrategyFilterSet
    filter_names = ("search", "country_id", "kind", "theme_id", "stage")
    more_filters = (
        "programme_id",
        "owner_institution_id",
        "action_id",
        "institution_id",
        "owner_id",
        "is_mine",
    )
    bulk_fields = ("owner", "programme", "kind", "themes")
    detail_template = "strategies/strategy_detail.html"
    create_label = _("Add strategy")
    empty_text = _("A strategy begins with a title; milestones, versions and committees follow.")
    facts = (
        "vision",
        "horizon",
        "owner_institution",
        "ministry",
        "coordinator",
        "programme",
        "themes",
        "actions",
        "period_from",
        "period_until",
        "notes",
    )

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        if self.principal.knows_colleagues:
            self.table_class = ColleaguesStrategyTable  # type: ignore[misc]

    def rows(self) -> models.QuerySet[Any]:
        return Strategy.objects.visible_to(self.principal).with_progress()

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        return [*found, Crumb(record.reference, record.get_absolute_url())] if record is not None else found

    def tabs(self, strategy: Strategy) -> list[Tab]:
        counts: dict[str, int | None] = {
            "timeline": None,
            "milestones": strategy.milestones.count(),
            "versions": strategy.versions.count(),
            "committees": strategy.committees.count(),
            "plans": strategy.plans.count(),
            "documents": documents_seen_at(strategy, self.principal).count(),
        }
        return [Tab(label, strategy_url(page, strategy), counts[page]) for page, label in TAB_LABELS.items()]

    def fact_list(self, record: Any) -> list[Fact]:
        """What a strategy should say is shown even when it is missing; the rest only where it is known."""
        asked = {"vision", "horizon", "owner_institution", "coordinator"}
        return [fact for fact in super().fact_list(record) if fact.value or fact.name in asked]

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        context = super().page_of(record, current=current)
        label = TAB_LABELS.get(current)
        title = {"title": _t("%(label)s: %(value)s") % {"label": label, "value": record}} if label else {}
        return context | title | {"strategy": record, "may_edit": bool(context["edit_url"])}

    def tab(self, strategy: Strategy, page: str, context: dict[str, Any]) -> HttpResponse:
        """One tab: the frame of the strategy around `strategies/strategy_<page>.html`."""
        template = f"strategies/strategy_{page}.html"
        return self.render(template, self.page_of(strategy, current=page) | context)

    # --- the tabs ---

    def extra(self, record: Any) -> dict[str, Any]:
        rows = Stakeholder.objects.filter(strategy=record).select_related("institution__country")
        by_role: dict[str, list[Stakeholder]] = {}
        for stakeholder in rows:
            by_role.setdefault(stakeholder.role, []).append(stakeholder)
        return {
            "stakeholders": [
                (label, by_role[role]) for role, label in StakeholderRole.choices if role in by_role
            ],
            "stakeholder_count": len(rows),
        }

    def milestones(self) -> HttpResponse:
        strategy = self.record()
        rows = list(strategy.milestones.prefetch_related("amendments"))
        for milestone in rows:
            milestone.strategy = strategy
        return self.tab(
            strategy, "milestones", {"timeline": timeline(rows), "usual_steps": usual_steps(rows)}
        )

    def timeline(self) -> HttpResponse:
        """All that the reader may see around the strategy, at its dates: its own steps, visits, actions."""
        strategy = self.record()
        events = events_of(strategy, self.principal)
        line = time_line(events, self.request.GET.dict())
        return self.tab(strategy, "timeline", {"line": line, "event_count": len(events)})

    def versions(self) -> HttpResponse:
        strategy = self.record()
        return self.tab(strategy, "versions", {"versions": strategy.versions.prefetch_related("axes")})

    def committees(self) -> HttpResponse:
        strategy = self.record()
        held = CommitteeMeeting.objects.filter(committee=models.OuterRef("pk")).order_by()
        counted = held.values("committee").annotate(n=models.Count("pk")).values("n")
        rows = (
            Committee.objects.filter(strategy=strategy)
            .prefetch_related("members")
            .annotate(meeting_count=models.functions.Coalesce(models.Subquery(counted), 0))
        )
        return self.tab(strategy, "committees", {"committees": rows})

    def plans(self) -> HttpResponse:
        strategy = self.record()
        rows = ActionPlan.objects.visible_to(self.principal).filter(strategy=strategy).with_related()
        may_add = can(self.principal, "create", ActionPlan(strategy=strategy)).allowed
        add_url = reverse("strategies:plan_create", args=[strategy.pk]) if may_add else ""
        return self.tab(strategy, "plans", {"plans": rows, "add_url": add_url})

    def documents(self) -> HttpResponse:
        strategy = self.record()
        return self.tab(strategy, "documents", document_context(strategy, self.principal, self.request.path))

    def add_from_template(self) -> HttpResponse:
        """Tick the usual steps that are missing; they are planned in one go."""
        strategy = self.record()
        require(self.principal, "add_from_template", strategy)
        back, status = strategy_url("milestones", strategy), HTTPStatus.OK
        form = TemplateForm(self.request.POST if self.request.method == "POST" else None, strategy=strategy)
        if self.request.method == "POST":
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                try:
                    added = add_from_template(strategy, form.cleaned_data["kinds"], actor=self.actor)
                except ValidationError as error:
                    form.add_error(None, error.messages)
                else:
                    words = ngettext(
                        "%(count)d milestone was added.", "%(count)d milestones were added.", len(added)
                    )
                    messages.success(self.request, words % {"count": len(added)})
                    return redirect(back)
        context = {
            "form": form,
            "title": _t("Add milestones from the template"),
            "crumbs": [*self.crumbs(strategy), Crumb(TAB_LABELS["milestones"], back)],
            "cancel_url": back,
            "strategy": strategy,
            "is_complete": not missing_from_template(strategy),
        }
        return self.render("strategies/add_from_template.html", context, status=status)


# --- What all parts share ----------------------------------------------------------------------------------------


class StrategyPartViews(PartViews):
    """Pages of the parts of one strategy."""

    owner_model: ClassVar[type[Record]] = Strategy
    owner_key = "strategy_pk"
    path = "strategy"
    owner_list = "strategies:strategy_list"
    # The tab of the strategy that shows such parts.
    tab: ClassVar[str] = "detail"

    def owner_url(self) -> str:
        return strategy_url(self.tab, self.owner)

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = [
            Crumb(_t("Strategies"), reverse("strategies:strategy_list")),
            Crumb(self.owner.reference, self.owner.get_absolute_url()),
        ]
        if self.tab in TAB_LABELS:
            found.append(Crumb(TAB_LABELS[self.tab], self.owner_url()))
        if record is not None and "detail" in self.pages:
            found.append(Crumb(record, record.get_absolute_url()))
        return found

    def after(self, record: Any) -> str:
        """Save and add another: the same empty form again."""
        if "again" in self.request.POST:
            return self.url("create")
        return super().after(record)


class DeeperPartViews(StrategyPartViews):
    """Pages of the parts of a part, whose owner has the strategy that the address names as its `strategy`."""

    def owners(self) -> Any:
        rows: Any = super().owners()
        return rows.filter(strategy=self.kwargs["strategy_pk"]).select_related("strategy")

    def owner_url(self) -> str:
        return str(self.owner.get_absolute_url())

    def crumbs(self, record: Any = None) -> list[Crumb]:
        strategy = self.owner.strategy
        found = [
            Crumb(_t("Strategies"), reverse("strategies:strategy_list")),
            Crumb(strategy.reference, strategy.get_absolute_url()),
            Crumb(TAB_LABELS[self.tab], strategy_url(self.tab, strategy)),
            Crumb(self.owner, self.owner_url()),
        ]
        if record is not None and "detail" in self.pages:
            found.append(Crumb(record, record.get_absolute_url()))
        return found


# --- Versions, axes, stakeholders -----------------------------------------------------------------------------------


class VersionViews(StrategyPartViews):
    model = StrategyVersion
    resource = "version"
    prefix = "strategies/<int:strategy_pk>/versions"
    pages = ("create", "edit", "delete", "put_in_force")
    form_class = VersionForm
    tab = "versions"
    add_title = _("Add version")

    def put_in_force(self) -> HttpResponse:
        """Asked for by a button of the versions tab; opened as a page it asks first."""
        version = self.record()
        require(self.principal, "change", version)
        if self.request.method == "POST":
            saved = put_in_force(version, actor=self.actor)
            messages.success(self.request, _t("%(record)s: saved.") % {"record": saved})
            return redirect(self.page_url(saved))
        context = {
            "title": _t("Put version in force"),
            "question": version,
            "consequences": [_t("The version that was in force until now no longer is.")],
            "submit_label": _t("Put version in force"),
            "cancel_url": self.page_url(version),
            "crumbs": self.crumbs(version),
        }
        return self.render("generic/confirm.html", context)


class AxisViews(DeeperPartViews):
    model = Axis
    prefix = "strategies/<int:strategy_pk>/versions/<int:version_pk>/axes"
    pages = ("create", "edit", "delete")
    form_class = AxisForm
    adds_another = True
    owner_model = StrategyVersion
    owner_key = "version_pk"
    path = "version_of"
    tab = "versions"
    add_title = _("Add axis")

    def owner_url(self) -> str:
        return strategy_url(self.tab, self.owner.strategy)


class StakeholderViews(StrategyPartViews):
    model = Stakeholder
    prefix = "strategies/<int:strategy_pk>/stakeholders"
    pages = ("create", "edit", "delete")
    form_class = StakeholderForm
    adds_another = True
    add_title = _("Add stakeholder")
