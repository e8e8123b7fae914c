"""Rows of study visits and their parts."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.policies import policy_for
from fmm_portal.core.querysets import RecordQuerySet
from studyvisits.enums import AHEAD_STATUSES, OPEN_COMMITMENTS, VisitStatus

if TYPE_CHECKING:
    from fmm_portal.core.models import Record
    from fmm_portal.core.principals import Principal
    from fmm_portal.institutions.models import Country
    from studyvisits.models import AgendaItem, Commitment, StudyVisit

# A visit is reported within ten working days of the return.
REPORTED_WITHIN = timedelta(days=14)


def sees(principal: "Principal", model: type[models.Model], name: str) -> models.expressions.Combinable:
    """Whether a principal may see the record to which a row's relation leads, asked of all rows at once."""
    related: Any = model._meta.get_field(name).related_model
    policy = policy_for(related)
    if policy.sees_all(principal):
        return models.Value(True)
    seen = policy.scope(principal, related._default_manager.all()).order_by().values("pk")
    return models.ExpressionWrapper(models.Q(**{f"{name}__in": seen}), models.BooleanField())


class StudyVisitQuerySet(RecordQuerySet["StudyVisit"]):
    def with_related(self) -> Self:
        from fmm_portal.institutions.models import Institution
        from studyvisits.models import Leg

        legs = models.Prefetch("legs", Leg.objects.select_related("country"))
        senders = models.Prefetch(
            "delegations__sending_institutions", Institution.objects.select_related("country")
        )
        return (
            self.select_related("programme", "owner")
            .prefetch_related("themes", legs, "delegations__sending_countries")
            .prefetch_related(senders)
        )

    def for_list(self, columns: Collection[str]) -> Self:
        # The table reads the countries of all rows at once, and shows nothing else of other records.
        return self

    def with_detail(self) -> Self:
        from fmm_portal.institutions.models import Institution

        # The debrief besides, for the steps of a completed visit ask for it.
        served = ("action", "activity", "strategy", "milestone", "plan_activity__plan", "debrief")
        return (
            self.with_related()
            .select_related(*served)
            .prefetch_related(
                models.Prefetch("programme__funders", Institution.objects.select_related("country"))
            )
        )

    def with_counts(self) -> Self:
        """With `agenda_count` and `open_commitment_count`, as subqueries so that neither multiplies the other."""
        from studyvisits.models import AgendaItem, Commitment

        def count(rows: models.QuerySet[models.Model], by: str) -> models.Subquery:
            counted = rows.order_by().values(by).annotate(n=models.Count("pk")).values("n")
            return models.functions.Coalesce(models.Subquery(counted), 0)  # type: ignore[return-value]

        mine = models.OuterRef("pk")
        return self.annotate(
            agenda_count=count(AgendaItem.objects.filter(visit=mine), "visit"),
            open_commitment_count=count(
                Commitment.objects.filter(study_visit=mine, status__in=OPEN_COMMITMENTS), "source_id"
            ),
        )

    def between(self, countries: "Iterable[Country]") -> Self:
        """Visits that one of these countries sends or hosts."""
        from studyvisits.models import Leg

        keys = [country.pk for country in countries]
        sent = self.model.delegations.through.objects.filter(delegation__sending_countries__in=keys)
        hosted = Leg.objects.filter(country__in=keys).order_by().values("visit")
        return self.filter(models.Q(pk__in=sent.values("studyvisit")) | models.Q(pk__in=hosted))

    def for_reader(self, principal: "Principal") -> Self:
        """With `sees_action` and `sees_strategy`: who takes part sees the visit, though not all that it serves."""
        return self.annotate(
            sees_action=sees(principal, self.model, "action"),
            sees_strategy=sees(principal, self.model, "strategy"),
        )

    def ahead(self) -> Self:
        """Not yet completed and not given up; also those whose planned dates have passed: somebody must act."""
        return self.filter(status__in=AHEAD_STATUSES)

    def with_late_report(self, on: date) -> Self:
        """Completed longer ago than reports may take, and not yet reported. A month counts from its last day."""
        last_day = on - REPORTED_WITHIN
        wider = [PartialDate(last_day.year), PartialDate(last_day.year, last_day.month)]
        return (
            self.filter(status=VisitStatus.COMPLETED)
            .alias(last_known=models.functions.Coalesce("ends_on", "starts_on"))
            .filter(last_known__lt=PartialDate.of(last_day))
            .exclude(last_known__in=wider)
        )


class AgendaItemQuerySet(RecordQuerySet["AgendaItem"]):
    def with_related(self) -> Self:
        return self.select_related("visit", "leg__country").prefetch_related("hosts__institution__country")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("attendances__delegate", "session_notes__author")


class CommitmentQuerySet(RecordQuerySet["Commitment"]):
    def with_related(self) -> Self:
        from studyvisits.sources import with_sources

        return self.select_related(
            "owed_by__country", "owed_to__country", "owner", "lesson", "plan_activity__plan", "request"
        ).prefetch_related(with_sources())

    def made_at(self, source: "Record") -> Self:
        """Those whose one source is this record."""
        kind = ContentType.objects.get_for_model(source)
        return self.filter(source_type=kind, source_id=source.pk)

    def for_reader(self, principal: "Principal") -> Self:
        """With `source_is_seen`: a side of a commitment sees it, though perhaps not where it was made."""
        from studyvisits.policies import COMMITMENTS

        seen = COMMITMENTS.at_seen_sources(principal)
        return self.annotate(
            source_is_seen=models.ExpressionWrapper(seen, models.BooleanField()),
            sees_plan_activity=sees(principal, self.model, "plan_activity"),
            sees_request=sees(principal, self.model, "request"),
        )

    def open(self) -> Self:
        return self.filter(status__in=OPEN_COMMITMENTS)

    def overdue(self, on: date) -> Self:
        """Open and due, at the latest, before a day. A month is overdue once it has passed."""
        whole_day = models.Q(due_on__lt=PartialDate(on.year, on.month, on.day)) & models.Q(due_on__length=10)
        whole_month = models.Q(due_on__lt=PartialDate(on.year, on.month)) & models.Q(due_on__length=7)
        whole_year = models.Q(due_on__lt=PartialDate(on.year)) & models.Q(due_on__length=4)
        return self.open().filter(whole_day | whole_month | whole_year)
