"""Milestones of a strategy's process, who took part in them, and the amendments that a validation asked for."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDate, PartialDateField, today
from fmm_portal.core.periods import ends_before_it_begins, headcount_error, is_in_the_future
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from fmm_portal.facility.models import Activity
from fmm_portal.institutions.models import Institution
from strategies.enums import (
    AWAITED,
    OUTCOMES_OF_VALIDATIONS,
    REACHED,
    TEMPLATE,
    VALIDATIONS,
    AmendmentStatus,
    MilestoneKind,
    MilestoneStatus,
)
from strategies.models.strategy import Strategy, StrategyVersion
from strategies.querysets import AmendmentQuerySet, MilestoneQuerySet


class Milestone(Searchable, Record):
    """A step of the process. Technical validation, political validation and adoption are steps of their own."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("strategy")
    )
    kind = models.CharField(_("kind"), max_length=21, choices=MilestoneKind, db_index=True)
    title = MultilingualField(_("title"), blank=True, help_text=_("Left empty, the kind is the title."))
    text_version = models.ForeignKey(
        StrategyVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="milestones",
        verbose_name=_("version of the text"),
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="milestones",
        verbose_name=_("activity of an action"),
        help_text=_("The workshop or mission in which it took place."),
    )
    planned_on = PartialDateField(_("planned for"), db_index=True)
    planned_until = PartialDateField(_("planned until"))
    actual_on = PartialDateField(_("took place on"), db_index=True)
    actual_until = PartialDateField(_("took place until"))
    dates_note = MultilingualField(
        _("note on the dates"),
        is_long=True,
        blank=True,
        help_text=_("Where they come from, or why they are not certain."),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    men = models.PositiveIntegerField(_("men"), null=True, blank=True)
    outcome = MultilingualField(_("outcome"), is_long=True, blank=True, help_text=_("One a line."))
    instrument = models.CharField(
        _("instrument of adoption"),
        max_length=200,
        blank=True,
        help_text=_("Such as a decree, an order or minutes of the Council of Ministers."),
    )
    instrument_reference = models.CharField(_("reference of the instrument"), max_length=100, blank=True)
    sources = SourcesField(_("sources"))
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=MilestoneStatus,
        default=MilestoneStatus.PLANNED,
        editable=False,
        db_index=True,
    )

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = (
            "strategy",
            models.functions.Coalesce("actual_on", "planned_on").asc(nulls_last=True),
            "pk",
        )

    def __str__(self) -> str:
        return str(self.title) if self.title else str(self.get_kind_display())

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if ends_before_it_begins(self.planned_on, self.planned_until):
            errors["planned_until"] = _t("The last day is before the first day.")
        if ends_before_it_begins(self.actual_on, self.actual_until):
            errors["actual_until"] = _t("The last day is before the first day.")
        for name in ("actual_on", "actual_until"):
            if is_in_the_future(getattr(self, name)):
                errors[name] = _t("What took place cannot lie in the future.")
        if self.planned_until and not self.planned_on:
            errors["planned_on"] = _t("Give the first day too, as far as it is known.")
        if self.actual_until and not self.actual_on:
            errors["actual_on"] = _t("Give the first day too, as far as it is known.")
        if wrong := headcount_error(self.people, self.women, self.men):
            errors["people"] = wrong
        if self.pk is not None and (wrong := self._contradiction()):
            errors["kind"] = wrong
        if self._loses_its_date():
            errors["actual_on"] = _t("Say when it took place; the month or the year is enough.")
        if self.text_version is not None and self.text_version.strategy_id != self.strategy_id:
            errors["text_version"] = _t("This version belongs to another strategy.")
        if errors:
            raise ValidationError(errors)

    def _contradiction(self) -> str | None:
        """What keeps a milestone that has an outcome from being of this kind."""
        if self.status in OUTCOMES_OF_VALIDATIONS and not self.is_validation:
            return _t("Only a validation has such an outcome.")
        if self.status == MilestoneStatus.DONE and self.is_validation:
            return _t("A validation ends with its outcome: validated, with reservations, or returned.")
        return None

    def _loses_its_date(self) -> bool:
        """Whether the date of what took place was taken away; history may not have known it from the start."""
        if self.pk is None or self.actual_on is not None or not self.is_reached:
            return False
        return Milestone.objects.filter(pk=self.pk, actual_on__isnull=False).exists()

    def search_terms(self) -> Iterable[str]:
        return (*self.title.values(), self.place, self.instrument, self.instrument_reference)

    def get_absolute_url(self) -> str:
        return record_address("strategies:milestone_detail", self.strategy_id, self.pk)

    def history_root(self) -> Record:
        return self.strategy

    @property
    def is_validation(self) -> bool:
        return self.kind in VALIDATIONS

    @property
    def is_reached(self) -> bool:
        return self.status in REACHED

    @property
    def begins_on(self) -> PartialDate | None:
        """When it took place or, while it has not, when it is planned for."""
        return self.actual_on or self.planned_on

    @property
    def ends_on(self) -> PartialDate | None:
        return self.actual_until if self.actual_on else self.planned_until

    @property
    def place_in_template(self) -> int | None:
        """Where the template has this kind, counted from 1; None for "other"."""
        return TEMPLATE.index(MilestoneKind(self.kind)) + 1 if self.kind in TEMPLATE else None

    @property
    def amendment_count(self) -> int:
        """Amendments that were asked for. Reads prefetched rows, as the next ones do."""
        return len(self.amendments.all())

    @property
    def integrated_amendment_count(self) -> int:
        return self._amendments_that_are(AmendmentStatus.INTEGRATED)

    @property
    def set_aside_amendment_count(self) -> int:
        return self._amendments_that_are(AmendmentStatus.SET_ASIDE)

    @property
    def open_amendment_count(self) -> int:
        """Those that reservations wait for."""
        return self._amendments_that_are(AmendmentStatus.OPEN)

    def _amendments_that_are(self, status: str) -> int:
        return sum(amendment.status == status for amendment in self.amendments.all())

    @property
    def amendments_in_words(self) -> str:
        """ "3 of 5 integrated", and how many were set aside; "" while none is listed."""
        if not self.amendment_count:
            return ""
        words = {
            "integrated": self.integrated_amendment_count,
            "count": self.amendment_count,
            "aside": self.set_aside_amendment_count,
        }
        if words["aside"]:
            return _t("%(integrated)d of %(count)d integrated, %(aside)d set aside") % words
        return _t("%(integrated)d of %(count)d integrated") % words

    @property
    def is_overdue(self) -> bool:
        """Whether its last planned day has passed and it has not taken place."""
        last: date | None = None
        if self.planned_on:
            last = (self.planned_until or self.planned_on).latest
        return self.status in AWAITED and last is not None and last < today()


