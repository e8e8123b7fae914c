"""The story of Togo's strategy, from its launch in July 2015 to the review of 2022, as amina finds it in the portal."""

from typing import Any

import pytest
from django.db import transaction

from fmm_portal.casefiles.files import load_document
from fmm_portal.casefiles.formats import import_document
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Actor
from fmm_portal.core.stated_dates import stated_dates_of
from fmm_portal.facility.models import Action
from strategies.models import Committee, CommitteeMeeting, Milestone, Review, Strategy
from studyvisits.demo.loading import load_directory
from studyvisits.models import StudyVisit
from tests.casefiles.demo import DEMO, PORTAL
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

FILES = (
    "actions/tg-snmp-support",
    "actions/sl-nlmp-support",
    "strategies/sl-nlmp",
    "strategies/tg-snmd",
    "strategies/tg-snmp",
    "cases/tg-tn-study-visit-2019",
)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A portal that knows Togo, and Sierra Leone beside it; loaded once and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        list(load_directory(DEMO, actor=PORTAL))
        for name in FILES:
            import_document(load_document((DEMO / f"{name}.yaml").read_text(encoding="utf-8")), actor=PORTAL)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def snmp(loaded: None, db: None) -> Strategy:
    return Strategy.objects.get(reference="ST-2015-001")  # type: ignore[no-any-return]


def process(strategy: Strategy, actor: Actor) -> list[tuple[str, str]]:
    rows = Milestone.objects.visible_to(actor.principal).filter(strategy=strategy)
    return [(str(row.actual_on or "unknown"), row.get_status_display()) for row in rows]


def test_amina_finds_two_strategies_of_togo_and_does_not_mix_them_up(
    snmp: Strategy, amina: Any, by: Any
) -> None:
    """Statement 45: SNMP and SNMD are two strategies, each with axes of its own."""
    seen = Strategy.objects.visible_to(by(amina).principal).filter(country__code="TG")
    assert {(each.acronym, str(each.ministry)) for each in seen} == {
        ("SNMP", "Ministère de la Fonction publique, du Travail et du Dialogue social"),
        ("SNMD", "Ministry of Development Planning"),
    }
    snmd = seen.get(acronym="SNMD")
    committee = snmd.committees.get()
    assert [
        (str(seat.institution.acronym or seat.institution.name), seat.role)
        for seat in committee.members.all()
    ] == [
        ("Ministry of Development Planning", "chair"),
        ("Ministry of Foreign Affairs, Cooperation and African Integration", "vice_chair"),
        *((acronym, "observer") for acronym in ("EU", "UNDP", "UNFPA", "ECOWAS", "IOM", "AfDB")),
    ]
    assert committee.created_by["fr"] == "Arrêté conjoint"


def test_process_runs_from_july_2015_to_june_2022(snmp: Strategy, amina: Any, by: Any) -> None:
    """Statements 46 to 48: each milestone with its date as far as it is known, and its outcome."""
    assert process(snmp, by(amina)) == [
        ("July 2015", "Done"),
        ("9 August 2016", "Done"),
        ("2017", "Done"),
        ("13 November 2017", "Validated with reservations"),
        ("14 November 2017", "Validated"),
        ("November 2018", "Done"),
        ("21 January 2019", "Done"),
        ("25 June 2021", "Done"),
        ("November 2021", "Done"),
        ("30 June 2022", "Done"),
        ("unknown", "Validated"),
        ("unknown", "Done"),
    ]
    reserved, final = snmp.milestones.filter(kind="technical_validation")
    assert "amendments are not published" in reserved.dates_note["en"]
    assert not reserved.amendments.exists()
    assert "one workshop of two days" in final.dates_note["en"]
    assert [str(each) for each in reserved.participants.all()][:2] == ["Government", "Civil society"]


def test_launch_is_july_2015_and_no_day_of_it(snmp: Strategy) -> None:
    launch = snmp.milestones.get(kind="launch")
    assert launch.actual_on is not None
    assert (launch.actual_on.isoformat(), launch.actual_on.is_exact) == ("2015-07", False)


def test_axes_of_the_validation_and_of_the_dissemination_are_two_versions(snmp: Strategy) -> None:
    first, second = snmp.versions.all()
    assert (str(first.dated), first.is_current) == ("November 2017", False)
    assert [str(axis) for axis in first.axes.all()] == [
        "Institutional framework",
        "Social protection of migrants and their families",
        "Development of country and family",
        "Framework for the follow-up of migrants",
    ]
    assert (second.dated, second.is_current, second.axes.count()) == (None, True, 4)


def test_study_visit_hangs_on_the_action_and_the_strategy(snmp: Strategy) -> None:
    visit = StudyVisit.objects.get(reference="SV-2019-001")
    assert (visit.strategy, visit.action) == (snmp, Action.objects.get(reference="AC-2015-001"))
    assert [str(activity) for activity in visit.action.activities.all()] == [
        "1. Technical workshop on the baseline study and the roadmap",
        "2. Final validation workshop of the strategy and its action plan",
        "3. Study visit of senior managers to Tunisia",
    ]
    assert visit.activity == visit.action.activities.get(number=3)
    assert visit.action.request is None, "no source speaks of a request, so none is made up"
    assert visit.delegations.get().delegates.count() == 6


def test_committee_of_fifteen_reviews_54_activities(snmp: Strategy) -> None:
    """Statements 51 to 53: 15 members; 54 activities, 11 done, 2 ongoing, 41 not started; two dated reviews."""
    committee = Committee.objects.get(strategy=snmp, kind="monitoring")
    assert (committee.member_count, str(committee.created_on)) == (15, "November 2021")
    plan = snmp.plans.get()
    assert (plan.stated_activity_count, plan.activities.count(), plan.is_sample) == (54, 0, False)
    earlier, later = plan.reviews.all()
    assert (str(earlier.held_on), earlier.stated_total, earlier.status) == ("25 June 2021", None, "final")
    assert "not published" in earlier.note["en"]
    totals = ("stated_total", "stated_done", "stated_in_progress", "stated_not_started")
    assert [getattr(later, name) for name in totals] == [54, 11, 2, 41]
    assert round(100 * later.stated_done / later.stated_total, 1) == 20.4
    assert earlier.meeting.committee == later.meeting.committee == committee
    assert [str(date.first) for date in stated_dates_of(later.meeting)] == ["1 July 2022"]


def test_pages_of_the_story_open_for_amina_and_not_for_fatou(snmp: Strategy, amina: Any, fatou: Any) -> None:
    """Who sees a record opens its page; whoever does not is told that there is none."""
    visit = StudyVisit.objects.get(reference="SV-2019-001")
    meeting = CommitteeMeeting.objects.get(title__contains="First formal meeting")
    pages = (snmp, snmp.milestones.get(kind="adoption"), meeting.committee, meeting, visit.action, visit)
    for user, code in ((amina, 200), (fatou, 404)):
        client = signed_in(user)
        answers = {str(page): client.get(page.get_absolute_url()).status_code for page in pages}
        assert answers == {str(page): code for page in pages}


def test_kofi_of_anpe_reads_the_strategy_that_his_agency_carries_out(
    snmp: Strategy, kofi: Any, fatou: Any, by: Any
) -> None:
    assert list(Strategy.objects.visible_to(by(kofi).principal)) == [snmp], "the SNMD is no affair of ANPE"
    assert not policy_for(snmp).can(by(kofi).principal, "change", snmp).allowed
    assert not Strategy.objects.visible_to(by(fatou).principal).exists()
    assert not Review.objects.visible_to(by(fatou).principal).exists()
