"""Programmes with their funders, and the visibility texts and logos that hold at a date."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.periods import ends_before_it_begins, holds_on
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.querysets import ProgrammeQuerySet
from fmm_portal.institutions.models import Institution
from fmm_portal.reports.logos import logo_name


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
        return record_address("facility:programme_detail", self.pk)

    @property
    def reference(self) -> str:
        """What its documents are called after: "FMM-WEST-AFRICA"."""
        return slugify(self.acronym).upper() or f"PROGRAMME-{self.pk}"

    def visibility_on(self, day: date) -> "VisibilityText | None":
        """The texts that held on a day; the latest of those that began."""
        held = [text for text in self.visibility_texts.all() if text.holds_on(day)]
        return max(
            held, key=lambda text: text.valid_from.earliest if text.valid_from else date.min, default=None
        )

    def logos_on(self, day: date) -> list["Logo"]:
        """The logos that hold on a day, of every language, in their order."""
        return [logo for logo in self.logos.all() if logo.holds_on(day)]


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
        if ends_before_it_begins(self.valid_from, self.valid_until):
            raise ValidationError({"valid_until": _t("The text cannot end before it begins.")})

    def holds_on(self, day: date) -> bool:
        return holds_on(day, self.valid_from, self.valid_until)

    def history_root(self) -> Record:
        return self.programme


def logo_path(logo: "Logo", file_name: str) -> str:
    """Named after its content: the same file is kept once, and documents can check it."""
    return logo_name(logo.sha256, file_name)


class Logo(Record):
    """A logo that a programme's documents must show, in a language or in all, for a time."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="logos", verbose_name=_("programme")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.CONTENT_LANGUAGES,
        blank=True,
        help_text=_("Left empty, it stands on documents of every language."),
    )
    alternative_text = MultilingualField(
        _("text in place of the picture"), help_text=_("Whose logo it is, for those who cannot see it.")
    )
    file = models.ImageField(_("file"), upload_to=logo_path, max_length=200)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    valid_from = PartialDateField(_("from"))
    valid_until = PartialDateField(_("until"))

    shown_relations: ClassVar[tuple[str, ...]] = ("programme",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        ordering = ("programme", "order", "pk")

    def __str__(self) -> str:
        return str(self.alternative_text)

    def clean(self) -> None:
        if ends_before_it_begins(self.valid_from, self.valid_until):
            raise ValidationError({"valid_until": _t("The logo cannot end before it begins.")})

    def holds_on(self, day: date) -> bool:
        return holds_on(day, self.valid_from, self.valid_until)

    def history_root(self) -> Record:
        return self.programme
