"""Renaming: the old name stays true for old dates."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, StaleRecord
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.institutions.models import Institution
from fmm_portal.institutions.services import rename_institution
from tests.factories.institutions import InstitutionFactory

REFORM = Multilingual(fr="Ministère du Travail et de la Réforme administrative")
DIALOGUE = Multilingual(fr="Ministère du Travail et du Dialogue social")


@pytest.fixture
def ministry(db):
    return InstitutionFactory(name=REFORM, acronym="MFPTRA")


def rename(ministry, actor, **values):
    return rename_institution(
        ministry,
        actor=actor,
        **{"name": DIALOGUE, "acronym": "MFPTDS", "former_until": PartialDate(2021), **values},
    )


def test_renamed_institution_keeps_its_former_name_on_old_dates(ministry, amina, by):
    renamed = rename(ministry, by(amina))
    assert (renamed.name, renamed.acronym) == (DIALOGUE, "MFPTDS")
    assert renamed.name_on(PartialDate(2019, 1, 21)) == (REFORM, "MFPTRA")
    assert renamed.name_on(PartialDate(2021)) == (REFORM, "MFPTRA")
    assert renamed.name_on(PartialDate(2022, 7, 1)) == (DIALOGUE, "MFPTDS")
    assert renamed.name_on(None) == (DIALOGUE, "MFPTDS")


def test_two_renames_keep_two_periods(ministry, amina, by):
    once = rename(ministry, by(amina), former_until=PartialDate(2016))
    twice = rename(once, by(amina), name=REFORM, acronym="X", former_until=PartialDate(2020, 9))
    assert [twice.name_on(PartialDate(year))[1] for year in (2015, 2016, 2017, 2020, 2021)] == [
        "MFPTRA",
        "MFPTRA",
        "MFPTDS",
        "X",
        "X",
    ]
    assert twice.name_on(PartialDate(2020, 9, 30))[1] == "MFPTDS"
    assert [(f.acronym, f.valid_from, f.valid_until) for f in twice.former_names.all()] == [
        ("MFPTDS", PartialDate(2016), PartialDate(2020, 9)),
        ("MFPTRA", None, PartialDate(2016)),
    ]


def test_rename_is_told_and_both_names_are_found(ministry, amina, by):
    rename(ministry, by(amina), reason="Decree of 2021")
    assert [(e.verb, e.reason) for e in history_of(ministry)] == [
        ("update", "Decree of 2021"),
        ("create", "Decree of 2021"),
    ]
    for words in ("reforme", "dialogue", "MFPTRA", "MFPTDS"):
        assert Institution.objects.search(words).get() == ministry, words


def test_end_of_the_former_name_is_asked_for_and_lies_in_the_past(ministry, amina, by):
    with pytest.raises(ValidationError) as refusal:
        rename(ministry, by(amina), former_until=None)
    assert refusal.value.message_dict == {
        "former_until": ["Say until when the former name held; the year is enough."]
    }
    tomorrow = PartialDate.of(today() + timedelta(days=1))
    with pytest.raises(ValidationError, match="A former name cannot end in the future"):
        rename(ministry, by(amina), former_until=tomorrow)


def test_same_name_is_no_rename(ministry, amina, by):
    with pytest.raises(ValidationError, match="This is already the name"):
        rename(ministry, by(amina), name=REFORM, acronym="MFPTRA")
    assert not ministry.former_names.exists()


def test_name_taken_by_another_changes_nothing(ministry, amina, by):
    InstitutionFactory(acronym="TAKEN")
    with pytest.raises(ValidationError, match="already has this acronym"):
        rename(ministry, by(amina), acronym="taken")
    assert not ministry.former_names.exists()


def test_rename_of_a_stale_reading_or_without_right_is_refused(ministry, amina, eva, by):
    with pytest.raises(Forbidden):
        rename(ministry, by(eva))
    rename(ministry, by(amina))
    with pytest.raises(StaleRecord):
        rename(ministry, by(amina), name=REFORM, expected_version=1)
    assert ministry.former_names.count() == 1
