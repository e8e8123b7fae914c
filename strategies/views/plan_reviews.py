"""Pages of the reviews of a plan: what each found, activity by activity, against the one before."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import can
from fmm_portal.core.resource import Crumb
from strategies.forms.plan import NewReviewForm, ReviewEntryForm, ReviewForm
from strategies.models import Review, ReviewEntry
from strategies.reviews import (
    by_axis,
    by_lead,
    changes_since,
    figures_of_review,
    previous_review,
    stalled_by_reason,
)
from strategies.views.plan import PlanPartViews, plan_url


def entries_with_activities() -> models.Prefetch[Any]:
    """The rows of a review in the order of the matrix, with what their lines show."""
    rows = ReviewEntry.objects.select_related("activity__result__objective__axis", "activity__lead__country")
    return models.Prefetch(
        "entries",
        rows.order_by(
            "activity__result__objective__axis__order",
            "activity__result__objective__order",
            "activity__result__order",
            "activity__order",
            "pk",
        ),
    )


class ReviewViews(PlanPartViews):
    model = Review
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/reviews"
    pages: ClassVar[Sequence[str]] = ("create", "detail", "edit", "delete", "step", "history")
    form_class = ReviewForm
    add_title = _("Take review")
    detail_template = "strategies/plan_review.html"
    facts = ("held_on", "held_until", "meeting", "conclusions", "note")

    def rows(self) -> Any:
        return super().rows().prefetch_related(entries_with_activities())

    def record(self) -> Review:
        review: Review = super().record()
        review.plan = self.owner
        return review

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        found.append(Crumb(_t("Reviews"), plan_url("reviews", self.owner)))
        return [*found, Crumb(record, record.get_absolute_url())] if record is not None else found

    def edit_with(self, record: Any, **options: Any) -> Any:
        if record.pk is None and self.owner.activities.exists():
            options["form_class"] = NewReviewForm
        return super().edit_with(record, **options)

    def after_delete(self, record: Any) -> str:
        return plan_url("reviews", self.owner)

    def cancel_url(self) -> str:
        return self.asked_for() or plan_url("reviews", self.owner)

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        return super().page_of(record, current=current) | {"plan": self.owner}

    def extra(self, record: Any) -> dict[str, Any]:
        entries = list(record.entries.all())
        for entry in entries:
            entry.review, entry.activity.plan = record, self.owner
        others = Review.objects.visible_to(self.principal).filter(plan=self.owner).prefetch_related("entries")
        before = previous_review(record, list(others))
        if before is not None:
            before.plan = self.owner
        rows = [(entry.activity, entry.state) for entry in entries]
        changes = changes_since(record, before)
        return {
            "figures": figures_of_review(record),
            "before": before,
            "figures_before": figures_of_review(before) if before is not None else None,
            "changes": changes,
            "moved": [change for change in changes if change.has_moved],
            "stalled": stalled_by_reason(entries),
            "by_axis": by_axis(rows),
            "by_lead": by_lead(rows),
            "may_correct": bool(entries) and can(self.principal, "change", entries[0]).allowed,
        }


class ReviewEntryViews(PlanPartViews):
    """The state of one activity at a review, corrected while the review is a draft."""

    model = ReviewEntry
    resource = "review_entry"
    prefix = "strategies/<int:strategy_pk>/plans/<int:plan_pk>/reviews/<int:review_pk>/entries"
    pages: ClassVar[Sequence[str]] = ("edit",)
    path = "review__plan"
    form_class = ReviewEntryForm

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        reviews = Review.objects.visible_to(self.principal).filter(plan=self.owner)
        self.review: Review = get_object_or_404(reviews, pk=kwargs["review_pk"])
        self.review.plan = self.owner

    def rows(self) -> Any:
        return super().rows().filter(review=self.review)

    def crumbs(self, record: Any = None) -> list[Crumb]:
        return [*super().crumbs(), Crumb(self.review, self.review.get_absolute_url())]

    def page_url(self, record: Any) -> str:
        return f"{self.review.get_absolute_url()}#entry-{record.pk}"
