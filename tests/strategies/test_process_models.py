"""What strategies, milestones and committees know of themselves, and what contradicts itself."""

import pytest
from django.core.exceptions import ValidationError

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import create_record, update_record
from strategies.enums import MilestoneKind, MilestoneStatus
from strategies.models import Strategy
from tests.factories.institutions import country
from tests.factories.strategies import (
    CommitteeFactory,
    CommitteeMeetingFactory,
    CommitteeMemberFactory,
    MilestoneFactory,
    StrategyFactory,
    StrategyVersionFactory,
)

pytestmark = pytest.mark.django_db


def refusal(record):
    with pytest.raises(ValidationError) as error:
        record.full_clean()
    return error.value.message_dict


def test_strategy_gets_a_reference_of_the_year_it_began(amina, by):
    strategy = Strategy(
        title=Multilingual(fr="Stratégie"), country=country("TG"), period_from=PartialDate(2015, 7)
    )
    assert create_record(strategy, actor=by(amina)).reference == "ST-2015-001"


def test_progress_is_the_same_whether_it_was_loaded_with_the_rows_or_not():
    strategy = StrategyFactory()
    assert (strategy.latest_milestone, strategy.next_milestone, strategy.stage) == (None, None, "")
    same_day = {"strategy": strategy, "status": MilestoneStatus.DONE, "actual_on": PartialDate(2017, 11, 14)}
    MilestoneFactory(kind=MilestoneKind.FIRST_DRAFT, **same_day)
    latest = MilestoneFactory(kind=MilestoneKind.REVIEW_WORKSHOP, **same_day)
    MilestoneFactory(strategy=strategy, kind=MilestoneKind.ADOPTION, status=MilestoneStatus.DONE)
    MilestoneFactory(strategy=strategy, kind=MilestoneKind.PUBLICATION)
    undated = MilestoneFactory(strategy=strategy, kind=MilestoneKind.HAND_OVER)
    assert (strategy.latest_milestone, strategy.next_milestone) == (latest, undated)
    loaded = Strategy.objects.with_progress().get(pk=strategy.pk)
    assert (loaded.latest_milestone, loaded.next_milestone) == (latest, undated)
    assert loaded.stage == "review_workshop"
    other = StrategyFactory()
    only_other = MilestoneFactory(
        strategy=other, kind=MilestoneKind.OTHER, status=MilestoneStatus.DONE, actual_on=PartialDate(2016)
    )
    assert other.latest_milestone == only_other


def test_milestone_without_a_title_is_called_by_its_kind():
    assert str(MilestoneFactory(title=Multilingual(), kind=MilestoneKind.ADOPTION)) == "Adoption"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"actual_on": PartialDate(2999)},
            {"actual_on": ["What took place cannot lie in the future."]},
        ),
        (
            {"planned_on": PartialDate(2018), "planned_until": PartialDate(2017)},
            {"planned_until": ["The last day is before the first day."]},
        ),
        (
            {"actual_until": PartialDate(2017)},
            {"actual_on": ["Give the first day too, as far as it is known."]},
        ),
        (
            {"people": 5, "women": 4, "men": 2},
            {"people": ["Women and men together are more than all people."]},
        ),
        (
            {"kind": MilestoneKind.ROADMAP, "status": MilestoneStatus.RESERVED},
            {"kind": ["Only a validation has such an outcome."]},
        ),
        (
            {"kind": MilestoneKind.POLITICAL_VALIDATION, "status": MilestoneStatus.DONE},
            {"kind": ["A validation ends with its outcome: validated, with reservations, or returned."]},
        ),
    ],
)
def test_milestone_refuses_what_contradicts_itself(values, told):
    milestone = MilestoneFactory()
    for name, value in values.items():
        setattr(milestone, name, value)
    assert refusal(milestone) == told


def test_milestone_that_took_place_keeps_a_date_that_is_known(amina, by):
    """Statement 49: what history never dated stays editable."""
    dated = MilestoneFactory(status=MilestoneStatus.DONE, actual_on=PartialDate(2017))
    with pytest.raises(ValidationError) as error:
        update_record(dated, actor=by(amina), changes={"actual_on": None})
    assert error.value.message_dict == {
        "actual_on": ["Say when it took place; the month or the year is enough."]
    }
    undated = MilestoneFactory(status=MilestoneStatus.DONE)
    assert update_record(undated, actor=by(amina), changes={"place": "Lomé"}).place == "Lomé"


def test_version_of_another_strategy_is_refused():
    milestone = MilestoneFactory()
    milestone.text_version = StrategyVersionFactory()
    assert refusal(milestone) == {"text_version": ["This version belongs to another strategy."]}


def test_one_version_of_a_strategy_is_in_force():
    first = StrategyVersionFactory(is_current=True)
    StrategyVersionFactory(is_current=True)
    second = StrategyVersionFactory(strategy=first.strategy)
    second.is_current = True
    assert refusal(second) == {"__all__": ["Another version is in force. Unmark that one first."]}


def test_members_are_counted_as_reported_else_by_their_seats():
    """Statement 51."""
    committee = CommitteeFactory()
    CommitteeMemberFactory(committee=committee, seats=2)
    CommitteeMemberFactory(committee=committee)
    assert committee.member_count == 3
    committee.stated_member_count = 15
    assert committee.member_count == 15


def test_meeting_that_was_held_has_no_date_in_the_future():
    meeting = CommitteeMeetingFactory(held_on=PartialDate(2999))
    meeting.full_clean()
    meeting.status = "held"
    assert refusal(meeting) == {"held_on": ["What took place cannot lie in the future."]}


def test_meeting_is_no_milestone_of_another_strategy():
    meeting = CommitteeMeetingFactory()
    meeting.milestone = MilestoneFactory()
    assert refusal(meeting) == {"milestone": ["This milestone belongs to another strategy."]}
