"""What strategies put into the calendar: milestones, planned or past, and committee meetings."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.principals import Principal
from fmm_portal.core.time_line import Event
from fmm_portal.institutions.calendar import CalendarKind, Month, in_month, register_calendar
from fmm_portal.institutions.models import Country
from strategies.enums import MeetingStatus, MilestoneStatus
from strategies.models import CommitteeMeeting, Milestone


def milestones(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    took_place = Q(actual_on__isnull=False) & in_month(month, "actual_on", "actual_until")
    is_planned = Q(actual_on__isnull=True) & in_month(month, "planned_on", "planned_until")
    rows = Milestone.objects.visible_to(principal).filter(took_place | is_planned)
    if country is not None:
        rows = rows.filter(strategy__country=country)
    for row in rows.exclude(status=MilestoneStatus.CANCELLED).select_related("strategy"):
        title = row.title or row.get_kind_display()
        yield Event(
            "milestone", _("Milestone"), row.begins_on, row.ends_on, title, row, str(row.strategy)
        )  # fmt: skip


def meetings(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    rows = CommitteeMeeting.objects.visible_to(principal).filter(in_month(month, "held_on", "held_until"))
    if country is not None:
        rows = rows.filter(committee__strategy__country=country)
    for row in rows.exclude(status=MeetingStatus.CANCELLED).select_related("committee__strategy"):
        yield Event(
            "meeting", _("Committee meeting"), row.held_on, row.held_until, row.title, row,
            str(row.committee.strategy),
        )  # fmt: skip


def register() -> None:
    register_calendar(CalendarKind(40, "milestone", _("Milestones"), milestones))
    register_calendar(CalendarKind(50, "meeting", _("Committee meetings"), meetings))
