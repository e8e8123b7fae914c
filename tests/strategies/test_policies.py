"""Who sees and keeps strategies and the parts of their process."""

import pytest

from fmm_portal.accounts.enums import Role
from fmm_portal.core.policies import can
from strategies.models import Amendment, Committee, Milestone, Strategy
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.strategies import (
    AmendmentFactory,
    CommitteeFactory,
    CommitteeMeetingFactory,
    CommitteeMemberFactory,
    MilestoneFactory,
    PlanActivityFactory,
    StakeholderFactory,
    StrategyFactory,
)
from tests.personas import aneti, anpe_togo, ministry_of_ghana, person

pytestmark = pytest.mark.django_db


def seen(user):
    return set(Strategy.objects.visible_to(user))


def test_programme_sees_all_and_agencies_what_concerns_them(request):
    anpe, ghana = anpe_togo(), ministry_of_ghana()
    plain = StrategyFactory()
    coordinated = StrategyFactory(coordinator=anpe)
    owned = StrategyFactory(country=country("GH"), owner_institution=ghana)
    overseen = StrategyFactory(country=None, ministry=ghana)
    backed = StrategyFactory()
    StakeholderFactory(strategy=backed, institution=aneti())
    seated = StrategyFactory()
    CommitteeMemberFactory(committee=CommitteeFactory(strategy=seated), institution=anpe)
    led = StrategyFactory()
    PlanActivityFactory(plan__strategy=led, lead=ghana)
    everything = {plain, coordinated, owned, overseen, backed, seated, led}
    expected = {
        **dict.fromkeys(("ada", "marc", "amina", "eva"), everything),
        "kofi": {coordinated, seated},
        "fatou": {owned, overseen, led},
        "sami": {backed},
        "jean": set(),
        "nobody": set(),
    }
    assert {name: seen(request.getfixturevalue(name)) for name in expected} == expected


def test_roles_of_a_country_see_its_strategies_and_only_its_officer_keeps_them():
    togo, ghana = StrategyFactory(), StrategyFactory(country=country("GH"))
    officer = person("yao", Role.OFFICER, country=country("TG"))
    partner = person("adjo", Role.PARTNER, country=country("TG"))
    assert seen(officer) == seen(partner) == {togo}
    assert can(officer, "change", togo).allowed
    assert not can(officer, "change", ghana).allowed
    assert not can(officer, "create", Strategy(country=country("GH"))).allowed
    assert not can(partner, "change", togo).allowed


def test_parts_are_seen_with_their_strategy(kofi, fatou):
    mine = StrategyFactory(coordinator=anpe_togo())
    milestone = MilestoneFactory(strategy=mine)
    amendment = AmendmentFactory(milestone=milestone)
    committee = CommitteeFactory(strategy=mine)
    for user, expected in ((kofi, [milestone, amendment, committee]), (fatou, [])):
        found = [row for model in (Milestone, Amendment, Committee) for row in model.objects.visible_to(user)]
        assert found == expected


def test_coordinator_reads_and_does_not_write(kofi):
    milestone = MilestoneFactory(strategy=StrategyFactory(coordinator=anpe_togo()))
    for action in ("change", "delete", "mark_done", "validate", "attach", "create"):
        decision = can(kofi, action, milestone)
        assert (decision.allowed, decision.reason) == (False, "Your role does not allow this.")


def test_removing_and_reopening_is_for_managers(amina, marc):
    strategy = StrategyFactory()
    milestone = MilestoneFactory(strategy=strategy)
    held = CommitteeMeetingFactory(committee=CommitteeFactory(strategy=strategy), status="held")
    for action, record, reason in (
        ("delete", strategy, "Only a manager may delete a strategy."),
        ("reopen", milestone, "Only a manager may reopen a milestone."),
        ("delete", held, "Only a manager may delete a meeting that was held."),
    ):
        assert can(amina, action, record).reason == reason
        assert can(marc, action, record).allowed
    assert can(amina, "delete", milestone).allowed
    assert can(amina, "delete", CommitteeMeetingFactory(committee=held.committee)).allowed


def test_institution_without_an_account_opens_nothing(kofi):
    StrategyFactory(coordinator=InstitutionFactory())
    assert seen(kofi) == set()
