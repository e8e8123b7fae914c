"""What came out of a session, line by line: an information, a decision, a task."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.querysets import RecordQuerySet
from studyvisits.enums import OutcomeKind
from studyvisits.models.agenda import AgendaItem
from studyvisits.models.commitment import Commitment


class SessionOutcome(Record):
    """One line, written in the room. The debrief takes it up; a task may become a commitment before."""

    item = models.ForeignKey(
        AgendaItem, on_delete=models.CASCADE, related_name="outcomes", verbose_name=_("session")
    )
    kind = models.CharField(_("kind"), max_length=11, choices=OutcomeKind, default=OutcomeKind.INFORMATION)
    text = MultilingualField(_("outcome"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
        editable=False,
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="outcomes",
        verbose_name=_("commitment"),
        editable=False,
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("item__visit", "commitment")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome of a session")
        verbose_name_plural = _("outcomes of sessions")
        ordering = ("item", "pk")

    def __str__(self) -> str:
        return str(self.text)

    def clean(self) -> None:
        if self.commitment is not None and self.commitment.visit != self.item.visit:
            raise ValidationError({"commitment": _t("This commitment was not made at this visit.")})

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    def history_root(self) -> Record:
        return self.item.visit
