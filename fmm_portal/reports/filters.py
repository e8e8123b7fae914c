"""Filters of reports, the same on screen and in the API."""

from typing import Any

import django_filters
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import RecordFilterSet, YesNoFilter
from fmm_portal.core.jobs import JobStatus
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import report_kinds


def _kinds() -> list[tuple[str, Any]]:
    """Asked when a page is made: pillars register their kinds after this module is loaded."""
    return [(kind.code, kind.label) for kind in report_kinds()]


class ReportFilterSet(RecordFilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=_kinds, label=_("Kind"))
    status = django_filters.MultipleChoiceFilter(choices=JobStatus.choices, label=_("Status"))
    language = django_filters.ChoiceFilter(
        choices=settings.LANGUAGES, label=_("Language"), empty_label=_("Any")
    )
    asked_from = django_filters.DateFilter(
        field_name="created_at", lookup_expr="date__gte", label=_("Asked for from")
    )
    is_mine = YesNoFilter(method="filter_mine", label=_("Asked for by me"))

    class Meta:
        model = Report
        fields = ()

    def filter_mine(self, queryset: models.QuerySet[Any], name: str, value: bool) -> models.QuerySet[Any]:
        account = self.principal.account_id
        mine = models.Q(requested_by=account) if account is not None else models.Q(pk__in=[])
        return queryset.filter(mine) if value else queryset.exclude(mine)
