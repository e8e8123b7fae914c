"""Rows of programmes, requests, actions and their activities."""

from typing import TYPE_CHECKING, Self

from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.enums import PENDING_REQUESTS, RUNNING_ACTIONS

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


class ActivityQuerySet(RecordQuerySet["Activity"]):
    def with_related(self) -> Self:
        return self.select_related("action", "country")

    def with_detail(self) -> Self:
        return self.select_related("action__programme", "country").prefetch_related("institutions__country")
