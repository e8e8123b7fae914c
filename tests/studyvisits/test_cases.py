"""Case files: the same data after a round trip, every error with its place, nothing half done, no persons."""

import json
from copy import deepcopy
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from delegations.enums import DelegateStatus
from delegations.models import Delegate, Delegation
from fmm_portal.casefiles.errors import CaseError, InvalidCase
from fmm_portal.casefiles.files import dump_document, load_document
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.models import Institution
from studyvisits.cases import export_case, import_case
from studyvisits.models import AgendaHost, AgendaItem, Debrief, StudyVisit
from studyvisits.services import publish_agenda
from tests.casefiles.demo import PORTAL, exported, load_everything
from tests.factories.delegations import DelegateFactory
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.institutions import ContactFactory
from tests.factories.strategies import MilestoneFactory, PlanActivityFactory, StrategyFactory
from tests.factories.studyvisits import AgendaItemFactory, SessionNoteFactory, StudyVisitFactory

REAL = {"SV-2015-001", "SV-2019-001", "SV-2026-001"}


@pytest.fixture
def loaded(db):
    load_everything()


@pytest.fixture
def founding(db):
    """The founding case alone: the rest of the demo would say nothing more about it."""
    return import_case(exported()["cases/tg-tn-study-visit-2019"], actor=PORTAL)


@pytest.fixture
def small():
    """A case of a few lines that can be imported as it stands."""
    return {
        "format": "fmm-case/1",
        "visit": {"title": {"en": "A small visit"}, "starts_on": "2019-01-21", "ends_on": "2019-01-25"},
        "institutions": {"host": {"acronym": "HOST", "country": "TN", "name": {"en": "Host"}, "kind": "ngo"}},
        "legs": [{"key": "tunisia", "country": "TN"}],
        "delegations": [
            {
                "name": {"en": "A delegation"},
                "sending_countries": ["TG"],
                "delegates": [{"key": "head", "position": {"en": "Director"}, "role": "head"}],
            }
        ],
        "agenda": [{"key": "stop", "topic": {"en": "A stop"}, "hosts": [{"institution": "host"}]}],
    }


def errors_of(document, actor=PORTAL):
    with pytest.raises(InvalidCase) as refusal:
        import_case(document, actor=actor)
    return refusal.value.errors


def paths_of(document):
    return [error.path for error in errors_of(document)]


# --- What an import makes ----------------------------------------------------------------------------------------


@pytest.mark.long
def test_import_brings_institutions_and_programme_with_their_texts(db):
    import_case(exported()["cases/tg-tn-study-visit-2019"], actor=PORTAL)
    programme = Programme.objects.get(acronym="FMM West Africa")
    assert sorted(funder.acronym for funder in programme.funders.all()) == ["ECOWAS", "EU"]
    assert programme.implementer.acronym == "ICMPD"
    text = programme.visibility_on(date(2019, 1, 25))
    assert text.disclaimer["fr"].startswith("La présente publication a été élaborée avec l'aide de l'Union")
    assert programme.visibility_on(date(2021, 4, 1)) is None


def test_import_uses_the_institutions_of_the_directory_as_they_are(small, db):
    import_case(small, actor=PORTAL)
    small["institutions"]["host"]["name"] = {"en": "Another name"}
    import_case(small, actor=PORTAL)
    assert Institution.objects.get(acronym="HOST").name == {"en": "Host"}


def test_institution_without_acronym_is_found_by_a_name_it_has_or_had(loaded, small):
    former = {"fr": "Ministère de la Fonction publique, du Travail et de la Réforme administrative"}
    small["institutions"]["host"] = {"country": "TG", "name": former}
    visit = import_case(small, actor=PORTAL)
    host = AgendaHost.objects.get(item__visit=visit)
    assert host.institution.name["fr"].endswith("du Dialogue social")


def test_published_versions_with_moved_and_removed_items_survive(db, small):
    with transaction.atomic():
        visit = import_case(small, actor=PORTAL)
        stop = visit.agenda_items.get()
        gone = AgendaItemFactory(visit=visit, day=date(2019, 1, 22), topic=Multilingual(en="Gone"))
        publish_agenda(visit, actor=PORTAL, note="First")
        gone.delete()
        AgendaItem.objects.filter(pk=stop.pk).update(day=date(2019, 1, 23))
        publish_agenda(visit, actor=PORTAL, note="Second")
        first = export_case(visit, actor=PORTAL)
        transaction.set_rollback(True)
    again = import_case(first, actor=PORTAL)
    assert export_case(again, actor=PORTAL) == first
    second = again.agenda_versions.get(number=2)
    assert second.note == "Second"
    assert [(change["change"], change["item"]["topic"]) for change in second.changes] == [
        ("changed", {"en": "A stop"}),
        ("removed", {"en": "Gone"}),
    ]
    assert second.changes[0]["fields"] == {"day": [None, "2019-01-23"]}


