"""The figures of plans and reviews, computed in this one place, and the taking of a review."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from babel import Locale
from babel.numbers import format_percent
from django.db import models, transaction
from django.utils.translation import gettext as _

from fmm_portal.core.activity import record_activity
from fmm_portal.core.partial_dates import babel_locale
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record
from strategies.enums import UNFINISHED, PlanActivityStatus
from strategies.models import ActionPlan, PlanActivity, Review, ReviewEntry

S = PlanActivityStatus


def rate(part: int | None, whole: int | None) -> Decimal | None:
    """A share in per cent with one decimal; None where the part is not known or there is no whole."""
    if part is None or not whole:
        return None
    return (Decimal(100) * part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def in_words(value: Decimal | None) -> str:
    """A rate as the reader's language writes it: "20.4%", « 20,4 % »; "" for none."""
    if value is None:
        return ""
    locale = babel_locale()
    pattern = str(Locale.parse(locale).percent_formats[None].pattern).replace("#,##0", "#,##0.0")
    return format_percent(value / 100, format=pattern, locale=locale)


class Figures(NamedTuple):
    """How many activities are in which state; None where a source does not say."""

    total: int
    done: int | None
    in_progress: int | None
    not_started: int | None
    postponed: int = 0
    cancelled: int = 0

    @property
    def started(self) -> int | None:
        """Done and in progress together."""
        if self.done is None or self.in_progress is None:
            return None
        return self.done + self.in_progress

    @property
    def done_rate(self) -> Decimal | None:
        return rate(self.done, self.total)

    @property
    def started_rate(self) -> Decimal | None:
        return rate(self.started, self.total)

    @property
    def done_percent(self) -> str:
        return in_words(self.done_rate)

    @property
    def in_progress_percent(self) -> str:
        return in_words(rate(self.in_progress, self.total))

    @property
    def not_started_percent(self) -> str:
        return in_words(rate(self.not_started, self.total))

    @property
    def started_percent(self) -> str:
        return in_words(self.started_rate)

    def as_data(self) -> dict[str, int | float | None]:
        """For the API: rates as numbers of per cent."""
        done, started = self.done_rate, self.started_rate
        return {
            "total": self.total,
            "done": self.done,
            "in_progress": self.in_progress,
            "not_started": self.not_started,
            "postponed": self.postponed,
            "cancelled": self.cancelled,
            "started": self.started,
            "done_percent": None if done is None else float(done),
            "started_percent": None if started is None else float(started),
        }


def figures_of(states: Iterable[str]) -> Figures:
    counted = Counter(states)
    return Figures(
        counted.total(),
        counted[S.DONE],
        counted[S.IN_PROGRESS],
        counted[S.NOT_STARTED],
        counted[S.POSTPONED],
        counted[S.CANCELLED],
    )


def figures_of_plan(plan: ActionPlan) -> Figures | None:
    """Of the activities as they stand; None for a plan that lists none. Prefetch `activities`."""
    activities = plan.activities.all()
    return figures_of(activity.status for activity in activities) if activities else None


def figures_of_review(review: Review) -> Figures | None:
    """The published totals where there are any, else the counts of the rows; None for neither.

    None is not zero: nobody published a figure. Prefetch `entries`.
    """
    if review.stated_total is not None:
        return Figures(
            review.stated_total, review.stated_done, review.stated_in_progress, review.stated_not_started
        )
    entries = review.entries.all()
    return figures_of(entry.state for entry in entries) if entries else None


# --- By axis, by lead -------------------------------------------------------------------------------------


class GroupFigures(NamedTuple):
    """The figures of one axis or of one lead institution; `group` is None for activities without a lead."""

    group: models.Model | None
    figures: Figures

    @property
    def key(self) -> str:
        """For addresses; "" without a group."""
        return str(self.group.pk) if self.group is not None else ""


def _grouped(pairs: Iterable[tuple[models.Model | None, str]]) -> list[GroupFigures]:
    groups: dict[int | None, models.Model | None] = {}
    states: dict[int | None, list[str]] = {}
    for group, state in pairs:
        key = group.pk if group is not None else None
        groups.setdefault(key, group)
        states.setdefault(key, []).append(state)
    return [GroupFigures(groups[key], figures_of(found)) for key, found in states.items()]


def by_axis(rows: Iterable[tuple[PlanActivity, str]]) -> list[GroupFigures]:
    """The figures of each axis, in the order in which the axes first occur."""
    return _grouped((activity.result.objective.axis, state) for activity, state in rows)


