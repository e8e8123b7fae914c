"""Institutions: an acronym once in a country, names that change over time, what follows from the kind."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import create_record, update_record
from fmm_portal.institutions.enums import InstitutionKind
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution
from fmm_portal.institutions.tables import CountryTable, InstitutionTable
from tests.factories.institutions import ContactFactory, InstitutionFactory, country


def agency(**values):
    return Institution(
        **{"name": Multilingual(en="Agency"), "kind": "government", "country": country("TG"), **values}
    )


@pytest.mark.parametrize("acronym", ["ANPE", "anpe"])
def test_acronym_is_used_once_in_a_country(acronym, amina, by):
    create_record(agency(acronym="ANPE"), actor=by(amina))
    with pytest.raises(ValidationError) as refusal:
        create_record(agency(acronym=acronym), actor=by(amina))
    assert refusal.value.messages == ["Another institution of this country already has this acronym."]


def test_acronym_may_be_used_in_another_country_and_none_at_all_often(amina, by):
    create_record(agency(acronym="ANPE"), actor=by(amina))
    create_record(agency(acronym="ANPE", country=country("ML")), actor=by(amina))
    for _time in range(2):
        create_record(agency(), actor=by(amina))
    assert Institution.objects.count() == 4


def test_acronym_is_used_once_without_a_country(amina, by):
    create_record(agency(acronym="IGAD", country=None), actor=by(amina))
    with pytest.raises(
        ValidationError, match="Another institution without a country already has this acronym"
    ):
        create_record(agency(acronym="Igad", country=None), actor=by(amina))


@pytest.mark.parametrize(
    ("kind", "constituency"),
    [
        ("ministry", "government"),
        ("public_employment_service", "government"),
        ("employers", "employers"),
        ("trade_union", "workers"),
        ("ngo", "civil_society"),
        ("regional_organisation", "regional"),
        ("international_organisation", "international"),
        ("donor", "donor"),
        ("other", ""),
    ],
)
def test_constituency_follows_from_the_kind_unless_given(kind, constituency, amina, by):
    assert create_record(agency(kind=kind), actor=by(amina)).constituency == constituency
    given = create_record(agency(kind=kind, constituency="workers"), actor=by(amina))
    assert given.constituency == "workers"


def test_every_kind_is_accepted(amina, by):
    for kind in InstitutionKind.values:
        create_record(agency(kind=kind), actor=by(amina))


def test_institution_is_not_part_of_itself_at_any_depth(amina, by):
    top = InstitutionFactory()
    middle = InstitutionFactory(parent=top)
    low = InstitutionFactory(parent=middle)
    for parent in (top, middle, low):
        with pytest.raises(ValidationError, match="An institution cannot be part of itself"):
            update_record(top, actor=by(amina), changes={"parent": parent})


def test_country_tells_two_agencies_apart(db):
    assert str(InstitutionFactory(acronym="ANPE")) == "ANPE (Togo)"
    assert str(InstitutionFactory(acronym="ANPE", country=country("CI"))) == "ANPE (Côte d’Ivoire)"
    assert str(InstitutionFactory(acronym="IGAD", country=None)) == "IGAD"
    assert str(InstitutionFactory(acronym="", name=Multilingual(en="Unions"))) == "Unions"


def test_institution_is_found_by_any_name_without_accents(db):
    made = InstitutionFactory(
        acronym="OTE", name=Multilingual(en="Office", fr="Office des Tunisiens à l'étranger"), city="Tunis"
    )
    InstitutionFactory()
    for words in ("etranger", "OFFICE TUNISIENS", "ote", "tunis"):
        assert Institution.objects.search(words).get() == made, words


def test_institution_is_found_by_a_former_name_as_soon_as_it_is_recorded(amina, by):
    made = InstitutionFactory()
    former = FormerName(
        institution=made, name=Multilingual(fr="Ancienne Régie"), acronym="AR", valid_until=PartialDate(2012)
    )
    create_record(former, actor=by(amina))
    assert Institution.objects.search("ancienne regie").get() == made


def test_former_name_cannot_end_before_it_begins(db):
    former = FormerName(
        institution=InstitutionFactory(),
        name=Multilingual(en="Old"),
        valid_from=PartialDate(2016),
        valid_until=PartialDate(2015, 12),
    )
    with pytest.raises(ValidationError, match="The name cannot end before it begins"):
        former.full_clean()


def test_post_cannot_end_before_it_begins(db):
    contact = ContactFactory.build(
        institution=InstitutionFactory(), starts_on=PartialDate(2019, 5), ends_on=PartialDate(2019, 4)
    )
    with pytest.raises(ValidationError, match="The post cannot end before it begins"):
        contact.full_clean()
    contact.ends_on = PartialDate(2019)
    contact.full_clean()


def test_search_never_finds_who_holds_a_post(db):
    ContactFactory(position=Multilingual(en="Director"), person_name="Rarename", email="rarename@example.org")
    assert Contact.objects.search("director").count() == 1
    assert not Contact.objects.search("rarename").exists()


def test_current_posts_are_those_not_known_to_have_ended(db):
    open_ended = ContactFactory()
    ContactFactory(ends_on=PartialDate(2018, 12))
    later = ContactFactory(ends_on=PartialDate(2019, 12))
    assert set(Contact.objects.current(PartialDate(2019, 1, 21))) == {open_ended, later}


def test_there_are_sixteen_programme_countries_and_all_others(db):
    assert Country.objects.count() == 249
    codes = ["BF", "BJ", "CI", "CV", "GH", "GM", "GN", "GW", "LR", "ML", "MR", "NE", "NG", "SL", "SN", "TG"]
    assert [c.code for c in Country.objects.filter(is_programme_country=True)] == codes


def test_countries_have_their_names_in_each_language(db):
    togo = country("CI")
    assert togo.name == "Côte d’Ivoire"
    with translation.override("fr"):
        assert country("TN").name == "Tunisie"
    assert country("DE").name_in("pt") == "Alemanha"
    assert togo.name_in("pt") == "Costa do Marfim"
    assert Country.objects.search("cote d").get() == togo
    assert Country.objects.search("allemagne").get().code == "DE"


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Austria", "Germany", "Guinea", "Italy", "Nigeria", "Tunisia"]),
        ("fr", ["Allemagne", "Autriche", "Guinée", "Italie", "Nigeria", "Tunisie"]),
        ("pt", ["Alemanha", "Áustria", "Guiné", "Itália", "Nigéria", "Tunísia"]),
    ],
)
def test_countries_stand_as_the_readers_alphabet_has_them(db, language, names):
    for code in ("AT", "DE", "GN", "IT", "NG", "TN"):
        InstitutionFactory(country=country(code))
    rows = Country.objects.filter(institutions__isnull=False)
    with translation.override(language):
        assert [row.name for row in CountryTable.sorted(rows, "name")] == names
        assert [row.name for row in CountryTable.sorted(rows, "-name")] == names[::-1]
        assert [
            row.country.name for row in InstitutionTable.sorted(Institution.objects.all(), "country")
        ] == names
