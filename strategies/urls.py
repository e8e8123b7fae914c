"""Addresses of strategies and their parts."""

from strategies.views.committees import CommitteeViews, MeetingViews, MemberViews
from strategies.views.milestones import AmendmentViews, MilestoneViews, ParticipantViews
from strategies.views.plan import PlanActivityViews, PlanObjectiveViews, PlanResultViews, PlanViews
from strategies.views.plan_reviews import ReviewEntryViews, ReviewViews
from strategies.views.plan_sheet import PlanSheetViews
from strategies.views.process import AxisViews, StakeholderViews, StrategyViews, VersionViews

app_name = "strategies"

urlpatterns = [
    *StrategyViews.get_urls(),
    *VersionViews.get_urls(),
    *AxisViews.get_urls(),
    *StakeholderViews.get_urls(),
    *MilestoneViews.get_urls(),
    *ParticipantViews.get_urls(),
    *AmendmentViews.get_urls(),
    *CommitteeViews.get_urls(),
    *MemberViews.get_urls(),
    *MeetingViews.get_urls(),
    *PlanViews.get_urls(),
    *PlanSheetViews.get_urls(),
    *PlanObjectiveViews.get_urls(),
    *PlanResultViews.get_urls(),
    *PlanActivityViews.get_urls(),
    *ReviewViews.get_urls(),
    *ReviewEntryViews.get_urls(),
]
