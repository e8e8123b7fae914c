"""Points that travel from one occasion to the next, each with the state that it had after the last one and has now."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.activity import state_on
from fmm_portal.core.models import Activity as HistoryEntry
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Source
from strategies.models import Strategy
from studyvisits.carried import Occasion, Point, carried_points
from studyvisits.models import Commitment, StudyVisit
from tests.factories.delegations import DelegateFactory
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.strategies import (
    ActionPlanFactory,
    AmendmentFactory,
    CommitteeFactory,
    CommitteeMeetingFactory,
    CommitteeMemberFactory,
    MilestoneFactory,
    ReviewFactory,
    StrategyFactory,
)
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db


def noted(record: Any, day: str, before: str | None, after: str) -> None:
    """An entry of history on a day: the clock of these stories."""
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(record)
    root = record.history_root()
    HistoryEntry.objects.create(
        at=datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=UTC),
        actor_label="Programme officer",
        source=Source.SCREEN,
        verb="create" if before is None else "start",
        changes={"status": [before, after]},
        subject_type=kind,
        subject_id=record.pk,
        subject_label=str(record)[:300],
        root_type=ContentType.objects.get_for_model(root),
        root_id=root.pk,
    )


def a_visit(year: int, sender: Any, host: Any, **values: Any) -> StudyVisit:
    visit = StudyVisitFactory(starts_on=PartialDate(year, 1, 21), ends_on=PartialDate(year, 1, 25), **values)
    visit.delegations.get().sending_institutions.add(sender)
    AgendaHostFactory(item=AgendaItemFactory(visit=visit, day=None), institution=host)
    return visit


def promised(visit: Any, **values: Any) -> Commitment:
    return CommitmentFactory(source=visit, owed_by=anpe_togo(), owed_to=aneti(), **values)


def shown(points: list[Point]) -> dict[Any, tuple[str, str]]:
    return {point.record: (point.previous, point.current) for point in points}


@pytest.fixture
def strategy() -> Strategy:
    """Togo's, owned by ANPE, with a monitoring committee in which ANPE sits."""
    return StrategyFactory(owner_institution=anpe_togo())


# --- A moment in history -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "state"),
    [("2019-01-01", "open"), ("2019-03-01", "open"), ("2019-05-01", "in_progress"), ("2020-01-01", "done")],
)
def test_state_on_a_day_is_what_history_says(day: str, state: str) -> None:
    commitment = CommitmentFactory(status="done")
    noted(commitment, "2019-02-01", None, "open")
    noted(commitment, "2019-04-01", "open", "in_progress")
    noted(commitment, "2019-06-01", "in_progress", "done")
    assert state_on(commitment, datetime.fromisoformat(day).replace(tzinfo=UTC)) == state


def test_without_history_nothing_is_known_of_a_moment() -> None:
    assert state_on(CommitmentFactory(), datetime(2019, 1, 1, tzinfo=UTC)) is None


# --- What travels --------------------------------------------------------------------------------------------------


def test_next_visit_opens_with_what_the_last_ones_left(amina: Any) -> None:
    first = a_visit(2017, anpe_togo(), aneti())
    last = a_visit(2019, anpe_togo(), aneti())
    upcoming = a_visit(2021, anpe_togo(), aneti())
    old, begun, settled = (
        promised(first),
        promised(first, status="in_progress"),
        promised(last, status="done"),
    )
    settled_before = promised(first, status="done")
    dropped = promised(last, status="dropped")
    for row in (old, begun, settled_before):
        noted(row, "2017-01-25", None, "open")
    noted(settled_before, "2018-05-01", "open", "done")
    for row in (settled, dropped):
        noted(row, "2019-01-25", None, "open")
    noted(begun, "2019-08-01", "open", "in_progress")
    noted(settled, "2019-09-01", "open", "done")
    noted(dropped, "2019-09-02", "open", "dropped")
    points = carried_points(Occasion.of(upcoming), amina)
    assert shown(points) == {
        old: ("open", "open"),
        begun: ("open", "in_progress"),
        settled: ("open", "done"),
        dropped: ("open", "dropped"),
    }
    assert [point.is_open for point in points if point.record in {old, settled}] == [True, False]
    # Seen from the visit of 2019, only what the one before it had promised lies behind.
    assert set(shown(carried_points(Occasion.of(last), amina))) == {old, begun, settled_before}
    assert carried_points(Occasion.of(first), amina) == []


