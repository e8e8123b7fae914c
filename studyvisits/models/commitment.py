"""Two-sided commitments: who owes what to whom by when, until it is done with evidence."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record, Referenced, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField, today
from fmm_portal.institutions.models import Institution
from studyvisits.enums import OPEN_COMMITMENTS, CommitmentStatus
from studyvisits.models.learning import Lesson
from studyvisits.models.visit import StudyVisit
from studyvisits.querysets import CommitmentQuerySet


class Commitment(Referenced, Searchable, Record):
    """A promise made at or after a visit. It outlives the visit."""

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("study visit")
    )
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
    evidence = models.TextField(
        _("evidence"), blank=True, help_text=_("What shows that it was done: a letter, a link, a date.")
    )
    done_on = PartialDateField(_("done on"))
    notes = MultilingualField(_("notes"), is_long=True, blank=True)

    reference_prefix: ClassVar[str] = "CM"

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = (models.F("due_on").asc(nulls_last=True), "pk")

    def __str__(self) -> str:
        return f"{self.reference} {self.text}".strip()

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.owed_by is not None and self.owed_by_id == self.owed_to_id:
            errors["owed_to"] = _t("The two sides must differ.")
        if self.done_on and self.done_on.earliest > today():
            errors["done_on"] = _t("This date is in the future.")
        if self.lesson is not None and self.lesson.visit_id != self.visit_id:
            errors["lesson"] = _t("This lesson belongs to another visit.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        sides = [side.search_text for side in (self.owed_by, self.owed_to) if side is not None]
        return (self.reference, *self.text.values(), *sides)

    def get_absolute_url(self) -> str:
        return reverse("studyvisits:commitment_detail", args=[self.pk])

    def reference_year(self) -> int:
        return self.visit.starts_on.year if self.visit.starts_on else timezone.localdate().year

    def history_root(self) -> Record:
        return self.visit

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_COMMITMENTS

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on is not None and self.due_on.latest < today()
