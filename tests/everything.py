"""One chain with everything in it: a request, its action, the strategy, the visit, down to a review.

Togo's employment agency (kofi) asks, sends, leads and owes; Tunisia's agency (sami) hosts and is consulted;
jean has a seat in the delegation.
"""

from typing import Any

from django.utils import timezone

from fmm_portal.accounts.models import ApiKey, Membership
from fmm_portal.core.comments import add_comment
from fmm_portal.core.models import Export, Import, Record, StatedDate
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.enums import RequestStatus
from fmm_portal.facility.models import VisibilityText
from fmm_portal.institutions.models import FormerName, Theme
from fmm_portal.opendata.models import Publication
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import request_report
from studyvisits.enums import DebriefStatus
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
    logo,
)
from tests.factories.news import NewsItemFactory, picture
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
from tests.factories.webhooks import DeliveryFactory, SubscriptionFactory
from tests.personas import aneti, anpe_togo
from tests.scene import Scene, whole_visit


class Everything:
    """A record of every kind, by its model, and words planted where somebody must not read them."""

    # The programme's own figures: for its staff and its viewers, not for those who take part.
    of_the_programme: tuple[str, ...] = ("Score-words-of-a-reviewer", "Budget-line-words")
    # Work in progress: for its staff.
    internal: tuple[str, ...] = (
        *Scene.internal,
        "Comment-of-the-programme",
        "Draft-review-words",
        "Answer-words-of-one-person",
    )
    # For those who take part and for viewers.
    of_the_chain: tuple[str, ...] = (
        *Scene.of_the_visit,
        "Confidential-request-title",
        "Confidential-action-title",
        "Confidential-strategy-title",
        "Confidential-milestone-title",
        "Confidential-news-title",
    )
    # For the agency itself and the programme's staff.
    of_the_agency: tuple[str, ...] = ("Confidential-webhook-name",)

    def __init__(self, *, debrief_status: str = DebriefStatus.AGREED) -> None:
        self.scene = whole_visit(debrief_status=debrief_status)
        self.records: dict[type[Any], Record] = {}
        self._keep(*self._of_the_visit(self.scene))
        self._keep(*self._of_the_facility())
        self._keep(*self._of_the_strategy())
        self._keep(*self._of_the_news(self.scene))
        self._keep(*self._of_the_systems())

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
            scene.shared_note, scene.outcome, scene.debrief, scene.participant, scene.lesson, scene.commitment,
            scene.delegation, scene.delegate, scene.contact, scene.institution, scene.leg.country,
            scene.documents["everyone"], evaluation, EvaluationQuestionFactory(evaluation=evaluation),
            EvaluationResponseFactory(evaluation=evaluation, liked="Answer-words-of-one-person"), programme,
            Theme.objects.get(code="labour_migration"),
            FormerName.objects.create(
                institution=scene.institution, name=Multilingual(en="Before"), valid_until="2010"
            ),
            VisibilityText.objects.create(programme=programme),
            logo(programme),
            self.report(scene),
            add_comment(scene.visit, actor=system_actor(), text="Comment-of-the-programme"),
        ]  # fmt: skip

    @staticmethod
    def report(scene: Scene) -> Report:
        return request_report(actor=system_actor(), kind="debrief-note", subject=scene.visit, language="en")

    def _of_the_facility(self) -> list[Record]:
        request = RequestFactory(
            institution=anpe_togo(),
            title=Multilingual(en="Confidential-request-title"),
            status=RequestStatus.CONSULTATION,
        )
        criterion = CriterionFactory(facility=request.facility)
        action = ActionFactory(
            request=request,
            requesting_institution=anpe_togo(),
            title=Multilingual(en="Confidential-action-title"),
        )
        activity = ActivityFactory(action=action)
        asked = ConsulteeFactory(request=request, institution=aneti(), due_at=timezone.now())
        return [
            request.facility, criterion, request, asked, action, activity,
            AssessmentScoreFactory(request=request, criterion=criterion, comment="Score-words-of-a-reviewer"),
            ExpertFactory(action=action),
            BudgetLineFactory(action=action, text=Multilingual(en="Budget-line-words")),
            IndicatorFactory(action=action), RiskFactory(action=action),
            ApprovalFactory(action=action),
            StatedDate.objects.create(subject=activity, first=PartialDate(2016, 8, 9), source="A newspaper"),
        ]  # fmt: skip

    def _of_the_strategy(self) -> list[Record]:
        strategy = StrategyFactory(
            owner_institution=anpe_togo(), title=Multilingual(en="Confidential-strategy-title")
        )
        milestone = MilestoneFactory(
            strategy=strategy,
            kind="technical_validation",
            title=Multilingual(en="Confidential-milestone-title"),
        )
        committee = CommitteeFactory(strategy=strategy)
        led = PlanActivityFactory(plan__strategy=strategy, lead=anpe_togo())
        ReviewFactory(plan=led.plan, title=Multilingual(en="Draft-review-words"))
        review = ReviewFactory(plan=led.plan, status="final")
        return [
            strategy, led.plan.text_version, led.result.objective.axis, milestone, committee, led.plan,
            led.result.objective, led.result, led, review, ReviewEntryFactory(review=review, activity=led),
            StakeholderFactory(strategy=strategy), MilestoneParticipantFactory(milestone=milestone),
            AmendmentFactory(milestone=milestone), CommitteeMemberFactory(committee=committee),
            CommitteeMeetingFactory(committee=committee),
        ]  # fmt: skip

    @staticmethod
    def _of_the_news(scene: Scene) -> list[Record]:
        """A draft that nobody outside the programme sees."""
        item = NewsItemFactory(source=scene.visit, title=Multilingual(en="Confidential-news-title"))
        return [item, picture(item)]

    @staticmethod
    def _of_the_systems() -> list[Record]:
        webhook = SubscriptionFactory(name="Confidential-webhook-name")
        return [webhook, DeliveryFactory(subscription=webhook)]


# Kept by administrators, keys by those of their agencies as well. Exports and imports are their asker's.
NOT_SHOWN = (ApiKey, Membership, Export, Import, Publication)
