"""Countries, institutions with names by language and time, contacts as posts, themes."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import Multilingual, MultilingualField
from fmm_portal.core.partial_dates import PartialDate, PartialDateField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.web_addresses import WebAddressField
from fmm_portal.institutions.countries import country_name
from fmm_portal.institutions.enums import USUAL_CONSTITUENCY, Constituency, InstitutionKind, Sex
from fmm_portal.institutions.querysets import ContactQuerySet, InstitutionQuerySet, in_order


class Country(Searchable, Record):
    """A country by its ISO 3166-1 alpha-2 code. Names come out of CLDR."""

    code = models.CharField(_("code"), max_length=2, unique=True)
    is_programme_country = models.BooleanField(_("programme country"), default=False, db_index=True)
    ecowas_member_from = PartialDateField(_("member of ECOWAS from"))
    ecowas_member_until = PartialDateField(_("member of ECOWAS until"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return country_name(self.code)

    def name_in(self, language: str) -> str:
        return country_name(self.code, language)

    def search_terms(self) -> Iterable[str]:
        return (self.code, *(country_name(self.code, code) for code, _name in settings.CONTENT_LANGUAGES))

    def get_absolute_url(self) -> str:
        return record_address("institutions:country_detail", self.pk)


class Theme(Searchable, Record):
    """A subject of the programme, such as labour migration or migration data."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    name = MultilingualField(_("name"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ("code",)

    def __str__(self) -> str:
        return str(self.name)

    def search_terms(self) -> Iterable[str]:
        return (self.code, *self.name.values())

    def get_absolute_url(self) -> str:
        return record_address("institutions:theme_detail", self.pk)


class Institution(Searchable, Record):
    """A body that sends, hosts, funds or takes part. Names may differ by language and change over time."""

    name = MultilingualField(_("name"))
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="institutions",
        verbose_name=_("country"),
        help_text=_("None for a regional or international body without a seat that matters here."),
    )
    kind = models.CharField(_("kind"), max_length=30, choices=InstitutionKind)
    constituency = models.CharField(
        _("constituency"),
        max_length=15,
        choices=Constituency,
        blank=True,
        help_text=_("Whom it speaks for. Left empty, it follows from the kind."),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    city = models.CharField(_("city"), max_length=100, blank=True)
    website = WebAddressField(_("website"), blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="institutions", verbose_name=_("themes"))
    organisation_identifier = models.CharField(
        _("organisation identifier"),
        max_length=60,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9]+(-[A-Za-z0-9._]+)+$",
                _("Write it as the registers do, without spaces: XM-DAC-47066."),
            )
        ],
        help_text=_("How open data names it (IATI, org-id.guide), such as XM-DAC-47066."),
    )
    notes = models.TextField(_("notes"), blank=True)
    # Set when this entry turned out to be another's double: it is shown nowhere any more and leads there.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ("acronym", "pk")
        constraints = (
            models.UniqueConstraint(
                Upper("acronym"),
                "country",
                name="acronym_unique_in_country",
                condition=models.Q(country__isnull=False, merged_into__isnull=True) & ~models.Q(acronym=""),
                violation_error_message=_("Another institution of this country already has this acronym."),
            ),
            models.UniqueConstraint(
                Upper("acronym"),
                name="acronym_unique_without_country",
                condition=models.Q(country__isnull=True, merged_into__isnull=True) & ~models.Q(acronym=""),
                violation_error_message=_("Another institution without a country already has this acronym."),
            ),
        )
        indexes = (
            models.Index(fields=["kind"], name="institution_kind"),
            models.Index(in_order(), models.F("id"), name="institution_in_order"),
        )

    def __str__(self) -> str:
        """Acronym and country tell two agencies of the same name apart: "ANPE (Togo)"."""
        if not self.acronym:
            return str(self.name)
        return f"{self.acronym} ({self.country.name})" if self.country else self.acronym

    @classmethod
    def current_keys(cls, keys: Iterable[str]) -> list[str]:
        """The keys with those of entries that were merged replaced by what stands for them."""
        # No key is longer, and SQLite would raise.
        numbers = [int(key) for key in keys if str(key).isdecimal() and len(str(key)) < 18]
        doubles = cls._base_manager.filter(pk__in=numbers, merged_into__isnull=False)
        now = {str(pk): str(kept) for pk, kept in doubles.values_list("pk", "merged_into")}
        return [now.get(str(key), key) for key in keys]

    @property
    def choice_label(self) -> str:
        """Where people choose one of many: "ANPE – National Employment Agency (Togo)"."""
        if not self.acronym:
            return str(self)
        place = f" ({self.country.name})" if self.country else ""
        return f"{self.acronym} – {self.name}{place}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        ancestor, seen = self.parent, set()
        while ancestor is not None and ancestor.pk not in seen:
            if self.pk is not None and ancestor.pk == self.pk:
                errors["parent"] = _t("An institution cannot be part of itself.")
                break
            seen.add(ancestor.pk)
            ancestor = ancestor.parent
        if errors:
            raise ValidationError(errors)
        if not self.constituency:
            self.constituency = (
                USUAL_CONSTITUENCY.get(InstitutionKind(self.kind), Constituency.GOVERNMENT)
                if (self.kind and self.kind != InstitutionKind.OTHER)
                else ""
            )

    def search_terms(self) -> Iterable[str]:
        former = (
            [term for name in self.former_names.all() for term in (name.acronym, *name.name.values())]
            if self.pk
            else []
        )
        doubles = [double.search_text for double in self.merged.all()] if self.pk else []
        return (self.acronym, *self.name.values(), self.city, *former, *doubles)

    def get_absolute_url(self) -> str:
        return record_address("institutions:institution_detail", self.pk)

    def name_on(self, on: PartialDate | None) -> tuple[Multilingual, str]:
        """Name and acronym as they were on a date; today's where nothing else is known.

        A former name holds up to and including its last period; the earliest that still held wins.
        """
        if on is not None:
            for former in sorted(self.former_names.all(), key=lambda name: name.valid_until):
                if on.latest <= former.valid_until.latest:
                    return former.name, former.acronym
        return self.name, self.acronym


