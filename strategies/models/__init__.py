"""National strategies: their versions, milestones, committees, action plans and reviews."""

from strategies.models.committee import Committee, CommitteeMeeting, CommitteeMember
from strategies.models.milestone import Amendment, Milestone, MilestoneParticipant
from strategies.models.plan import ActionPlan, PlanActivity, PlanObjective, PlanResult
from strategies.models.plan_import import PlanImport
from strategies.models.review import Review, ReviewEntry
from strategies.models.strategy import Axis, Stakeholder, Strategy, StrategyVersion

__all__ = (
    "ActionPlan",
    "Amendment",
    "Axis",
    "Committee",
    "CommitteeMeeting",
    "CommitteeMember",
    "Milestone",
    "MilestoneParticipant",
    "PlanActivity",
    "PlanImport",
    "PlanObjective",
    "PlanResult",
    "Review",
    "ReviewEntry",
    "Stakeholder",
    "Strategy",
    "StrategyVersion",
)
