"""Pages of action plans: the matrix with its totals, its lines, how far each activity is, reminders."""

import copy
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.errors import StaleRecord, TransitionRefused
from fmm_portal.core.facts import Fact
from fmm_portal.core.filter_bar import FilterBar
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb, Tab, with_query
from strategies.enums import PlanActivityStatus
from strategies.filters.plan import PlanActivityFilterSet
from strategies.forms.plan import (
    ActionPlanForm,
    PlanActivityForm,
    PlanObjectiveForm,
    PlanResultForm,
    ProgressForm,
)
from strategies.matrix import activities_of, matrix_of, totals_of
from strategies.models import ActionPlan, PlanActivity, PlanObjective, PlanResult, Review
from strategies.reminders import reminders_of
from strategies.reviews import progress_of
from strategies.schedule import schedule_of
from strategies.views.process import StrategyPartViews

FILTERS = ("search", "axis_id", "lead_id", "status", "is_overdue")
MORE_FILTERS = (
    "is_stalled",
    "stall_reason",
    "funding_source",
    "partner_id",
    "starts_in_from",
    "ends_in_until",
)


def plan_url(page: str, plan: ActionPlan) -> str:
    """The address of a page of a plan, such as "reviews"."""
    return reverse(f"strategies:plan_{page}", args=[plan.strategy_id, plan.pk])


class PlanFrame(StrategyPartViews):
    """The head and the tabs of a plan; each tab is a page of its own, some in other modules."""

    model = ActionPlan
    resource = "plan"
    prefix = "strategies/<int:strategy_pk>/plans"

    def record(self) -> ActionPlan:
        plan: ActionPlan = super().record()
        # The owner was read to get here.
        plan.strategy = self.owner
        return plan

    def tabs(self, plan: ActionPlan) -> list[Tab]:
        reviews = Review.objects.visible_to(self.principal).filter(plan=plan).count()
        found = [
            Tab(_t("Schedule"), plan_url("schedule", plan)),
            Tab(_t("Reviews"), plan_url("reviews", plan), reviews),
        ]
        if can(self.principal, "change", plan).allowed:
            found.append(Tab(_t("Reminders"), plan_url("reminders", plan)))
        return found

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        context = super().page_of(record, current=current)
        matrix = Tab(_t("Matrix"), plan_url("detail", record))
        return context | {
            "plan": record,
            "tabs": [matrix, *context["tabs"][1:]],
            "crumbs": self.crumbs(record) if current != "detail" else self.crumbs(),
            "may_edit": bool(context["edit_url"]),
        }


