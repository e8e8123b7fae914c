"""Rows of study visits and their parts."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.querysets import RecordQuerySet
from studyvisits.enums import AHEAD_STATUSES, OPEN_COMMITMENTS

if TYPE_CHECKING:
    from studyvisits.models import AgendaItem, Commitment, StudyVisit


class StudyVisitQuerySet(RecordQuerySet["StudyVisit"]):
    def with_related(self) -> Self:
        return self.select_related("programme", "owner").prefetch_related(
            "themes", "legs__country", "delegations__sending_countries", "delegations__sending_institutions"
        )

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related(
            "programme__funders__country", "delegations__sending_institutions__country"
        )

    def with_counts(self) -> Self:
        """With `agenda_count` and `open_commitment_count`, as subqueries so that neither multiplies the other."""
        from studyvisits.models import AgendaItem, Commitment

        def count(rows: models.QuerySet[models.Model]) -> models.Subquery:
            counted = rows.order_by().values("visit").annotate(n=models.Count("pk")).values("n")
            return models.functions.Coalesce(models.Subquery(counted), 0)  # type: ignore[return-value]

        mine = models.OuterRef("pk")
        return self.annotate(
            agenda_count=count(AgendaItem.objects.filter(visit=mine)),
            open_commitment_count=count(Commitment.objects.filter(visit=mine, status__in=OPEN_COMMITMENTS)),
        )

    def ahead(self) -> Self:
        """Not yet completed and not given up; also those whose planned dates have passed: somebody must act."""
        return self.filter(status__in=AHEAD_STATUSES)


class AgendaItemQuerySet(RecordQuerySet["AgendaItem"]):
    def with_related(self) -> Self:
        return self.select_related("visit", "leg__country").prefetch_related("hosts__institution__country")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("attendances__delegate", "session_notes__author")


class CommitmentQuerySet(RecordQuerySet["Commitment"]):
    def with_related(self) -> Self:
        return self.select_related("visit", "owed_by__country", "owed_to__country", "owner", "lesson")

    def open(self) -> Self:
        return self.filter(status__in=OPEN_COMMITMENTS)

    def overdue(self, on: date) -> Self:
        """Open and due, at the latest, before a day. A month is overdue once it has passed."""
        whole_day = models.Q(due_on__lt=PartialDate(on.year, on.month, on.day)) & models.Q(due_on__length=10)
        whole_month = models.Q(due_on__lt=PartialDate(on.year, on.month)) & models.Q(due_on__length=7)
        whole_year = models.Q(due_on__lt=PartialDate(on.year)) & models.Q(due_on__length=4)
        return self.open().filter(whole_day | whole_month | whole_year)
