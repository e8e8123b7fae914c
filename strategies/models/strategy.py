"""A national strategy or policy, the versions of its text with their axes, and who has a stake in it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Referenced, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.periods import ends_before_it_begins
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from fmm_portal.facility.models import Action, Programme
from fmm_portal.institutions.models import Country, Institution, Theme
from strategies.enums import StakeholderRole, StrategyKind
from strategies.querysets import LATEST, NEXT, StrategyQuerySet

if TYPE_CHECKING:
    from strategies.models.milestone import Milestone


class Strategy(Referenced, Searchable, Record):
    """One of a country's strategies or policies; a country may have several, and they are not each other's versions."""

    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    title = MultilingualField(_("title"))
    kind = models.CharField(_("kind"), max_length=11, choices=StrategyKind, default=StrategyKind.STRATEGY)
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies",
        verbose_name=_("country"),
        help_text=_("None for a strategy of a region."),
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies",
        verbose_name=_("programme"),
    )
    actions = models.ManyToManyField(
        Action, blank=True, related_name="strategies", verbose_name=_("supported by the actions")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="strategies", verbose_name=_("themes"))
    owner_institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies_owned",
        verbose_name=_("owner"),
    )
    ministry = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies_supervised",
        verbose_name=_("ministry"),
    )
    coordinator = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies_coordinated",
        verbose_name=_("coordinator"),
        help_text=_("Who carries it out day by day."),
    )
    vision = MultilingualField(_("vision"), is_long=True, blank=True)
    horizon = models.PositiveSmallIntegerField(
        _("horizon"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2200)],
        help_text=_("The year that the vision looks to."),
    )
    period_from = PartialDateField(_("carried out from"))
    period_until = PartialDateField(_("carried out until"))
    notes = MultilingualField(_("notes"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies",
        verbose_name=pgettext_lazy("strategy", "responsible officer"),
    )

    reference_prefix: ClassVar[str] = "ST"

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ("country__code", "acronym", "pk")

    def __str__(self) -> str:
        name = self.acronym or str(self.title)
        return f"{self.reference} {name}".strip()

    @property
    def choice_label(self) -> str:
        place = f" ({self.country.name})" if self.country else ""
        return f"{self.reference} {self.title}{place}"

    def clean(self) -> None:
        if ends_before_it_begins(self.period_from, self.period_until):
            raise ValidationError({"period_until": _t("The end is before the beginning.")})

    def search_terms(self) -> Iterable[str]:
        return (self.reference, self.acronym, *self.title.values())

    def get_absolute_url(self) -> str:
        return record_address("strategies:strategy_detail", self.pk)

    # Progress is read off the milestones, never stored.

    @property
    def latest_milestone(self) -> "Milestone | None":
        """The milestone that the process has come to; loaded with the rows by `with_progress`."""
        loaded: list[Milestone] | None = self.__dict__.get(LATEST)
        return next(iter(loaded), None) if loaded is not None else self.milestones.latest_first().first()

    @property
    def next_milestone(self) -> "Milestone | None":
        """The milestone that comes next; loaded with the rows by `with_progress`."""
        loaded: list[Milestone] | None = self.__dict__.get(NEXT)
        return next(iter(loaded), None) if loaded is not None else self.milestones.next_first().first()

    @property
    def stage(self) -> str:
        """The kind of the latest milestone that was reached; "" before the first."""
        return self.latest_milestone.kind if self.latest_milestone else ""

    def reference_year(self) -> int:
        return self.period_from.year if self.period_from else timezone.localdate().year


class StrategyVersion(Record):
    """The text at one time. Its axes are its own: other versions word, and number, them differently."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="versions", verbose_name=_("strategy")
    )
    name = MultilingualField(_("name"), help_text=_("Such as “As validated in November 2017”."))
    dated = PartialDateField(_("date"))
    note = MultilingualField(_("note"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    is_current = models.BooleanField(
        _("in force"), default=False, help_text=_("The version that plans and pages speak of.")
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("strategy",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a strategy")
        verbose_name_plural = _("versions of strategies")
        ordering = ("strategy", models.F("dated").asc(nulls_last=True), "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["strategy"],
                name="one_current_version_per_strategy",
                condition=models.Q(is_current=True),
                violation_error_message=_("Another version is in force. Unmark that one first."),
            ),
        )

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return f"{reverse('strategies:strategy_versions', args=[self.strategy_id])}#strategyversion-{self.pk}"

    def history_root(self) -> Record:
        return self.strategy


class Axis(Record):
    """A strategic axis as one version words it."""

    version_of = models.ForeignKey(
        StrategyVersion, on_delete=models.CASCADE, related_name="axes", verbose_name=_("version")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    code = models.CharField(_("code"), max_length=20, blank=True)
    title = MultilingualField(_("title"))

    shown_relations: ClassVar[tuple[str, ...]] = ("version_of__strategy",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("axis")
        verbose_name_plural = _("axes")
        ordering = ("version_of", "order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["version_of", "code"],
                name="axis_code_once_per_version",
                condition=~models.Q(code=""),
                violation_error_message=_("This version already has an axis of this code."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return self.version_of.get_absolute_url()

    def history_root(self) -> Record:
        return self.version_of.strategy


class Stakeholder(Record):
    """An institution, or a group of them, with a role in the strategy."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="stakeholders", verbose_name=_("strategy")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stakes",
        verbose_name=_("institution"),
    )
    label = MultilingualField(
        _("as described"),
        blank=True,
        help_text=_("When it is not an institution of the directory, such as “civil society”."),
    )
    role = models.CharField(
        _("role"), max_length=16, choices=StakeholderRole, default=StakeholderRole.PARTNER
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("strategy", "institution__country")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        ordering = ("strategy", "role", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["strategy", "institution", "role"],
                name="stakeholder_once_per_role",
                condition=models.Q(institution__isnull=False),
                violation_error_message=_("This institution already has this role."),
            ),
        )

    def __str__(self) -> str:
        return str(self.institution or self.label)

    def clean(self) -> None:
        if self.institution_id is None and not self.label:
            raise ValidationError({"institution": _t("Choose an institution, or describe the stakeholder.")})

    def get_absolute_url(self) -> str:
        return f"{self.strategy.get_absolute_url()}#stakeholders"

    def history_root(self) -> Record:
        return self.strategy
