"""Strategies and their parts for tests."""

import factory

from fmm_portal.core.partial_dates import PartialDate
from strategies.enums import CommitteeKind, MilestoneKind, PlanActivityStatus
from strategies.models import (
    ActionPlan,
    Amendment,
    Axis,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    PlanActivity,
    PlanObjective,
    PlanResult,
    Review,
    ReviewEntry,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from tests.factories.facility import numbered
from tests.factories.institutions import InstitutionFactory, country


class StrategyFactory(factory.django.DjangoModelFactory[Strategy]):
    """A strategy of Togo."""

    class Meta:
        model = Strategy

    reference = factory.Sequence(lambda n: f"ST-2015-{n + 500:03d}")
    title = numbered("National strategy", "Stratégie nationale")
    country = factory.LazyFunction(lambda: country("TG"))


class StrategyVersionFactory(factory.django.DjangoModelFactory[StrategyVersion]):
    class Meta:
        model = StrategyVersion

    strategy = factory.SubFactory(StrategyFactory)
    name = numbered("Version", "Version")


class AxisFactory(factory.django.DjangoModelFactory[Axis]):
    class Meta:
        model = Axis

    version_of = factory.SubFactory(StrategyVersionFactory)
    order = factory.Sequence(lambda n: n)
    code = factory.Sequence(lambda n: str(n + 1))
    title = numbered("Axis", "Axe")


class StakeholderFactory(factory.django.DjangoModelFactory[Stakeholder]):
    class Meta:
        model = Stakeholder

    strategy = factory.SubFactory(StrategyFactory)
    institution = factory.SubFactory(InstitutionFactory)


class MilestoneFactory(factory.django.DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    strategy = factory.SubFactory(StrategyFactory)
    kind = MilestoneKind.REVIEW_WORKSHOP
    title = numbered("Milestone", "Jalon")


class MilestoneParticipantFactory(factory.django.DjangoModelFactory[MilestoneParticipant]):
    class Meta:
        model = MilestoneParticipant

    milestone = factory.SubFactory(MilestoneFactory)
    institution = factory.SubFactory(InstitutionFactory)


class AmendmentFactory(factory.django.DjangoModelFactory[Amendment]):
    class Meta:
        model = Amendment

    milestone = factory.SubFactory(MilestoneFactory, kind=MilestoneKind.TECHNICAL_VALIDATION)
    text = numbered("Amendment", "Amendement")


class CommitteeFactory(factory.django.DjangoModelFactory[Committee]):
    class Meta:
        model = Committee

    strategy = factory.SubFactory(StrategyFactory)
    kind = CommitteeKind.MONITORING
    name = numbered("Monitoring committee", "Comité de suivi")


class CommitteeMemberFactory(factory.django.DjangoModelFactory[CommitteeMember]):
    class Meta:
        model = CommitteeMember

    committee = factory.SubFactory(CommitteeFactory)
    position = numbered("Director", "Directeur")


class CommitteeMeetingFactory(factory.django.DjangoModelFactory[CommitteeMeeting]):
    class Meta:
        model = CommitteeMeeting

    committee = factory.SubFactory(CommitteeFactory)
    title = numbered("Meeting", "Réunion")


class ActionPlanFactory(factory.django.DjangoModelFactory[ActionPlan]):
    class Meta:
        model = ActionPlan

    strategy = factory.SubFactory(StrategyFactory)
    text_version = factory.SubFactory(StrategyVersionFactory, strategy=factory.SelfAttribute("..strategy"))
    title = numbered("Action plan", "Plan d'action")


class PlanObjectiveFactory(factory.django.DjangoModelFactory[PlanObjective]):
    class Meta:
        model = PlanObjective

    plan = factory.SubFactory(ActionPlanFactory)
    axis = factory.SubFactory(AxisFactory, version_of=factory.SelfAttribute("..plan.text_version"))
    code = factory.Sequence(lambda n: f"{n + 1}.1")
    text = numbered("Objective", "Objectif")


class PlanResultFactory(factory.django.DjangoModelFactory[PlanResult]):
    class Meta:
        model = PlanResult

    objective = factory.SubFactory(PlanObjectiveFactory)
    code = factory.Sequence(lambda n: f"{n + 1}.1.R")
    text = numbered("Result", "Résultat")


class PlanActivityFactory(factory.django.DjangoModelFactory[PlanActivity]):
    class Meta:
        model = PlanActivity

    plan = factory.SubFactory(ActionPlanFactory)
    result = factory.SubFactory(PlanResultFactory, objective__plan=factory.SelfAttribute("...plan"))
    order = factory.Sequence(lambda n: n)
    code = factory.Sequence(lambda n: f"{n + 1}.1.1")
    text = numbered("Plan activity", "Activité du plan")


class ReviewFactory(factory.django.DjangoModelFactory[Review]):
    class Meta:
        model = Review

    plan = factory.SubFactory(ActionPlanFactory)
    title = numbered("Review", "Revue")
    held_on = PartialDate(2022, 6, 30)


class ReviewEntryFactory(factory.django.DjangoModelFactory[ReviewEntry]):
    class Meta:
        model = ReviewEntry

    review = factory.SubFactory(ReviewFactory)
    activity = factory.SubFactory(PlanActivityFactory, plan=factory.SelfAttribute("..review.plan"))
    state = PlanActivityStatus.NOT_STARTED
