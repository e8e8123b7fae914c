"""The figures of plans and reviews (statements 52 and 53)."""

from decimal import Decimal

import pytest
from django.utils import translation

from strategies.enums import PlanActivityStatus, StallReason
from strategies.models import PlanActivity, Review
from strategies.quarters import last_day_of, quarter_of
from strategies.reviews import (
    Figures,
    by_axis,
    by_lead,
    changes_since,
    figures_of,
    figures_of_plan,
    figures_of_review,
    in_words,
    previous_review,
    rate,
    stalled_by_reason,
    take_review,
)
from tests.factories.strategies import PlanActivityFactory, ReviewFactory
from tests.factories.strategies_plan import published_review, sample_plan
from tests.personas import anpe_togo


def test_rates_have_one_decimal_and_no_division_by_zero() -> None:
    assert (rate(11, 54), rate(13, 54), rate(1, 8)) == (Decimal("20.4"), Decimal("24.1"), Decimal("12.5"))
    assert rate(0, 54) == Decimal("0.0")
    assert rate(None, 54) is None
    assert rate(0, 0) is None


def test_rates_are_written_as_the_language_writes_them() -> None:
    assert in_words(Decimal("20.4")) == "20.4%"
    with translation.override("fr"):
        assert in_words(Decimal("20.4")) == "20,4\N{NO-BREAK SPACE}%"
    assert in_words(None) == ""


def test_what_a_source_does_not_say_is_not_zero() -> None:
    figures = Figures(54, 11, None, None)
    assert (figures.started, figures.started_percent, figures.done_percent) == (None, "", "20.4%")
    assert figures_of(()).done_percent == ""


@pytest.mark.django_db
def test_figures_of_a_plan_by_axis_and_by_lead() -> None:
    plan = sample_plan(anpe_togo())
    figures = figures_of_plan(plan)
    assert figures == Figures(54, 11, 2, 41)
    assert (figures.started, figures.done_percent, figures.started_percent) == (13, "20.4%", "24.1%")
    rows = [(row, row.status) for row in PlanActivity.objects.filter(plan=plan).with_related()]
    assert [(str(item.group.code), item.figures.total, item.figures.done) for item in by_axis(rows)] == [
        ("1", 14, 11), ("2", 14, 0), ("3", 13, 0), ("4", 13, 0),
    ]  # fmt: skip
    assert [(str(item.group), item.figures.total, item.figures.done) for item in by_lead(rows)] == [
        ("ANPE (Togo)", 18, 4), ("None", 36, 7),
    ]  # fmt: skip


@pytest.mark.django_db
def test_published_totals_stand_for_the_rows() -> None:
    plan = sample_plan()
    earlier = plan.reviews.get()
    assert figures_of_review(earlier) == Figures(54, 4, 6, 44)
    assert figures_of_review(published_review(plan)) == Figures(54, 11, 2, 41)
    assert figures_of_review(ReviewFactory(plan=plan)) is None


@pytest.mark.django_db
def test_what_moved_since_the_review_before(amina, by) -> None:
    plan = sample_plan()
    earlier = plan.reviews.get()
    # Held between the two, but without rows to compare with.
    published_review(plan)
    review = take_review(Review(plan=plan, title={"en": "Review"}, held_on="2022-07"), actor=by(amina))
    before = previous_review(review, list(plan.reviews.all()))
    assert before == earlier
    moved = [change for change in changes_since(review, before) if change.has_moved]
    assert len(moved) == 9
    assert {(str(change.before.state), str(change.entry.state)) for change in moved} == {
        ("in_progress", "done"), ("not_started", "done"), ("not_started", "in_progress"),
    }  # fmt: skip
    assert previous_review(earlier, list(plan.reviews.all())) is None


@pytest.mark.django_db
def test_reasons_of_a_review_are_counted() -> None:
    entries = list(sample_plan().reviews.get().entries.all())
    assert [(item.label, len(item.entries)) for item in stalled_by_reason(entries)] == [
        ("Lack of funding", 44)
    ]


def test_quarters() -> None:
    for quarter in ("2018-Q1", "2018-Q2", "2018-Q3", "2018-Q4"):
        last = last_day_of(quarter)
        assert last is not None
        assert quarter_of(last) == quarter
    assert last_day_of("") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "is_overdue", "is_stalled"),
    [
        ({"ends_in": "2019-Q4"}, True, False),
        ({"starts_in": "2019-Q4"}, True, True),
        ({"starts_in": "2019-Q4", "ends_in": "2999-Q1"}, False, True),
        ({"ends_in": "2999-Q1", "stall_reason": StallReason.FUNDING}, False, True),
        (
            {"ends_in": "2019-Q4", "status": PlanActivityStatus.DONE, "stall_reason": StallReason.STAFF},
            False,
            False,
        ),
        ({"ends_in": "2019-Q4", "status": PlanActivityStatus.CANCELLED}, False, False),
        ({"ends_in": "2019-Q4", "status": PlanActivityStatus.POSTPONED}, True, False),
        ({}, False, False),
    ],
)
def test_one_and_many_agree_on_what_is_overdue_and_stalled(given, is_overdue, is_stalled) -> None:
    activity = PlanActivityFactory(**given)
    assert (activity.is_overdue, PlanActivity.objects.overdue().exists()) == (is_overdue, is_overdue)
    assert (activity.is_stalled, PlanActivity.objects.stalled().exists()) == (is_stalled, is_stalled)
