"""The agenda: items, the hosts asked to receive, attendance, and the versions that were published."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.institutions.models import Institution
from studyvisits.enums import AttendanceStatus, HostStatus, SessionKind
from studyvisits.models.visit import Leg, StudyVisit
from studyvisits.querysets import AgendaItemQuerySet


class AgendaItem(Searchable, Record):
    """A session or stop. Its hour, and even its day, may be unknown; then the order tells."""

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.CASCADE, related_name="agenda_items", verbose_name=_("study visit")
    )
    leg = models.ForeignKey(
        Leg,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("leg"),
    )
    day = models.DateField(
        _("day"), null=True, blank=True, help_text=_("Leave empty when the day is not known.")
    )
    starts_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(_("until"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("The place in the day when no hour is known.")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=SessionKind, default=SessionKind.SITE_VISIT)
    topic = MultilingualField(_("topic"), blank=True)
    host_label = MultilingualField(
        _("host, as described"),
        blank=True,
        help_text=_("When the host is not an institution of the directory."),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    languages = models.CharField(
        _("languages"), max_length=50, blank=True, help_text=_("Codes such as fr, ar.")
    )
    notes = MultilingualField(_("notes"), is_long=True, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        # Days that are not known come last.
        ordering = (
            models.F("day").asc(nulls_last=True),
            "order",
            models.F("starts_at").asc(nulls_last=True),
            "pk",
        )
        indexes = (models.Index(fields=["visit", "day"], name="agenda_items_by_day"),)

    def __str__(self) -> str:
        return str(self.topic or self.host_label or self.get_kind_display())

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if not self.topic and not self.host_label:
            errors["topic"] = _t("Say what the session is about, or describe its host.")
        first, last = self.visit.first_possible_day, self.visit.last_possible_day
        if self.day and ((first and self.day < first) or (last and self.day > last)):
            errors["day"] = _t("This day is outside the dates of the visit.")
        if self.starts_at and not self.day:
            errors["day"] = _t("An hour needs its day.")
        if self.ends_at and not self.starts_at:
            errors["starts_at"] = _t("Give the hour at which it begins.")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = _t("The session must end after it begins.")
        if self.leg is not None and self.leg.visit_id != self.visit_id:
            errors["leg"] = _t("This leg belongs to another visit.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        return (*self.topic.values(), *self.host_label.values(), self.place)

    def get_absolute_url(self) -> str:
        return record_address("studyvisits:agenda_item_detail", self.visit_id, self.pk)

    def history_root(self) -> Record:
        return self.visit

    @property
    def slot(self) -> str:
        """Day and hours as one text, to tell whether a host confirmed another slot than today's."""
        day = self.day.isoformat() if self.day else ""
        hours = "-".join(hour.strftime("%H:%M") for hour in (self.starts_at, self.ends_at) if hour)
        return f"{day} {hours}".strip()


class AgendaHost(Record):
    """An institution asked to receive the delegation in one session, and its answer."""

    item = models.ForeignKey(
        AgendaItem, on_delete=models.CASCADE, related_name="hosts", verbose_name=_("agenda item")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        related_name="hosted_sessions",
        verbose_name=_("host institution"),
    )
    status = models.CharField(
        _("answer"), max_length=9, choices=HostStatus, default=HostStatus.PROPOSED, editable=False
    )
    answered_slot = models.CharField(_("slot agreed to"), max_length=30, blank=True, editable=False)
    comment = models.TextField(_("comment"), blank=True)
    replaced_by = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replaced by"),
    )

    shown_relations: ClassVar[tuple[str, ...]] = (
        "item__visit",
        "institution__country",
        "replaced_by__country",
    )
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("host of a session")
        verbose_name_plural = _("hosts of sessions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["item", "institution"],
                name="host_once_per_session",
                violation_error_message=_("This institution is already a host of the session."),
            ),
        )

    def __str__(self) -> str:
        return str(self.institution)

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    def history_root(self) -> Record:
        return self.item.visit

    @property
    def is_outdated(self) -> bool:
        """Whether the host confirmed a slot that has been moved since."""
        return self.status == HostStatus.CONFIRMED and self.answered_slot != self.item.slot

    @property
    def awaits_answer(self) -> bool:
        return self.status == HostStatus.PROPOSED or self.is_outdated


class Attendance(Record):
    """Whether a delegate was at a session."""

    item = models.ForeignKey(
        AgendaItem, on_delete=models.CASCADE, related_name="attendances", verbose_name=_("agenda item")
    )
    delegate = models.ForeignKey(
        Delegate, on_delete=models.CASCADE, related_name="attendances", verbose_name=_("delegate")
    )
    status = models.CharField(
        _("attendance"), max_length=8, choices=AttendanceStatus, default=AttendanceStatus.PRESENT
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("item__visit", "delegate__delegation")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ("item", "delegate__order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["item", "delegate"],
                name="attendance_once_per_session",
                violation_error_message=_("The attendance of this delegate is already recorded."),
            ),
        )

    def __str__(self) -> str:
        return _t("%(label)s: %(value)s") % {"label": self.delegate, "value": self.get_status_display()}

    def clean(self) -> None:
        if (
            self.item_id
            and self.delegate_id
            and not self.delegate.delegation.study_visits.filter(pk=self.item.visit_id).exists()
        ):
            raise ValidationError({"delegate": _t("This delegate does not take part in the visit.")})

    def history_root(self) -> Record:
        return self.item.visit


class AgendaVersion(Record):
    """The agenda as it was published: numbered, dated, never changed."""

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.CASCADE, related_name="agenda_versions", verbose_name=_("study visit")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    note = models.TextField(_("note"), blank=True)
    items = models.JSONField(_("items"), default=list)
    changes = models.JSONField(_("changes"), default=list, blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("visit", "published_by")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("published agenda")
        verbose_name_plural = _("published agendas")
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["visit", "number"], name="agenda_version_once"),)

    def __str__(self) -> str:
        return _t("Agenda, version %(number)d") % {"number": self.number}

    def history_root(self) -> Record:
        return self.visit
