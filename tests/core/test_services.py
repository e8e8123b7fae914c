"""Saving, changing and deleting through the services: versions, history, rights, races."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused, StaleRecord
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import create_record, delete_record, lock, update_record
from fmm_portal.institutions.models import Contact, Institution, Theme
from studyvisits.models import StudyVisit
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.factories.studyvisits import AgendaItemFactory, CommitmentFactory, StudyVisitFactory

pytestmark = pytest.mark.django_db


def themes(*codes):
    return list(Theme.objects.filter(code__in=codes).order_by("code"))


def last_of(record):
    return history_of(record).first()


def test_created_record_has_version_one_and_its_first_entry(amina, by):
    agency = Institution(
        name=Multilingual(en="Agency"), acronym="AG", kind="government", country=country("TG")
    )
    create_record(
        agency, actor=by(amina), related={"themes": themes("labour_migration")}, reason="Asked for by Togo"
    )
    entry = last_of(agency)
    assert agency.version == 1
    assert (entry.verb, entry.user, entry.actor_label, entry.source) == ("create", amina, "Amina", "screen")
    assert entry.reason == "Asked for by Togo"
    assert entry.changes["name"] == [None, {"en": "Agency"}]
    assert [theme["label"] for theme in entry.changes["themes"][1]] == ["Labour migration"]
    assert "city" not in entry.changes


def test_two_saves_in_a_row_both_arrive_when_each_knows_the_other(amina, by):
    agency = InstitutionFactory()
    first = update_record(agency, actor=by(amina), changes={"city": "Lomé"}, expected_version=1)
    second = update_record(agency, actor=by(amina), changes={"notes": "Seen"}, expected_version=first.version)
    assert second.version == 3
    agency.refresh_from_db()
    assert (agency.city, agency.notes, agency.version) == ("Lomé", "Seen", 3)


def test_second_save_from_the_same_reading_is_refused_with_who_was_first(amina, marc, by):
    agency = InstitutionFactory()
    update_record(agency, actor=by(marc), changes={"city": "Lomé"}, expected_version=1)
    with pytest.raises(StaleRecord) as refusal:
        update_record(agency, actor=by(amina), changes={"city": "Kara"}, expected_version=1)
    assert refusal.value.changed_by == "Marc"
    assert refusal.value.current.city == "Lomé"
    assert refusal.value.changed_at == last_of(agency).at
    agency.refresh_from_db()
    assert (agency.city, agency.version) == ("Lomé", 2)


def test_update_tells_before_and_after_and_leaves_the_given_object_alone(amina, by):
    agency = InstitutionFactory(city="Lomé")
    changed = update_record(agency, actor=by(amina), changes={"city": "Kara"}, reason="They moved")
    entry = last_of(agency)
    assert (entry.verb, entry.reason, entry.changes) == ("update", "They moved", {"city": ["Lomé", "Kara"]})
    assert (changed.city, agency.city) == ("Kara", "Lomé")


def test_update_that_changes_nothing_writes_nothing(amina, by):
    agency = InstitutionFactory(city="Lomé")
    create_record(Institution(name=Multilingual(en="Other"), kind="ngo"), actor=by(amina))
    agency.refresh_from_db()
    before = agency.updated_at
    same = update_record(
        agency,
        actor=by(amina),
        changes={"city": "Lomé", "name": dict(agency.name), "country": agency.country, "themes": []},
    )
    agency.refresh_from_db()
    assert (same.version, agency.version, agency.updated_at) == (1, 1, before)
    assert not history_of(agency).exists()


def test_many_to_many_is_told_before_and_after(amina, by):
    visit = create_record(
        StudyVisit(title=Multilingual(en="Visit"), starts_on=PartialDate(2019, 1)),
        actor=by(amina),
        related={"themes": themes("labour_migration", "diaspora")},
    )
    update_record(visit, actor=by(amina), changes={"themes": themes("diaspora", "migration_data")})
    before, after = last_of(visit).changes["themes"]
    assert {theme["label"] for theme in before} == {"Labour migration", "Diaspora"}
    assert {theme["label"] for theme in after} == {"Migration data", "Diaspora"}
    visit.refresh_from_db()
    assert visit.version == 2


def test_changing_only_many_to_many_raises_the_version_and_the_time(amina, by):
    agency = InstitutionFactory()
    Institution.objects.filter(pk=agency.pk).update(updated_at=agency.updated_at - timedelta(days=1))
    changed = update_record(agency, actor=by(amina), changes={"themes": themes("diaspora")})
    assert changed.version == 2
    assert changed.updated_at >= agency.updated_at


def test_invalid_values_change_nothing(amina, by):
    visit = StudyVisitFactory()
    with pytest.raises(ValidationError) as refusal:
        update_record(visit, actor=by(amina), changes={"ends_on": PartialDate(2019, 1, 20)})
    assert refusal.value.message_dict == {"ends_on": ["The last day is before the first day."]}
    visit.refresh_from_db()
    assert (visit.ends_on, visit.version) == (PartialDate(2019, 1, 25), 1)


@pytest.mark.parametrize("persona", ["eva", "kofi", "sami", "jean", "nobody"])
def test_who_has_no_right_changes_nothing(persona, request, by):
    user = request.getfixturevalue(persona)
    visit = StudyVisitFactory()
    with pytest.raises(Forbidden, match="Your role does not allow this"):
        update_record(visit, actor=by(user), changes={"title": Multilingual(en="Mine")})
    with pytest.raises(Forbidden):
        create_record(StudyVisit(title=Multilingual(en="Mine")), actor=by(user))
    with pytest.raises(Forbidden):
        delete_record(AgendaItemFactory(visit=visit), actor=by(user))
    assert not Activity.objects.exists()


def test_nobody_moves_a_record_out_of_what_they_may_change(kofi, by):
    contact = ContactFactory(institution=kofi.memberships.get().institution)
    elsewhere = InstitutionFactory()
    with pytest.raises(Forbidden):
        update_record(contact, actor=by(kofi), changes={"institution": elsewhere})
    assert Contact.objects.get().institution != elsewhere


def test_personal_values_are_not_in_history(amina, by):
    contact = ContactFactory(person_name="Before", phone="111")
    update_record(contact, actor=by(amina), changes={"person_name": "After", "sex": "female"})
    entry = last_of(contact)
    assert entry.changes == {
        "person_name": [{"restricted": True}, {"restricted": True}],
        "sex": ["not_stated", "female"],
    }


def test_deleted_record_leaves_its_history(amina, by):
    item = AgendaItemFactory(topic=Multilingual(en="A stop"))
    visit, pk = item.visit, item.pk
    delete_record(item, actor=by(amina), reason="Not possible")
    entry = history_of(visit).get(verb="delete")
    assert (entry.subject_id, entry.subject_label, entry.reason) == (pk, "A stop", "Not possible")
    assert entry.changes["topic"] == [{"en": "A stop"}, None]


def test_delete_of_a_stale_reading_is_refused(amina, by):
    item = AgendaItemFactory()
    update_record(item, actor=by(amina), changes={"place": "Tunis"})
    with pytest.raises(StaleRecord):
        delete_record(item, actor=by(amina), expected_version=1)


def test_what_others_depend_on_is_not_deleted_and_says_by_whom(amina, by):
    owing = InstitutionFactory(name=Multilingual(en="Owing"), acronym="")
    CommitmentFactory(owed_by=owing)
    with pytest.raises(
        Refused, match=r"Owing cannot be deleted: it is used by 1 other record \(commitment\)"
    ):
        delete_record(owing, actor=by(amina))
    assert Institution.objects.filter(pk=owing.pk).exists()
    assert not Activity.objects.exists()


def test_race_that_only_the_database_sees_is_answered_in_the_constraints_words(amina, by, monkeypatch):
    InstitutionFactory(acronym="ANPE")
    twin = Institution(name=Multilingual(en="Twin"), acronym="anpe", kind="government", country=country("TG"))
    real, calls = twin.full_clean, []

    def first_check_is_too_early(*args, **kwargs):
        calls.append(1)
        if len(calls) > 1:
            real(*args, **kwargs)

    monkeypatch.setattr(twin, "full_clean", first_check_is_too_early)
    with pytest.raises(ValidationError, match="Another institution of this country already has this acronym"):
        create_record(twin, actor=by(amina))
    assert len(calls) == 2
    assert Institution.objects.count() == 1


def test_lock_gives_the_row_as_it_is_now(amina, by):
    agency = InstitutionFactory()
    update_record(agency, actor=by(amina), changes={"city": "Lomé"})
    with transaction.atomic():
        assert lock(agency).city == "Lomé"
        with pytest.raises(StaleRecord):
            lock(agency, expected_version=1)