def test_records_without_history_export_the_shortest_way_to_their_state(db):
    visit = StudyVisitFactory(status="postponed")
    DelegateFactory(delegation=visit.delegations.get(), status=DelegateStatus.ATTENDED)
    document = export_case(visit, actor=PORTAL)
    assert document["visit"]["steps"] == [{"step": "postpone", "reason": "The reason was not recorded."}]
    assert document["delegations"][0]["delegates"][0]["steps"] == ["confirm", "mark_attended"]


def test_reported_reopened_visit_takes_its_steps_and_those_of_the_debrief_in_turn(db, small):
    small["delegations"][0]["delegates"][0]["steps"] = ["confirm", "mark_attended"]
    small["agenda_versions"] = [{"number": 1}]
    small["debrief"] = {
        "held_on": "2019-01-25",
        "recap": {"en": "All went well."},
        "participants": [
            {"side": "visiting", "position": {"en": "Director"}, "delegate": "head"},
            {"side": "hosting", "position": {"en": "Head of the host"}, "institution": "host"},
        ],
        "steps": ["agree", {"step": "reopen", "reason": "A name was wrong."}, "agree"],
    }
    reopen = {"step": "reopen", "reason": "To put the debrief right."}
    small["visit"]["steps"] = ["confirm", "start", "complete", "report", reopen, "report", "close"]
    visit = import_case(small, actor=PORTAL)
    assert visit.status == "closed"
    assert visit.debrief.status == "agreed"
    assert export_case(visit, actor=PORTAL)["visit"]["steps"] == small["visit"]["steps"]


# --- Commands ---------------------------------------------------------------------------------------------------


def test_commands_move_a_case_from_portal_to_portal(tmp_path, founding):
    written = StringIO()
    call_command("export_case", "SV-2019-001", stdout=written)
    document = load_document(written.getvalue())
    assert document == export_case(founding, actor=PORTAL)
    document["visit"]["reference"] = "SV-2019-002"
    document["commitments"][0]["reference"] = "CM-2019-002"
    file = tmp_path / "case.yaml"
    file.write_text(dump_document(document))
    printed = StringIO()
    call_command("import_case", str(file), stdout=printed)
    assert printed.getvalue() == "Imported SV-2019-002 (Reported).\n"


def test_commands_say_what_is_wrong(founding, tmp_path):
    with pytest.raises(CommandError, match="There is no case SV-1999-001"):
        call_command("export_case", "SV-1999-001")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_case", str(tmp_path / "nothing.yaml"))
    file = tmp_path / "case.yaml"
    file.write_text("format: fmm-case/1\nvisit: {title: {en: A}, starts_on: soon}\n")
    with pytest.raises(CommandError, match=r"visit\.starts_on: Write a day"):
        call_command("import_case", str(file))


# --- Refusals --------------------------------------------------------------------------------------------------


def test_case_in_the_portal_already_is_refused(founding):
    document = export_case(founding, actor=PORTAL)
    assert errors_of(document) == [
        CaseError("visit.reference", "SV-2019-001 is in the portal already. A case is imported only once.")
    ]


def test_commitment_with_a_reference_in_use_is_refused(founding):
    document = export_case(founding, actor=PORTAL)
    document["visit"]["reference"] = "SV-2019-007"
    assert errors_of(document) == [
        CaseError("commitments[0].reference", "Commitment with this Reference already exists.")
    ]
    assert not StudyVisit.objects.filter(reference="SV-2019-007").exists()


def test_every_error_of_form_is_listed_with_its_place(db, small):
    small["format"] = "fmm-case/9"
    small["visit"]["starts_on"] = "21/01/2019"
    small["visit"]["colour"] = "blue"
    small["delegations"][0]["delegates"][0] |= {"role": "boss", "position": {"de": "Direktor"}, "steps": [7]}
    small["agenda"][0]["starts_at"] = "nine"
    small["agenda"][0]["hosts"][0] = {"comment": "No host"}
    assert paths_of(small) == [
        "format",
        "visit.colour",
        "visit.starts_on",
        "delegations[0].delegates[0].position",
        "delegations[0].delegates[0].role",
        "delegations[0].delegates[0].steps[0]",
        "agenda[0].starts_at",
        "agenda[0].hosts[0].institution",
    ]


