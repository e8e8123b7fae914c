"""The debrief: held with the hosts on the last day, agreed by both sides."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.institutions.models import Institution
from studyvisits.enums import DebriefStatus, Side
from studyvisits.models.agenda import AgendaItem
from studyvisits.models.visit import StudyVisit


class Debrief(Record):
    """What both sides said at the end: a recap, points of cooperation, next steps."""

    visit = models.OneToOneField(
        StudyVisit, on_delete=models.CASCADE, related_name="debrief", verbose_name=_("study visit")
    )
    agenda_item = models.ForeignKey(
        AgendaItem,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="debriefs",
        verbose_name=_("session"),
    )
    held_on = PartialDateField(_("held on"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    recap = MultilingualField(_("recap of the visit"), is_long=True, blank=True)
    cooperation_points = MultilingualField(
        _("points of cooperation discussed"), is_long=True, blank=True, help_text=_("One a line.")
    )
    next_steps = MultilingualField(_("next steps"), is_long=True, blank=True, help_text=_("One a line."))
    status = models.CharField(
        _("status"), max_length=6, choices=DebriefStatus, default=DebriefStatus.DRAFT, editable=False
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("visit", "agenda_item")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("debrief")
        verbose_name_plural = _("debriefs")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return _t("Debrief of %(visit)s") % {"visit": self.visit.reference}

    def clean(self) -> None:
        errors: dict[str, str] = {}
        first = self.visit.first_possible_day
        if self.held_on and first and self.held_on.latest < first:
            errors["held_on"] = _t("The debrief cannot be held before the visit begins.")
        if self.agenda_item is not None and self.agenda_item.visit_id != self.visit_id:
            errors["agenda_item"] = _t("This session belongs to another visit.")
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        return reverse("studyvisits:visit_debrief", args=[self.visit_id])

    def history_root(self) -> Record:
        return self.visit


class DebriefParticipant(Record):
    """Somebody at the debrief, by position and side."""

    debrief = models.ForeignKey(
        Debrief, on_delete=models.CASCADE, related_name="participants", verbose_name=_("debrief")
    )
    side = models.CharField(_("side"), max_length=8, choices=Side)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    position = MultilingualField(_("position"))
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("delegate"),
    )
    has_agreed = models.BooleanField(_("agrees for their side"), default=False)

    shown_relations: ClassVar[tuple[str, ...]] = ("debrief__visit", "institution__country", "delegate")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant in the debrief")
        verbose_name_plural = _("participants in the debrief")
        ordering = ("-side", "order", "pk")

    def __str__(self) -> str:
        return str(self.position)

    def history_root(self) -> Record:
        return self.debrief.visit
