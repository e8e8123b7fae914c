"""Committees around a strategy: their mandate, members by position, and meetings."""

from collections.abc import Iterable
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.periods import ends_before_it_begins, headcount_error, is_in_the_future
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from fmm_portal.institutions.models import Institution
from strategies.enums import CommitteeKind, MeetingStatus, MemberRole
from strategies.models.milestone import Milestone
from strategies.models.strategy import Strategy
from strategies.querysets import CommitteeQuerySet


class Committee(Searchable, Record):
    """A body that steers, drafts or follows a strategy."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="committees", verbose_name=_("strategy")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=CommitteeKind)
    name = MultilingualField(_("name"))
    mandate = MultilingualField(_("mandate"), is_long=True, blank=True)
    created_by = MultilingualField(
        _("created by"), blank=True, help_text=_("The instrument, such as a joint order.")
    )
    created_on = PartialDateField(_("created on"))
    stated_member_count = models.PositiveSmallIntegerField(
        _("members, as reported"),
        null=True,
        blank=True,
        help_text=_("When a source gives the number and not every member."),
    )
    composition_note = MultilingualField(_("note on the composition"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        ordering = ("strategy", models.F("created_on").asc(nulls_last=True), "pk")

    def __str__(self) -> str:
        return str(self.name)

    def search_terms(self) -> Iterable[str]:
        return self.name.values()

    def get_absolute_url(self) -> str:
        return record_address("strategies:committee_detail", self.strategy_id, self.pk)

    def history_root(self) -> Record:
        return self.strategy

    @property
    def member_count(self) -> int:
        """Members as reported where a source counts them, else those listed. Reads prefetched rows."""
        if self.stated_member_count is not None:
            return self.stated_member_count
        return sum(member.seats for member in self.members.all())


class CommitteeMember(Record):
    """A seat by position and institution; never by name."""

    committee = models.ForeignKey(
        Committee, on_delete=models.CASCADE, related_name="members", verbose_name=_("committee")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    position = MultilingualField(_("position"), blank=True)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="committee_seats",
        verbose_name=_("institution"),
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.MEMBER)
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    starts_on = PartialDateField(_("from"))
    ends_on = PartialDateField(_("until"))

    shown_relations: ClassVar[tuple[str, ...]] = ("committee__strategy", "institution__country")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a committee")
        verbose_name_plural = _("members of committees")
        ordering = ("committee", "order", "pk")

    def __str__(self) -> str:
        return str(self.position) if self.position else str(self.institution)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.institution_id is None and not self.position:
            errors["position"] = _t("Give the position or the institution.")
        if ends_before_it_begins(self.starts_on, self.ends_on):
            errors["ends_on"] = _t("The seat cannot end before it begins.")
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        return self.committee.get_absolute_url()

    def history_root(self) -> Record:
        return self.committee.strategy


class CommitteeMeeting(Record):
    """A meeting of a committee, with what it concluded."""

    committee = models.ForeignKey(
        Committee, on_delete=models.CASCADE, related_name="meetings", verbose_name=_("committee")
    )
    milestone = models.ForeignKey(
        Milestone,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("milestone"),
        help_text=_("When the meeting is a milestone of the strategy, too."),
    )
    title = MultilingualField(_("title"))
    held_on = PartialDateField(_("first day"), db_index=True)
    held_until = PartialDateField(_("last day"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    men = models.PositiveIntegerField(_("men"), null=True, blank=True)
    agenda = MultilingualField(_("agenda"), is_long=True, blank=True, help_text=_("One a line."))
    conclusions = MultilingualField(_("conclusions"), is_long=True, blank=True, help_text=_("One a line."))
    dates_note = MultilingualField(_("note on the dates"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    status = models.CharField(
        _("status"), max_length=9, choices=MeetingStatus, default=MeetingStatus.PLANNED, editable=False
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("committee__strategy",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee meeting")
        verbose_name_plural = _("committee meetings")
        ordering = ("committee", models.F("held_on").desc(nulls_last=True), "-pk")

    def __str__(self) -> str:
        return str(self.title)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if ends_before_it_begins(self.held_on, self.held_until):
            errors["held_until"] = _t("The last day is before the first day.")
        if self.status == MeetingStatus.HELD and is_in_the_future(self.held_on):
            errors["held_on"] = _t("What took place cannot lie in the future.")
        if wrong := headcount_error(self.people, self.women, self.men):
            errors["people"] = wrong
        if self.milestone is not None and self.milestone.strategy_id != self.committee.strategy_id:
            errors["milestone"] = _t("This milestone belongs to another strategy.")
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        return reverse(
            "strategies:meeting_detail", args=[self.committee.strategy_id, self.committee_id, self.pk]
        )

    def history_root(self) -> Record:
        return self.committee.strategy
