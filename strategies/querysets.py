"""Rows of strategies and their parts."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.querysets import RecordQuerySet
from strategies.enums import (
    AHEAD,
    AWAITED,
    REACHED,
    TEMPLATE,
    UNFINISHED,
    AmendmentStatus,
    MilestoneKind,
    MilestoneStatus,
    PlanActivityStatus,
    ReviewStatus,
)
from strategies.quarters import quarter_of

if TYPE_CHECKING:
    from strategies.models import (
        ActionPlan,
        Amendment,
        Committee,
        Milestone,
        PlanActivity,
        Review,
        Strategy,
    )

# Where `with_progress` keeps the milestones that it loads.
LATEST, NEXT = "loaded_latest_milestone", "loaded_next_milestone"


def progress_lookups() -> tuple[models.Prefetch, models.Prefetch]:
    """Of each strategy the milestone reached last and the one that comes next: one row each, two queries for all."""
    milestones = apps.get_model("strategies", "Milestone")._default_manager
    return (
        models.Prefetch("milestones", queryset=milestones.latest_first()[:1], to_attr=LATEST),
        models.Prefetch("milestones", queryset=milestones.next_first()[:1], to_attr=NEXT),
    )


def _latest_kind() -> models.Subquery:
    """The kind of a strategy's latest milestone."""
    milestones = apps.get_model("strategies", "Milestone")._default_manager
    return models.Subquery(
        milestones.latest_first().filter(strategy=models.OuterRef("pk")).values("kind")[:1]
    )


class StrategyQuerySet(RecordQuerySet["Strategy"]):
    def with_related(self) -> Self:
        return self.select_related("country", "programme", "owner", "owner_institution__country")

    def with_detail(self) -> Self:
        return (
            self.with_related()
            .select_related("ministry__country", "coordinator__country")
            .prefetch_related("themes", "actions")
        )

    def with_progress(self) -> Self:
        """With the milestones that tell how far each strategy is."""
        return self.prefetch_related(*progress_lookups())

    def at_stage(self, kinds: list[str]) -> Self:
        """Strategies whose latest milestone is of one of these kinds."""
        return self.alias(stage_kind=_latest_kind()).filter(stage_kind__in=kinds)

    def counted_by_stage(self) -> dict[str | None, int]:
        """How many strategies there are by the kind of their latest milestone; None for those without one."""
        staged = self.annotate(stage_kind=_latest_kind()).order_by().values_list("stage_kind")
        return dict(staged.annotate(count=models.Count("pk")))

    def with_overdue_milestones(self, day: date) -> Self:
        """Strategies of which a milestone is overdue on a day."""
        milestones = apps.get_model("strategies", "Milestone")._default_manager
        return self.filter(pk__in=milestones.overdue(day).order_by().values("strategy"))


class MilestoneQuerySet(RecordQuerySet["Milestone"]):
    def with_related(self) -> Self:
        return self.select_related("strategy__country")

    def with_detail(self) -> Self:
        return self.select_related(
            "strategy__country", "text_version__strategy", "activity__action"
        ).prefetch_related("amendments__asked_by__country")

    def reached(self) -> Self:
        """Done, validated, or validated with reservations."""
        return self.filter(status__in=REACHED)

    def ahead(self) -> Self:
        return self.filter(status__in=AHEAD)

    def latest_first(self) -> Self:
        """Reached ones, the latest by date first and, of one date, the last of the template.

        What the template does not have comes after all that it has: it does not tell how far a process is.
        """
        is_other = Q(kind=MilestoneKind.OTHER)
        return self.reached().order_by(
            models.Case(models.When(is_other, then=1), default=0),
            models.F("actual_on").desc(nulls_last=True),
            _place_in_template().desc(),
            "-pk",
        )

    def next_first(self) -> Self:
        """Those ahead, the earliest planned one first; undated ones follow in the order of the template."""
        return self.ahead().order_by(
            models.F("planned_on").asc(nulls_last=True), _place_in_template().asc(), "pk"
        )

    def overdue(self, day: date) -> Self:
        """Awaited ones whose last planned day has passed; a month or a year passes with its last day."""
        awaited = self.filter(status__in=AWAITED)
        last = models.functions.Coalesce("planned_until", "planned_on")
        month, year = PartialDate(day.year, day.month), PartialDate(day.year)
        return awaited.alias(last_planned=last).filter(
            ~Q(last_planned__in=[month, year]), last_planned__lt=PartialDate.of(day)
        )

    def due_until(self, day: date) -> Self:
        """Awaited ones that are planned to begin by a day, however long ago."""
        return self.filter(status__in=AWAITED, planned_on__lte=PartialDate.of(day))

    def with_open_amendments(self) -> Self:
        """Validations whose reservations are not lifted, with amendments that wait."""
        amendments = apps.get_model("strategies", "Amendment")._default_manager
        waiting = amendments.open().order_by().values("milestone")
        return self.filter(status=MilestoneStatus.RESERVED, pk__in=waiting)


def _place_in_template() -> models.Case:
    """Where the template has the kind of a milestone, counted from 1; behind all for "other"."""
    places = [models.When(kind=kind, then=place) for place, kind in enumerate(TEMPLATE, start=1)]
    return models.Case(*places, default=len(TEMPLATE) + 1)


class AmendmentQuerySet(RecordQuerySet["Amendment"]):
    def open(self) -> Self:
        """Neither integrated nor set aside."""
        return self.filter(status=AmendmentStatus.OPEN)


class CommitteeQuerySet(RecordQuerySet["Committee"]):
    def with_related(self) -> Self:
        return self.select_related("strategy__country").prefetch_related("members")

    def with_detail(self) -> Self:
        return self.select_related("strategy__country").prefetch_related("members__institution__country")


class ActionPlanQuerySet(RecordQuerySet["ActionPlan"]):
    def with_related(self) -> Self:
        return self.select_related("strategy__country", "text_version")


class PlanActivityQuerySet(RecordQuerySet["PlanActivity"]):
    def with_related(self) -> Self:
        return self.select_related("plan__strategy", "result__objective__axis", "lead__country")

    def with_detail(self) -> Self:
        return self.with_related().select_related("milestone__strategy").prefetch_related("partners__country")

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def overdue(self) -> Self:
        """As `PlanActivity.is_overdue` says of one."""
        now = quarter_of(today())
        return self.unfinished().filter(
            Q(ends_in__gt="", ends_in__lt=now) | Q(ends_in="", starts_in__gt="", starts_in__lt=now)
        )

    def stalled(self) -> Self:
        """As `PlanActivity.is_stalled` says of one."""
        unmoved = Q(
            status=PlanActivityStatus.NOT_STARTED, starts_in__gt="", starts_in__lt=quarter_of(today())
        )
        return self.unfinished().filter(~Q(stall_reason="") | unmoved)

    def due(self) -> Self:
        """Overdue, or to be finished within this quarter."""
        now = quarter_of(today())
        return self.unfinished().filter(
            Q(ends_in__gt="", ends_in__lte=now) | Q(ends_in="", starts_in__gt="", starts_in__lte=now)
        )


class ReviewQuerySet(RecordQuerySet["Review"]):
    def with_related(self) -> Self:
        return self.select_related("plan__strategy", "meeting__committee")

    def final(self) -> Self:
        return self.filter(status=ReviewStatus.FINAL)