class PlanViews(PlanFrame):
    """The matrix, the schedule, the reviews, the reminders."""

    pages: ClassVar[Sequence[str]] = (
        "create", "detail", "edit", "delete", "schedule", "reviews", "reminders", "history",
    )  # fmt: skip
    read_only_pages: ClassVar[Sequence[str]] = ("detail", "schedule", "reviews", "reminders", "history")
    form_class = ActionPlanForm
    add_title = _("Add action plan")
    detail_template = "strategies/plan_detail.html"

    def detail(self) -> HttpResponse:
        plan = self.record()
        rows = PlanActivity.objects.visible_to(self.principal).filter(plan=plan)
        bar = FilterBar(
            PlanActivityFilterSet(data=self.request.GET, queryset=rows, request=self.request),
            self.request.GET,
            names=FILTERS,
            more=MORE_FILTERS,
        )
        activities = activities_of(plan, self.principal)
        shown = None
        if bar.chips or not bar.is_valid:
            found = bar.filterset.qs if bar.is_valid else rows.none()
            shown = set(found.order_by().values_list("pk", flat=True))
        address = plan_url("detail", plan)
        context = {
            "activities": activities,
            "totals": totals_of(activities),
            "axes": matrix_of(plan, activities, self.principal, shown=shown),
            "bar": bar,
            "shown_count": len(activities) if shown is None else len(shown),
            "is_narrowed": shown is not None,
            "plan_address": address,
            "updatable": {
                row.pk for row in activities if can(self.principal, "update_progress", row).allowed
            },
        }
        template = "strategies/plan_rows.html" if self.is_partial() else self.detail_template
        response = self.render(template, self.page_of(plan) | context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def is_partial(self) -> bool:
        """Whether htmx asks for the rows that a filter leaves, and not for the page."""
        htmx: Any = self.request.htmx  # type: ignore[attr-defined]
        return bool(htmx) and htmx.target == "results"

    def schedule(self) -> HttpResponse:
        """The activities by quarter."""
        plan = self.record()
        activities = activities_of(plan, self.principal)
        context = {
            "title": _t("Schedule: %(plan)s") % {"plan": plan},
            "activities": activities,
            "schedule": schedule_of(matrix_of(plan, activities, self.principal), activities),
            "states": PlanActivityStatus.choices,
            "plan_address": plan_url("detail", plan),
        }
        return self.render("strategies/plan_schedule.html", self.page_of(plan, current="schedule") | context)

    def reviews(self) -> HttpResponse:
        plan = self.record()
        reviews = Review.objects.visible_to(self.principal).filter(plan=plan).prefetch_related("entries")
        points = progress_of(reviews.order_by("held_on", "pk"))
        for point in points:
            point.review.plan = plan
        context = {
            "points": points,
            "title": _t("Reviews: %(plan)s") % {"plan": plan},
            "create_url": reverse("strategies:review_create", args=[plan.strategy_id, plan.pk])
            if can(self.principal, "create", Review(plan=plan)).allowed
            else "",
        }
        return self.render("strategies/plan_reviews.html", self.page_of(plan, current="reviews") | context)

    def reminders(self) -> HttpResponse:
        plan = self.record()
        require(self.principal, "change", plan)
        context = {
            "groups": reminders_of(plan, activities_of(plan, self.principal)),
            "title": _t("Reminders: %(plan)s") % {"plan": plan},
        }
        return self.render(
            "strategies/plan_reminders.html", self.page_of(plan, current="reminders") | context
        )


class PlanPartViews(PartViews):
    """Pages of the parts of one action plan."""

    owner_model = ActionPlan
    owner_key = "plan_pk"
    path = "plan"

    def owners(self) -> Any:
        plans = super().owners().filter(strategy=self.kwargs["strategy_pk"])
        return plans.select_related("strategy__country", "text_version")

    def crumbs(self, record: Any = None) -> list[Crumb]:
        strategy = self.owner.strategy
        return [Crumb(strategy.reference, strategy.get_absolute_url()), *super().crumbs(record)]

    def chosen(self, rows: Any, name: str) -> Any:
        """The row of the plan that the address names, such as ?objective=7; None for none."""
        asked = self.request.GET.get(name, "")
        return rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None

    @staticmethod
    def next_order(rows: Any) -> int:
        last = rows.order_by("order").last()
        return last.order + 1 if last is not None else 1


class PlanObjectiveViews(PlanPartViews):
    model = PlanObjective
    resource = "plan_objective"
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/objectives"
    form_class = PlanObjectiveForm
    add_title = _("Add objective")

    def new_record(self) -> PlanObjective:
        axis = self.chosen(self.owner.text_version.axes.all(), "axis")
        return PlanObjective(plan=self.owner, axis=axis, order=self.next_order(self.owner.objectives.all()))


class PlanResultViews(PlanPartViews):
    model = PlanResult
    resource = "plan_result"
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/results"
    path = "objective__plan"
    form_class = PlanResultForm
    add_title = _("Add result")

    def new_record(self) -> PlanResult:
        objective = self.chosen(self.owner.objectives.all(), "objective")
        if objective is None:
            # The policy asks about a line of this plan; the form asks which objective it is.
            return PlanResult(objective=PlanObjective(plan=self.owner))
        return PlanResult(objective=objective, order=self.next_order(objective.results.all()))

    def form_options(self) -> dict[str, Any]:
        return super().form_options() | {"plan": self.owner}


class PlanActivityViews(PlanPartViews):
    """A line of the matrix: on its own page, and how far it is in its place in the matrix."""

    model = PlanActivity
    resource = "plan_activity"
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/activities"
    pages: ClassVar[Sequence[str]] = ("create", "detail", "edit", "delete", "history", "step", "progress")
    form_class = PlanActivityForm
    adds_another = True
    add_title = _("Add activity")
    detail_template = "strategies/plan_activity_detail.html"
    facts = (
        "result",
        "indicator",
        "baseline",
        "target",
        "unit",
        "source_of_verification",
        "lead",
        "partners",
        "starts_in",
        "ends_in",
        "cost",
        "funding_source",
        "funder",
        "milestone",
        "comment",
    )

    def record(self) -> PlanActivity:
        activity: PlanActivity = super().record()
        activity.plan = self.owner
        return activity

    def fact_list(self, record: Any) -> list[Fact]:
        """With the cost as people write amounts, in its currency."""
        cost = f"{floatformat(record.cost, '-2g')} {record.currency}" if record.cost is not None else ""
        return [
            fact._replace(value=cost) if fact.name == "cost" else fact for fact in super().fact_list(record)
        ]

    def new_record(self) -> PlanActivity:
        result = self.chosen(PlanResult.objects.filter(objective__plan=self.owner), "result")
        order = self.next_order(self.owner.activities.all())
        return PlanActivity(plan=self.owner, result=result, order=order, currency=self.owner.currency)

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        may = can(self.principal, "update_progress", record).allowed
        return super().page_of(record, current=current) | {
            "plan": self.owner,
            "progress_url": self.url("progress", record.pk) if may else "",
        }

    def after(self, record: Any) -> str:
        if "again" in self.request.POST:
            return with_query(self.url("create"), result=record.result_id)
        return super().after(record)

    def place(self, activity: PlanActivity) -> str:
        """Where the activity stands in the matrix."""
        return f"{self.owner_url()}#{self.anchor(activity)}"

    def progress(self) -> HttpResponse:
        """How far it is: a page of its own, or with htmx a form in the row and then the row again."""
        activity = self.record()
        require(self.principal, "update_progress", activity)
        in_place = bool(self.request.htmx)  # type: ignore[attr-defined]
        status: int = HTTPStatus.OK
        form = ProgressForm(instance=activity, actor=self.actor, auto_id=f"id_{activity.pk}_%s")
        if self.request.method == "POST":
            form = ProgressForm(
                self.request.POST,
                instance=copy.copy(activity),
                actor=self.actor,
                auto_id=f"id_{activity.pk}_%s",
            )
            saved, form, status = self.save_progress(form)
            if saved is not None:
                return self.saved_row(saved) if in_place else redirect(self.asked_for() or self.place(saved))
        elif in_place and "row" in self.request.GET:
            return self.row(activity)
        context = {
            "activity": activity,
            "form": form,
            "plan": self.owner,
            "object": activity,
            "title": _t("Update progress: %(activity)s") % {"activity": activity.code},
            "lead": str(activity.text),
            "crumbs": self.crumbs(activity),
            "cancel_url": self.asked_for() or self.place(activity),
            "next": self.asked_for(),
            "submit_label": _t("Save progress"),
        }
        if in_place:
            # htmx swaps what it is given only with a plain 200.
            return self.render("strategies/plan_row_form.html", context)
        return self.render("generic/form.html", context, status=status)

    def save_progress(self, form: ProgressForm) -> tuple[PlanActivity | None, ProgressForm, int]:
        """What was saved, or the form with what is wrong."""
        if form.is_valid():
            try:
                return form.save(), form, HTTPStatus.OK
            except ValidationError as error:
                form.take_errors(error)
            except TransitionRefused as error:
                for message in error.messages:
                    form.add_error(None, message)
            except StaleRecord as error:
                return None, form.rebased_on(error), HTTPStatus.CONFLICT
        return None, form, HTTPStatus.UNPROCESSABLE_ENTITY

    def row(self, activity: PlanActivity, **more: Any) -> HttpResponse:
        context = {"activity": activity, "plan": self.owner, "updatable": {activity.pk}}
        may_edit = can(self.principal, "change", activity).allowed
        return self.render("strategies/plan_row.html", context | {"may_edit": may_edit} | more)

    def saved_row(self, saved: PlanActivity) -> HttpResponse:
        """The row as it is now, and the totals beside it."""
        fresh = self.record()
        totals = totals_of(activities_of(self.owner, self.principal))
        return self.row(fresh, totals=totals, plan_address=self.owner_url(), is_new=True)