def test_other_institutions_points_stay_where_they_are(amina: Any) -> None:
    last = a_visit(2019, anpe_togo(), aneti())
    theirs = promised(last)
    of_ghana = a_visit(2021, ministry_of_ghana(), InstitutionFactory(country=country("MA")), sending="GH")
    assert carried_points(Occasion.of(of_ghana), amina) == []
    # ANETI receives Ghana, too: what it has open with Togo comes up, what Togo has with others does not.
    to_tunisia = a_visit(2022, ministry_of_ghana(), aneti(), sending="GH")
    elsewhere = CommitmentFactory(source=last, owed_by=anpe_togo(), owed_to=InstitutionFactory())
    points = shown(carried_points(Occasion.of(to_tunisia), amina))
    assert theirs in points
    assert elsewhere not in points


def test_delegates_institution_counts_as_sending(amina: Any) -> None:
    made = promised(a_visit(2019, anpe_togo(), aneti()))
    upcoming = StudyVisitFactory(starts_on=PartialDate(2021), ends_on=None, hosting="")
    DelegateFactory(delegation=upcoming.delegations.get(), institution=anpe_togo())
    assert set(shown(carried_points(Occasion.of(upcoming), amina))) == {made}


def test_meeting_opens_with_commitments_and_amendments_of_its_strategy(
    amina: Any, strategy: Strategy
) -> None:
    """Reviews, meetings and validations count as earlier occasions; what is not a validation has no amendments."""
    validation = MilestoneFactory(
        strategy=strategy, kind="technical_validation", status="reserved", actual_on=PartialDate(2017, 11, 14)
    )
    open_one, taken_in = AmendmentFactory(milestone=validation), AmendmentFactory(milestone=validation)
    taken_in.status = "integrated"
    taken_in.save()
    noted(open_one, "2017-11-14", None, "open")
    noted(taken_in, "2017-11-14", None, "open")
    noted(taken_in, "2022-09-01", "open", "integrated")
    plan = ActionPlanFactory(strategy=strategy)
    review = ReviewFactory(plan=plan, held_on=PartialDate(2022, 6, 30), status="final")
    made = CommitmentFactory(source=review, owed_by=anpe_togo())
    committee = CommitteeFactory(strategy=strategy)
    CommitteeMemberFactory(committee=committee, institution=anpe_togo())
    meeting = CommitteeMeetingFactory(committee=committee, held_on=PartialDate(2023, 3))
    other = AmendmentFactory(milestone__actual_on=PartialDate(2017))
    points = carried_points(Occasion.of(meeting), amina)
    assert shown(points) == {
        made: ("open", "open"),
        open_one: ("open", "open"),
        taken_in: ("open", "integrated"),
    }
    assert other not in shown(points)
    assert {point.record: point.source for point in points} == {
        made: review, open_one: validation, taken_in: validation,
    }  # fmt: skip


def test_mission_carries_the_points_of_the_actions_institutions(amina: Any, browser_of: Any) -> None:
    made = promised(a_visit(2019, anpe_togo(), aneti()))
    action = ActionFactory(requesting_institution=anpe_togo())
    mission = ActivityFactory(action=action, kind="expert_mission", starts_on=PartialDate(2020, 2))
    workshop = ActivityFactory(action=action, kind="workshop", starts_on=PartialDate(2020, 2))
    client = browser_of(amina)
    assert set(shown(carried_points(Occasion.of(mission), amina))) == {made}
    assert made.reference in client.get(mission.get_absolute_url()).content.decode()
    assert made.reference not in client.get(workshop.get_absolute_url()).content.decode()


def test_each_reader_gets_what_they_may_see(
    amina: Any, kofi: Any, sami: Any, fatou: Any, browser_of: Any
) -> None:
    last, upcoming = a_visit(2019, anpe_togo(), aneti()), a_visit(2021, anpe_togo(), aneti())
    made = promised(last)
    unseen = CommitmentFactory(
        source=ReviewFactory(status="draft", held_on=PartialDate(2018)), owed_by=aneti()
    )
    occasion = Occasion.of(upcoming)
    for reader in (amina, kofi, sami):
        assert set(shown(carried_points(occasion, reader))) == {made}
    assert carried_points(occasion, fatou) == []
    assert unseen not in shown(carried_points(occasion, amina)), "that strategy has nothing to do with them"
    page = browser_of(kofi).get(upcoming.get_absolute_url()).content.decode()
    assert 'id="carried"' in page
    assert made.reference in page
    assert last.reference in page


def test_panel_costs_the_same_at_one_and_many_points(amina: Any) -> None:
    last, upcoming = a_visit(2019, anpe_togo(), aneti()), a_visit(2021, anpe_togo(), aneti())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            carried_points(Occasion.of(upcoming), amina)
        return len(captured)

    promised(last)
    queries()
    first = queries()
    for _number in range(4):
        noted(promised(last), "2019-01-25", None, "open")
    assert queries() == first
