"""Case files of requests and actions: stakeholders asked in turn, moments of the file, errors with places."""

import json
from typing import Any

import pytest

from fmm_portal.casefiles.errors import CaseError, InvalidCase
from fmm_portal.casefiles.formats import export_record, import_document
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.models import Activity as HistoryEntry
from fmm_portal.core.principals import Source, system_actor
from fmm_portal.facility.models import Action, Consultee, Facility, Request
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db

PORTAL = system_actor(Source.IMPORT)


@pytest.fixture
def programme() -> dict[str, Any]:
    """A programme with a facility, as a file describes them."""
    return {
        "acronym": "TEST",
        "name": {"en": "A programme"},
        "facilities": [
            {
                "code": "TDF",
                "name": {"en": "A facility"},
                "ceiling": "50000.00",
                "consultation_days": 7,
                "criteria": [
                    {"order": 1, "name": {"en": "Relevance"}, "weight": "2.00", "max_score": 5},
                    {"order": 2, "name": {"en": "Old"}, "weight": "1.00", "max_score": 5, "is_active": False},
                ],
            }
        ],
    }


@pytest.fixture
def request_file(programme: dict[str, Any]) -> dict[str, Any]:
    """A request that was returned once and asked stakeholders in its second round."""
    return {
        "format": "fmm-request/1",
        "request": {
            "reference": "TDF-TG-2018-003",
            "facility": "TDF",
            "title": {"en": "A request"},
            "institution": "A ministry-TG",
            "themes": ["labour_migration"],
            "need": {"en": "A need"},
            "objectives": {"en": "An objective"},
            "estimated_cost": "60000.00",
            "requested_on": "2018-03",
            "submitted_at": "2018-04-01T08:30:00+00:00",
            "consultation_due_at": "2018-04-20T08:30:00+00:00",
            "decided_on": "2018-05",
            "decision_body": "Steering committee",
            "decision_reasons": "Sound",
            "other_dates": [{"first": "2018-04-02", "source": "The register"}],
            "consultees": [
                {
                    "round": 2,
                    "institution": "A union-TG",
                    "comment": "Not our turn",
                    "answered_at": "2018-04-10T10:00:00+00:00",
                    "steps": ["object"],
                },
                {"round": 2, "position": {"en": "Adviser"}, "steps": ["lapse"]},
            ],
            "steps": [
                "submit",
                {"step": "return_for_completion", "reason": "The budget is missing."},
                "submit",
                "register",
                "check_eligibility",
                "consult",
                "assess",
                {"step": "decide", "reason": "No scores are known.", "override": True},
                "approve",
            ],
        },
        "institutions": {
            "A ministry-TG": {"country": "TG", "name": {"en": "A ministry"}, "kind": "ministry"},
            "A union-TG": {"country": "TG", "name": {"en": "A union"}, "kind": "trade_union"},
        },
        "programme": programme,
    }


@pytest.fixture
def action_file(programme: dict[str, Any]) -> dict[str, Any]:
    """An action with every part of a fiche."""
    return {
        "format": "fmm-action/1",
        "action": {
            "reference": "AC-2018-070",
            "title": {"en": "An action"},
            "facility": "TDF",
            "countries": ["GH", "TG"],
            "specific_objectives": {"en": "An objective"},
            "expected_results": {"en": "A result"},
            "starts_on": "2018",
            "duration_months": 6,
            "steps": ["draft_fiche", "approve_fiche", "plan", "start"],
        },
        "programme": programme,
        "activities": [
            {
                "number": 1,
                "kind": "training",
                "title": {"en": "A training"},
                "starts_on": "2018-06",
                "country": "GH",
                "is_online": True,
                "planned": {"people": 20, "women": 10},
                "actual": {"people": 18, "women": 9, "men": 9},
                "other_dates": [{"first": "2018-07-01", "last": "2018-07-02", "source": "The press"}],
                "steps": ["start", "mark_done"],
            },
            {"number": 2, "kind": "tool", "title": {"en": "A tool"}, "stated_duration_days": 3},
        ],
        "experts": [{"profile": {"en": "Statistician"}, "country": "FR", "days_planned": "10.5"}],
        "budget": [{"text": {"en": "Fees"}, "currency": "EUR", "amount": "1500.00", "spent": "1499.99"}],
        "indicators": [{"text": {"en": "People trained"}, "unit": "people", "target": "20", "actual": "18"}],
        "risks": [{"text": {"en": "Late visas"}, "likelihood": "low", "impact": "high"}],
        "approvals": [{"position": {"en": "Director"}, "decision": "approved", "decided_on": "2018-02"}],
    }


def errors_of(document: dict[str, Any]) -> list[CaseError]:
    with pytest.raises(InvalidCase) as refusal:
        import_document(document, actor=PORTAL)
    return refusal.value.errors


def paths_of(document: dict[str, Any]) -> list[str]:
    return [error.path for error in errors_of(document)]


def exported_again(document: dict[str, Any]) -> dict[str, Any]:
    record = import_document(json.loads(json.dumps(document)), actor=PORTAL)
    return export_record(record, actor=PORTAL)


# --- Requests ------------------------------------------------------------------------------------------------


def test_request_of_two_rounds_is_exported_as_it_was_given(request_file: dict[str, Any]) -> None:
    again = exported_again(request_file)
    assert again["request"] == request_file["request"]
    assert again["programme"]["facilities"] == [
        {**request_file["programme"]["facilities"][0], "currency": "EUR"}
    ]


