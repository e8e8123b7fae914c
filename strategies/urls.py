"""Addresses of strategies and their parts."""

from strategies.views.plan import PlanActivityViews, PlanObjectiveViews, PlanResultViews, PlanViews
from strategies.views.plan_reviews import ReviewEntryViews, ReviewViews
from strategies.views.plan_sheet import PlanSheetViews
from strategies.views.process import CommitteeViews, MeetingViews, MilestoneViews, StrategyViews

app_name = "strategies"

urlpatterns = [
    *StrategyViews.get_urls(),
    *MilestoneViews.get_urls(),
    *CommitteeViews.get_urls(),
    *MeetingViews.get_urls(),
    *PlanViews.get_urls(),
    *PlanSheetViews.get_urls(),
    *PlanObjectiveViews.get_urls(),
    *PlanResultViews.get_urls(),
    *PlanActivityViews.get_urls(),
    *ReviewViews.get_urls(),
    *ReviewEntryViews.get_urls(),
]
