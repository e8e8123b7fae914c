"""Statement 29: every real case imports through one command; unknown dates stay unknown, precision is kept."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from fmm_portal.core.stated_dates import stated_dates_of
from fmm_portal.facility.models import Action, Activity, Facility, Request
from strategies.models import Milestone, Review, Strategy
from studyvisits.demo.loading import load_directory
from studyvisits.models import StudyVisit
from tests.casefiles.demo import DEMO, FILES, PORTAL, as_written

# The case of each file that is not a sample; the support to a strategy, and what was promised outside a visit,
# are files beside the case's own.
CASES = {
    "actions/ddf-lessons-abuja-2019": "ddf-lessons-abuja-2019",
    "actions/ecowas-lmmis-lome-2019": "ecowas-lmmis-lome-2019",
    "actions/ecowas-tot-accra-2018": "ecowas-tot-accra-2018",
    "actions/gm-cascade-border": "gm-cascade-border",
    "actions/migractions-closing-2021": "migractions-closing-2021",
    "actions/ml-manual-mieux": "ml-manual-mieux",
    "actions/ml-onef-2017": "ml-onef-2017",
    "actions/ng-lm-tools-2018": "ng-lm-tools-2018",
    "actions/sl-nlmp-support": "sl-nlmp",
    "actions/tg-mieux-iii-diaspora-forum": "tg-mieux-iii-diaspora-forum",
    "actions/tg-mieux-iv-return": "tg-mieux-iv-return",
    "actions/tg-snmp-support": "tg-snmp",
    "actions/wca-ii-roame-2012": "wca-ii-roame-2012",
    "strategies/cv-thb-strategy-2022": "cv-thb-strategy-2022",
    "strategies/gh-nlmp": "gh-nlmp",
    "strategies/sl-nlmp": "sl-nlmp",
    "strategies/tg-snmd": "tg-snmd",
    "strategies/tg-snmp": "tg-snmp",
    "cases/ehoa-ph-2026": "ehoa-ph-2026",
    "cases/gh-tn-it-study-tour-2015": "gh-tn-it-study-tour",
    "cases/tg-tn-study-visit-2019": "tg-tn-study-visit-2019",
    "commitments/ecowas-tot-follow-up": "ecowas-tot-accra-2018",
    "commitments/tg-snmp-41-activities": "tg-snmp",
}


def dates(*records: Any, of: tuple[str, str] = ("starts_on", "ends_on")) -> list[str]:
    """First and last day of each as ISO has them; "unknown" for one that is not known."""
    pairs = [[getattr(record, name) for name in of] for record in records]
    return ["/".join(day.isoformat() for day in pair if day is not None) or "unknown" for pair in pairs]


def action(**named: Any) -> Action:
    return Action.objects.get(**named)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A portal into which each file came through the one command, whatever its kind."""
    with django_db_blocker.unblock(), transaction.atomic():
        said = StringIO()
        list(load_directory(DEMO, actor=PORTAL))
        for name in CASES:
            call_command("import_case", DEMO / f"{name}.yaml", stdout=said)
        yield said.getvalue().splitlines()
        transaction.set_rollback(True)


@pytest.fixture
def portal(loaded: list[str], db: None) -> list[str]:
    """The portal as loaded; what a test changes is rolled back."""
    return loaded


def test_all_19_cases_import_through_one_command(portal: list[str]) -> None:
    assert len(set(CASES.values())) == 19
    assert [name for name in FILES if "/sample-" not in name] == sorted(CASES, key=FILES.index)
    assert len(portal) == len(CASES)
    assert all(line.startswith("Imported ") for line in portal)
    assert "Imported AC-2018-001 (Completed)." in portal
    assert "Imported ST-2015-001." in portal
    assert "Imported SV-2019-001 (Reported)." in portal


def test_precision_of_actions_and_activities_is_kept(portal: list[str]) -> None:
    found = {row.reference: dates(row)[0] for row in Action.objects.filter(starts_on__isnull=False)}
    assert found == {
        "AC-2012-001": "2012-05/2012-07",
        "AC-2014-001": "2014-04/2020-04",
        "AC-2016-001": "2016-07/2017-04",
        "AC-2016-002": "2016-08/2019-06",
        "AC-2017-001": "2017-10-17/2017-10-20",
        "AC-2018-001": "2018-03-19/2018-03-22",
        "AC-2018-002": "2018-09-11",
        "AC-2019-001": "2019-07-22/2019-07-26",
        "AC-2019-002": "2019-12",
    }
    manual = action(reference="AC-2014-001")
    assert dates(*manual.activities.all()) == ["2015", "2016", "2017", "2018-09-03/2018-09-05", "unknown"]


def test_training_of_border_officers_keeps_what_is_known_without_a_date(portal: list[str]) -> None:
    training = Activity.objects.get(place="Joint Officers' Mess, Kotu")
    assert dates(training, training.action) == ["unknown", "unknown"]
    assert (training.stated_duration_days, training.actual_people) == (4, 25)
    assert (training.actual_women, training.actual_men) == (None, None)


