"""References are given once, in order, and taken over from elsewhere without ever being given again."""

import pytest
from django.db import transaction

from fmm_portal.core.errors import Refused
from fmm_portal.core.models import ReferenceSequence
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.references import adopt_reference, next_reference
from fmm_portal.core.services import create_record
from studyvisits.models import Commitment, StudyVisit


def visit(**values):
    return StudyVisit(title=Multilingual(en="A visit"), **values)


def test_references_count_by_series_and_year(db):
    given = [next_reference(*series) for series in (("SV", 2019), ("SV", 2019), ("SV", 2020), ("CM", 2019))]
    assert given == ["SV-2019-001", "SV-2019-002", "SV-2020-001", "CM-2019-001"]


def test_more_than_a_thousand_are_written_in_full(db):
    ReferenceSequence.objects.create(prefix="SV", year=2019, last_number=999)
    assert next_reference("SV", 2019) == "SV-2019-1000"


def test_a_reference_that_was_rolled_back_is_given_again(db):
    with transaction.atomic():
        next_reference("SV", 2019)
        transaction.set_rollback(True)
    assert next_reference("SV", 2019) == "SV-2019-001"


def test_an_adopted_reference_is_never_given_again(db):
    assert adopt_reference("SV-2019-007", "SV") == "SV-2019-007"
    assert next_reference("SV", 2019) == "SV-2019-008"
    assert adopt_reference("SV-2019-003", "SV") == "SV-2019-003"
    assert next_reference("SV", 2019) == "SV-2019-009"


@pytest.mark.parametrize(
    "reference", ["CM-2019-001", "SV-19-001", "SV-2019-1", "SV-2019-001x", " SV-2019-001"]
)
def test_what_is_not_of_the_series_is_refused(db, reference):
    with pytest.raises(Refused, match="is not a reference such as SV-2019-001"):
        adopt_reference(reference, "SV")
    assert not ReferenceSequence.objects.exists()


def test_a_visit_takes_its_reference_from_the_year_it_begins(amina, by):
    planned = create_record(visit(starts_on=PartialDate(2015)), actor=by(amina))
    taken_over = create_record(visit(starts_on=PartialDate(2015), reference="SV-2015-010"), actor=by(amina))
    next_one = create_record(visit(starts_on=PartialDate(2015, 7)), actor=by(amina))
    assert [v.reference for v in (planned, taken_over, next_one)] == [
        "SV-2015-001",
        "SV-2015-010",
        "SV-2015-011",
    ]


def test_a_commitment_takes_the_year_of_its_visit(amina, by):
    promised = Commitment(
        visit=create_record(visit(starts_on=PartialDate(2019, 1, 21)), actor=by(amina)),
        text=Multilingual(en="Send the manual"),
    )
    assert create_record(promised, actor=by(amina)).reference == "CM-2019-001"
