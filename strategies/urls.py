"""Addresses of strategies and their parts."""

from strategies.views.plan import PlanActivityViews, PlanViews, ReviewViews
from strategies.views.process import CommitteeViews, MeetingViews, MilestoneViews, StrategyViews

app_name = "strategies"

urlpatterns = [
    *StrategyViews.get_urls(),
    *MilestoneViews.get_urls(),
    *CommitteeViews.get_urls(),
    *MeetingViews.get_urls(),
    *PlanViews.get_urls(),
    *PlanActivityViews.get_urls(),
    *ReviewViews.get_urls(),
]
