"""Every case file travels: imported as it stands, exported, imported elsewhere and exported the same."""

import json
from copy import deepcopy
from typing import Any

import pytest

from fmm_portal.casefiles.errors import InvalidCase
from fmm_portal.casefiles.files import dump_document, load_document
from fmm_portal.casefiles.formats import all_formats, export_record, format_of, import_document
from fmm_portal.core.activity import history_of
from fmm_portal.facility.models import Action
from strategies.models import Strategy
from studyvisits.models import StudyVisit
from tests.casefiles.demo import DEMO, FILES, PORTAL, exported

pytestmark = pytest.mark.django_db

LINKS = ("actions", "action", "activity", "strategy", "milestone", "plan_activity")


def without_links(document: dict[str, Any]) -> dict[str, Any]:
    """The document as it is in a portal that has none of the records of other files."""
    plain = deepcopy(document)
    facts = plain[format_of(plain).part]
    for part in (facts, *plain.get("milestones", ())):
        for name in LINKS:
            part.pop(name, None)
    return plain


def bring_source_of(document: dict[str, Any]) -> None:
    """A promise is nothing without the record at which it was made: that one comes first."""
    if "source" not in document:
        return
    wanted = document["source"]["reference"]
    for other in exported().values():
        if other[format_of(other).part].get("reference") == wanted:
            import_document(without_links(other), actor=PORTAL)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.long
def test_case_exported_and_imported_elsewhere_is_exported_the_same(name: str) -> None:
    document = exported()[name]
    bring_source_of(document)
    record = import_document(json.loads(json.dumps(document)), actor=PORTAL)
    assert export_record(record, actor=PORTAL) == without_links(document)


@pytest.mark.parametrize("name", FILES)
def test_case_written_as_yaml_and_json_is_read_the_same(name: str) -> None:
    document = exported()[name]
    assert load_document(dump_document(document)) == document
    assert load_document(json.dumps(document)) == document


@pytest.mark.long
def test_all_cases_together_keep_their_links_to_each_other() -> None:
    documents = exported()
    records = [import_document(documents[name], actor=PORTAL) for name in FILES]
    assert [export_record(record, actor=PORTAL) for record in records] == list(documents.values())
    visit = StudyVisit.objects.get(reference="SV-2019-001")
    assert (visit.action, visit.strategy) == (
        Action.objects.get(reference="AC-2015-001"),
        Strategy.objects.get(reference="ST-2015-001"),
    )
    assert visit.activity is not None
    assert visit.milestone is not None
    assert (visit.activity.number, str(visit.milestone.actual_on)) == (3, "21 January 2019")
    assert [each.reference for each in visit.strategy.actions.all()] == ["AC-2015-001"]


def test_links_that_this_portal_cannot_follow_are_named_in_the_history() -> None:
    record = import_document(exported()["cases/tg-tn-study-visit-2019"], actor=PORTAL)
    created = history_of(record).get(verb="create", subject_type__model="studyvisit")
    assert created.reason == (
        "Not linked, for this portal does not have it: action AC-2015-001, strategy ST-2015-001."
    )


def test_every_kind_of_case_has_a_format_of_its_own() -> None:
    assert {(each.name, each.model.__name__) for each in all_formats()} == {
        ("fmm-request/1", "Request"),
        ("fmm-action/1", "Action"),
        ("fmm-strategy/1", "Strategy"),
        ("fmm-case/1", "StudyVisit"),
        ("fmm-commitment/1", "Commitment"),
    }
    assert {path.parent.name for path in DEMO.glob("*/*.yaml")} == {name.split("/")[0] for name in FILES}


def test_document_of_an_unknown_format_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidCase) as refusal:
        import_document({"format": "fmm-case/9"}, actor=PORTAL)
    assert refusal.value.errors[0].path == "format"
    assert "fmm-action/1" in refusal.value.errors[0].message
