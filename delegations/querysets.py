"""Rows of delegations and delegates."""

from typing import TYPE_CHECKING, Self

from django.db import models

from delegations.enums import PLANNED_STATUSES
from fmm_portal.core.querysets import RecordQuerySet

if TYPE_CHECKING:
    from delegations.models import Delegate, Delegation


class DelegationQuerySet(RecordQuerySet["Delegation"]):
    def with_related(self) -> Self:
        """With `planned_seats`, the number of seats not declined or replaced."""
        seats = models.Sum(
            "delegates__seats", filter=models.Q(delegates__status__in=PLANNED_STATUSES), default=0
        )
        return self.prefetch_related("sending_countries", "sending_institutions__country").annotate(
            planned_seats=seats
        )

    def with_detail(self) -> Self:
        return self.prefetch_related(
            "sending_countries",
            "sending_institutions__country",
            "delegates__institution__country",
            "delegates__country",
            "delegates__replaces",
        )


class DelegateQuerySet(RecordQuerySet["Delegate"]):
    def with_related(self) -> Self:
        return self.select_related("delegation", "institution__country", "country", "replaces")

    def standing(self) -> Self:
        """Those who are meant to take part: neither declined nor replaced."""
        return self.filter(status__in=PLANNED_STATUSES)
