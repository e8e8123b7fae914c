"""Filters of strategies, milestones and committees."""

from typing import Any

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.accounts.colleagues import ColleagueFilter
from fmm_portal.core.filters import (
    ChoicesFilter,
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    YesNoFilter,
    from_date,
    until_date,
)
from fmm_portal.core.partial_dates import today
from fmm_portal.facility.models import Action, Activity, Programme
from fmm_portal.institutions.models import Country, Institution, Theme
from strategies.enums import (
    AmendmentStatus,
    CommitteeKind,
    MeetingStatus,
    MemberRole,
    MilestoneKind,
    MilestoneStatus,
    StakeholderRole,
    StrategyKind,
)
from strategies.models import (
    Amendment,
    Axis,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from strategies.policies import AGENCY_ROLES, concerning


class StrategyFilterSet(SearchableFilterSet):
    reference = django_filters.CharFilter(field_name="reference", lookup_expr="iexact", label=_("Reference"))
    acronym = django_filters.CharFilter(field_name="acronym", lookup_expr="iexact", label=_("Acronym"))
    country_id = RelationFilter(Country, field_name="country", label=_("Country"))
    kind = ChoicesFilter(StrategyKind, label=_("Kind"))
    theme_id = RelationFilter(Theme, field_name="themes", label=_("Theme"))
    stage = ChoicesFilter(MilestoneKind, method="filter_stage", label=_("Latest milestone"))
    has_milestone = YesNoFilter(method="filter_has_milestone", label=_("Has reached a milestone"))
    has_overdue_milestones = YesNoFilter(
        method="filter_overdue_milestones", label=_("Has overdue milestones")
    )
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    owner_institution_id = RelationFilter(Institution, field_name="owner_institution", label=_("Owner"))
    action_id = RelationFilter(Action, field_name="actions", label=_("Supporting action"))
    institution_id = RelationFilter(Institution, method="filter_institution", label=_("Institution"))
    owner_id = ColleagueFilter(field_name="owner", label=pgettext_lazy("strategy", "Responsible officer"))
    is_mine = YesNoFilter(method="filter_mine", label=_("Mine"))

    class Meta:
        model = Strategy
        fields = ()

    def filter_stage(self, queryset: Any, name: str, value: list[str]) -> Any:
        return queryset.at_stage(value) if value else queryset

    def filter_has_milestone(self, queryset: Any, name: str, value: bool) -> models.QuerySet[Strategy]:
        reached = Milestone.objects.reached().order_by().values("strategy")
        return queryset.filter(pk__in=reached) if value else queryset.exclude(pk__in=reached)

    def filter_overdue_milestones(self, queryset: Any, name: str, value: bool) -> models.QuerySet[Strategy]:
        late = Strategy.objects.with_overdue_milestones(today()).any_pk()
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)

    def filter_institution(
        self, queryset: models.QuerySet[Strategy], name: str, value: list[Institution]
    ) -> models.QuerySet[Strategy]:
        """Those that an institution owns, oversees, coordinates or has a stake in."""
        if not value:
            return queryset
        stakes = Stakeholder.objects.filter(institution__in=value).order_by().values("strategy")
        return queryset.filter(
            models.Q(owner_institution__in=value)
            | models.Q(ministry__in=value)
            | models.Q(coordinator__in=value)
            | models.Q(pk__in=stakes)
        )

    def filter_mine(
        self, queryset: models.QuerySet[Strategy], name: str, value: bool
    ) -> models.QuerySet[Strategy]:
        """Those that the person answers for, or that their institution has a part in."""
        mine = concerning(self.principal, AGENCY_ROLES)
        if self.principal.account_id is not None:
            mine |= models.Q(owner=self.principal.account_id)
        found = Strategy.objects.filter(mine).order_by().values("pk")
        return queryset.filter(pk__in=found) if value else queryset.exclude(pk__in=found)


class StrategyVersionFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="strategy", label=_("Strategy"))
    is_current = YesNoFilter(label=_("In force"))

    class Meta:
        model = StrategyVersion
        fields = ()


class AxisFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="version_of__strategy", label=_("Strategy"))
    version_of_id = RelationFilter(StrategyVersion, field_name="version_of", label=_("Version"))

    class Meta:
        model = Axis
        fields = ()


class StakeholderFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="strategy", label=_("Strategy"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))
    role = ChoicesFilter(StakeholderRole, label=_("Role"))

    class Meta:
        model = Stakeholder
        fields = ()


class MilestoneFilterSet(SearchableFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="strategy", label=_("Strategy"))
    country_id = RelationFilter(Country, field_name="strategy__country", label=_("Country"))
    kind = ChoicesFilter(MilestoneKind, label=_("Kind"))
    status = ChoicesFilter(MilestoneStatus, label=_("Status"))
    activity_id = RelationFilter(Activity, field_name="activity", label=_("Activity of an action"))
    text_version_id = RelationFilter(
        StrategyVersion, field_name="text_version", label=_("Version of the text")
    )
    institution_id = RelationFilter(
        Institution, field_name="participants__institution", label=_("Participating institution")
    )
    is_overdue = YesNoFilter(method="filter_overdue", label=_("Overdue"))
    has_open_amendments = YesNoFilter(method="filter_open_amendments", label=_("Has open amendments"))
    planned_on_from = from_date("planned_on", _("Planned from"))
    planned_on_until = until_date("planned_on", _("Planned until"))
    actual_on_from = from_date("actual_on", _("Took place from"))
    actual_on_until = until_date("actual_on", _("Took place until"))

    class Meta:
        model = Milestone
        fields = ()

    def filter_overdue(
        self, queryset: models.QuerySet[Milestone], name: str, value: bool
    ) -> models.QuerySet[Milestone]:
        late = Milestone.objects.overdue(today()).order_by().values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)

    def filter_open_amendments(
        self, queryset: models.QuerySet[Milestone], name: str, value: bool
    ) -> models.QuerySet[Milestone]:
        waiting = Amendment.objects.open().order_by().values("milestone")
        return queryset.filter(pk__in=waiting) if value else queryset.exclude(pk__in=waiting)


class MilestoneParticipantFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="milestone__strategy", label=_("Strategy"))
    milestone_id = RelationFilter(Milestone, field_name="milestone", label=_("Milestone"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))

    class Meta:
        model = MilestoneParticipant
        fields = ()


class AmendmentFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="milestone__strategy", label=_("Strategy"))
    milestone_id = RelationFilter(Milestone, field_name="milestone", label=_("Milestone"))
    asked_by_id = RelationFilter(
        Institution, field_name="asked_by", label=pgettext_lazy("amendment", "Asked by")
    )
    status = ChoicesFilter(AmendmentStatus, label=_("Status"))

    class Meta:
        model = Amendment
        fields = ()


class CommitteeFilterSet(SearchableFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="strategy", label=_("Strategy"))
    country_id = RelationFilter(Country, field_name="strategy__country", label=_("Country"))
    kind = ChoicesFilter(CommitteeKind, label=_("Kind"))
    institution_id = RelationFilter(
        Institution, field_name="members__institution", label=_("Member institution")
    )

    class Meta:
        model = Committee
        fields = ()


class CommitteeMemberFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="committee__strategy", label=_("Strategy"))
    committee_id = RelationFilter(Committee, field_name="committee", label=_("Committee"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))
    role = ChoicesFilter(MemberRole, label=_("Role"))

    class Meta:
        model = CommitteeMember
        fields = ()


class CommitteeMeetingFilterSet(RecordFilterSet):
    strategy_id = RelationFilter(Strategy, field_name="committee__strategy", label=_("Strategy"))
    committee_id = RelationFilter(Committee, field_name="committee", label=_("Committee"))
    milestone_id = RelationFilter(Milestone, field_name="milestone", label=_("Milestone"))
    status = ChoicesFilter(MeetingStatus, label=_("Status"))
    held_on_from = from_date("held_on", _("Held from"))
    held_on_until = until_date("held_on", _("Held until"))

    class Meta:
        model = CommitteeMeeting
        fields = ()
