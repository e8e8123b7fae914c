"""Strategies, milestones and committees through the API: the contract of each resource, and what is their own."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.institutions.models import Theme
from strategies.enums import MilestoneKind, MilestoneStatus
from strategies.models import Milestone
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.strategies import (
    AmendmentFactory,
    AxisFactory,
    CommitteeFactory,
    CommitteeMeetingFactory,
    CommitteeMemberFactory,
    MilestoneFactory,
    MilestoneParticipantFactory,
    StakeholderFactory,
    StrategyFactory,
    StrategyVersionFactory,
)
from tests.personas import anpe_togo


class TestStrategyApi(ApiContract):
    resource = "strategies"
    # An officer keeps strategies; only a manager removes one.
    writer = "marc"
    change = {"acronym": "SNMP", "horizon": 2035}
    bad = {
        "title": {},
        "country_id": 0,
        "kind": "law",
        "theme_ids": [0],
        "period_from": "2015-13",
        "horizon": 35,
    }
    ordering = "reference"
    is_searchable = True

    def make(self) -> Record:
        strategy = StrategyFactory(
            programme=ProgrammeFactory(),
            owner_institution=InstitutionFactory(),
            ministry=InstitutionFactory(),
            coordinator=anpe_togo(),
            owner=as_persona("amina").user,
        )
        strategy.themes.set(Theme.objects.all()[:2])
        strategy.actions.add(ActionFactory())
        self.grow(strategy)
        return strategy  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        MilestoneFactory(strategy=record, status=MilestoneStatus.DONE, actual_on=PartialDate(2015, 7))
        MilestoneFactory(strategy=record, kind=MilestoneKind.ADOPTION)
        AxisFactory(version_of=StrategyVersionFactory(strategy=record))
        StakeholderFactory(strategy=record)
        CommitteeMemberFactory(committee=CommitteeFactory(strategy=record))

    def payload(self) -> dict[str, Any]:
        return {
            "title": {"fr": "Stratégie nationale de migration professionnelle"},
            "acronym": "SNMP",
            "country_id": country("TG").pk,
            "theme_ids": [Theme.objects.order_by("pk")[0].pk],
            "action_ids": [ActionFactory().pk],
            "horizon": 2035,
            "period_from": "2015-07",
            "sources": ["https://example.org/strategy"],
        }

    def found_by(self, record: Any) -> str:
        return str(record.reference)


class TestStrategyVersionApi(ApiContract):
    resource = "strategy-versions"
    change = {"note": {"en": "Axes reworded"}, "dated": "2017-11"}
    bad = {"name": {}, "dated": "November"}

    def make(self) -> Record:
        return StrategyVersionFactory()  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {
            "strategy_id": StrategyFactory().pk,
            "name": {"en": "As validated in November 2017"},
            "dated": "2017-11-14",
            "is_current": True,
        }


class TestAxisApi(ApiContract):
    resource = "axes"
    change = {"title": {"en": "Protection of migrant workers"}}
    bad = {"title": {}, "version_of_id": 0}
    ordering = "order"

    def make(self) -> Record:
        return AxisFactory()  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        version = StrategyVersionFactory()
        return {
            "version_of_id": version.pk,
            "order": 1,
            "code": "1",
            "title": {"fr": "Gouvernance de la migration"},
        }


class TestStakeholderApi(ApiContract):
    resource = "stakeholders"
    change = {"role": "funder"}
    bad = {"role": "friend", "institution_id": 0}

    def make(self) -> Record:
        return StakeholderFactory()  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {
            "strategy_id": StrategyFactory().pk,
            "institution_id": InstitutionFactory().pk,
            "role": "observer",
        }


class TestMilestoneApi(ApiContract):
    resource = "milestones"
    change = {"place": "Lomé", "planned_on": "2017-11"}
    bad = {"kind": "party", "planned_on": "soon", "actual_on": "2999-01-01", "people": -1}
    is_searchable = True

    def make(self) -> Record:
        strategy = StrategyFactory()
        milestone = MilestoneFactory(
            strategy=strategy,
            kind=MilestoneKind.TECHNICAL_VALIDATION,
            text_version=StrategyVersionFactory(strategy=strategy),
            activity=ActivityFactory(),
            status=MilestoneStatus.RESERVED,
            actual_on=PartialDate(2017, 11, 14),
        )
        self.grow(milestone)
        return milestone  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        AmendmentFactory(milestone=record, asked_by=InstitutionFactory())
        MilestoneParticipantFactory(milestone=record)
        MilestoneFactory(
            strategy=record.strategy,
            kind=MilestoneKind.ADOPTION,
            status=MilestoneStatus.DONE,
            actual_on=PartialDate(2016),
        )

    def payload(self) -> dict[str, Any]:
        return {
            "strategy_id": StrategyFactory().pk,
            "kind": "technical_validation",
            "planned_on": "2017-11-14",
            "place": "Lomé",
            "people": 60,
            "women": 18,
            "outcome": {"fr": "Validée sous réserve"},
            "sources": ["https://example.org/validation"],
        }

    def found_by(self, record: Any) -> str:
        return f"Milestone {str(record.title).removeprefix('Milestone ')}"


class TestMilestoneParticipantApi(ApiContract):
    resource = "milestone-participants"
    change = {"people": 4, "women": 2}
    bad = {"institution_id": 0, "people": -1}

    def make(self) -> Record:
        return MilestoneParticipantFactory(people=3)  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {"milestone_id": MilestoneFactory().pk, "institution_id": InstitutionFactory().pk, "people": 3}


class TestAmendmentApi(ApiContract):
    resource = "amendments"
    change = {"integrated_where": "Page 12", "integrated_on": "2018-01"}
    bad = {"text": {}, "integrated_on": "2999", "asked_by_id": 0}

    def make(self) -> Record:
        return AmendmentFactory(asked_by=InstitutionFactory())  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        milestone = MilestoneFactory(kind=MilestoneKind.TECHNICAL_VALIDATION)
        return {"milestone_id": milestone.pk, "order": 1, "text": {"fr": "Chiffrer le plan"}}


class TestCommitteeApi(ApiContract):
    resource = "committees"
    change = {"stated_member_count": 15, "created_on": "2018"}
    bad = {"name": {}, "kind": "club", "created_on": "2018-00"}
    is_searchable = True

    def make(self) -> Record:
        committee = CommitteeFactory()
        self.grow(committee)
        return committee  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        CommitteeMemberFactory(committee=record, institution=InstitutionFactory())
        CommitteeMeetingFactory(committee=record)

    def payload(self) -> dict[str, Any]:
        return {
            "strategy_id": StrategyFactory().pk,
            "kind": "monitoring",
            "name": {"fr": "Comité de suivi"},
            "stated_member_count": 15,
            "created_on": "2018-03",
        }

    def found_by(self, record: Any) -> str:
        return f"committee {str(record.name).split()[-1]}"


class TestCommitteeMemberApi(ApiContract):
    resource = "committee-members"
    change = {"role": "chair", "seats": 2}
    bad = {"role": "king", "institution_id": 0, "seats": -1}

    def make(self) -> Record:
        return CommitteeMemberFactory(institution=InstitutionFactory())  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {
            "committee_id": CommitteeFactory().pk,
            "position": {"en": "Director General"},
            "institution_id": InstitutionFactory().pk,
        }


class TestCommitteeMeetingApi(ApiContract):
    resource = "committee-meetings"
    change = {"place": "Kara", "conclusions": {"en": "Two reviews a year"}}
    bad = {"title": {}, "held_on": "Monday"}

    def make(self) -> Record:
        committee = CommitteeFactory()
        return CommitteeMeetingFactory(  # type: ignore[no-any-return]
            committee=committee,
            milestone=MilestoneFactory(strategy=committee.strategy),
            held_on=PartialDate(2018, 5),
        )

    def payload(self) -> dict[str, Any]:
        return {
            "committee_id": CommitteeFactory().pk,
            "title": {"fr": "Première réunion"},
            "held_on": "2018-05-02",
        }


# --- What is their own ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_strategy_tells_its_progress_from_its_milestones() -> None:
    """The launch is known by its month, the validation by its day; "other" steps do not tell how far it is."""
    strategy = StrategyFactory()
    MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.LAUNCH,
        status=MilestoneStatus.DONE,
        actual_on=PartialDate(2015, 7),
    )
    validation = MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.TECHNICAL_VALIDATION,
        status=MilestoneStatus.VALIDATED,
        actual_on=PartialDate(2017, 11, 14),
    )
    MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.OTHER,
        status=MilestoneStatus.DONE,
        actual_on=PartialDate(2019),
    )
    MilestoneFactory(strategy=strategy, kind=MilestoneKind.HAND_OVER)
    adoption = MilestoneFactory(
        strategy=strategy, kind=MilestoneKind.ADOPTION, planned_on=PartialDate(2020, 3)
    )
    amina = as_persona("amina")
    for shown in (
        amina.get(f"strategies/{strategy.pk}/").json(),
        amina.get("strategies/").json()["results"][0],
    ):
        assert shown["stage"] == "technical_validation"
        assert (shown["latest_milestone"]["id"], shown["latest_milestone"]["actual_on"]) == (
            validation.pk,
            "2017-11-14",
        )
        assert (shown["next_milestone"]["id"], shown["next_milestone"]["planned_on"]) == (
            adoption.pk,
            "2020-03",
        )


@pytest.mark.django_db
def test_strategies_are_filtered_by_stage() -> None:
    launched, adopted, empty = StrategyFactory(), StrategyFactory(), StrategyFactory()
    for strategy in (launched, adopted):
        MilestoneFactory(
            strategy=strategy,
            kind=MilestoneKind.LAUNCH,
            status=MilestoneStatus.DONE,
            actual_on=PartialDate(2015),
        )
    MilestoneFactory(
        strategy=adopted,
        kind=MilestoneKind.ADOPTION,
        status=MilestoneStatus.DONE,
        actual_on=PartialDate(2017),
    )
    MilestoneFactory(strategy=empty, kind=MilestoneKind.LAUNCH)
    amina = as_persona("amina")

    def found(query: str) -> list[int]:
        return [row["id"] for row in amina.get(f"strategies/?{query}").json()["results"]]

    assert found("stage=launch") == [launched.pk]
    assert found("stage=adoption") == [adopted.pk]
    assert found("stage=launch&stage=adoption") == [launched.pk, adopted.pk]


@pytest.mark.django_db
def test_strategies_are_filtered_by_an_institution_in_any_role_and_by_mine() -> None:
    anpe, partner = anpe_togo(), InstitutionFactory()
    coordinated = StrategyFactory(coordinator=anpe)
    backed = StrategyFactory()
    StakeholderFactory(strategy=backed, institution=partner)
    StrategyFactory()
    amina, kofi = as_persona("amina"), as_persona("kofi")

    def found(caller: Any, query: str) -> list[int]:
        return [row["id"] for row in caller.get(f"strategies/?{query}").json()["results"]]

    assert found(amina, f"institution_id={anpe.pk}") == [coordinated.pk]
    assert found(amina, f"institution_id={partner.pk}") == [backed.pk]
    assert found(kofi, "is_mine=true") == [coordinated.pk]
    assert found(amina, "is_mine=true") == []


@pytest.mark.django_db
def test_milestones_are_added_from_the_template_at_once_or_not_at_all() -> None:
    """Statement 46."""
    strategy = StrategyFactory()
    MilestoneFactory(strategy=strategy, kind=MilestoneKind.LAUNCH)
    amina = as_persona("amina")
    path = f"strategies/{strategy.pk}/add-from-template/"

    refused = amina.post(path, {"kinds": ["launch", "roadmap", "party", "other"]})
    assert refused.status_code == 400
    assert [(error["field"], error["message"]) for error in refused.json()["errors"]] == [
        ("kinds", "“Official request or launch” is among the milestones already."),
        ("kinds", "The template has no step called “other”."),
        ("kinds", "The template has no step called “party”."),
    ]
    assert strategy.milestones.count() == 1

    added = amina.post(path, {"kinds": ["adoption", "roadmap"]})
    assert added.status_code == 201, added.content
    assert [(row["kind"], row["status"], row["planned_on"]) for row in added.json()["milestones"]] == [
        ("roadmap", "planned", None),
        ("adoption", "planned", None),
    ]
    assert as_persona("eva").post(path, {"kinds": ["roadmap"]}).status_code == 403
    assert as_persona("fatou").post(path, {"kinds": ["roadmap"]}).status_code == 404
    assert amina.post(path, {"kinds": []}).status_code == 400
    assert strategy.milestones.count() == 3


@pytest.mark.django_db
def test_putting_a_version_in_force_relieves_the_one_before() -> None:
    first = StrategyVersionFactory(is_current=True)
    second = StrategyVersionFactory(strategy=first.strategy)
    amina = as_persona("amina")
    assert amina.patch(f"strategy-versions/{second.pk}/", {"is_current": True}).status_code == 400
    answer = amina.post(f"strategy-versions/{second.pk}/put-in-force/", {"reason": "Adopted"})
    assert (answer.status_code, answer.json()["is_current"]) == (200, True)
    first.refresh_from_db()
    assert first.is_current is False
    assert as_persona("eva").post(f"strategy-versions/{first.pk}/put-in-force/").status_code == 403


@pytest.mark.django_db
def test_milestone_says_its_order_warnings_and_its_amendments() -> None:
    """Statements 47 and 50."""
    strategy = StrategyFactory()
    adoption = MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.ADOPTION,
        status=MilestoneStatus.DONE,
        actual_on=PartialDate(2016, 5),
    )
    validation = MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.TECHNICAL_VALIDATION,
        status=MilestoneStatus.RESERVED,
        actual_on=PartialDate(2017, 11, 14),
    )
    AmendmentFactory(milestone=validation, status="integrated")
    AmendmentFactory(milestone=validation, status="set_aside")
    AmendmentFactory(milestone=validation)
    amina = as_persona("amina")
    shown = amina.get(f"milestones/{validation.pk}/").json()
    assert (
        shown["integrated_amendment_count"],
        shown["open_amendment_count"],
        shown["amendment_count"],
    ) == (1, 1, 3)
    assert shown["order_warnings"] == [
        f"“{adoption.title}” usually comes later, and took place before, in May 2016."
    ]
    assert amina.get(f"milestones/{adoption.pk}/").json()["order_warnings"] == [
        "No validation is recorded before this adoption."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["strategies/", "milestones/?page_size=200"])
@pytest.mark.long
def test_lists_stay_cheap_with_200_milestones(path: str) -> None:
    amina, strategy = as_persona("amina"), StrategyFactory()

    def queries() -> int:
        amina.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert amina.get(path).status_code == 200
        return len(captured)

    validation = MilestoneFactory(strategy=strategy, status=MilestoneStatus.DONE, actual_on=PartialDate(2015))
    AmendmentFactory(milestone=validation)
    MilestoneFactory(strategy=strategy)
    at_two = queries()
    kinds = list(MilestoneKind)
    Milestone.objects.bulk_create(
        Milestone(
            strategy=strategy,
            kind=kinds[number % len(kinds)],
            status=[MilestoneStatus.DONE, MilestoneStatus.PLANNED][number % 2],
            actual_on=PartialDate(2015 + number % 5) if number % 2 == 0 else None,
        )
        for number in range(198)
    )
    assert queries() == at_two


@pytest.mark.django_db
def test_overdue_milestones_and_those_with_open_amendments_are_found() -> None:
    late = MilestoneFactory(planned_on=PartialDate(2018, 3))
    AmendmentFactory(milestone=late)
    MilestoneFactory(planned_on=PartialDate(2900))
    MilestoneFactory(planned_on=PartialDate(2018), status=MilestoneStatus.RETURNED)
    MilestoneFactory(planned_on=PartialDate(2018), status=MilestoneStatus.CANCELLED)
    MilestoneFactory()
    amina = as_persona("amina")
    for query in ("is_overdue=true", "has_open_amendments=true"):
        assert [row["id"] for row in amina.get(f"milestones/?{query}").json()["results"]] == [late.pk]
    assert len(amina.get("milestones/?is_overdue=false").json()["results"]) == 4
