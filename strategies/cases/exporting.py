"""Writing a strategy as a case file: everything that the actor may see, by positions and never by names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fmm_portal.casefiles.exporting import DocumentExport, codes, fields, unless
from fmm_portal.casefiles.steps import steps_taken, written
from fmm_portal.casefiles.values import told
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.facility.cases.programmes import describe_programme
from strategies.cases.importing import (
    AMENDMENT,
    AXIS,
    COMMITTEE,
    HEADCOUNT,
    MEETING,
    MEMBER,
    MILESTONE,
    PLAN,
    PLAN_ACTIVITY,
    REVIEW,
    REVIEW_ENTRY,
    STAKEHOLDER,
    STRATEGY,
    VERSION,
)
from strategies.cases.schema import STRATEGY_FORMAT
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

Steps = Mapping[int, list[Any]]


def export_strategy(strategy: Strategy, *, actor: Actor) -> dict[str, Any]:
    """The strategy as a document of format fmm-strategy/1 that can be imported elsewhere.  Raises Forbidden."""
    require(actor.principal, "view", strategy)
    return _StrategyExport(strategy, actor).document()


def _by(owner: Callable[[Any], Any], rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """Rows by what they belong to, in their order."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(owner(row), []).append(row)
    return found


class _StrategyExport(DocumentExport):
    def __init__(self, strategy: Strategy, actor: Actor) -> None:
        super().__init__(actor)
        self.strategy = strategy
        # In the order in which they are made again.
        self.versions = sorted(self.seen(StrategyVersion, strategy=strategy), key=lambda row: row.pk)
        self.axes = self.seen(Axis, version_of__strategy=strategy)
        self.milestones = sorted(
            self.seen(Milestone, "activity__action", strategy=strategy), key=lambda row: row.pk
        )
        self.meetings = sorted(
            self.seen(CommitteeMeeting, committee__strategy=strategy), key=lambda row: row.pk
        )
        self.name("version", self.versions)
        self.name("axis", self.axes)
        self.name("milestone", self.milestones)
        self.name("meeting", self.meetings)

    def document(self) -> dict[str, Any]:
        strategy = self.strategy
        references = [self.reference(action) for action in strategy.actions.all()]
        facts = told(
            **fields(strategy, STRATEGY),
            country=strategy.country.code if strategy.country else None,
            actions=sorted(reference for reference in references if reference),
            themes=codes(strategy.themes.all()),
            owner_institution=self.directory.key(strategy.owner_institution),
            ministry=self.directory.key(strategy.ministry),
            coordinator=self.directory.key(strategy.coordinator),
        )
        parts = {
            "programme": describe_programme(self.directory, strategy.programme),
            "versions": self.texts(),
            "stakeholders": self.stakeholders(),
            "milestones": self.process(),
            "committees": self.committees(),
            "plans": self.plans(),
        }
        return {
            "format": STRATEGY_FORMAT,
            "strategy": facts,
            **told(institutions=self.directory.described()),
            **told(**parts),
        }

    def texts(self) -> list[dict[str, Any]]:
        axes = _by(lambda row: row.version_of_id, self.axes)
        return [
            told(
                key=self.key(row),
                axes=[
                    told(key=self.key(axis), order=unless(axis.order, number), **fields(axis, AXIS))
                    for number, axis in enumerate(axes.get(row.pk, ()), start=1)
                ],
                **fields(row, VERSION),
            )
            for row in self.versions
        ]

    def stakeholders(self) -> list[dict[str, Any]]:
        rows = self.seen(Stakeholder, "institution__country", strategy=self.strategy)
        return [
            told(institution=self.directory.key(row.institution), **fields(row, STAKEHOLDER))
            for row in sorted(rows, key=lambda row: row.pk)
        ]

    # --- The process -----------------------------------------------------------------------------------------

    def process(self) -> list[dict[str, Any]]:
        steps, dates = steps_taken(self.milestones), self.other_dates(self.milestones)
        of_milestone = {"milestone__strategy": self.strategy}
        participants = self.seen(MilestoneParticipant, "institution__country", **of_milestone)
        amendments = self.seen(Amendment, "asked_by__country", **of_milestone)
        amended = steps_taken(amendments)
        taking_part = _by(lambda row: row.milestone_id, participants)
        asked = _by(lambda row: row.milestone_id, amendments)
        return [
            told(
                key=self.key(row),
                text_version=self.key(row.text_version),
                activity=self.activity(row),
                other_dates=dates[row.pk],
                participants=[
                    told(
                        institution=self.directory.key(who.institution), **fields(who, ("label", *HEADCOUNT))
                    )
                    for who in taking_part.get(row.pk, ())
                ],
                amendments=[
                    told(
                        order=unless(amendment.order, number),
                        asked_by=self.directory.key(amendment.asked_by),
                        steps=written(amended[amendment.pk]),
                        **fields(amendment, AMENDMENT),
                    )
                    for number, amendment in enumerate(asked.get(row.pk, ()), start=1)
                ],
                steps=written(steps[row.pk]),
                **fields(row, MILESTONE),
            )
            for row in self.milestones
        ]

    def activity(self, milestone: Milestone) -> dict[str, Any] | None:
        if milestone.activity is None:
            return None
        reference = self.reference(milestone.activity.action)
        return {"action": reference, "number": milestone.activity.number} if reference else None

    def committees(self) -> list[dict[str, Any]]:
        rows = sorted(self.seen(Committee, strategy=self.strategy), key=lambda row: row.pk)
        seats = self.seen(CommitteeMember, "institution__country", committee__strategy=self.strategy)
        members = _by(lambda row: row.committee_id, seats)
        meetings = _by(lambda row: row.committee_id, self.meetings)
        steps, dates = steps_taken(self.meetings), self.other_dates(self.meetings)
        return [
            told(
                members=[
                    told(
                        order=unless(seat.order, number),
                        institution=self.directory.key(seat.institution),
                        **{**fields(seat, MEMBER), "seats": unless(seat.seats, 1)},
                    )
                    for number, seat in enumerate(members.get(row.pk, ()), start=1)
                ],
                meetings=[
                    told(
                        key=self.key(meeting),
                        milestone=self.key(meeting.milestone),
                        other_dates=dates[meeting.pk],
                        steps=written(steps[meeting.pk]),
                        **fields(meeting, MEETING),
                    )
                    for meeting in meetings.get(row.pk, ())
                ],
                **fields(row, COMMITTEE),
            )
            for row in rows
        ]

    # --- Plans and reviews -----------------------------------------------------------------------------------

    def plans(self) -> list[dict[str, Any]]:
        rows = sorted(self.seen(ActionPlan, strategy=self.strategy), key=lambda row: row.pk)
        of_plan = {"plan__strategy": self.strategy}
        objectives = _by(lambda row: row.plan_id, self.seen(PlanObjective, **of_plan))
        results = _by(
            lambda row: row.objective_id, self.seen(PlanResult, objective__plan__strategy=self.strategy)
        )
        activities = self.seen(PlanActivity, "lead__country", **of_plan)
        steps = steps_taken(activities)
        by_result = _by(lambda row: row.result_id, activities)
        reviews = self.reviews()

        def objective(row: PlanObjective, number: int) -> dict[str, Any]:
            return told(
                axis=self.key(row.axis),
                order=unless(row.order, number),
                results=[result(each, nth) for nth, each in enumerate(results.get(row.pk, ()), start=1)],
                **fields(row, ("code", "text")),
            )

        def result(row: PlanResult, number: int) -> dict[str, Any]:
            return told(
                order=unless(row.order, number),
                activities=[self.plan_activity(each, steps) for each in by_result.get(row.pk, ())],
                **fields(row, ("code", "text")),
            )

        return [
            told(
                text_version=self.key(row.text_version),
                objectives=[
                    objective(each, number) for number, each in enumerate(objectives.get(row.pk, ()), start=1)
                ],
                reviews=reviews.get(row.pk, []),
                **fields(row, PLAN),
            )
            for row in rows
        ]

    def plan_activity(self, row: PlanActivity, steps: Steps) -> dict[str, Any]:
        return told(
            order=row.order,
            lead=self.directory.key(row.lead),
            partners=self.directory.keys(row.partners.select_related("country", "parent__country")),
            milestone=self.key(row.milestone),
            steps=written(steps[row.pk]),
            **fields(row, PLAN_ACTIVITY),
        )

    def reviews(self) -> dict[int, list[dict[str, Any]]]:
        rows = sorted(self.seen(Review, plan__strategy=self.strategy), key=lambda row: row.pk)
        steps = steps_taken(rows)
        entries = _by(
            lambda row: row.review_id,
            self.seen(ReviewEntry, "activity", review__plan__strategy=self.strategy),
        )
        told_by_plan: dict[int, list[dict[str, Any]]] = {}
        for row in rows:
            told_by_plan.setdefault(row.plan_id, []).append(
                told(
                    meeting=self.key(row.meeting),
                    entries=[
                        told(activity=entry.activity.code, **fields(entry, REVIEW_ENTRY))
                        for entry in entries.get(row.pk, ())
                    ],
                    steps=written(steps[row.pk]),
                    **fields(row, REVIEW),
                )
            )
        return told_by_plan
