"""Filters of actions, their activities and the parts of the fiche."""

from typing import Any

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.accounts.colleagues import ColleagueFilter
from fmm_portal.core.currencies import Currency
from fmm_portal.core.filters import (
    ChoicesFilter,
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    YesNoFilter,
    from_date,
    until_date,
)
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.enums import (
    RUNNING_ACTIONS,
    ActionStatus,
    ActivityKind,
    ActivityStatus,
    ApprovalDecision,
    Level,
)
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Expert,
    Facility,
    Indicator,
    Programme,
    Request,
    Risk,
)
from fmm_portal.institutions.models import Country, Institution, Theme


class YearFilter(django_filters.NumberFilter):
    """What begins in a year, as far as that is known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1900, max_value=2200, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        if value is None:
            return qs
        year, name = int(value), self.field_name
        return qs.filter(**{f"{name}__gte": PartialDate(year), f"{name}__lt": PartialDate(year + 1)})


class ActionFilterSet(SearchableFilterSet):
    reference = django_filters.CharFilter(field_name="reference", lookup_expr="iexact", label=_("Reference"))
    status = ChoicesFilter(ActionStatus, label=_("Status"))
    country_id = RelationFilter(Country, field_name="countries", label=_("Country"))
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    facility_id = RelationFilter(Facility, field_name="facility", label=_("Facility"))
    theme_id = RelationFilter(Theme, field_name="themes", label=_("Theme"))
    institution_id = RelationFilter(
        Institution, method="filter_institution", label=_("Institution taking part")
    )
    request_id = RelationFilter(Request, field_name="request", label=_("Request"))
    owner_id = ColleagueFilter(field_name="owner", label=pgettext_lazy("action", "Responsible officer"))
    is_mine = YesNoFilter(method="filter_mine", label=_("Mine"))
    is_running = YesNoFilter(method="filter_running", label=_("Running"))
    year = YearFilter(field_name="starts_on", label=_("Year"))
    starts_on_from = from_date("starts_on", _("Begins from"))
    starts_on_until = until_date("starts_on", _("Begins until"))

    class Meta:
        model = Action
        fields = ()

    def filter_institution(
        self, queryset: models.QuerySet[Action], name: str, value: Any
    ) -> models.QuerySet[Action]:
        """Actions that any of the institutions asked for, receives, runs, or supports as a partner."""
        keys = [institution.pk for institution in value or ()]
        if not keys:
            return queryset
        given = Action.beneficiaries.through.objects.filter(institution__in=keys).values("action")
        supported = Action.partners.through.objects.filter(institution__in=keys).values("action")
        return queryset.filter(
            models.Q(requesting_institution__in=keys)
            | models.Q(implementer__in=keys)
            | models.Q(pk__in=given)
            | models.Q(pk__in=supported)
        )

    def filter_mine(
        self, queryset: models.QuerySet[Action], name: str, value: bool
    ) -> models.QuerySet[Action]:
        mine = models.Q(owner__isnull=False, owner=self.principal.account_id)
        return queryset.filter(mine if value else ~mine)

    def filter_running(
        self, queryset: models.QuerySet[Action], name: str, value: bool
    ) -> models.QuerySet[Action]:
        running = models.Q(status__in=RUNNING_ACTIONS)
        return queryset.filter(running if value else ~running)


class ActivityFilterSet(SearchableFilterSet):
    action_id = RelationFilter(Action, field_name="action", label=_("Action"))
    status = ChoicesFilter(ActivityStatus, label=_("Status"))
    kind = ChoicesFilter(ActivityKind, label=_("Kind"))
    country_id = RelationFilter(Country, field_name="country", label=_("Country"))
    institution_id = RelationFilter(Institution, field_name="institutions", label=_("Institution"))
    is_online = YesNoFilter(field_name="is_online", label=_("Online"))
    is_overdue = YesNoFilter(method="filter_overdue", label=_("Overdue"))
    year = YearFilter(field_name="starts_on", label=_("Year"))
    starts_on_from = from_date("starts_on", _("Begins from"))
    starts_on_until = until_date("starts_on", _("Begins until"))

    class Meta:
        model = Activity
        fields = ()

    def filter_overdue(
        self, queryset: models.QuerySet[Activity], name: str, value: bool
    ) -> models.QuerySet[Activity]:
        late = Activity.objects.overdue().any_pk()
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class FichePartFilterSet(RecordFilterSet):
    action_id = RelationFilter(Action, field_name="action", label=_("Action"))


class ExpertFilterSet(FichePartFilterSet):
    country_id = RelationFilter(Country, field_name="country", label=_("Country"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))

    class Meta:
        model = Expert
        fields = ()


class BudgetLineFilterSet(FichePartFilterSet):
    currency = ChoicesFilter(Currency, label=_("Currency"))

    class Meta:
        model = BudgetLine
        fields = ()


class IndicatorFilterSet(FichePartFilterSet):
    class Meta:
        model = Indicator
        fields = ()


class RiskFilterSet(FichePartFilterSet):
    likelihood = ChoicesFilter(Level, label=_("Likelihood"))
    impact = ChoicesFilter(Level, label=_("Impact"))

    class Meta:
        model = Risk
        fields = ()


class ApprovalFilterSet(FichePartFilterSet):
    decision = ChoicesFilter(ApprovalDecision, label=_("Decision"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))

    class Meta:
        model = Approval
        fields = ()
