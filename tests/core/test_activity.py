"""History is kept for good, readable, and complete for a record and its parts."""

import pytest

from fmm_portal.core.activity import history_of, plain, read_changes, record_activity
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Source, system_actor
from fmm_portal.core.services import update_record
from tests.factories.institutions import ContactFactory, InstitutionFactory
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, CommitmentFactory


@pytest.fixture
def entry(db):
    return record_activity(actor=system_actor(), verb="create", subject=InstitutionFactory())


def test_entries_are_never_changed_or_removed(entry):
    entry.reason = "Rewritten"
    with pytest.raises(TypeError, match="History cannot be changed"):
        entry.save()
    with pytest.raises(TypeError, match="History cannot be deleted"):
        entry.delete()
    with pytest.raises(TypeError, match="History cannot be changed"):
        Activity.objects.update(reason="Rewritten")
    with pytest.raises(TypeError, match="History cannot be deleted"):
        Activity.objects.all().delete()
    assert Activity.objects.get().reason == ""


def test_entries_say_who_and_through_which_door(entry):
    assert (entry.user, entry.actor_label, entry.source) == (None, "FMM portal", "system")
    imported = record_activity(
        actor=system_actor(Source.IMPORT), verb="update", subject=entry.subject, reason="  Why  "
    )
    assert (imported.source, imported.reason) == ("import", "Why")


def test_history_of_a_visit_tells_of_its_parts(db):
    host = AgendaHostFactory()
    visit = host.item.visit
    commitment = CommitmentFactory(visit=visit)
    other = AgendaItemFactory()
    for record in (visit, host.item, host, commitment, other):
        record_activity(actor=system_actor(), verb="touch", subject=record)
    subjects = [(e.subject_type.model, e.subject_id) for e in history_of(visit)]
    assert subjects == [
        ("commitment", commitment.pk),
        ("agendahost", host.pk),
        ("agendaitem", host.item_id),
        ("studyvisit", visit.pk),
    ]
    assert [e.subject_type.model for e in history_of(host)] == ["agendahost"]


def test_values_are_kept_as_json_has_them(db):
    institution = InstitutionFactory(acronym="ANETI")
    assert plain(Multilingual(en="A", fr="B")) == {"en": "A", "fr": "B"}
    assert plain(PartialDate(2015, 7)) == "2015-07"
    assert plain(institution) == {"id": institution.pk, "label": "ANETI (Togo)"}
    assert plain([institution.pk, (PartialDate(2015),)]) == [institution.pk, ["2015"]]
    assert plain(None) is None


def test_changes_are_read_with_labels_and_words(amina, by):
    commitment = CommitmentFactory()
    update_record(
        commitment,
        actor=by(amina),
        changes={
            "due_on": PartialDate(2019, 7),
            "owed_by": InstitutionFactory(acronym="ANPE"),
            "text": Multilingual(fr="Envoyer le guide"),
        },
    )
    read = {change.label: (change.before, change.after) for change in read_changes(history_of(commitment)[0])}
    before = commitment.text["en"]
    assert read == {
        "due": ("", "July 2019"),
        "owed by": ("", "ANPE (Togo)"),
        "what is owed": (before, "Envoyer le guide"),
    }


def test_changes_of_personal_fields_are_read_without_values(amina, by):
    contact = ContactFactory()
    update_record(contact, actor=by(amina), changes={"person_name": "Somebody"})
    (change,) = read_changes(history_of(contact)[0])
    assert (change.before, change.after, change.is_restricted) == ("", "", True)


def test_a_change_of_a_field_that_is_gone_is_still_read(entry):
    old = record_activity(
        actor=system_actor(), verb="update", subject=entry.subject, changes={"fax_number": ["1", True]}
    )
    (change,) = read_changes(old)
    assert (change.label, change.before, change.after) == ("fax number", "1", "yes")
