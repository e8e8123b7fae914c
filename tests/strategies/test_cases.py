"""Case files of strategies: plans with rows, amendments, reviews row by row, errors with their places."""

import json
from typing import Any

import pytest

from fmm_portal.casefiles.errors import CaseError, InvalidCase
from fmm_portal.casefiles.formats import export_record, import_document
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.principals import Source, system_actor
from strategies.models import Strategy

pytestmark = pytest.mark.django_db

PORTAL = system_actor(Source.IMPORT)


def plan_activity(number: int, **more: Any) -> dict[str, Any]:
    return {
        "order": number,
        "code": f"1.1.{number}",
        "text": {"en": f"Activity {number}"},
        "currency": "XOF",
        **more,
    }


@pytest.fixture
def strategy_file() -> dict[str, Any]:
    """A small strategy with a part of every kind, with the keys that an export gives."""
    return {
        "format": "fmm-strategy/1",
        "strategy": {
            "reference": "ST-2017-050",
            "acronym": "SNX",
            "title": {"en": "A strategy"},
            "kind": "policy",
            "country": "TG",
            "ministry": "MIN-TG",
            "themes": ["labour_migration"],
            "horizon": 2030,
        },
        "institutions": {
            "MIN-TG": {
                "acronym": "MIN",
                "name": {"en": "Ministry"},
                "country": "TG",
                "kind": "ministry",
                "constituency": "government",
            },
        },
        "versions": [
            {
                "key": "version-1",
                "name": {"en": "First"},
                "dated": "2017",
                "is_current": True,
                "axes": [{"key": "axis-1", "code": "A", "title": {"en": "Axis"}}],
            }
        ],
        "stakeholders": [{"label": {"en": "Civil society"}, "role": "civil_society"}],
        "milestones": [
            {
                "key": "milestone-1",
                "kind": "technical_validation",
                "text_version": "version-1",
                "actual_on": "2017-11-13",
                "other_dates": [{"first": "2017-11", "source": "The press"}],
                "participants": [{"institution": "MIN-TG", "people": 5, "women": 2}],
                "amendments": [
                    {
                        "text": {"en": "Add gender"},
                        "asked_by": "MIN-TG",
                        "integrated_where": "p. 12",
                        "steps": ["integrate"],
                    },
                    {"text": {"en": "Add costs"}, "steps": [{"step": "set_aside", "reason": "Too early."}]},
                ],
                "steps": ["validate_with_reservations", "lift_reservations"],
            }
        ],
        "committees": [
            {
                "kind": "monitoring",
                "name": {"en": "Committee"},
                "members": [
                    {"position": {"en": "Director"}, "institution": "MIN-TG", "role": "chair", "seats": 2}
                ],
                "meetings": [
                    {
                        "key": "meeting-1",
                        "milestone": "milestone-1",
                        "title": {"en": "Meeting"},
                        "held_on": "2018-06",
                        "steps": ["mark_held"],
                    }
                ],
            }
        ],
        "plans": [
            {
                "text_version": "version-1",
                "title": {"en": "Plan"},
                "currency": "XOF",
                "objectives": [
                    {
                        "axis": "axis-1",
                        "code": "1",
                        "text": {"en": "Objective"},
                        "results": [
                            {
                                "code": "1.1",
                                "text": {"en": "Result"},
                                "activities": [
                                    plan_activity(1, lead="MIN-TG", cost="1000.00", steps=["begin"]),
                                    plan_activity(2, milestone="milestone-1", starts_in="2018-Q1"),
                                ],
                            }
                        ],
                    }
                ],
                "reviews": [
                    {
                        "title": {"en": "Review"},
                        "meeting": "meeting-1",
                        "held_on": "2018-06",
                        "entries": [
                            {"activity": "1.1.1", "state": "in_progress", "percent": 40},
                            {"activity": "1.1.2", "state": "not_started", "stall_reason": "funding"},
                        ],
                        "steps": ["finalise"],
                    }
                ],
            }
        ],
    }


