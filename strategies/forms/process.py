"""Forms of strategies, milestones and committees."""

from fmm_portal.core.forms import RecordForm
from strategies.models import Committee, CommitteeMeeting, Milestone, Strategy


class StrategyForm(RecordForm):
    class Meta:
        model = Strategy
        fields = ("title", "kind", "country")


class MilestoneForm(RecordForm):
    class Meta:
        model = Milestone
        fields = ("kind", "title", "planned_on", "planned_until")


class CommitteeForm(RecordForm):
    class Meta:
        model = Committee
        fields = ("kind", "name")


class MeetingForm(RecordForm):
    class Meta:
        model = CommitteeMeeting
        fields = ("title", "held_on")