def test_rounds_answers_and_moments_are_those_of_the_file(request_file: dict[str, Any]) -> None:
    request: Any = import_document(request_file, actor=PORTAL)
    assert (request.status, request.round) == ("approved", 2)
    assert request.submitted_at.isoformat() == "2018-04-01T08:30:00+00:00"
    answers = {
        str(each): (each.status, each.answered_at and each.answered_at.year)
        for each in request.consultees.all()
    }
    assert answers == {"A union": ("objected", 2018), "Adviser": ("silent", None)}
    assert {each.due_at for each in request.consultees.all()} == {request.consultation_due_at}
    history = HistoryEntry.objects.filter(subject_type__model="request", subject_id=request.pk)
    assert {entry.source for entry in history} == {"import"}


def test_request_without_moments_keeps_them_unknown(request_file: dict[str, Any]) -> None:
    for name in ("submitted_at", "consultation_due_at"):
        del request_file["request"][name]
    del request_file["request"]["consultees"][0]["answered_at"]
    request: Any = import_document(request_file, actor=PORTAL)
    assert (request.submitted_at, request.consultation_due_at) == (None, None)
    assert {(each.due_at, each.answered_at) for each in request.consultees.all()} == {(None, None)}


def test_consultation_that_runs_has_the_clock_of_its_facility(request_file: dict[str, Any]) -> None:
    facts = request_file["request"]
    facts["steps"] = ["submit", "register", "check_eligibility", "consult"]
    facts["consultees"] = [{"institution": "A union-TG"}]
    del facts["consultation_due_at"]
    request: Any = import_document(request_file, actor=PORTAL)
    asked = Consultee.objects.get(request=request)
    assert (asked.status, asked.due_at) == ("asked", request.consultation_due_at)
    assert asked.due_at is not None


def test_number_of_an_imported_request_is_not_given_again(request_file: dict[str, Any]) -> None:
    import_document(request_file, actor=PORTAL)
    del request_file["request"]["reference"]
    second: Any = import_document(request_file, actor=PORTAL)
    assert second.reference == "TDF-TG-2018-004"


def test_decision_whose_day_is_unknown_needs_an_override(request_file: dict[str, Any]) -> None:
    del request_file["request"]["decided_on"]
    assert errors_of(request_file) == [
        CaseError("request.steps[8].decided_on", "Say when it was decided."),
    ]
    assert not Request.objects.exists()
    request_file["request"]["steps"][8] = {"step": "approve", "override": True, "reason": "Not published."}
    request: Any = import_document(request_file, actor=PORTAL)
    assert (request.status, request.decided_on) == ("approved", None)


# --- Actions -------------------------------------------------------------------------------------------------


def test_action_with_every_part_is_exported_as_it_was_given(action_file: dict[str, Any]) -> None:
    again = exported_again(action_file)
    for part in ("action", "activities", "experts", "budget", "indicators", "risks", "approvals"):
        assert again[part] == action_file[part], part


def test_facility_is_added_with_its_criteria_and_found_the_next_time(action_file: dict[str, Any]) -> None:
    import_document(action_file, actor=PORTAL)
    facility = Facility.objects.get(code="TDF")
    assert (facility.consultation_days, str(facility.ceiling)) == (7, "50000.00")
    assert [criterion.is_active for criterion in facility.criteria.all()] == [True, False]
    action_file["action"]["reference"] = "AC-2018-071"
    action_file["programme"] = {"acronym": "TEST"}
    second: Any = import_document(action_file, actor=PORTAL)
    assert second.facility == facility


def test_every_error_is_listed_with_its_place_and_nothing_is_made(action_file: dict[str, Any]) -> None:
    action_file["action"]["countries"] = ["TG", "XX"]
    action_file["action"]["implementer"] = "nobody"
    action_file["activities"][0]["actual"]["men"] = 12
    action_file["activities"][1]["number"] = 1
    action_file["approvals"][0]["decided_on"] = "2999"
    assert sorted(paths_of(action_file)) == [
        "action.countries[1]",
        "action.implementer",
        "activities[0].actual_people",
        "approvals[0].decided_on",
    ]
    assert not Action.objects.exists()


def test_facility_that_nobody_describes_is_named(action_file: dict[str, Any]) -> None:
    del action_file["programme"]["facilities"]
    assert paths_of(action_file) == ["action.facility"]


def test_blocked_step_says_what_is_missing(action_file: dict[str, Any]) -> None:
    del action_file["approvals"]
    assert errors_of(action_file) == [CaseError("action.steps[1]", "Record who approved the fiche.")]


def test_form_of_a_file_is_checked_before_anything_is_made(action_file: dict[str, Any]) -> None:
    action_file["activities"][0]["kind"] = "party"
    action_file["action"]["starts_on"] = "soon"
    action_file["extra"] = 1
    assert sorted(paths_of(action_file)) == ["action.starts_on", "activities[0].kind", "extra"]


def test_officer_imports_actions_and_a_viewer_or_partner_does_not(
    action_file: dict[str, Any], amina: Any, eva: Any, kofi: Any, by: Any
) -> None:
    action_file["programme"] = None
    del action_file["action"]["facility"]
    action_file["action"]["steps"] = ["draft_fiche"]
    for user in (eva, kofi):
        with pytest.raises(InvalidCase):
            import_document(action_file, actor=by(user))
    action: Any = import_document(action_file, actor=by(amina))
    assert (action.status, action.owner) == ("fiche_drafted", amina)


def test_money_is_exported_for_the_programme_only(
    action_file: dict[str, Any], eva: Any, kofi: Any, fatou: Any, by: Any
) -> None:
    action: Any = import_document(action_file, actor=PORTAL)
    action.beneficiaries.add(anpe_togo())
    assert "budget" in export_record(action, actor=by(eva))
    assert "budget" not in export_record(action, actor=by(kofi))
    with pytest.raises(Forbidden):
        export_record(action, actor=by(fatou))
