"""News of the programme: a text for the public in several languages, with pictures."""

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Referenced, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.models import Country, Theme
from fmm_portal.news.enums import NewsStatus
from fmm_portal.news.querysets import NewsItemQuerySet


class NewsItem(Referenced, Searchable, Record):
    """Something that took place, told to the public by positions and institutions."""

    title = MultilingualField(_("title"), blank=True)
    lead = MultilingualField(
        _("lead"), is_long=True, blank=True, help_text=_("One or two sentences: who, what, where, when.")
    )
    body = MultilingualField(
        _("text"),
        is_long=True,
        blank=True,
        help_text=_(
            "An empty line begins a paragraph, “## ” a heading, “- ” a line of a list. Positions, not names."
        ),
    )
    date = PartialDateField(
        _("date"), db_index=True, help_text=_("When it took place, as far as it is known.")
    )
    countries = models.ManyToManyField(
        Country, blank=True, related_name="news_items", verbose_name=_("countries")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="news_items", verbose_name=_("themes"))
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="news_items",
        verbose_name=_("programme"),
    )
    # The record out of whose data the draft was made; nothing where somebody wrote it freely.
    source_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    source_id = models.BigIntegerField(null=True, blank=True, editable=False)
    source = GenericForeignKey("source_type", "source_id")
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=NewsStatus,
        default=NewsStatus.DRAFT,
        editable=False,
        db_index=True,
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    reference_prefix: ClassVar[str] = "NW"

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news")
        ordering = (models.F("date").desc(nulls_last=True), "-pk")
        indexes = (models.Index(fields=["source_type", "source_id"], name="news_of_source"),)

    def __str__(self) -> str:
        return str(self.title or self.reference)

    def search_terms(self) -> Iterable[str]:
        return (self.reference, *self.title.values(), *self.lead.values(), *self.body.values())

    def get_absolute_url(self) -> str:
        return record_address("news:newsitem_detail", self.pk)

    def public_url(self, language: str) -> str:
        return reverse("open:news_item", args=[language, self.reference])

    def reference_year(self) -> int:
        return self.date.year if self.date else timezone.localdate().year

    @property
    def is_published(self) -> bool:
        return self.status == NewsStatus.PUBLISHED

    @property
    def is_editable(self) -> bool:
        return self.status == NewsStatus.DRAFT

    @property
    def languages(self) -> list[str]:
        """The languages in which it has a title: those in which it is published."""
        return list(self.title)

    @property
    def cover(self) -> "NewsPicture | None":
        """The picture that stands for it in lists; reads prefetched rows."""
        return next(iter(self.pictures.all()), None)


class NewsPicture(Record):
    """A picture of a news item, kept in two sizes and without what a camera writes into it."""

    item = models.ForeignKey(
        NewsItem, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("news item")
    )
    order = models.PositiveSmallIntegerField(_("place among the pictures"), default=0)
    alternative_text = MultilingualField(
        _("text in place of the picture"),
        blank=True,
        help_text=_("What it shows, for those who cannot see it. Positions, not names."),
    )
    caption = MultilingualField(_("caption"), blank=True)
    credit = models.CharField(
        _("credit"), max_length=200, blank=True, help_text=_("Who made it, or who lets us show it.")
    )
    file = models.FileField(_("file"), max_length=200, editable=False)
    small_file = models.FileField(_("file"), max_length=200, editable=False)
    content_type = models.CharField(max_length=20, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    small_width = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    shown_relations: ClassVar[tuple[str, ...]] = ("item",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return str(self.alternative_text or self.caption or self._meta.verbose_name)

    def history_root(self) -> Record:
        return self.item

    @property
    def small_height(self) -> int:
        return max(1, round(self.height * self.small_width / self.width))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """With its files, once the row is gone for good."""
        files = [self.file, self.small_file]
        deleted = super().delete(*args, **kwargs)
        for file in files:
            transaction.on_commit(partial(file.storage.delete, str(file.name)))
        return deleted

    def missing(self, languages: Iterable[str]) -> dict[str, list[str]]:
        """The languages in which a text that must stand beside it is not given, by field."""
        names = dict(settings.CONTENT_LANGUAGES)
        return {
            field: [str(names[code]) for code in languages if code not in getattr(self, field)]
            for field in ("alternative_text", "caption")
        }
