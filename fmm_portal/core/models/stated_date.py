"""Dates on which sources disagree: what each of them says, beside the date that the record itself carries."""

from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models.record import Record
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.querysets import RecordQuerySet


class StatedDate(Record):
    """A date, or period, that one source gives for what another source dates otherwise.

    Nothing decides between them: the record keeps the date that it is shown by, this row keeps the other.
    """

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    first = PartialDateField(_("first day"), null=False, blank=False)
    last = PartialDateField(_("last day"))
    source = models.CharField(
        _("source"), max_length=1000, help_text=_("The address or title that gives this date.")
    )
    note = MultilingualField(_("note"), is_long=True, blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ()
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("other date")
        verbose_name_plural = _("other dates")
        ordering = ("first", "pk")
        indexes = (models.Index(fields=["subject_type", "subject_id"], name="stated_dates_of_subject"),)

    def __str__(self) -> str:
        return f"{self.first} – {self.last}" if self.last else str(self.first)

    def clean(self) -> None:
        if self.first and self.last and self.first.earliest > self.last.latest:
            raise ValidationError({"last": _t("The last day is before the first day.")})

    def history_root(self) -> Record:
        return self.subject.history_root() if self.subject is not None else self
