"""How a facility works: its limits, deadlines and criteria. What is left empty does not limit."""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.currencies import Currency
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.models.programme import Programme


class Facility(Searchable, Record):
    """Where institutions ask for technical assistance, such as the Demand Driven Facility.

    Ceiling, duration, days and criteria are not published for any facility; each programme sets its own.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="facilities", verbose_name=_("programme")
    )
    code = models.CharField(
        _("code"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]*$", _("Write capital letters and digits only."))],
        help_text=_("The first part of the references of its requests, such as DDF in DDF-TG-2018-003."),
    )
    name = MultilingualField(_("name"))
    is_open = models.BooleanField(_("takes requests"), default=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    ceiling = models.DecimalField(
        _("ceiling of an action"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Left empty, there is no limit. What exceeds it is warned of, not refused."),
    )
    max_duration_months = models.PositiveSmallIntegerField(
        _("longest duration, in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Left empty, there is no limit. What exceeds it is warned of, not refused."),
    )
    consultation_days = models.PositiveSmallIntegerField(
        _("days to answer a consultation"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("After these days silence counts as consent."),
    )
    registration_days = models.PositiveSmallIntegerField(
        _("days to register a request"), null=True, blank=True
    )
    assessment_days = models.PositiveSmallIntegerField(_("days to assess a request"), null=True, blank=True)
    decision_days = models.PositiveSmallIntegerField(_("days to decide"), null=True, blank=True)

    objects = RecordQuerySet.as_manager()
    shown_relations: ClassVar[tuple[str, ...]] = ("programme",)

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    @property
    def choice_label(self) -> str:
        return f"{self.code} – {self.name}"

    def search_terms(self) -> Iterable[str]:
        return (self.code, *self.name.values())

    def get_absolute_url(self) -> str:
        return record_address("facility:facility_detail", self.pk)


class Criterion(Record):
    """What requests are scored by, with its weight in the total."""

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="criteria", verbose_name=_("facility")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name = MultilingualField(_("name"))
    guidance = MultilingualField(_("guidance for reviewers"), is_long=True, blank=True)
    weight = models.DecimalField(
        _("weight"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    max_score = models.PositiveSmallIntegerField(
        _("highest score"), default=5, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = RecordQuerySet.as_manager()
    shown_relations: ClassVar[tuple[str, ...]] = ("facility",)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ("facility", "order", "pk")

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return f"{self.facility.get_absolute_url()}#criterion-{self.pk}"

    def history_root(self) -> Record:
        return self.facility
