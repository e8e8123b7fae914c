"""What study visits put into the calendar: visits, their sessions, commitments on the day that they are due."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.display import hour
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal
from fmm_portal.core.time_line import Event
from fmm_portal.institutions.calendar import CalendarKind, Month, in_month, register_calendar
from fmm_portal.institutions.models import Country
from studyvisits.enums import CommitmentStatus, VisitStatus
from studyvisits.models import AgendaItem, Commitment, StudyVisit


def visits(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    rows = StudyVisit.objects.visible_to(principal).filter(in_month(month, "starts_on", "ends_on"))
    if country is not None:
        rows = rows.between([country])
    for row in rows.exclude(status=VisitStatus.CANCELLED):
        yield Event("visit", _("Study visit"), row.starts_on, row.ends_on, row.title, row)


def sessions(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    rows = AgendaItem.objects.visible_to(principal).filter(day__range=(month.first, month.last))
    if country is not None:
        rows = rows.filter(visit__in=StudyVisit.objects.between([country]).any_pk())
    for row in rows.exclude(visit__status=VisitStatus.CANCELLED).select_related("visit"):
        assert row.day is not None
        place = " · ".join(filter(None, (row.visit.reference, hour(row.starts_at))))
        yield Event("session", _("Session"), PartialDate.of(row.day), None, str(row), row, place)


def commitments(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    rows = Commitment.objects.visible_to(principal).filter(in_month(month, "due_on"))
    if country is not None:
        rows = rows.filter(Q(owed_by__country=country) | Q(owed_to__country=country))
    for row in rows.exclude(status=CommitmentStatus.DROPPED):
        yield Event("commitment", _("Commitment due"), row.due_on, None, row.text, row)


def register() -> None:
    register_calendar(CalendarKind(10, "visit", _("Study visits"), visits))
    register_calendar(CalendarKind(20, "session", _("Sessions"), sessions))
    register_calendar(CalendarKind(60, "commitment", _("Commitments due"), commitments))
