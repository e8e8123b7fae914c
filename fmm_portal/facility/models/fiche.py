"""What else a fiche lays down: experts by profile, budget, indicators, risks, approvals."""

from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.currencies import Currency
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.periods import is_in_the_future
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.enums import ApprovalDecision, Level
from fmm_portal.facility.models.action import Action
from fmm_portal.institutions.models import Country, Institution


class FichePart(Record):
    """A line of a fiche, in its order."""

    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = RecordQuerySet.as_manager()
    shown_relations: ClassVar[tuple[str, ...]] = ("action",)

    class Meta:
        abstract = True
        ordering = ("action", "order", "pk")

    def get_absolute_url(self) -> str:
        action: Action = self.action  # type: ignore[attr-defined]
        return f"{action.get_absolute_url()}#{self._meta.model_name}-{self.pk}"

    def history_root(self) -> Record:
        action: Action = self.action  # type: ignore[attr-defined]
        return action


class Expert(FichePart):
    """An expert by profile and days, never by name."""

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="experts", verbose_name=_("action")
    )
    profile = MultilingualField(_("profile"), help_text=_("What the expert knows; not who it is."))
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="experts_sent",
        verbose_name=_("institution"),
    )
    days_planned = models.DecimalField(
        _("days planned"),
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    days_actual = models.DecimalField(
        _("days worked"),
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("action", "country", "institution__country")

    class Meta(FichePart.Meta):
        abstract = False
        verbose_name = _("expert")
        verbose_name_plural = _("experts")

    def __str__(self) -> str:
        return str(self.profile)


class BudgetLine(FichePart):
    """A line of the budget; amounts are exact decimals of one currency."""

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="budget_lines", verbose_name=_("action")
    )
    text = MultilingualField(_("budget line"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    amount = models.DecimalField(
        _("amount planned"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    spent = models.DecimalField(
        _("amount spent"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )

    class Meta(FichePart.Meta):
        abstract = False
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")

    def __str__(self) -> str:
        return str(self.text)

    def get_absolute_url(self) -> str:
        return f"{reverse('facility:action_budget', args=[self.action_id])}#budgetline-{self.pk}"


class Indicator(FichePart):
    """What shows that a result was reached."""

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("action")
    )
    text = MultilingualField(_("indicator"))
    unit = models.CharField(_("unit"), max_length=50, blank=True)
    baseline = models.CharField(_("baseline"), max_length=100, blank=True)
    target = models.CharField(_("target"), max_length=100, blank=True)
    actual = models.CharField(_("actual value"), max_length=100, blank=True)
    source_of_verification = MultilingualField(_("source of verification"), blank=True)

    class Meta(FichePart.Meta):
        abstract = False
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self) -> str:
        return str(self.text)


class Risk(FichePart):
    """What may go wrong, how likely and how grave, and what is done about it."""

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="risks", verbose_name=_("action")
    )
    text = MultilingualField(_("risk"))
    likelihood = models.CharField(_("likelihood"), max_length=6, choices=Level, blank=True)
    impact = models.CharField(_("impact"), max_length=6, choices=Level, blank=True)
    mitigation = MultilingualField(_("mitigation"), is_long=True, blank=True)

    class Meta(FichePart.Meta):
        abstract = False
        verbose_name = _("risk")
        verbose_name_plural = _("risks")

    def __str__(self) -> str:
        return str(self.text)


class Approval(FichePart):
    """Who approved the fiche, by body and position, and when."""

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="approvals", verbose_name=_("action")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    position = MultilingualField(_("position"), blank=True, help_text=_("A position, not a name."))
    decision = models.CharField(
        _("decision"), max_length=21, choices=ApprovalDecision, default=ApprovalDecision.APPROVED
    )
    decided_on = PartialDateField(_("decided on"))
    comment = models.TextField(_("comment"), blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("action", "institution__country")

    class Meta(FichePart.Meta):
        abstract = False
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")

    def __str__(self) -> str:
        return str(self.institution or self.position)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.institution_id is None and not self.position:
            errors["institution"] = _t("Say which institution, or which position, decided.")
        if is_in_the_future(self.decided_on):
            errors["decided_on"] = _t("This date is in the future.")
        if errors:
            raise ValidationError(errors)
