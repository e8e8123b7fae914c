"""Rows of strategies and their parts."""

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from fmm_portal.core.partial_dates import today
from fmm_portal.core.querysets import RecordQuerySet
from strategies.enums import AHEAD, REACHED, UNFINISHED, PlanActivityStatus, ReviewStatus
from strategies.quarters import quarter_of

if TYPE_CHECKING:
    from strategies.models import ActionPlan, Committee, Milestone, PlanActivity, Review, Strategy


class StrategyQuerySet(RecordQuerySet["Strategy"]):
    def with_related(self) -> Self:
        return self.select_related("country", "programme", "owner", "owner_institution__country")

    def with_detail(self) -> Self:
        return (
            self.with_related()
            .select_related("ministry__country", "coordinator__country")
            .prefetch_related("themes", "actions")
        )


class MilestoneQuerySet(RecordQuerySet["Milestone"]):
    def with_related(self) -> Self:
        return self.select_related("strategy__country")

    def with_detail(self) -> Self:
        return self.select_related("strategy__country", "text_version", "activity__action")

    def reached(self) -> Self:
        """Done, validated, or validated with reservations."""
        return self.filter(status__in=REACHED)

    def ahead(self) -> Self:
        return self.filter(status__in=AHEAD)


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