def test_every_error_of_fact_is_listed_with_its_place_and_nothing_is_changed(db, small):
    small["visit"]["themes"] = ["labour_migration", "cooking"]
    small["institutions"]["unknown"] = {"acronym": "NOPE", "country": "TG"}
    small["institutions"]["nowhere"] = {"acronym": "NOWHERE", "country": "XX"}
    small["delegations"][0]["delegates"].append({"position": {"en": "Second head"}, "role": "head"})
    small["agenda"][0] |= {"leg": "italy", "attendance": {"nobody": "present"}}
    small["agenda"].append({"topic": {"en": "Too late"}, "day": "2019-02-01"})
    small["lessons"] = [{"text": {"en": "A lesson"}, "learnt_from": "somebody"}]
    small["commitments"] = [{"text": {"en": "A promise"}, "steps": ["mark_done"]}]
    before = Activity.objects.count()
    assert errors_of(small) == [
        CaseError(
            "institutions.unknown",
            "This institution is not in the directory. Give its name and kind to add it.",
        ),
        CaseError("institutions.nowhere.country", "“XX” is not a country code of ISO 3166."),
        CaseError("visit.themes[1]", "There is no theme “cooking”."),
        CaseError(
            "delegations[0].delegates[1]",
            "This delegation already has a head. Change that delegate's role first.",
        ),
        CaseError("agenda[0].leg", "Nothing has the key “italy”."),
        CaseError("agenda[0].attendance.nobody", "Nothing has the key “nobody”."),
        CaseError("agenda[1].day", "This day is outside the dates of the visit."),
        CaseError("lessons[0].learnt_from", "“somebody” is not among the institutions of this document."),
        CaseError("commitments[0].steps[0].evidence", "Say what shows that it was done."),
    ]
    assert not StudyVisit.objects.exists()
    assert not Institution.objects.exists()
    assert not Delegation.objects.exists()
    assert Activity.objects.count() == before


def test_blocked_step_names_everything_that_is_missing(db, small):
    del small["legs"], small["agenda"]
    small["visit"]["steps"] = ["confirm", "start"]
    assert errors_of(small) == [
        CaseError("visit.steps[0]", "Add the host country as a leg of the visit."),
        CaseError("visit.steps[0]", "Add at least one agenda item."),
    ]


def test_step_that_does_not_exist_or_lacks_its_reason_is_refused(db, small):
    small["visit"]["steps"] = ["explode"]
    assert errors_of(small) == [CaseError("visit.steps[0]", "There is no step called explode.")]
    small["visit"]["steps"] = ["postpone"]
    assert errors_of(small) == [
        CaseError("visit.steps[0].reason", "Give the reason: it is kept in the history.")
    ]


def test_part_that_the_linked_record_does_not_have_is_refused(small, db):
    strategy, action = StrategyFactory(), ActionFactory()
    small["visit"] |= {
        "action": action.reference,
        "activity": 7,
        "strategy": strategy.reference,
        "milestone": {"kind": "adoption", "on": "2018-11"},
        "plan_activity": "1.1.1",
    }
    assert paths_of(small) == ["visit.activity", "visit.milestone", "visit.plan_activity"]
    del small["visit"]["strategy"]
    assert paths_of(small) == ["visit.strategy"]


def test_visit_is_linked_to_the_parts_of_its_action_and_strategy(small, db):
    milestone = MilestoneFactory(kind="adoption", planned_on=PartialDate(2018, 11))
    row = PlanActivityFactory(plan__strategy=milestone.strategy)
    activity = ActivityFactory(number=2)
    small["visit"] |= {
        "action": activity.action.reference,
        "activity": 2,
        "strategy": milestone.strategy.reference,
        "milestone": {"kind": "adoption", "on": "2018-11"},
        "plan_activity": row.code,
    }
    visit = import_case(small, actor=PORTAL)
    assert (visit.activity, visit.milestone, visit.plan_activity) == (activity, milestone, row)
    again = export_case(visit, actor=PORTAL)["visit"]
    assert {name: again[name] for name in small["visit"]} == small["visit"]


def test_programme_that_is_not_there_must_be_described(db, small):
    small["programme"] = {"acronym": "NEW"}
    assert errors_of(small) == [
        CaseError("programme", "This programme is not in the portal. Give its name to add it.")
    ]
    small["programme"]["name"] = {"en": "A new programme"}
    assert import_case(small, actor=PORTAL).programme.name == {"en": "A new programme"}


def test_key_used_twice_is_refused(db, small):
    small["agenda"].append(deepcopy(small["agenda"][0]))
    assert errors_of(small) == [CaseError("agenda[1].key", "The key “stop” is used twice.")]


def test_institution_that_is_part_of_itself_is_refused(db, small):
    small["institutions"]["host"]["parent"] = "host"
    visit = import_case(small, actor=PORTAL)
    assert AgendaHost.objects.get(item__visit=visit).institution.parent is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "This is not JSON"),
        ("a: [", "This is not YAML"),
        ("a: 1\na: 2", "“a” is given twice"),
        ("- a\n- b", "A file holds one document with named parts."),
    ],
)
def test_text_that_is_no_document_is_refused(text, message):
    with pytest.raises(InvalidCase, match=message):
        load_document(text)


