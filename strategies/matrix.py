"""A plan as the matrix that it is: axis, objective, result, activity, with its totals; read in a few queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from fmm_portal.core.principals import Principal
from strategies.models import ActionPlan, Axis, PlanActivity, PlanObjective, PlanResult
from strategies.reviews import Figures, GroupFigures, by_axis, by_lead, figures_of


@dataclass
class ResultRows:
    result: PlanResult
    activities: list[PlanActivity] = field(default_factory=list)


@dataclass
class ObjectiveRows:
    objective: PlanObjective
    results: list[ResultRows] = field(default_factory=list)


@dataclass
class AxisRows:
    """An axis with its objectives. `figures` count all its activities, also those that a filter hides."""

    axis: Axis
    figures: Figures
    objectives: list[ObjectiveRows] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a whole plan and of its parts."""

    figures: Figures
    overdue: int
    stalled: int
    by_axis: list[GroupFigures]
    by_lead: list[GroupFigures]


def activities_of(plan: ActionPlan, principal: Principal) -> list[PlanActivity]:
    """All activities in the order of the matrix. They share the plan's object: rules read it without a query."""
    rows = (
        PlanActivity.objects.visible_to(principal)
        .filter(plan=plan)
        .select_related("result__objective__axis", "lead__country", "milestone")
        .prefetch_related("partners__country")
        .order_by(
            "result__objective__axis__order",
            "result__objective__axis",
            "result__objective__order",
            "result__objective",
            "result__order",
            "result",
            "order",
            "pk",
        )
    )
    found = list(rows)
    for activity in found:
        activity.plan = plan
        if activity.milestone is not None:
            activity.milestone.strategy = plan.strategy
    return found


def totals_of(activities: Collection[PlanActivity]) -> Totals:
    rows = [(activity, activity.status) for activity in activities]
    return Totals(
        figures_of(state for _activity, state in rows),
        sum(activity.is_overdue for activity in activities),
        sum(activity.is_stalled for activity in activities),
        by_axis(rows),
        by_lead(rows),
    )


def matrix_of(
    plan: ActionPlan,
    activities: Iterable[PlanActivity],
    principal: Principal,
    *,
    shown: Collection[int] | None = None,
) -> list[AxisRows]:
    """Every axis of the plan's text with what lies under it.

    With `shown`, the keys that filters leave, only the lines that lead to one of them.
    """
    axes = {axis.pk: AxisRows(axis, figures_of(())) for axis in plan.text_version.axes.all()}
    objectives: dict[int, ObjectiveRows] = {}
    results: dict[int, ResultRows] = {}
    for objective in PlanObjective.objects.visible_to(principal).filter(plan=plan):
        objective.plan = plan
        objectives[objective.pk] = ObjectiveRows(objective)
        if objective.axis_id in axes:
            axes[objective.axis_id].objectives.append(objectives[objective.pk])
    for result in PlanResult.objects.visible_to(principal).filter(objective__plan=plan):
        results[result.pk] = ResultRows(result)
        objectives[result.objective_id].results.append(results[result.pk])
    states: dict[int, list[str]] = {}
    for activity in activities:
        states.setdefault(activity.result.objective.axis_id, []).append(activity.status)
        if shown is None or activity.pk in shown:
            results[activity.result_id].activities.append(activity)
    for pk, rows in axes.items():
        rows.figures = figures_of(states.get(pk, ()))
    found = list(axes.values())
    return found if shown is None else [axis for axis in map(_pruned, found) if axis.objectives]


def _pruned(axis: AxisRows) -> AxisRows:
    for objective in axis.objectives:
        objective.results = [result for result in objective.results if result.activities]
    axis.objectives = [objective for objective in axis.objectives if objective.results]
    return axis
