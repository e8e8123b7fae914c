"""Where today stands on a time line, and how its events are grouped."""

from datetime import date
from typing import Any

import pytest

from fmm_portal.core import time_line as module
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.time_line import Event, TimeLine, time_line


@pytest.fixture(autouse=True)
def in_november_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "today", lambda: date(2026, 11, 25))


def line_of(*dates: str | None, **query: str) -> TimeLine:
    events = [
        Event("visit", "Study visit", PartialDate.from_iso(text) if text else None, None, text, object())
        for text in dates
    ]
    return time_line(events, query)


def before(line: TimeLine) -> Any:
    return line.today_before.title if line.today_before else None


def test_today_stands_between_what_was_and_what_will_be() -> None:
    dates = ("2015-07", "2026-11-24", "2026-12", "2027")
    assert before(line_of(*dates)) == "2026-11-24", "newest first: what is past follows it"
    assert before(line_of(*dates, order="oldest")) == "2026-12"


def test_a_year_that_has_begun_is_not_ahead() -> None:
    assert before(line_of("2026", order="oldest")) is None
    assert line_of("2026", order="oldest").today_is_last


def test_today_stands_at_the_end_when_all_lies_on_one_side() -> None:
    assert line_of("2030", "2031").today_is_last
    assert before(line_of("2015", "2016")) == "2016", "newest first, all past: today is on top"


def test_today_stands_nowhere_in_another_year_and_among_undated_events() -> None:
    for line in (line_of("2015", "2016", year="2015"), line_of(None)):
        assert (line.today_before, line.today_is_last) == (None, False)


def test_events_stand_under_their_months_and_no_month_is_made_up() -> None:
    (year,) = line_of("2017-11-14", "2017-11-13", "2017").years
    assert [(str(month.month), len(month.events)) for month in year.months] == [
        ("November 2017", 2),
        ("None", 1),
    ]
