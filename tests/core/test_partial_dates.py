"""Dates known in part: read as people write them, kept as known, in order, never padded."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from fmm_portal.core.partial_dates import PartialDate, PartialDateFormField, parse_partial_date
from studyvisits.models import StudyVisit
from tests.factories.studyvisits import StudyVisitFactory


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2015", "2015"),
        ("2015-07", "2015-07"),
        ("2017-11-14", "2017-11-14"),
        ("2017-1-4", "2017-01-04"),
        ("07/2015", "2015-07"),
        ("7.2015", "2015-07"),
        ("14/11/2017", "2017-11-14"),
        ("14.11.2017", "2017-11-14"),
        ("July 2015", "2015-07"),
        ("juillet 2015", "2015-07"),
        ("julho de 2015", "2015-07"),
        ("14 November 2017", "2017-11-14"),
        ("14th November 2017", "2017-11-14"),
        ("1er août 2017", "2017-08-01"),
        ("1 AOUT 2017", "2017-08-01"),
        ("14 nov. 2017", "2017-11-14"),
        ("14 de novembro de 2017", "2017-11-14"),
        ("  14   November,  2017 ", "2017-11-14"),
    ],
)
def test_dates_are_read_as_people_write_them(typed, iso):
    assert parse_partial_date(typed) == PartialDate.from_iso(iso)


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_is_unknown(typed):
    assert parse_partial_date(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "soon",
        "32/01/2017",
        "29 February 2019",
        "13/2015",
        "2015-13",
        "14/11/17",
        "ma 2015",
        "jui 2015",
        "14 2017",
        "00/2015",
        "2015-07-00",
    ],
)
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(ValidationError):
        parse_partial_date(typed)


def test_a_refusal_says_how_to_write_a_date():
    with pytest.raises(ValidationError, match="Write a date as 14/11/2017 or 14 November 2017"):
        parse_partial_date("soon")
    with pytest.raises(ValidationError, match="31/02/2019 is not a date in the calendar"):
        parse_partial_date("31/02/2019")


@pytest.mark.parametrize(
    ("iso", "language", "shown"),
    [
        ("2015", "en", "2015"),
        ("2015-07", "en", "July 2015"),
        ("2015-07", "fr", "juillet 2015"),
        ("2017-11-14", "en", "14 November 2017"),
        ("2017-11-14", "fr", "14 novembre 2017"),
        ("2015-07", "pt", "julho de 2015"),
        ("2019-01-21", "pt", "21 de janeiro de 2019"),
    ],
)
def test_dates_are_shown_as_known_in_each_language(iso, language, shown):
    assert PartialDate.from_iso(iso).display(language) == shown
    with translation.override(language):
        assert str(PartialDate.from_iso(iso)) == shown


@pytest.mark.parametrize(
    ("iso", "precision", "earliest", "latest"),
    [
        ("2015", "year", date(2015, 1, 1), date(2015, 12, 31)),
        ("2016-02", "month", date(2016, 2, 1), date(2016, 2, 29)),
        ("2019-01-21", "day", date(2019, 1, 21), date(2019, 1, 21)),
    ],
)
def test_a_period_has_its_ends(iso, precision, earliest, latest):
    known = PartialDate.from_iso(iso)
    assert (known.precision, known.earliest, known.latest) == (precision, earliest, latest)
    assert known.is_exact is (precision == "day")
    assert known.isoformat() == iso


@pytest.mark.parametrize("text", ["2015-7", "15", "2015-02-30", "2015-00", "20150714", "2015-07-14T09:00"])
def test_text_that_is_not_iso_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        PartialDate.from_iso(text)


def test_a_day_needs_its_month():
    with pytest.raises(ValueError, match="A day needs its month"):
        PartialDate(2015, day=14)


def test_dates_sort_by_time_a_period_before_the_days_in_it():
    days = ["2015-07-14", "2016", "2015", "2015-07", "2015-12-31"]
    in_order = sorted(PartialDate.from_iso(day) for day in days)
    assert [day.isoformat() for day in in_order] == ["2015", "2015-07", "2015-07-14", "2015-12-31", "2016"]


def test_the_database_sorts_and_compares_as_python_does(db):
    for number, iso in enumerate(["2015-07-14", "2016", "2015", "2015-07"]):
        StudyVisitFactory(
            reference=f"SV-2015-{number:03d}", starts_on=PartialDate.from_iso(iso), ends_on=None, sending=""
        )
    rows = StudyVisit.objects.order_by("starts_on")
    assert [row.starts_on.isoformat() for row in rows] == ["2015", "2015-07", "2015-07-14", "2016"]
    assert rows.filter(starts_on__gte=PartialDate(2015, 7)).count() == 3
    assert rows.filter(starts_on__lt="2015-07-14").count() == 2
    assert rows.filter(starts_on__length=7).get().starts_on == PartialDate(2015, 7)


def test_unknown_and_partial_dates_are_kept_as_they_are(db):
    StudyVisitFactory(reference="SV-2015-001", starts_on=PartialDate(2015), ends_on=None)
    StudyVisitFactory(reference="SV-2015-002", starts_on=None, ends_on=None)
    assert [(v.starts_on, v.ends_on) for v in StudyVisit.objects.order_by("reference")] == [
        (PartialDate(2015), None),
        (None, None),
    ]


def test_the_model_field_refuses_what_is_no_date():
    field = StudyVisit._meta.get_field("starts_on")
    with pytest.raises(ValidationError, match="Write a date as"):
        field.clean("sometime", None)
    assert field.clean("2015-07", None) == PartialDate(2015, 7)
    assert field.clean("", None) is None


def test_the_form_field_keeps_precision_and_sees_real_changes():
    field = PartialDateFormField(required=False)
    assert field.clean("July 2015") == PartialDate(2015, 7)
    assert field.clean("") is None
    assert field.widget.format_value(PartialDate(2015, 7)) == "07/2015"
    assert field.widget.format_value(PartialDate(2015)) == "2015"
    assert field.widget.format_value(PartialDate(2015, 7, 4)) == "04/07/2015"
    assert field.widget.format_value("half a da") == "half a da"
    assert not field.has_changed(PartialDate(2015, 7), "07/2015")
    assert field.has_changed(PartialDate(2015, 7), "2015")
    assert field.has_changed(PartialDate(2015, 7), "soon")
    with pytest.raises(ValidationError, match="required"):
        PartialDateFormField().clean("")
