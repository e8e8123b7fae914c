"""How dates, texts and states look to people."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation

from fmm_portal.core.display import badge, counted, dates, day, full_day, hour, text
from fmm_portal.core.facts import paragraphs
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.reports.words import period
from tests.factories.delegations import DelegateFactory


def words(html: object) -> str:
    """The text between the tags."""
    import re

    return re.sub(r"<[^>]+>", "", str(html))


@pytest.mark.parametrize(
    ("value", "english", "french", "portuguese"),
    [
        (PartialDate(2019, 1, 21), "21 Jan 2019", "21 janv. 2019", "21 jan. 2019"),
        (PartialDate(2015, 7), "July 2015", "juillet 2015", "julho de 2015"),
        (PartialDate(2015), "2015", "2015", "2015"),
        (date(2017, 11, 14), "14 Nov 2017", "14 nov. 2017", "14 nov. 2017"),
        (
            datetime(2017, 11, 14, 9, 5, tzinfo=UTC),
            "14 Nov 2017, 09:05",
            "14 nov. 2017, 09:05",
            "14 nov. 2017, 09:05",
        ),
        (None, "", "", ""),
    ],
)
def test_date_is_shown_as_far_as_it_is_known(value, english, french, portuguese) -> None:
    assert words(day(value)) == english
    for language, shown in (("fr", french), ("pt", portuguese)):
        with translation.override(language):
            assert words(day(value)) == shown


def test_date_tells_machines_its_precision() -> None:
    assert '<time datetime="2015-07">' in day(PartialDate(2015, 7))


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2019, 1, 21), date(2019, 1, 25), "21–25 Jan 2019"),
        (date(2019, 11, 30), date(2019, 12, 4), "30 Nov – 4 Dec 2019"),
        (date(2018, 12, 30), date(2019, 1, 4), "30 Dec 2018 – 4 Jan 2019"),
        (PartialDate(2015, 7), PartialDate(2017), "July 2015 – 2017"),
        (date(2019, 1, 21), date(2019, 1, 21), "21 Jan 2019"),
        (date(2019, 1, 21), None, "21 Jan 2019"),
        (None, PartialDate(2017), "2017"),
        (None, None, ""),
    ],
)
def test_period_is_as_short_as_it_can_be(first, last, shown) -> None:
    assert words(dates(first, last)) == shown


def test_days_are_written_out_in_each_language() -> None:
    monday = date(2019, 1, 21)
    assert full_day(monday) == "Monday 21 January 2019"
    with translation.override("fr"):
        assert full_day(monday) == "lundi 21 janvier 2019"
    with translation.override("pt"):
        assert full_day(monday) == "segunda-feira, 21 de janeiro de 2019"
        assert words(dates(date(2019, 11, 30), date(2019, 12, 4))) == "30 nov. – 4 dez. 2019"
        assert period("2019-11-30", "2019-12-04") == "30 de novembro – 4 de dezembro de 2019"
        assert period("2019-01-21", "2019-01-25") == "21–25 de janeiro de 2019"


def test_hour_is_of_the_day() -> None:
    assert (hour(time(9, 5)), hour(None)) == ("09:05", "")


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "10,000"), ("fr", "10\u202f000"), ("pt", "10\N{NO-BREAK SPACE}000")]
)
def test_count_is_grouped_as_the_language_does(language, shown) -> None:
    with translation.override(language):
        assert counted(10_000) == shown


def test_text_in_arabic_runs_from_the_right() -> None:
    assert 'lang="ar" dir="rtl"' in text(Multilingual(ar="تونس"))


@pytest.mark.parametrize(
    ("value", "shown"), [(True, "yes"), (False, "no"), (None, ""), ("", ""), (0, "0"), (3, "3")]
)
def test_plain_values_become_words(value, shown) -> None:
    assert text(value) == shown


def test_badge_says_the_state_and_stays_neutral_without_a_tone(db) -> None:
    delegate = DelegateFactory()
    assert badge(delegate) == '<span class="badge badge--info">Nominated</span>'
    assert badge(delegate, "role") == '<span class="badge badge--plain">Member</span>'


def test_long_text_keeps_its_lines_and_says_its_language(db) -> None:
    assert paragraphs(Multilingual(en="One\ntwo")) == (
        '<div class="prose" lang="en" dir="ltr"><p>One<br>two</p></div>'
    )
    assert paragraphs(Multilingual(fr="<b>Un</b>")) == (
        '<div class="prose" lang="fr" dir="ltr"><p>&lt;b&gt;Un&lt;/b&gt;</p></div>'
        '<abbr class="fallback" title="Only in French">FR</abbr>'
    )
    assert paragraphs(Multilingual()) == ""