def test_yaml_is_read_as_written():
    assert load_document("country: NO\nday: 2019-01-21\nhour: 09:30\nyear: 2015\nyes: on\nnot: ~") == {
        "country": "NO",
        "day": "2019-01-21",
        "hour": "09:30",
        "year": 2015,
        "yes": "on",
        "not": None,
    }


# --- Who may ---------------------------------------------------------------------------------------------------


def test_officer_imports_but_may_not_pass_over_what_is_missing(small, amina, marc, by):
    small["delegations"][0]["delegates"][0]["role"] = "member"
    small["visit"]["steps"] = [{"step": "confirm", "override": True, "reason": "The head is not known."}]
    assert errors_of(small, by(amina)) == [CaseError("visit.steps[0]", "Name the head of delegation.")]
    assert import_case(small, actor=by(marc)).status == "confirmed"


def test_viewer_may_not_import(small, eva, by):
    small["institutions"] = {}
    del small["agenda"]
    assert errors_of(small, by(eva)) == [CaseError("visit", "Your role does not allow this.")]


def test_imported_rows_come_through_the_import_door(small, amina, by):
    visit = import_case(small, actor=by(amina))
    entries = Activity.objects.filter(root_type__model="studyvisit", root_id=visit.pk)
    assert {entry.source for entry in entries} == {"import"}
    assert {entry.user for entry in entries} == {amina}
    assert visit.owner == amina


def test_export_holds_no_person(db, jean):
    visit = StudyVisitFactory()
    contact = ContactFactory(person_name="Restricted Contact", email="contact@example.org", phone="+228 1234")
    DelegateFactory(
        delegation=visit.delegations.get(),
        institution=contact.institution,
        contact=contact,
        account=jean,
        person_name="Restricted Delegate",
    )
    text = json.dumps(export_case(visit, actor=PORTAL))
    for secret in ("Restricted", "contact@example.org", "1234", jean.email, jean.full_name):
        assert secret not in text


def test_export_holds_what_the_actor_may_see(founding, amina, eva, sami, by):
    item = founding.agenda_items.first()
    SessionNoteFactory(item=item, key_points=Multilingual(en="A draft of the officer"), author=amina)
    SessionNoteFactory(item=item, key_points=Multilingual(en="A shared note"), is_shared=True)
    for viewer in (eva, sami):
        notes = export_case(founding, actor=by(viewer))["agenda"][0]["session_notes"]
        assert [note["key_points"] for note in notes] == [{"en": "A shared note"}]
    assert len(export_case(founding, actor=by(amina))["agenda"][0]["session_notes"]) == 2


def test_draft_debrief_is_not_exported_for_a_viewer(loaded, eva, amina, by):
    visit = Debrief.objects.get(status="draft").visit
    assert "debrief" not in export_case(visit, actor=by(eva))
    assert "debrief" in export_case(visit, actor=by(amina))


def test_visit_that_the_actor_may_not_see_is_not_exported(founding, fatou, by):
    with pytest.raises(Forbidden):
        export_case(founding, actor=by(fatou))


# --- The trail of delegates --------------------------------------------------------------------------------------


def test_trail_of_a_replaced_head_survives(db, small):
    small["delegations"][0]["delegates"] = [
        {
            "key": "new",
            "position": {"en": "New head"},
            "role": "head",
            "replaces": "old",
            "steps": ["confirm"],
        },
        {
            "key": "old",
            "position": {"en": "Old head"},
            "role": "head",
            "steps": ["confirm", {"step": "replace", "reason": "Retired."}],
        },
        {
            "key": "first",
            "position": {"en": "First head"},
            "role": "head",
            "steps": [{"step": "decline", "reason": "Not free."}],
        },
    ]
    visit = import_case(small, actor=PORTAL)
    rows = [(d.position["en"], d.status, d.role) for d in visit.delegations.get().delegates.all()]
    assert rows == [
        ("New head", "confirmed", "head"),
        ("Old head", "replaced", "head"),
        ("First head", "declined", "head"),
    ]
    new = Delegate.objects.get(position__contains="New")
    assert new.replaces.position == {"en": "Old head"}
    assert Activity.objects.get(subject_id=new.replaces_id, verb="replace").reason == "Retired."


def test_trail_without_end_or_replacement_is_refused(db, small):
    old = {"key": "old", "position": {"en": "Old"}, "steps": ["confirm"]}
    new = {"key": "new", "position": {"en": "New"}, "replaces": "old"}
    small["delegations"][0]["delegates"] = [old, new]
    assert paths_of(small) == ["delegations[0].delegates[0].steps"]
    new["replaces"] = "new"
    assert paths_of(small) == ["delegations[0].delegates[1].replaces"]