def by_lead(rows: Iterable[tuple[PlanActivity, str]]) -> list[GroupFigures]:
    """The figures of each lead institution, the one with most activities first; without a lead last."""
    found = _grouped((activity.lead, state) for activity, state in rows)
    return sorted(found, key=lambda item: (item.group is None, -item.figures.total, str(item.group)))


# --- From review to review ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReviewPoint:
    """One review on the road of a plan, with what it counted."""

    review: Review
    figures: Figures | None

    @property
    def done_width(self) -> int:
        """Of a bar that is a thousand wide."""
        return self._width(self.figures.done) if self.figures is not None else 0

    @property
    def progress_width(self) -> int:
        return self._width(self.figures.in_progress) if self.figures is not None else 0

    def _width(self, part: int | None) -> int:
        whole = self.figures.total if self.figures is not None else 0
        return round(1000 * (part or 0) / whole) if whole else 0

    @property
    def description(self) -> str:
        """The bar in words."""
        if self.figures is None:
            return _("No figures published")
        unknown = _("not published")
        words = {
            "date": self.review.held_on,
            "total": self.figures.total,
            "done": unknown if self.figures.done is None else self.figures.done,
            "in_progress": unknown if self.figures.in_progress is None else self.figures.in_progress,
        }
        return _("%(date)s: of %(total)d activities %(done)s done, %(in_progress)s in progress") % words


def progress_of(reviews: Iterable[Review]) -> list[ReviewPoint]:
    """Reviews in the order of their dates with their figures. Prefetch `entries`."""
    return [ReviewPoint(review, figures_of_review(review)) for review in reviews]


class EntryChange(NamedTuple):
    """An activity at a review, and what it was at the review before; "" where it was not in that one."""

    entry: ReviewEntry
    before: ReviewEntry | None

    @property
    def has_moved(self) -> bool:
        return self.before is not None and self.before.state != self.entry.state

    @property
    def before_state(self) -> str:
        return self.before.get_state_display() if self.before is not None else ""


def previous_review(review: Review, among: Sequence[Review]) -> Review | None:
    """The latest one with rows that was held before."""
    earlier = [
        other
        for other in among
        if other.pk != review.pk
        and (other.held_on, other.pk) < (review.held_on, review.pk)
        and other.entries.all()
    ]
    return max(earlier, key=lambda other: (other.held_on, other.pk), default=None)


def changes_since(review: Review, before: Review | None) -> list[EntryChange]:
    """Every activity of a review beside what it was at an earlier one. Prefetch `entries`."""
    earlier = {entry.activity_id: entry for entry in before.entries.all()} if before is not None else {}
    return [EntryChange(entry, earlier.get(entry.activity_id)) for entry in review.entries.all()]


class StalledEntries(NamedTuple):
    """What holds activities up, and which: one reason with its rows of a review."""

    label: str
    entries: list[ReviewEntry]


def stalled_by_reason(entries: Iterable[ReviewEntry]) -> list[StalledEntries]:
    """The reason that holds up most activities first."""
    found: dict[str, StalledEntries] = {}
    for entry in entries:
        if entry.stall_reason and entry.state in UNFINISHED:
            label = str(entry.get_stall_reason_display())
            found.setdefault(entry.stall_reason, StalledEntries(label, [])).entries.append(entry)
    return sorted(found.values(), key=lambda item: (-len(item.entries), item.label))


# --- Taking one -------------------------------------------------------------------------------------------


@transaction.atomic
def take_review(review: Review, *, actor: Actor) -> Review:
    """Write a new review with the present state of every activity of its plan, all or nothing.

    Raises Forbidden, ValidationError.
    """
    review = create_record(review, actor=actor)
    activities = PlanActivity.objects.select_for_update(of=("self",)).filter(plan=review.plan)
    entries = ReviewEntry.objects.bulk_create(
        [
            ReviewEntry(
                review=review,
                activity=activity,
                state=activity.status,
                percent=activity.percent,
                stall_reason=activity.stall_reason,
                comment=activity.comment,
            )
            for activity in activities
        ]
    )
    if entries:
        # One entry of the history for all rows: each says the state that was taken.
        taken = [None, [str(entry) for entry in entries]]
        record_activity(actor=actor, verb="take_review", subject=review, changes={"entries": taken})
    return review
