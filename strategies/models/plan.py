"""The action plan as the matrix that it is: axis, objective, result, activity."""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.currencies import Currency
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField, today
from fmm_portal.core.periods import ends_before_it_begins
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from fmm_portal.institutions.models import Institution
from strategies.enums import UNFINISHED, FundingSource, PlanActivityStatus, StallReason
from strategies.models.milestone import Milestone
from strategies.models.strategy import Axis, Strategy, StrategyVersion
from strategies.quarters import is_a_quarter, last_day_of, quarter_of
from strategies.querysets import ActionPlanQuerySet, PlanActivityQuerySet


class ActionPlan(Searchable, Record):
    """The operational action plan of a strategy, under the axes of one version of its text."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="plans", verbose_name=_("strategy")
    )
    text_version = models.ForeignKey(
        StrategyVersion, on_delete=models.PROTECT, related_name="plans", verbose_name=_("version of the text")
    )
    title = MultilingualField(_("title"))
    starts_on = PartialDateField(_("from"))
    ends_on = PartialDateField(_("until"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.XOF)
    stated_activity_count = models.PositiveSmallIntegerField(
        _("activities, as published"),
        null=True,
        blank=True,
        help_text=_("When a source counts the activities and does not list them."),
    )
    note = MultilingualField(_("note"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    is_sample = models.BooleanField(
        _("sample data"), default=False, help_text=_("Made up to show or to test; said on every page.")
    )

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("action plan")
        verbose_name_plural = _("action plans")
        ordering = ("strategy", models.F("starts_on").desc(nulls_last=True), "-pk")

    def __str__(self) -> str:
        return str(self.title)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if ends_before_it_begins(self.starts_on, self.ends_on):
            errors["ends_on"] = _t("The end is before the beginning.")
        if self.text_version_id and self.text_version.strategy_id != self.strategy_id:
            errors["text_version"] = _t("This version belongs to another strategy.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        return self.title.values()

    def get_absolute_url(self) -> str:
        return record_address("strategies:plan_detail", self.strategy_id, self.pk)

    def history_root(self) -> Record:
        return self.strategy


class PlanObjective(Record):
    """A specific objective under an axis."""

    plan = models.ForeignKey(
        ActionPlan, on_delete=models.CASCADE, related_name="objectives", verbose_name=_("action plan")
    )
    axis = models.ForeignKey(
        Axis, on_delete=models.PROTECT, related_name="objectives", verbose_name=_("axis")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    code = models.CharField(_("code"), max_length=20)
    text = MultilingualField(_("specific objective"), is_long=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("plan__strategy", "axis")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("objective of a plan")
        verbose_name_plural = _("objectives of plans")
        ordering = ("plan", "axis__order", "axis", "order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="objective_code_once_per_plan",
                violation_error_message=_("This plan already has an objective of this code."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def clean(self) -> None:
        if self.axis_id and self.axis.version_of_id != self.plan.text_version_id:
            raise ValidationError({"axis": _t("This axis belongs to another version of the text.")})

    def get_absolute_url(self) -> str:
        return self.plan.get_absolute_url()

    def history_root(self) -> Record:
        return self.plan.strategy


class PlanResult(Record):
    """An expected result under an objective."""

    objective = models.ForeignKey(
        PlanObjective, on_delete=models.CASCADE, related_name="results", verbose_name=_("specific objective")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    code = models.CharField(_("code"), max_length=20)
    text = MultilingualField(_("expected result"), is_long=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("objective__plan__strategy", "objective__axis")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a plan")
        verbose_name_plural = _("results of plans")
        ordering = ("objective", "order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["objective", "code"],
                name="result_code_once_per_objective",
                violation_error_message=_("This objective already has a result of this code."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def get_absolute_url(self) -> str:
        return self.objective.plan.get_absolute_url()

    def history_root(self) -> Record:
        return self.objective.plan.strategy


class PlanActivity(Searchable, Record):
    """A line of the matrix: who does what by when, at what cost, and how far it is."""

    plan = models.ForeignKey(
        ActionPlan, on_delete=models.CASCADE, related_name="activities", verbose_name=_("action plan")
    )
    result = models.ForeignKey(
        PlanResult, on_delete=models.PROTECT, related_name="activities", verbose_name=_("expected result")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    code = models.CharField(_("code"), max_length=20, help_text=_("Such as 2.1.3."))
    text = MultilingualField(_("activity"), is_long=True)
    indicator = MultilingualField(_("indicator"), blank=True)
    unit = models.CharField(_("unit"), max_length=50, blank=True)
    baseline = models.CharField(_("baseline"), max_length=100, blank=True)
    target = models.CharField(_("target"), max_length=100, blank=True)
    source_of_verification = MultilingualField(_("source of verification"), blank=True)
    lead = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_activities_led",
        verbose_name=_("lead institution"),
    )
    partners = models.ManyToManyField(
        Institution, blank=True, related_name="plan_activities_joined", verbose_name=_("partners")
    )
    starts_in = models.CharField(
        _("from quarter"),
        max_length=7,
        blank=True,
        validators=[is_a_quarter],
        help_text=_("Such as 2018-Q3."),
    )
    ends_in = models.CharField(
        _("to quarter"), max_length=7, blank=True, validators=[is_a_quarter], help_text=_("Such as 2019-Q2.")
    )
    cost = models.DecimalField(
        _("cost"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.XOF)
    funding_source = models.CharField(_("funding source"), max_length=7, choices=FundingSource, blank=True)
    funder = models.CharField(_("funder"), max_length=200, blank=True)
    milestone = models.ForeignKey(
        Milestone,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="plan_activities",
        verbose_name=_("milestone that it leads to"),
    )
    percent = models.PositiveSmallIntegerField(
        _("done (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    stall_reason = models.CharField(_("what holds it up"), max_length=8, choices=StallReason, blank=True)
    comment = models.TextField(_("comment or evidence"), blank=True)
    status = models.CharField(
        _("status"),
        max_length=11,
        choices=PlanActivityStatus,
        default=PlanActivityStatus.NOT_STARTED,
        editable=False,
        db_index=True,
    )

    searched_through: ClassVar[tuple[str, ...]] = ("lead",)

    objects = PlanActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan activity")
        verbose_name_plural = _("plan activities")
        ordering = ("plan", "order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="plan_activity_code_once_per_plan",
                violation_error_message=_("This plan already has an activity of this code."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.starts_in and self.ends_in and self.ends_in < self.starts_in:
            errors["ends_in"] = _t("The last quarter is before the first quarter.")
        if self.result_id and self.result.objective.plan_id != self.plan_id:
            errors["result"] = _t("This result belongs to another plan.")
        if self.milestone is not None and self.milestone.strategy_id != self.plan.strategy_id:
            errors["milestone"] = _t("This milestone belongs to another strategy.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        lead = self.lead.search_text if self.lead else ""
        return (self.code, *self.text.values(), lead)

    def get_absolute_url(self) -> str:
        return record_address("strategies:plan_activity_detail", self.plan.strategy_id, self.plan_id, self.pk)

    def history_root(self) -> Record:
        return self.plan.strategy

    @property
    def is_overdue(self) -> bool:
        """Whether its last quarter has passed and it is neither done nor cancelled."""
        last = last_day_of(self.ends_in or self.starts_in)
        return self.status in UNFINISHED and last is not None and last < today()

    @property
    def is_unmoved(self) -> bool:
        """Whether it should have begun before this quarter and has not."""
        return self.status == PlanActivityStatus.NOT_STARTED and "" < self.starts_in < quarter_of(today())

    @property
    def is_stalled(self) -> bool:
        """Whether something holds it up: a reason is given, or it should have begun and has not."""
        return self.status in UNFINISHED and (bool(self.stall_reason) or self.is_unmoved)