def test_regional_cases_have_all_their_countries(portal: list[str]) -> None:
    def codes(reference: str) -> str:
        return " ".join(sorted(country.code for country in action(reference=reference).countries.all()))

    assert codes("AC-2018-001") == "BJ GH NE NG TG"
    assert codes("AC-2019-001") == "BF CI GH GM GN ML NE NG SL TG"
    assert codes("AC-2012-001") == "BJ CI CM ML SN TG"
    assert codes("AC-2021-001") == "CV GH MR SN TG"
    assert codes("AC-2019-002") == ""


def test_nothing_that_is_not_published_limits_the_demand_driven_facility(portal: list[str]) -> None:
    facility = Facility.objects.get(code="DDF")
    assert facility.programme.acronym == "FMM West Africa"
    limits = ("ceiling", "max_duration_months", "registration_days", "assessment_days", "decision_days")
    assert [getattr(facility, name) for name in limits] == [None] * 5
    assert facility.consultation_days == 5
    assert not facility.criteria.exists()


def test_request_of_sierra_leone_keeps_both_dates_and_its_unknown_decision(portal: list[str]) -> None:
    request = Request.objects.get()
    assert (request.reference, request.status) == ("DDF-SL-2014-001", "approved")
    assert str(request.requested_on) == "December 2014"
    other = stated_dates_of(request).get()
    assert (str(other.first), other.last) == ("2015", None)
    assert other.source.startswith("https://fmmwestafrica.org/")
    assert (request.submitted_at, request.decided_on, request.decision_body) == (None, None, "")
    assert [each.reference for each in request.actions.all()] == ["AC-2014-002"]
    assert action(reference="AC-2015-001").request is None


def test_milestones_keep_their_precision_and_unknown_days(portal: list[str]) -> None:
    def process(reference: str) -> list[str]:
        rows = Milestone.objects.filter(strategy__reference=reference)
        return [f"{row.kind} {dates(row, of=('actual_on', 'actual_until'))[0]} {row.status}" for row in rows]

    assert process("ST-2013-001") == [
        "launch 2013 done",
        "other 2014-12 done",
        "review_workshop 2016-04-25/2016-04-26 done",
        "technical_validation 2017-09-19/2017-09-20 validated",
        "publication 2018-09 done",
    ]
    assert process("ST-2018-001") == [
        "launch 2018 done",
        "consultations 2019-08-08 done",
        "adoption 2020 done",
        "periodic_review 2022-12 done",
        "action_plan unknown done",
    ]
    assert process("ST-2022-001") == [
        "steering_committee 2022-03 done",
        "political_validation 2022-10-25 validated",
        "other 2022-10-26 done",
    ]


def test_every_real_record_names_its_sources_and_is_told_in_english_and_french(portal: list[str]) -> None:
    records: list[Any] = [*Action.objects.all(), *Strategy.objects.all(), *StudyVisit.objects.all()]
    assert len(records) == 21
    for record in records:
        assert record.sources, record
        assert all(source.startswith("http") for source in record.sources), record
        assert set(record.title) == {"en", "fr"}, record


def test_sources_that_disagree_are_both_kept(portal: list[str]) -> None:
    snmp = Strategy.objects.get(reference="ST-2015-001")
    workshop = snmp.milestones.get(kind="study_returned")
    assert str(workshop.actual_on) == "9 August 2016"
    other = stated_dates_of(workshop).get()
    assert other.last.isoformat() == "2016-08-13"
    assert "five days" in other.note["en"]
    adoption = snmp.milestones.get(kind="adoption")
    assert adoption.actual_on.isoformat() == "2018-11"
    assert [each.first.isoformat() for each in stated_dates_of(adoption)] == ["2011-11"]
    meeting = Review.objects.get(stated_total=54).meeting
    assert meeting is not None
    assert meeting.held_on.isoformat() == "2022-06-30"
    assert [each.first.isoformat() for each in stated_dates_of(meeting)] == ["2022-07-01"]


def test_case_that_is_there_is_refused_by_the_command(portal: list[str]) -> None:
    name = "actions/ml-onef-2017"
    reference = as_written(name)["action"]["reference"]
    with pytest.raises(CommandError, match=f"action.reference: {reference} is in the portal already"):
        call_command("import_case", DEMO / f"{name}.yaml")


def test_export_command_finds_any_case_by_its_reference(portal: list[str]) -> None:
    for reference, part in (
        ("SV-2019-001", "visit:"),
        ("AC-2015-001", "action:"),
        ("ST-2015-001", "strategy:"),
        ("DDF-SL-2014-001", "request:"),
    ):
        written = StringIO()
        call_command("export_case", reference, stdout=written)
        assert f"\n{part}\n" in written.getvalue()
