"""Programmes with their funders, and the visibility texts that hold at a date."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.querysets import ProgrammeQuerySet
from fmm_portal.institutions.models import Institution


class Programme(Searchable, Record):
    """A programme under which visits take place, such as FMM West Africa."""

    acronym = models.CharField(_("acronym"), max_length=30, unique=True)
    name = MultilingualField(_("name"))
    implementer = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programmes_run",
        verbose_name=_("implementer"),
    )
    funders = models.ManyToManyField(
        Institution, blank=True, related_name="programmes_funded", verbose_name=_("funders")
    )
    contract_numbers = models.CharField(_("contract numbers"), max_length=200, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ("acronym",)

    def __str__(self) -> str:
        return self.acronym

    def search_terms(self) -> Iterable[str]:
        return (self.acronym, *self.name.values())

    def get_absolute_url(self) -> str:
        return reverse("facility:programme_detail", args=[self.pk])

    def visibility_on(self, day: date) -> "VisibilityText | None":
        """The texts that held on a day; the latest of those that began."""
        held = [text for text in self.visibility_texts.all() if text.holds_on(day)]
        return max(
            held, key=lambda text: text.valid_from.earliest if text.valid_from else date.min, default=None
        )


class VisibilityText(Record):
    """The funding line and the disclaimer that a programme's documents must carry, for a time."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="visibility_texts")
    funding_line = MultilingualField(_("funding line"), blank=True)
    disclaimer = MultilingualField(_("disclaimer"), is_long=True, blank=True)
    valid_from = PartialDateField(_("from"))
    valid_until = PartialDateField(_("until"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("visibility text")
        verbose_name_plural = _("visibility texts")
        ordering = ("programme", "valid_from", "pk")

    def __str__(self) -> str:
        return str(self.funding_line)

    def clean(self) -> None:
        if self.valid_from and self.valid_until and self.valid_from.earliest > self.valid_until.latest:
            raise ValidationError({"valid_until": _t("The text cannot end before it begins.")})

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from.earliest <= day) and (
            self.valid_until is None or day <= self.valid_until.latest
        )

    def history_root(self) -> Record:
        return self.programme
