"""Reviews of an action plan: what the status of every activity was on one date."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.addresses import record_address
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.periods import ends_before_it_begins, is_in_the_future
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from strategies.enums import PlanActivityStatus, ReviewStatus, StallReason
from strategies.models.committee import CommitteeMeeting
from strategies.models.plan import ActionPlan, PlanActivity
from strategies.querysets import ReviewQuerySet


class Review(Record):
    """A dated look at a plan: a row for each activity, or only the totals that were published.

    The `stated_*` totals hold what a source says where the activities are not known one by one; where given
    they stand for the counts of the rows.
    """

    plan = models.ForeignKey(
        ActionPlan, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("action plan")
    )
    meeting = models.ForeignKey(
        CommitteeMeeting,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("committee meeting"),
    )
    title = MultilingualField(_("title"))
    held_on = PartialDateField(_("date"), null=False, blank=False, db_index=True)
    held_until = PartialDateField(_("until"))
    stated_total = models.PositiveSmallIntegerField(_("activities, as published"), null=True, blank=True)
    stated_done = models.PositiveSmallIntegerField(_("done, as published"), null=True, blank=True)
    stated_in_progress = models.PositiveSmallIntegerField(
        _("in progress, as published"), null=True, blank=True
    )
    stated_not_started = models.PositiveSmallIntegerField(
        _("not started, as published"), null=True, blank=True
    )
    conclusions = MultilingualField(_("conclusions"), is_long=True, blank=True, help_text=_("One a line."))
    note = MultilingualField(_("note"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    status = models.CharField(
        _("status"), max_length=5, choices=ReviewStatus, default=ReviewStatus.DRAFT, editable=False
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ("plan", "held_on", "pk")

    def __str__(self) -> str:
        return str(self.title)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if ends_before_it_begins(self.held_on, self.held_until):
            errors["held_until"] = _t("The last day is before the first day.")
        if is_in_the_future(self.held_on):
            errors["held_on"] = _t("A review cannot lie in the future.")
        if self.meeting is not None and self.meeting.committee.strategy_id != self.plan.strategy_id:
            errors["meeting"] = _t("This meeting belongs to another strategy.")
        parts = (self.stated_done, self.stated_in_progress, self.stated_not_started)
        if self.stated_total is None and any(part is not None for part in parts):
            errors["stated_total"] = _t("Give the number of all activities, too.")
        elif self.stated_total is not None and sum(part or 0 for part in parts) > self.stated_total:
            errors["stated_total"] = _t("The parts are more than all activities.")
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        return record_address("strategies:review_detail", self.plan.strategy_id, self.plan_id, self.pk)

    def history_root(self) -> Record:
        return self.plan.strategy


class ReviewEntry(Record):
    """The status of one activity at one review."""

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, related_name="entries", verbose_name=_("review")
    )
    activity = models.ForeignKey(
        PlanActivity, on_delete=models.PROTECT, related_name="review_entries", verbose_name=_("activity")
    )
    state = models.CharField(_("status"), max_length=11, choices=PlanActivityStatus)
    percent = models.PositiveSmallIntegerField(
        _("done (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    stall_reason = models.CharField(_("what holds it up"), max_length=8, choices=StallReason, blank=True)
    comment = models.TextField(_("comment or evidence"), blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("review__plan__strategy", "activity")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("review entry")
        verbose_name_plural = _("review entries")
        ordering = ("review", "activity__order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["review", "activity"],
                name="entry_once_per_review",
                violation_error_message=_("This activity is in the review already."),
            ),
        )

    def __str__(self) -> str:
        return _t("%(label)s: %(value)s") % {"label": self.activity.code, "value": self.get_state_display()}

    def clean(self) -> None:
        if self.activity_id and self.activity.plan_id != self.review.plan_id:
            raise ValidationError({"activity": _t("This activity belongs to another plan.")})

    def get_absolute_url(self) -> str:
        return self.review.get_absolute_url()

    def history_root(self) -> Record:
        return self.review.plan.strategy
