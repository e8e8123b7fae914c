"""Rows of programmes, requests, actions and their activities."""

from typing import TYPE_CHECKING, Self

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.enums import (
    OPEN_ACTIVITIES,
    PENDING_REQUESTS,
    RUNNING_ACTIONS,
    ActivityStatus,
)

if TYPE_CHECKING:
    from fmm_portal.facility.models import Action, Activity, Programme, Request


class ProgrammeQuerySet(RecordQuerySet["Programme"]):
    def with_related(self) -> Self:
        return self.select_related("implementer__country").prefetch_related("funders__country")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("visibility_texts", "logos")


class RequestQuerySet(RecordQuerySet["Request"]):
    def with_related(self) -> Self:
        return self.select_related("facility", "institution__country", "owner").prefetch_related("countries")

    def with_detail(self) -> Self:
        return self.select_related("facility__programme", "institution__country", "owner").prefetch_related(
            "countries", "themes", "joint_with__country"
        )

    def pending(self) -> Self:
        """Submitted and not yet decided."""
        return self.filter(status__in=PENDING_REQUESTS)


class ActionQuerySet(RecordQuerySet["Action"]):
    def with_related(self) -> Self:
        return self.select_related("programme", "facility", "owner").prefetch_related("countries")

    def with_detail(self) -> Self:
        return self.select_related(
            "programme",
            "facility",
            "request",
            "owner",
            "requesting_institution__country",
            "implementer__country",
        ).prefetch_related("countries", "themes", "beneficiaries__country", "partners__country")

    def running(self) -> Self:
        return self.filter(status__in=RUNNING_ACTIONS)

    def with_counts(self) -> Self:
        """`activity_count` and `done_count`: how many activities there are, without the cancelled, and are done."""
        from fmm_portal.facility.models import Activity

        def counted(activities: "QuerySet[Activity]") -> Coalesce:
            rows = activities.filter(action=OuterRef("pk")).order_by().values("action")
            return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)

        known = Activity.objects.exclude(status=ActivityStatus.CANCELLED)
        return self.annotate(
            activity_count=counted(known),
            done_count=counted(Activity.objects.filter(status=ActivityStatus.DONE)),
        )


class ActivityQuerySet(RecordQuerySet["Activity"]):
    def with_related(self) -> Self:
        return self.select_related("action", "country")

    def with_detail(self) -> Self:
        return self.select_related("action__programme", "country").prefetch_related("institutions__country")

    def overdue(self) -> Self:
        """Neither done nor given up, although the last possible day has passed: `Activity.is_overdue` in SQL.

        A date is text that sorts: what is known in full counts from the next day on, a month or a year once it
        is over.
        """
        now = today()
        late = Q(last__lt=PartialDate.of(now)) & ~Q(
            last__in=[PartialDate(now.year), PartialDate(now.year, now.month)]
        )
        still_open = self.filter(status__in=OPEN_ACTIVITIES)
        return still_open.annotate(last=Coalesce("ends_on", "starts_on")).filter(late)
