"""An action: technical assistance as its fiche lays it down, and the numbered activities it consists of."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.core.addresses import record_address
from fmm_portal.core.headcounts import Headcount
from fmm_portal.core.models import Record, Referenced, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField, today
from fmm_portal.core.periods import ends_before_it_begins, headcount_error
from fmm_portal.core.sources import SourcesField
from fmm_portal.facility.enums import (
    FROZEN_ACTIONS,
    OPEN_ACTIVITIES,
    ActionStatus,
    ActivityKind,
    ActivityStatus,
)
from fmm_portal.facility.models.configuration import Facility
from fmm_portal.facility.models.programme import Programme
from fmm_portal.facility.models.request import Request
from fmm_portal.facility.querysets import ActionQuerySet, ActivityQuerySet
from fmm_portal.institutions.models import Country, Institution, Theme


class Action(Referenced, Searchable, Record):
    """What a programme does for one or more institutions of one or more countries, under an approved fiche."""

    title = MultilingualField(_("title"))
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("programme"),
    )
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("facility"),
    )
    request = models.ForeignKey(
        Request,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("request"),
    )
    countries = models.ManyToManyField(
        Country, blank=True, related_name="actions", verbose_name=_("countries")
    )
    requesting_institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions_requested",
        verbose_name=_("requesting authority"),
    )
    beneficiaries = models.ManyToManyField(
        Institution, blank=True, related_name="actions_received", verbose_name=_("beneficiary institutions")
    )
    partners = models.ManyToManyField(
        Institution, blank=True, related_name="actions_partnered", verbose_name=_("partners")
    )
    implementer = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions_run",
        verbose_name=_("implementer"),
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="actions", verbose_name=_("themes"))
    context = MultilingualField(_("context"), is_long=True, blank=True)
    overall_objective = MultilingualField(_("overall objective"), is_long=True, blank=True)
    specific_objectives = MultilingualField(
        _("specific objectives"), is_long=True, blank=True, help_text=_("One a line.")
    )
    expected_results = MultilingualField(
        _("expected results"), is_long=True, blank=True, help_text=_("One a line.")
    )
    outcomes = MultilingualField(_("outcomes"), is_long=True, blank=True, help_text=_("One a line."))
    visibility_note = MultilingualField(_("visibility"), is_long=True, blank=True)
    starts_on = PartialDateField(_("begins"), db_index=True)
    ends_on = PartialDateField(_("ends"))
    duration_months = models.PositiveSmallIntegerField(
        _("duration in months"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    dates_note = MultilingualField(_("note on the dates"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=pgettext_lazy("action", "responsible officer"),
    )
    status = models.CharField(
        _("status"),
        max_length=14,
        choices=ActionStatus,
        default=ActionStatus.FACT_FINDING,
        editable=False,
        db_index=True,
    )

    # Set by a manager, see fmm_portal/opendata: then everybody may read of it in the open data.
    is_open_data = models.BooleanField(
        _("published as open data"), default=False, editable=False, db_index=True
    )

    reference_prefix: ClassVar[str] = "AC"

    searched_through: ClassVar[tuple[str, ...]] = ("requesting_institution", "programme")

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = (models.F("starts_on").desc(nulls_last=True), "-pk")

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if ends_before_it_begins(self.starts_on, self.ends_on):
            errors["ends_on"] = _t("The end is before the beginning.")
        if self.facility is not None and self.programme is None:
            self.programme = self.facility.programme
        if self.facility is not None and self.facility.programme_id != self.programme_id:
            errors["facility"] = _t("This facility belongs to another programme.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        programme = self.programme.acronym if self.programme else ""
        asker = self.requesting_institution.search_text if self.requesting_institution else ""
        return (self.reference, *self.title.values(), programme, asker)

    def get_absolute_url(self) -> str:
        return record_address("facility:action_detail", self.pk)

    def reference_year(self) -> int:
        return self.starts_on.year if self.starts_on else timezone.localdate().year

    @property
    def is_frozen(self) -> bool:
        """Closed and cancelled actions change only after somebody reopens them."""
        return self.status in FROZEN_ACTIONS


class Activity(Searchable, Record):
    """One numbered activity of an action: a workshop, training, expert mission, tool, event."""

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="activities", verbose_name=_("action")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    kind = models.CharField(_("kind"), max_length=20, choices=ActivityKind)
    title = MultilingualField(_("title"))
    description = MultilingualField(_("description"), is_long=True, blank=True)
    starts_on = PartialDateField(_("begins"), db_index=True)
    ends_on = PartialDateField(_("ends"))
    stated_duration_days = models.PositiveSmallIntegerField(
        _("duration in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Only when it is known and the days are not."),
    )
    dates_note = MultilingualField(_("note on the dates"), is_long=True, blank=True)
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("country"),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    is_online = models.BooleanField(_("online"), default=False)
    institutions = models.ManyToManyField(
        Institution, blank=True, related_name="activities", verbose_name=_("institutions taking part")
    )
    target_groups = MultilingualField(
        _("target groups"), is_long=True, blank=True, help_text=_("One a line.")
    )
    planned_people = models.PositiveIntegerField(_("people, planned"), null=True, blank=True)
    planned_women = models.PositiveIntegerField(_("women, planned"), null=True, blank=True)
    planned_men = models.PositiveIntegerField(_("men, planned"), null=True, blank=True)
    actual_people = models.PositiveIntegerField(_("people, actual"), null=True, blank=True)
    actual_women = models.PositiveIntegerField(_("women, actual"), null=True, blank=True)
    actual_men = models.PositiveIntegerField(_("men, actual"), null=True, blank=True)
    people_note = MultilingualField(
        _("note on the people"),
        is_long=True,
        blank=True,
        help_text=_("Positions, not names; where the numbers come from."),
    )
    outcome = MultilingualField(_("outcome"), is_long=True, blank=True, help_text=_("One a line."))
    sources = SourcesField(_("sources"))
    status = models.CharField(
        _("status"),
        max_length=11,
        choices=ActivityStatus,
        default=ActivityStatus.PLANNED,
        editable=False,
        db_index=True,
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ("action", "number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["action", "number"],
                name="activity_number_once_per_action",
                violation_error_message=_("This action already has an activity of this number."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if ends_before_it_begins(self.starts_on, self.ends_on):
            errors["ends_on"] = _t("The last day is before the first day.")
        if self.ends_on and not self.starts_on:
            errors["starts_on"] = _t("Give the first day too, as far as it is known.")
        for stage in ("planned", "actual"):
            people, women, men = (getattr(self, f"{stage}_{name}") for name in ("people", "women", "men"))
            if wrong := headcount_error(people, women, men):
                errors[f"{stage}_people"] = wrong
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        return (*self.title.values(), self.place)

    def get_absolute_url(self) -> str:
        return record_address("facility:activity_detail", self.action_id, self.pk)

    def history_root(self) -> Record:
        return self.action

    def people(self, stage: str) -> Headcount:
        """The head-count "planned" or "actual"."""
        return Headcount(*(getattr(self, f"{stage}_{name}") for name in ("people", "women", "men")))

    @property
    def is_overdue(self) -> bool:
        """Whether its last possible day has passed and it is neither done nor given up."""
        last = self.ends_on or self.starts_on
        return self.status in OPEN_ACTIVITIES and last is not None and last.latest < today()
