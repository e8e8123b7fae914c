"""Reading the case file of a strategy."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fmm_portal.casefiles.importing import DocumentImport, Entry, given
from fmm_portal.casefiles.schema import validated
from fmm_portal.core.principals import Actor
from fmm_portal.facility.cases.programmes import find_or_add_programme
from fmm_portal.facility.models import Action, Activity
from strategies.cases.schema import StrategyDocument
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

STRATEGY = (
    "reference", "acronym", "title", "kind", "vision", "horizon", "period_from", "period_until", "notes", "sources",
)  # fmt: skip
VERSION = ("name", "dated", "note", "sources", "is_current")
AXIS = ("code", "title")
STAKEHOLDER = ("label", "role")
HEADCOUNT = ("people", "women", "men")
MILESTONE = (
    "kind", "title", "planned_on", "planned_until", "actual_on", "actual_until", "dates_note", "place", *HEADCOUNT,
    "outcome", "instrument", "instrument_reference", "sources",
)  # fmt: skip
AMENDMENT = ("text", "integrated_where", "integrated_on")
COMMITTEE = (
    "kind", "name", "mandate", "created_by", "created_on", "stated_member_count", "composition_note", "sources",
)  # fmt: skip
MEMBER = ("position", "role", "seats", "starts_on", "ends_on")
MEETING = (
    "title", "held_on", "held_until", "place", *HEADCOUNT, "agenda", "conclusions", "dates_note", "sources",
)  # fmt: skip
PLAN = ("title", "starts_on", "ends_on", "currency", "stated_activity_count", "note", "sources", "is_sample")
PLAN_ACTIVITY = (
    "code", "text", "indicator", "unit", "baseline", "target", "source_of_verification", "starts_in", "ends_in",
    "cost", "currency", "funding_source", "funder", "percent", "stall_reason", "comment",
)  # fmt: skip
REVIEW = (
    "title", "held_on", "held_until", "stated_total", "stated_done", "stated_in_progress", "stated_not_started",
    "conclusions", "note", "sources",
)  # fmt: skip
REVIEW_ENTRY = ("state", "percent", "stall_reason", "comment")


def import_strategy(document: Mapping[str, Any], *, actor: Actor) -> Strategy:
    """Make the strategy of a document of format fmm-strategy/1, with its process, its plans and their states.

    Raises InvalidCase with everything that is wrong, each with its place; then nothing has changed.
    """
    case = validated(StrategyDocument, document)
    with transaction.atomic():
        return _StrategyImport(case, actor).run()


class _StrategyImport(DocumentImport):
    def __init__(self, case: Entry, actor: Actor) -> None:
        super().__init__(case, actor)
        self.versions: dict[str, StrategyVersion] = {}
        self.axes: dict[str, Axis] = {}
        self.milestones: dict[str, Milestone] = {}
        self.meetings: dict[str, CommitteeMeeting] = {}

    def run(self) -> Strategy:
        strategy = self.add_strategy() if self.is_new(Strategy, self.case["strategy"], "strategy") else None
        if strategy is not None:
            self.add_versions(strategy)
            self.add_stakeholders(strategy)
            self.add_milestones(strategy)
            self.add_committees(strategy)
            self.add_plans(strategy)
        self.errors.raise_any()
        assert strategy is not None
        return Strategy.objects.get(pk=strategy.pk)

    def add_strategy(self) -> Strategy | None:
        entry = self.case["strategy"]
        self.directory.load()
        programme, _is_new = find_or_add_programme(self.directory, self.case.get("programme"), "programme")
        country = self.directory.country(entry["country"], "strategy.country") if "country" in entry else None
        strategy = Strategy(
            programme=programme,
            country=country,
            owner_institution=self.institution(entry, "owner_institution", "strategy"),
            ministry=self.institution(entry, "ministry", "strategy"),
            coordinator=self.institution(entry, "coordinator", "strategy"),
            owner_id=self.actor.user_id,
            **given(entry, STRATEGY),
        )
        actions = [self.linked(Action, reference) for reference in entry.get("actions", ())]
        related = {
            "themes": self.directory.themes(entry.get("themes", ()), "strategy.themes"),
            "actions": [action for action in actions if action is not None],
        }
        return self.create(strategy, "strategy", related=related, reason=self.reason())

    def add_versions(self, strategy: Strategy) -> None:
        for number, entry in enumerate(self.entries("versions")):
            path = f"versions[{number}]"
            version = StrategyVersion(strategy=strategy, **given(entry, VERSION))
            if self.create(version, path) is None:
                continue
            self.remember(self.versions, entry.get("key"), version, path)
            for nth, described in enumerate(entry.get("axes", ())):
                place = f"{path}.axes[{nth}]"
                axis = Axis(
                    version_of=version, order=described.get("order", nth + 1), **given(described, AXIS)
                )
                if self.create(axis, place):
                    self.remember(self.axes, described.get("key"), axis, place)

    def add_stakeholders(self, strategy: Strategy) -> None:
        for number, entry in enumerate(self.entries("stakeholders")):
            path = f"stakeholders[{number}]"
            stakeholder = Stakeholder(
                strategy=strategy,
                institution=self.institution(entry, "institution", path),
                **given(entry, STAKEHOLDER),
            )
            self.create(stakeholder, path)

    # --- The process -----------------------------------------------------------------------------------------

    def add_milestones(self, strategy: Strategy) -> None:
        for number, entry in enumerate(self.entries("milestones")):
            path = f"milestones[{number}]"
            milestone = Milestone(
                strategy=strategy,
                text_version=self.recall(self.versions, entry, "text_version", path),
                activity=self.activity(entry.get("activity"), f"{path}.activity"),
                **given(entry, MILESTONE),
            )
            if self.create(milestone, path, reason=self.reason()) is None:
                continue
            self.remember(self.milestones, entry.get("key"), milestone, path)
            self.add_other_dates(milestone, entry, path)
            for nth, who in enumerate(entry.get("participants", ())):
                place = f"{path}.participants[{nth}]"
                participant = MilestoneParticipant(
                    milestone=milestone,
                    institution=self.institution(who, "institution", place),
                    **given(who, ("label", *HEADCOUNT)),
                )
                self.create(participant, place)
            self.add_amendments(milestone, entry, path)
            self.take(milestone, entry, path)

    def activity(self, link: Entry | None, path: str) -> Activity | None:
        """The activity of an action that is in the portal; without the action there is none to link."""
        action = self.linked(Action, link["action"]) if link is not None else None
        if link is None or action is None:
            return None
        activity: Activity | None = action.activities.filter(number=link["number"]).first()
        if activity is None:
            self.errors.add(
                path,
                _("%(action)s has no activity %(number)s.")
                % {"action": action.reference, "number": link["number"]},
            )
        return activity

    def add_amendments(self, milestone: Milestone, entry: Entry, path: str) -> None:
        for number, asked in enumerate(entry.get("amendments", ())):
            place = f"{path}.amendments[{number}]"
            amendment = Amendment(
                milestone=milestone,
                order=asked.get("order", number + 1),
                asked_by=self.institution(asked, "asked_by", place),
                **given(asked, AMENDMENT),
            )
            if self.create(amendment, place):
                self.take(amendment, asked, place)

    def add_committees(self, strategy: Strategy) -> None:
        for number, entry in enumerate(self.entries("committees")):
            path = f"committees[{number}]"
            committee = Committee(strategy=strategy, **given(entry, COMMITTEE))
            if self.create(committee, path) is None:
                continue
            for nth, seat in enumerate(entry.get("members", ())):
                place = f"{path}.members[{nth}]"
                member = CommitteeMember(
                    committee=committee,
                    order=seat.get("order", nth + 1),
                    institution=self.institution(seat, "institution", place),
                    **given(seat, MEMBER),
                )
                self.create(member, place)
            for nth, held in enumerate(entry.get("meetings", ())):
                self.add_meeting(committee, held, f"{path}.meetings[{nth}]")

    def add_meeting(self, committee: Committee, entry: Entry, path: str) -> None:
        meeting = CommitteeMeeting(
            committee=committee,
            milestone=self.recall(self.milestones, entry, "milestone", path),
            **given(entry, MEETING),
        )
        if self.create(meeting, path):
            self.remember(self.meetings, entry.get("key"), meeting, path)
            self.add_other_dates(meeting, entry, path)
            self.take(meeting, entry, path)

    # --- Plans and reviews -----------------------------------------------------------------------------------

    def add_plans(self, strategy: Strategy) -> None:
        for number, entry in enumerate(self.entries("plans")):
            path = f"plans[{number}]"
            version = self.recall(self.versions, entry, "text_version", path)
            if version is None:
                continue
            plan = ActionPlan(strategy=strategy, text_version=version, **given(entry, PLAN))
            if self.create(plan, path) is None:
                continue
            activities: dict[str, PlanActivity] = {}
            for nth, objective in enumerate(entry.get("objectives", ())):
                self.add_objective(plan, objective, nth, f"{path}.objectives[{nth}]", activities)
            for nth, review in enumerate(entry.get("reviews", ())):
                self.add_review(plan, review, f"{path}.reviews[{nth}]", activities)

    def add_objective(
        self, plan: ActionPlan, entry: Entry, number: int, path: str, activities: dict[str, PlanActivity]
    ) -> None:
        axis = self.recall(self.axes, entry, "axis", path)
        if axis is None:
            return
        objective = PlanObjective(
            plan=plan, axis=axis, order=entry.get("order", number + 1), **given(entry, ("code", "text"))
        )
        if self.create(objective, path) is None:
            return
        for nth, expected in enumerate(entry.get("results", ())):
            place = f"{path}.results[{nth}]"
            result = PlanResult(
                objective=objective, order=expected.get("order", nth + 1), **given(expected, ("code", "text"))
            )
            if self.create(result, place) is None:
                continue
            for row, planned in enumerate(expected.get("activities", ())):
                self.add_activity(plan, result, planned, f"{place}.activities[{row}]", activities)

    def add_activity(
        self,
        plan: ActionPlan,
        result: PlanResult,
        entry: Entry,
        path: str,
        activities: dict[str, PlanActivity],
    ) -> None:
        activity = PlanActivity(
            plan=plan,
            result=result,
            # Counted through the whole plan: that is the order of the matrix.
            order=entry.get("order", len(activities) + 1),
            lead=self.institution(entry, "lead", path),
            milestone=self.recall(self.milestones, entry, "milestone", path),
            **{"currency": plan.currency, **given(entry, PLAN_ACTIVITY)},
        )
        partners = self.directory.institutions(entry.get("partners", ()), f"{path}.partners")
        if self.create(activity, path, related={"partners": partners}):
            activities[activity.code] = activity
            self.take(activity, entry, path)

    def add_review(
        self, plan: ActionPlan, entry: Entry, path: str, activities: Mapping[str, PlanActivity]
    ) -> None:
        review = Review(
            plan=plan, meeting=self.recall(self.meetings, entry, "meeting", path), **given(entry, REVIEW)
        )
        if self.create(review, path) is None:
            return
        for number, seen in enumerate(entry.get("entries", ())):
            place = f"{path}.entries[{number}]"
            activity = self.recall(activities, seen, "activity", place)
            if activity is not None:
                self.create(ReviewEntry(review=review, activity=activity, **given(seen, REVIEW_ENTRY)), place)
        self.take(review, entry, path)
