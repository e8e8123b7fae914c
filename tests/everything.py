"""One chain with everything in it: a request, its action, the strategy, the visit, down to a review.

Togo's employment agency (kofi) asks, sends, leads and owes; Tunisia's agency (sami) hosts and is consulted;
jean has a seat in the delegation.
"""

from typing import Any

from django.utils import timezone

from fmm_portal.accounts.models import ApiKey, Membership
from fmm_portal.core.models import Record, StatedDate
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.models import Logo, VisibilityText
from fmm_portal.institutions.models import FormerName, Theme
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import request_report
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    ApprovalFactory,
    AssessmentScoreFactory,
    BudgetLineFactory,
    ConsulteeFactory,
    CriterionFactory,
    ExpertFactory,
    IndicatorFactory,
    RequestFactory,
    RiskFactory,
)
from tests.factories.strategies import (
    AmendmentFactory,
    CommitteeFactory,
    CommitteeMeetingFactory,
    CommitteeMemberFactory,
    MilestoneFactory,
    MilestoneParticipantFactory,
    PlanActivityFactory,
    ReviewEntryFactory,
    ReviewFactory,
    StakeholderFactory,
    StrategyFactory,
)
from tests.factories.studyvisits import (
    EvaluationFactory,
    EvaluationQuestionFactory,
    EvaluationResponseFactory,
)
from tests.personas import aneti, anpe_togo
from tests.scene import Scene, whole_visit


class Everything:
    """A record of every kind, by its model."""

    def __init__(self) -> None:
        self.scene = whole_visit(debrief_status="agreed")
        self.records: dict[type[Any], Record] = {}
        self._keep(*self._of_the_visit(self.scene))
        self._keep(*self._of_the_facility())
        self._keep(*self._of_the_strategy())

    def __getitem__(self, model: type[Any]) -> Any:
        return self.records[model]

    def _keep(self, *records: Record) -> None:
        self.records |= {type(record): record for record in records}

    def _of_the_visit(self, scene: Scene) -> list[Record]:
        evaluation = EvaluationFactory(visit=scene.visit)
        programme = scene.visit.programme
        assert programme is not None
        return [
            scene.visit, scene.leg, scene.question, scene.item, scene.host, scene.version, scene.attendance,
            scene.shared_note, scene.debrief, scene.participant, scene.lesson, scene.commitment,
            scene.delegation, scene.delegate, scene.contact, scene.institution, scene.leg.country,
            scene.documents["everyone"], evaluation, EvaluationQuestionFactory(evaluation=evaluation),
            EvaluationResponseFactory(evaluation=evaluation), programme, Theme.objects.get(code="labour_migration"),
            FormerName.objects.create(institution=scene.institution, name={"en": "Before"}, valid_until="2010"),
            VisibilityText.objects.create(programme=programme),
            Logo.objects.create(programme=programme, alternative_text={"en": "The logo"}),
            self.report(scene),
        ]  # fmt: skip

    @staticmethod
    def report(scene: Scene) -> Report:
        return request_report(actor=system_actor(), kind="debrief-note", subject=scene.visit, language="en")

    def _of_the_facility(self) -> list[Record]:
        request = RequestFactory(institution=anpe_togo())
        criterion = CriterionFactory(facility=request.facility)
        action = ActionFactory(request=request, requesting_institution=anpe_togo())
        activity = ActivityFactory(action=action)
        asked = ConsulteeFactory(request=request, institution=aneti(), due_at=timezone.now())
        return [
            request.facility, criterion, request, asked, action, activity,
            AssessmentScoreFactory(request=request, criterion=criterion), ExpertFactory(action=action),
            BudgetLineFactory(action=action), IndicatorFactory(action=action), RiskFactory(action=action),
            ApprovalFactory(action=action),
            StatedDate.objects.create(subject=activity, first=PartialDate(2016, 8, 9), source="A newspaper"),
        ]  # fmt: skip

    def _of_the_strategy(self) -> list[Record]:
        strategy = StrategyFactory(owner_institution=anpe_togo())
        milestone = MilestoneFactory(strategy=strategy, kind="technical_validation")
        committee = CommitteeFactory(strategy=strategy)
        led = PlanActivityFactory(plan__strategy=strategy, lead=anpe_togo())
        review = ReviewFactory(plan=led.plan, status="final")
        return [
            strategy, led.plan.text_version, led.result.objective.axis, milestone, committee, led.plan,
            led.result.objective, led.result, led, review, ReviewEntryFactory(review=review, activity=led),
            StakeholderFactory(strategy=strategy), MilestoneParticipantFactory(milestone=milestone),
            AmendmentFactory(milestone=milestone), CommitteeMemberFactory(committee=committee),
            CommitteeMeetingFactory(committee=committee),
        ]  # fmt: skip


# Kept by administrators on the support screens; no page and no resource shows them.
NOT_SHOWN = (ApiKey, Membership)
