"""Filters of action plans, their lines and their reviews."""

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import (
    ChoicesFilter,
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    YesNoFilter,
    from_date,
    until_date,
)
from fmm_portal.institutions.models import Country, Institution
from strategies.enums import FundingSource, PlanActivityStatus, ReviewStatus, StallReason
from strategies.models import (
    ActionPlan,
    Axis,
    Milestone,
    PlanActivity,
    PlanObjective,
    PlanResult,
    Review,
    ReviewEntry,
    Strategy,
    StrategyVersion,
)
from strategies.querysets import PlanActivityQuerySet


class ActionPlanFilterSet(SearchableFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="strategy", label=_("Strategy"))
    text_version_id = RelationFilter(
        StrategyVersion, field_name="text_version", label=_("Version of the text")
    )
    country_id = RelationFilter(Country, field_name="strategy__country", label=_("Country"))
    is_sample = YesNoFilter(field_name="is_sample", label=_("Sample data"))
    starts_on_from = from_date("starts_on", _("Begins from"))
    starts_on_until = until_date("starts_on", _("Begins until"))

    class Meta:
        model = ActionPlan
        fields = ()


class PlanObjectiveFilterSet(RecordFilterSet):
    plan_id = RelationFilter(ActionPlan, field_name="plan", label=_("Action plan"))
    axis_id = RelationFilter(Axis, field_name="axis", label=_("Axis"))
    code = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("Code"))

    class Meta:
        model = PlanObjective
        fields = ()


class PlanResultFilterSet(RecordFilterSet):
    plan_id = RelationFilter(ActionPlan, field_name="objective__plan", label=_("Action plan"))
    objective_id = RelationFilter(PlanObjective, field_name="objective", label=_("Specific objective"))
    code = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("Code"))

    class Meta:
        model = PlanResult
        fields = ()


class PlanActivityFilterSet(SearchableFilterSet):
    plan_id = RelationFilter(ActionPlan, field_name="plan", label=_("Action plan"))
    strategy_id = RelationFilter(Strategy, field_name="plan__strategy", label=_("Strategy"))
    country_id = RelationFilter(Country, field_name="plan__strategy__country", label=_("Country"))
    axis_id = RelationFilter(Axis, field_name="result__objective__axis", label=_("Axis"))
    objective_id = RelationFilter(
        PlanObjective, field_name="result__objective", label=_("Specific objective")
    )
    result_id = RelationFilter(PlanResult, field_name="result", label=_("Expected result"))
    lead_id = RelationFilter(Institution, field_name="lead", label=_("Lead institution"))
    partner_id = RelationFilter(Institution, field_name="partners", label=_("Partner"))
    milestone_id = RelationFilter(Milestone, field_name="milestone", label=_("Milestone"))
    status = ChoicesFilter(PlanActivityStatus, label=_("Status"))
    funding_source = ChoicesFilter(FundingSource, label=_("Funding source"))
    stall_reason = ChoicesFilter(StallReason, label=_("What holds it up"))
    has_lead = YesNoFilter(
        field_name="lead", lookup_expr="isnull", exclude=True, label=_("Has a lead institution")
    )
    is_overdue = YesNoFilter(method="filter_overdue", label=_("Overdue"))
    is_stalled = YesNoFilter(method="filter_stalled", label=_("Stalled"))
    code = django_filters.CharFilter(field_name="code", lookup_expr="iexact", label=_("Code"))
    starts_in_from = django_filters.CharFilter(
        field_name="starts_in", lookup_expr="gte", label=_("Begins from quarter")
    )
    starts_in_until = django_filters.CharFilter(method="filter_until", label=_("Begins until quarter"))
    ends_in_from = django_filters.CharFilter(
        field_name="ends_in", lookup_expr="gte", label=_("Ends from quarter")
    )
    ends_in_until = django_filters.CharFilter(method="filter_until", label=_("Ends until quarter"))

    class Meta:
        model = PlanActivity
        fields = ()

    def filter_overdue(
        self, queryset: PlanActivityQuerySet, name: str, value: bool
    ) -> models.QuerySet[PlanActivity]:
        rows = PlanActivity.objects.overdue().any_pk()
        return queryset.filter(pk__in=rows) if value else queryset.exclude(pk__in=rows)

    def filter_stalled(
        self, queryset: PlanActivityQuerySet, name: str, value: bool
    ) -> models.QuerySet[PlanActivity]:
        rows = PlanActivity.objects.stalled().any_pk()
        return queryset.filter(pk__in=rows) if value else queryset.exclude(pk__in=rows)

    def filter_until(
        self, queryset: PlanActivityQuerySet, name: str, value: str
    ) -> models.QuerySet[PlanActivity]:
        """Those without a quarter are not known to end by one."""
        field = name.removesuffix("_until")
        return queryset.filter(**{f"{field}__lte": value, f"{field}__gt": ""})


class ReviewFilterSet(RecordFilterSet):
    plan_id = RelationFilter(ActionPlan, field_name="plan", label=_("Action plan"))
    strategy_id = RelationFilter(Strategy, field_name="plan__strategy", label=_("Strategy"))
    status = ChoicesFilter(ReviewStatus, label=_("Status"))
    held_on_from = from_date("held_on", _("Held from"))
    held_on_until = until_date("held_on", _("Held until"))

    class Meta:
        model = Review
        fields = ()


class ReviewEntryFilterSet(RecordFilterSet):
    review_id = RelationFilter(Review, field_name="review", label=_("Review"))
    activity_id = RelationFilter(PlanActivity, field_name="activity", label=_("Activity"))
    plan_id = RelationFilter(ActionPlan, field_name="review__plan", label=_("Action plan"))
    axis_id = RelationFilter(Axis, field_name="activity__result__objective__axis", label=_("Axis"))
    lead_id = RelationFilter(Institution, field_name="activity__lead", label=_("Lead institution"))
    state = ChoicesFilter(PlanActivityStatus, label=_("Status"))
    stall_reason = ChoicesFilter(StallReason, label=_("What holds it up"))

    class Meta:
        model = ReviewEntry
        fields = ()
