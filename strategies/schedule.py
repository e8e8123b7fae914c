"""A plan in time: one row an activity under its axis and objective, one column a quarter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fmm_portal.core.partial_dates import today
from strategies.matrix import AxisRows
from strategies.models import PlanActivity, PlanObjective
from strategies.models.strategy import Axis
from strategies.quarters import QUARTER, quarter_of

# Twelve years; a column more for each mistyped year would bury the rest.
MOST_QUARTERS = 48


class Column(NamedTuple):
    """A quarter, such as "2018-Q3"."""

    quarter: str
    is_now: bool
    begins_year: bool

    @property
    def label(self) -> str:
        return self.quarter[5:]


class YearHead(NamedTuple):
    year: str
    span: int


class Cell(NamedTuple):
    """A quarter of one row; `is_planned` where the activity runs in it."""

    column: Column
    is_planned: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Row:
    activity: PlanActivity
    cells: Sequence[Cell]

    @property
    def is_dated(self) -> bool:
        return any(cell.is_planned for cell in self.cells)


class ObjectiveGroup(NamedTuple):
    objective: PlanObjective
    rows: list[Row]


class AxisGroup(NamedTuple):
    axis: Axis
    objectives: list[ObjectiveGroup]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The whole drawing. `now` is the present quarter, whether or not it has a column."""

    columns: Sequence[Column]
    years: Sequence[YearHead]
    groups: Sequence[AxisGroup]
    now: str
    is_cut: bool

    @property
    def holds_now(self) -> bool:
        return any(column.is_now for column in self.columns)


def schedule_of(axes: Iterable[AxisRows], activities: Sequence[PlanActivity]) -> Schedule:
    """The activities of a matrix by quarter, from the first quarter that is known to the last."""
    now = quarter_of(today())
    quarters, is_cut = _quarters([_period(activity) for activity in activities])
    columns = [Column(quarter, quarter == now, quarter.endswith("Q1")) for quarter in quarters]
    years: dict[str, int] = {}
    for quarter in quarters:
        years[quarter[:4]] = years.get(quarter[:4], 0) + 1
    groups = [
        AxisGroup(
            axis.axis,
            [
                ObjectiveGroup(
                    each.objective,
                    [_row(activity, columns) for result in each.results for activity in result.activities],
                )
                for each in axis.objectives
            ],
        )
        for axis in axes
    ]
    heads = [YearHead(year, span) for year, span in years.items()]
    return Schedule(columns, heads, groups, now, is_cut)


def _period(activity: PlanActivity) -> tuple[str, str] | None:
    """First and last quarter; one that is known alone is both."""
    known = [quarter for quarter in (activity.starts_in, activity.ends_in) if QUARTER.fullmatch(quarter)]
    return (known[0], known[-1]) if known else None


def _quarters(periods: Iterable[tuple[str, str] | None]) -> tuple[list[str], bool]:
    known = [period for period in periods if period is not None]
    if not known:
        return [], False
    first, last = min(begin for begin, _end in known), max(end for _begin, end in known)
    numbers = range(_number(first), _number(last) + 1)
    return [_quarter(number) for number in numbers[:MOST_QUARTERS]], len(numbers) > MOST_QUARTERS


def _number(quarter: str) -> int:
    return int(quarter[:4]) * 4 + int(quarter[6]) - 1


def _quarter(number: int) -> str:
    return f"{number // 4:04d}-Q{number % 4 + 1}"


def _row(activity: PlanActivity, columns: Sequence[Column]) -> Row:
    period = _period(activity)
    if period is None:
        return Row(activity, [Cell(column, False, False, False) for column in columns])
    first, last = period
    return Row(
        activity,
        [
            Cell(column, first <= column.quarter <= last, column.quarter == first, column.quarter == last)
            for column in columns
        ],
    )
