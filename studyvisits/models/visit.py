"""The study visit and its legs."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delegations.models import Delegate, Delegation
from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Referenced, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from fmm_portal.facility.models import Action, Activity, Programme
from fmm_portal.institutions.models import Country, Theme
from strategies.models import Milestone, PlanActivity, Strategy
from studyvisits.enums import FROZEN_STATUSES, VisitStatus
from studyvisits.querysets import StudyVisitQuerySet


class StudyVisit(Referenced, Searchable, Record):
    """A visit of one or more delegations to one or more host countries, to learn how something is done."""

    title = MultilingualField(_("title"))
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("programme"),
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="study_visits", verbose_name=_("themes"))
    delegations = models.ManyToManyField(
        Delegation, blank=True, related_name="study_visits", verbose_name=_("delegations")
    )
    action = models.ForeignKey(
        Action,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("action"),
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("activity of the action"),
    )
    strategy = models.ForeignKey(
        Strategy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("strategy that it serves"),
    )
    milestone = models.ForeignKey(
        Milestone,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("milestone that it serves"),
    )
    plan_activity = models.ForeignKey(
        PlanActivity,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("plan activity that it serves"),
    )
    objectives = MultilingualField(_("objectives"), is_long=True, blank=True, help_text=_("One a line."))
    starts_on = PartialDateField(_("first day"), db_index=True)
    ends_on = PartialDateField(_("last day"))
    stated_duration_days = models.PositiveSmallIntegerField(
        _("duration in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Only when it is known and the days are not."),
    )
    dates_note = MultilingualField(
        _("note on the dates"),
        is_long=True,
        blank=True,
        help_text=_("Where they come from, or why they are not certain."),
    )
    outcomes = MultilingualField(_("outcomes"), is_long=True, blank=True, help_text=_("One a line."))
    sources = SourcesField(_("sources"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="study_visits",
        verbose_name=_("responsible officer"),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=VisitStatus,
        default=VisitStatus.PLANNED,
        editable=False,
        db_index=True,
    )

    # What was promised at it; commitments are also made elsewhere.
    commitments = GenericRelation(
        "studyvisits.Commitment",
        content_type_field="source_type",
        object_id_field="source_id",
        related_query_name="study_visit",
    )

    # Senders and hosts where they were read for many visits at once, see `read_ends`.
    ends: tuple[list[Country], list[Country]] | None = None

    reference_prefix: ClassVar[str] = "SV"

    searched_through: ClassVar[tuple[str, ...]] = ("programme",)

    objects = StudyVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("study visit")
        verbose_name_plural = _("study visits")
        ordering = (models.F("starts_on").desc(nulls_last=True), "-pk")

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.starts_on and self.ends_on and self.starts_on.earliest > self.ends_on.latest:
            errors["ends_on"] = _t("The last day is before the first day.")
        if self.ends_on and not self.starts_on:
            errors["starts_on"] = _t("Give the first day too, as far as it is known.")
        errors |= self._wrong_links()
        if not errors and self.pk is not None:
            outside = self._items_outside_the_dates()
            if outside:
                errors["starts_on"] = ngettext(
                    "%(count)d agenda item would fall outside these dates. Move it first.",
                    "%(count)d agenda items would fall outside these dates. Move them first.",
                    outside,
                ) % {"count": outside}
        if errors:
            raise ValidationError(errors)

    def _wrong_links(self) -> dict[str, str]:
        """What the visit hangs on must belong together; the action and the strategy follow from their parts."""
        errors: dict[str, str] = {}
        if self.activity is not None:
            self.action = self.action or self.activity.action
            if self.activity.action_id != self.action.pk:
                errors["activity"] = _t("This activity belongs to another action.")
        for name in ("milestone", "plan_activity"):
            part = getattr(self, name)
            if part is None:
                continue
            strategy = part.strategy if name == "milestone" else part.plan.strategy
            self.strategy = self.strategy or strategy
            if strategy.pk != self.strategy.pk:
                errors[name] = _t("This belongs to another strategy.")
        return errors

    def _items_outside_the_dates(self) -> int:
        outside = models.Q()
        if self.first_possible_day:
            outside |= models.Q(day__lt=self.first_possible_day)
        if self.last_possible_day:
            outside |= models.Q(day__gt=self.last_possible_day)
        return self.agenda_items.filter(outside).count() if outside else 0

    def search_terms(self) -> Iterable[str]:
        return (self.reference, *self.title.values(), self.programme.acronym if self.programme else "")

    def get_absolute_url(self) -> str:
        return record_address("studyvisits:visit_detail", self.pk)

    def reference_year(self) -> int:
        return self.starts_on.year if self.starts_on else timezone.localdate().year

    @property
    def first_possible_day(self) -> date | None:
        return self.starts_on.earliest if self.starts_on else None

    @property
    def last_possible_day(self) -> date | None:
        """The end, or, while only the start is known, the last day that the start may mean."""
        if self.ends_on:
            return self.ends_on.latest
        return self.starts_on.latest if self.starts_on and not self.starts_on.is_exact else None

    @property
    def duration_days(self) -> int | None:
        """Days with both ends counted: 21 to 25 January are 5. None when not known."""
        if self.starts_on and self.ends_on and self.starts_on.is_exact and self.ends_on.is_exact:
            return (self.ends_on.earliest - self.starts_on.earliest).days + 1
        return self.stated_duration_days

    @property
    def is_frozen(self) -> bool:
        """Closed and cancelled visits change only after somebody reopens them."""
        return self.status in FROZEN_STATUSES

    @property
    def sending_countries(self) -> list[Country]:
        """Countries that send a delegation, each once; reads prefetched rows."""
        if self.ends is not None:
            return self.ends[0]
        found = {c.pk: c for delegation in self.delegations.all() for c in delegation.sending_countries.all()}
        return sorted(found.values(), key=lambda country: country.code)

    @property
    def host_countries(self) -> list[Country]:
        """Countries of the legs in travelling order, each once."""
        if self.ends is not None:
            return self.ends[1]
        return list({leg.country_id: leg.country for leg in self.legs.all()}.values())

    def standing_delegates(self) -> models.QuerySet[Delegate]:
        return Delegate.objects.filter(delegation__study_visits=self).standing()


def read_ends(visits: Iterable[StudyVisit]) -> None:
    """Give each visit the countries that it leads from and to: one query, where prefetching them takes four."""
    known = {visit.pk: visit for visit in visits}
    legs = Leg.objects.filter(visit__in=known).order_by()
    hosts = legs.values_list("visit_id", models.F("order") + 1, "pk", "country_id", "country__code")
    sent = StudyVisit.delegations.through.objects.filter(
        studyvisit__in=known, delegation__sending_countries__isnull=False
    )
    country = "delegation__sending_countries"
    senders = sent.values_list("studyvisit_id", models.Value(0), "pk", country, f"{country}__code")
    for visit in known.values():
        visit.ends = ([], [])
    by_end = sorted(hosts.union(senders, all=True), key=lambda row: (row[1], row[2] if row[1] else row[4]))
    for pk, order, _row, key, code in by_end:
        found = known[pk].ends
        assert found is not None
        end = found[min(order, 1)]
        if all(key != other.pk for other in end):
            end.append(Country.from_db("default", ["id", "code"], [key, code]))


class Leg(Record):
    """A stay in one place of one host country."""

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.CASCADE, related_name="legs", verbose_name=_("study visit")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="visit_legs", verbose_name=_("host country")
    )
    city = models.CharField(_("city"), max_length=100, blank=True)
    starts_on = PartialDateField(_("from"))
    ends_on = PartialDateField(_("until"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return f"{self.city}, {self.country.name}" if self.city else self.country.name

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.starts_on and self.ends_on and self.starts_on.earliest > self.ends_on.latest:
            errors["ends_on"] = _t("The leg cannot end before it begins.")
        first, last = self.visit.first_possible_day, self.visit.last_possible_day
        if self.starts_on and first and self.starts_on.latest < first:
            errors["starts_on"] = _t("The leg begins before the visit.")
        if self.ends_on and last and self.ends_on.earliest > last:
            errors.setdefault("ends_on", _t("The leg ends after the visit."))
        if errors:
            raise ValidationError(errors)

    def history_root(self) -> Record:
        return self.visit
