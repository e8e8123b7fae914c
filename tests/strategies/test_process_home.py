"""What the processes of strategies ask of people on the first screen."""

from datetime import timedelta

import pytest

from fmm_portal.core.partial_dates import PartialDate, today
from strategies.enums import MilestoneKind, MilestoneStatus
from tests.factories.strategies import AmendmentFactory, MilestoneFactory, StrategyFactory
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db


def in_days(count):
    return PartialDate.of(today() + timedelta(days=count))


def test_officer_is_reminded_of_what_is_overdue_or_near_in_strategies_of_theirs_or_nobodys(
    browser_of, amina, marc
):
    mine, theirs, nobodys = (StrategyFactory(owner=owner) for owner in (amina, marc, None))
    late = MilestoneFactory(strategy=mine, planned_on=PartialDate(2018, 3))
    near = MilestoneFactory(strategy=nobodys, planned_on=in_days(20))
    hidden = [
        MilestoneFactory(strategy=theirs, planned_on=in_days(20)),
        MilestoneFactory(strategy=mine, planned_on=in_days(40)),
        MilestoneFactory(strategy=mine),
        MilestoneFactory(strategy=mine, planned_on=PartialDate(2018), status=MilestoneStatus.CANCELLED),
    ]
    page = browser_of(amina).get("/")
    tasks = [(task.url, task.is_late) for task in page.context["tasks"]]
    assert tasks == [(late.get_absolute_url(), True), (near.get_absolute_url(), False)]
    html = page.content.decode()
    assert [milestone.get_absolute_url() in html for milestone in hidden] == [False] * 4


def test_officer_is_reminded_of_amendments_that_wait_since_a_validation_with_reservations(browser_of, amina):
    validation = MilestoneFactory(
        kind=MilestoneKind.TECHNICAL_VALIDATION,
        status=MilestoneStatus.RESERVED,
        actual_on=PartialDate(2017, 11, 14),
    )
    AmendmentFactory(milestone=validation)
    AmendmentFactory(milestone=validation, status="integrated")
    settled = MilestoneFactory(kind=MilestoneKind.PRE_VALIDATION, status=MilestoneStatus.RESERVED)
    AmendmentFactory(milestone=settled, status="set_aside")
    task = browser_of(amina).get("/").context["tasks"]
    assert [(task.text, task.url) for task in task] == [
        (
            f"1 amendment is open since {validation} ({validation.strategy.reference})",
            f"{validation.get_absolute_url()}#amendments",
        )
    ]


def test_partner_and_manager_see_what_is_due_in_a_list(browser_of, amina, marc, kofi, fatou):
    strategy = StrategyFactory(coordinator=anpe_togo())
    milestone = MilestoneFactory(strategy=strategy, planned_on=in_days(3))

    def due(user):
        page = browser_of(user).get("/")
        panels = [panel for panel in page.context["panels"] if str(panel.title) == "Milestones due"]
        return [record for panel in panels for record in panel.table.records]

    assert due(kofi) == due(marc) == [milestone]
    assert due(fatou) == due(amina) == []
    assert browser_of(kofi).get("/").context["tasks"] == [], "a partner may not say what came of it"
