"""Pages of committees, their members and their meetings."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.display import dates
from fmm_portal.core.facts import Fact
from fmm_portal.core.policies import can
from fmm_portal.core.steps import strip_of
from strategies.enums import MeetingStatus
from strategies.forms.process import CommitteeForm, MeetingForm, MemberForm
from strategies.models import Committee, CommitteeMeeting, CommitteeMember
from strategies.timeline import people_in_words
from strategies.views.milestones import undated
from strategies.views.process import DeeperPartViews, StrategyPartViews, document_context


class CommitteeViews(StrategyPartViews):
    model = Committee
    prefix = "strategies/<int:strategy_pk>/committees"
    pages = ("create", "detail", "edit", "delete", "history")
    form_class = CommitteeForm
    detail_template = "strategies/committee_detail.html"
    tab = "committees"
    add_title = _("Add committee")
    facts = ("kind", "mandate", "created_by", "created_on", "composition_note")

    def fact_list(self, record: Any) -> list[Fact]:
        asked = {"kind", "mandate", "created_by", "created_on"}
        return [fact for fact in super().fact_list(record) if fact.value or fact.name in asked]

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        seats = sum(member.seats for member in record.members.all())
        return super().page_of(record, current=current) | {"strategy": self.owner, "listed_seats": seats}

    def extra(self, record: Any) -> dict[str, Any]:
        return {
            "may_edit": can(self.principal, "change", record).allowed,
            "members": record.members.all(),
            "meetings": record.meetings.all(),
            **document_context(record, self.principal, f"{record.get_absolute_url()}#documents"),
        }


class CommitteePartViews(DeeperPartViews):
    """Pages of the parts of one committee."""

    owner_model = Committee
    owner_key = "committee_pk"
    path = "committee"
    tab = "committees"


class MemberViews(CommitteePartViews):
    model = CommitteeMember
    resource = "member"
    prefix = "strategies/<int:strategy_pk>/committees/<int:committee_pk>/members"
    pages = ("create", "edit", "delete")
    form_class = MemberForm
    adds_another = True
    add_title = _("Add member")

    def anchor(self, record: Any) -> str:
        return "members"


class MeetingViews(CommitteePartViews):
    model = CommitteeMeeting
    resource = "meeting"
    prefix = "strategies/<int:strategy_pk>/committees/<int:committee_pk>/meetings"
    pages = ("create", "detail", "edit", "delete", "step", "history")
    form_class = MeetingForm
    detail_template = "strategies/meeting_detail.html"
    add_title = _("Add meeting")
    facts = ("milestone", "dates_note", "place", "agenda", "conclusions")

    def fact_list(self, record: Any) -> list[Fact]:
        known = super().fact_list(record)
        held = Fact(str(_("Dates")), dates(record.held_on, record.held_until), "held_on")
        people = Fact(str(_("People")), people_in_words(record), "people")
        asked = {"held_on", "agenda", "conclusions"}
        order = [held, *known[:3], people, *known[3:]]
        return [fact for fact in order if fact.value or fact.name in asked]

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        return super().page_of(record, current=current) | {
            "committee": self.owner,
            "strip": undated(strip_of(record, (MeetingStatus.PLANNED, MeetingStatus.HELD))),
        }

    def extra(self, record: Any) -> dict[str, Any]:
        return document_context(record, self.principal, f"{record.get_absolute_url()}#documents")
