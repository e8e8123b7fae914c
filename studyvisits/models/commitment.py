"""Two-sided commitments: who owes what to whom by when, until it is done with evidence."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Referenced, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDate, PartialDateField, today
from fmm_portal.facility.models import Request
from fmm_portal.institutions.models import Institution
from strategies.models import PlanActivity
from studyvisits.enums import OPEN_COMMITMENTS, CommitmentStatus
from studyvisits.models.learning import Lesson
from studyvisits.models.visit import StudyVisit
from studyvisits.querysets import CommitmentQuerySet
from studyvisits.sources import SOURCES, begins_on, name_of_kind


class Commitment(Referenced, Searchable, Record):
    """A promise made at or after an occasion: a visit, review, meeting, milestone, action or activity.

    It has one link to where it was made, its source, and outlives it. Queries name a visit as `study_visit`.
    """

    source_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("made at")
    )
    source_id = models.BigIntegerField(editable=False)
    source = GenericForeignKey("source_type", "source_id")
    lesson = models.ForeignKey(
        Lesson,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("lesson"),
    )
    text = MultilingualField(_("what is owed"), is_long=True)
    owed_by = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments_owed",
        verbose_name=_("owed by"),
    )
    owed_to = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments_due",
        verbose_name=_("owed to"),
    )
    due_on = PartialDateField(_("due"), db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("followed by"),
    )
    status = models.CharField(
        _("status"),
        max_length=11,
        choices=CommitmentStatus,
        default=CommitmentStatus.OPEN,
        editable=False,
        db_index=True,
    )
    plan_activity = models.ForeignKey(
        PlanActivity,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("plan activity that it feeds"),
    )
    request = models.ForeignKey(
        Request,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("request that came of it"),
    )
    evidence = models.TextField(
        _("evidence"), blank=True, help_text=_("What shows that it was done: a letter, a link, a date.")
    )
    done_on = PartialDateField(_("done on"))
    notes = MultilingualField(_("notes"), is_long=True, blank=True)

    reference_prefix: ClassVar[str] = "CM"

    searched_through: ClassVar[tuple[str, ...]] = ("owed_by", "owed_to")

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = (models.F("due_on").asc(nulls_last=True), "pk")
        indexes = (models.Index(fields=["source_type", "source_id"], name="commitments_of_source"),)

    def __str__(self) -> str:
        return f"{self.reference} {self.text}".strip()

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.owed_by is not None and self.owed_by_id == self.owed_to_id:
            errors["owed_to"] = _t("The two sides must differ.")
        if self.done_on and self.done_on.earliest > today():
            errors["done_on"] = _t("This date is in the future.")
        if self.source is not None and type(self.source) not in SOURCES.values():
            errors["source"] = _t("Nothing can be promised at a record of this kind.")
        if self.lesson is not None and self.lesson.visit != self.visit:
            errors["lesson"] = _t("This lesson belongs to another visit.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        sides = [side.search_text for side in (self.owed_by, self.owed_to) if side is not None]
        return (self.reference, *self.text.values(), *sides)

    def get_absolute_url(self) -> str:
        return record_address("studyvisits:commitment_detail", self.pk)

    def reference_year(self) -> int:
        begun = self.made_on
        return begun.year if begun else timezone.localdate().year

    def history_root(self) -> Record:
        return self.source.history_root() if self.source is not None else self

    @property
    def visit(self) -> StudyVisit | None:
        """The study visit at which it was made, if it was one."""
        return self.source if isinstance(self.source, StudyVisit) else None

    @visit.setter
    def visit(self, visit: StudyVisit) -> None:
        self.source = visit

    @property
    def source_kind(self) -> str:
        """What the source is, in words: "study visit", "review"."""
        return name_of_kind(self.source) if self.source is not None else ""

    @property
    def made_on(self) -> PartialDate | None:
        """When its source began, as far as that is known."""
        return begins_on(self.source) if self.source is not None else None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_COMMITMENTS

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on is not None and self.due_on.latest < today()