class MilestoneParticipant(Record):
    """Who took part, by institution, with how many people."""

    milestone = models.ForeignKey(
        Milestone, on_delete=models.CASCADE, related_name="participants", verbose_name=_("milestone")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="milestones_attended",
        verbose_name=_("institution"),
    )
    label = MultilingualField(
        _("as described"), blank=True, help_text=_("When it is not an institution of the directory.")
    )
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    men = models.PositiveIntegerField(_("men"), null=True, blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("milestone__strategy", "institution__country")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant in a milestone")
        verbose_name_plural = _("participants in milestones")
        ordering = ("milestone", "pk")

    def __str__(self) -> str:
        return str(self.institution or self.label)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.institution_id is None and not self.label:
            errors["institution"] = _t("Choose an institution, or describe who took part.")
        if wrong := headcount_error(self.people, self.women, self.men):
            errors["people"] = wrong
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        return f"{self.milestone.get_absolute_url()}#participants"

    def history_root(self) -> Record:
        return self.milestone.strategy


class Amendment(Record):
    """A change that a validation asked for. It is settled when the text says where it was taken in."""

    milestone = models.ForeignKey(
        Milestone, on_delete=models.CASCADE, related_name="amendments", verbose_name=_("milestone")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = MultilingualField(_("amendment"), is_long=True)
    asked_by = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments_asked",
        verbose_name=pgettext_lazy("amendment", "asked by"),
    )
    integrated_where = models.CharField(
        _("integrated where"), max_length=200, blank=True, help_text=_("Page or section of the text.")
    )
    integrated_on = PartialDateField(_("integrated on"))
    status = models.CharField(
        _("status"), max_length=10, choices=AmendmentStatus, default=AmendmentStatus.OPEN, editable=False
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("milestone__strategy", "asked_by__country")
    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ("milestone", "order", "pk")

    def __str__(self) -> str:
        return str(self.text)

    def clean(self) -> None:
        if is_in_the_future(self.integrated_on):
            raise ValidationError({"integrated_on": _t("This date is in the future.")})

    def get_absolute_url(self) -> str:
        return f"{self.milestone.get_absolute_url()}#amendment-{self.pk}"

    def history_root(self) -> Record:
        return self.milestone.strategy
