"""Rows of webhooks and their messages."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.webhooks.enums import DeliveryStatus, SubscriptionStatus

if TYPE_CHECKING:
    from fmm_portal.webhooks.models import Delivery, Subscription


class SubscriptionQuerySet(RecordQuerySet["Subscription"]):
    def with_related(self) -> Self:
        return self.select_related("institution", "institution__country")

    def for_list(self, columns: Collection[str]) -> Self:
        return self.with_related()

    def free(self, now: datetime) -> Self:
        """Active ones that no worker sends for, and whose receiver need not be left alone."""
        return self.filter(
            models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now),
            models.Q(rests_until__isnull=True) | models.Q(rests_until__lte=now),
            status=SubscriptionStatus.ACTIVE,
        )


class DeliveryQuerySet(RecordQuerySet["Delivery"]):
    def with_related(self) -> Self:
        return self.select_related("subscription", "subscription__institution")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("log")

    def due(self, now: datetime) -> Self:
        """Those to be sent now, the oldest first."""
        return self.filter(status=DeliveryStatus.WAITING, next_attempt_at__lte=now).order_by("pk")