class FormerName(Record):
    """What an institution was called until some date."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="former_names")
    name = MultilingualField(_("name"))
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    valid_from = PartialDateField(_("from"))
    valid_until = PartialDateField(_("until"), null=False, blank=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ("-valid_until", "-pk")

    def __str__(self) -> str:
        return self.acronym or str(self.name)

    def clean(self) -> None:
        if self.valid_from and self.valid_until and self.valid_from.earliest > self.valid_until.latest:
            raise ValidationError({"valid_until": _t("The name cannot end before it begins.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        # The institution is found by its former names, too.
        self.institution.save(update_fields=["search_text"])

    def history_root(self) -> Record:
        return self.institution


class Contact(Searchable, Record):
    """A post in an institution. The post comes first; who holds it may be unknown or change."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("institution")
    )
    position = MultilingualField(_("position"))
    person_name = models.CharField(
        _("name of the person"),
        max_length=150,
        blank=True,
        help_text=_("Leave empty when it is not known or not needed."),
    )
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.NOT_STATED)
    languages = models.CharField(
        _("languages"), max_length=50, blank=True, help_text=_("Codes such as fr, en, ar.")
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    starts_on = PartialDateField(_("in this post from"))
    ends_on = PartialDateField(_("in this post until"))

    restricted_fields: ClassVar[frozenset[str]] = frozenset({"person_name", "email", "phone"})

    searched_through: ClassVar[tuple[str, ...]] = ("institution",)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("institution", "pk")

    def __str__(self) -> str:
        return f"{self.position}, {self.institution}"

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.starts_on and self.ends_on and self.starts_on.earliest > self.ends_on.latest:
            errors["ends_on"] = _t("The post cannot end before it begins.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        # Never the person: a search must not tell who holds a post.
        return (*self.position.values(), self.institution.search_text)

    def get_absolute_url(self) -> str:
        return record_address("institutions:contact_detail", self.pk)

    def history_root(self) -> Record:
        return self
