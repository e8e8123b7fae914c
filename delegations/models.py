"""Delegations and their delegates. The position comes first; a name may never be known."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.enums import DelegateRole, DelegateStatus
from delegations.querysets import DelegateQuerySet, DelegationQuerySet
from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.institutions.enums import Constituency, Sex
from fmm_portal.institutions.models import Contact, Country, Institution


class Delegation(Searchable, Record):
    """People sent together, and what was asked of their balance.

    The `reported_*` head-counts hold what a source says of the whole delegation when its members are not
    known one by one; where given they stand for the counts of the rows.
    """

    name = MultilingualField(_("name"))
    purpose = MultilingualField(_("purpose"), is_long=True, blank=True)
    sending_countries = models.ManyToManyField(
        Country, blank=True, related_name="delegations_sent", verbose_name=_("sending countries")
    )
    sending_institutions = models.ManyToManyField(
        Institution, blank=True, related_name="delegations_sent", verbose_name=_("sending institutions")
    )
    target_size = models.PositiveSmallIntegerField(_("seats asked for"), null=True, blank=True)
    target_women_percent = models.PositiveSmallIntegerField(
        _("women, at least (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    target_government = models.PositiveSmallIntegerField(_("government, at least"), null=True, blank=True)
    target_employers = models.PositiveSmallIntegerField(_("employers, at least"), null=True, blank=True)
    target_workers = models.PositiveSmallIntegerField(_("workers, at least"), null=True, blank=True)
    target_civil_society = models.PositiveSmallIntegerField(
        _("civil society, at least"), null=True, blank=True
    )
    reported_size = models.PositiveSmallIntegerField(_("people, as reported"), null=True, blank=True)
    reported_women = models.PositiveSmallIntegerField(_("women, as reported"), null=True, blank=True)
    reported_men = models.PositiveSmallIntegerField(_("men, as reported"), null=True, blank=True)
    notes = MultilingualField(_("notes"), is_long=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return str(self.name)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        counted = (self.reported_women or 0) + (self.reported_men or 0)
        if self.reported_size is not None and counted > self.reported_size:
            errors["reported_size"] = _t("Women and men together are more than the people reported.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        return (*self.name.values(), *self.purpose.values())

    def get_absolute_url(self) -> str:
        return record_address("delegations:delegation_detail", self.pk)

    @property
    def head(self) -> "Delegate | None":
        """The head who stands, None while nobody is named."""
        standing = (d for d in self.delegates.all() if d.role == DelegateRole.HEAD and d.is_standing)
        return next(standing, None)


class Delegate(Searchable, Record):
    """A seat by position, or several like seats when a source only gives their number."""

    delegation = models.ForeignKey(
        Delegation, on_delete=models.CASCADE, related_name="delegates", verbose_name=_("delegation")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    position = MultilingualField(_("position"))
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegates",
        verbose_name=_("institution"),
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegates",
        verbose_name=_("country"),
        help_text=_("Only when no institution is given."),
    )
    constituency = models.CharField(
        _("constituency"),
        max_length=15,
        choices=Constituency,
        blank=True,
        help_text=_("Whom the delegate speaks for. Left empty, it is that of the institution."),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="delegates",
        verbose_name=_("contact"),
    )
    person_name = models.CharField(
        _("name of the person"),
        max_length=150,
        blank=True,
        help_text=_("Leave empty when it is not known or not needed."),
    )
    role = models.CharField(_("role"), max_length=11, choices=DelegateRole, default=DelegateRole.MEMBER)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.NOT_STATED)
    seats = models.PositiveSmallIntegerField(
        _("seats"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text=_("More than one when only the number of like delegates is known."),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=DelegateStatus, default=DelegateStatus.NOMINATED, editable=False
    )
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        editable=False,
        verbose_name=_("replaces"),
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="delegate_seats",
        verbose_name=_("account"),
    )
    notes = MultilingualField(_("notes"), is_long=True, blank=True)

    restricted_fields: ClassVar[frozenset[str]] = frozenset({"person_name", "account", "contact"})

    searched_through: ClassVar[tuple[str, ...]] = ("institution",)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["delegation"],
                name="one_standing_head_per_delegation",
                condition=models.Q(role="head") & ~models.Q(status__in=["declined", "replaced"]),
                violation_error_message=_(
                    "This delegation already has a head. Change that delegate's role first."
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.position)

    @property
    def is_standing(self) -> bool:
        return self.status not in (DelegateStatus.DECLINED, DelegateStatus.REPLACED)

    @property
    def effective_constituency(self) -> str:
        """Whom the seat counts for: its own constituency, or its institution's, or "" when unknown."""
        return self.constituency or (self.institution.constituency if self.institution else "")

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.role == DelegateRole.HEAD and self.seats != 1:
            errors["seats"] = _t("The head of delegation is one person.")
        if (
            self.contact is not None
            and self.institution is not None
            and self.contact.institution_id != self.institution_id
        ):
            errors["contact"] = _t("This contact belongs to another institution.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        return (*self.position.values(), self.institution.search_text if self.institution else "")

    def get_absolute_url(self) -> str:
        return record_address("delegations:delegate_detail", self.pk)

    def history_root(self) -> Record:
        return self.delegation