def errors_of(document: dict[str, Any]) -> list[CaseError]:
    with pytest.raises(InvalidCase) as refusal:
        import_document(document, actor=PORTAL)
    return refusal.value.errors


def test_strategy_with_every_part_is_exported_as_it_was_given(strategy_file: dict[str, Any]) -> None:
    record = import_document(json.loads(json.dumps(strategy_file)), actor=PORTAL)
    assert export_record(record, actor=PORTAL) == strategy_file


def test_every_error_is_listed_with_its_place_and_nothing_is_made(strategy_file: dict[str, Any]) -> None:
    strategy_file["strategy"]["country"] = "XX"
    strategy_file["stakeholders"][0]["institution"] = "nobody"
    strategy_file["milestones"][0]["text_version"] = "version-9"
    strategy_file["plans"][0]["objectives"][0]["axis"] = "axis-9"
    strategy_file["plans"][0]["reviews"][0]["held_on"] = "2999"
    assert sorted(error.path for error in errors_of(strategy_file)) == [
        "milestones[0].text_version",
        "plans[0].objectives[0].axis",
        "plans[0].reviews[0].held_on",
        "stakeholders[0].institution",
        "strategy.country",
    ]
    assert not Strategy.objects.exists()


def test_milestone_of_an_unknown_day_is_done_only_by_override(strategy_file: dict[str, Any]) -> None:
    """Statement 49: not done without a date; only a manager who records history passes over it, with the reason."""
    milestone = strategy_file["milestones"][0]
    del milestone["actual_on"]
    milestone["steps"] = ["validate"]
    assert errors_of(strategy_file) == [
        CaseError(
            "milestones[0].steps[0].actual_on",
            "Say when it took place; the month or the year is enough.",
        )
    ]
    milestone["steps"] = [{"step": "validate", "override": True, "reason": "Not published."}]
    strategy: Any = import_document(strategy_file, actor=PORTAL)
    assert (strategy.milestones.get().status, strategy.milestones.get().actual_on) == ("validated", None)
    assert export_record(strategy, actor=PORTAL)["milestones"][0]["steps"] == milestone["steps"]


def test_officer_may_not_pass_over_a_missing_date(strategy_file: dict[str, Any], amina: Any, by: Any) -> None:
    milestone = strategy_file["milestones"][0]
    del milestone["actual_on"]
    milestone["steps"] = [{"step": "validate", "override": True, "reason": "Not published."}]
    with pytest.raises(InvalidCase) as refusal:
        import_document(strategy_file, actor=by(amina))
    assert [error.path for error in refusal.value.errors] == ["milestones[0].steps[0]"]


def test_reservations_are_lifted_only_when_every_amendment_is_settled(strategy_file: dict[str, Any]) -> None:
    """Statement 47."""
    strategy_file["milestones"][0]["amendments"].append({"text": {"en": "One more"}})
    assert errors_of(strategy_file) == [
        CaseError("milestones[0].steps[1]", "1 amendment is not integrated yet.")
    ]


def test_milestone_hangs_on_no_activity_that_its_action_does_not_have(
    strategy_file: dict[str, Any],
) -> None:
    action = {
        "format": "fmm-action/1",
        "action": {"reference": "AC-2017-050", "title": {"en": "An action"}},
    }
    import_document(action, actor=PORTAL)
    strategy_file["milestones"][0]["activity"] = {"action": "AC-2017-050", "number": 4}
    assert errors_of(strategy_file) == [CaseError("milestones[0].activity", "AC-2017-050 has no activity 4.")]


def test_draft_review_is_not_exported_for_a_viewer(
    strategy_file: dict[str, Any], eva: Any, kofi: Any, by: Any
) -> None:
    del strategy_file["plans"][0]["reviews"][0]["steps"]
    strategy: Any = import_document(strategy_file, actor=PORTAL)
    assert "reviews" in export_record(strategy, actor=PORTAL)["plans"][0]
    assert "reviews" not in export_record(strategy, actor=by(eva))["plans"][0]
    with pytest.raises(Forbidden):
        export_record(strategy, actor=by(kofi))
