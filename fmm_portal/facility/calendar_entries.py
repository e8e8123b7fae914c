"""What requests and actions put into the calendar: activities, and the last days of consultations."""

from collections.abc import Iterable
from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal
from fmm_portal.core.time_line import Event
from fmm_portal.facility.enums import ActivityStatus, RequestStatus
from fmm_portal.facility.models import Action, Activity, Request
from fmm_portal.institutions.calendar import CalendarKind, Month, in_month, register_calendar
from fmm_portal.institutions.models import Country


def activities(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    rows = Activity.objects.visible_to(principal).filter(in_month(month, "starts_on", "ends_on"))
    if country is not None:
        theirs = Action.countries.through.objects.filter(country=country).values("action")
        rows = rows.filter(Q(country=country) | Q(country__isnull=True, action__in=theirs))
    for row in rows.exclude(status=ActivityStatus.CANCELLED).select_related("action"):
        yield Event(
            "activity", _("Activity"), row.starts_on, row.ends_on, row.title, row,
            f"{row.get_kind_display()} · {row.action.reference}",
        )  # fmt: skip


def deadlines(month: Month, country: Country | None, principal: Principal) -> Iterable[Event]:
    """Until when those who are consulted can answer."""
    since = timezone.make_aware(datetime.combine(month.first, time.min))
    until = timezone.make_aware(datetime.combine(month.last, time.max))
    rows = Request.objects.visible_to(principal).filter(
        status=RequestStatus.CONSULTATION, consultation_due_at__range=(since, until)
    )
    if country is not None:
        rows = rows.filter(pk__in=Request.countries.through.objects.filter(country=country).values("request"))
    for row in rows:
        assert row.consultation_due_at is not None
        day = PartialDate.of(timezone.localtime(row.consultation_due_at).date())
        yield Event("deadline", _("Answers to a consultation due"), day, None, row.title, row)


def register() -> None:
    register_calendar(CalendarKind(30, "activity", _("Activities"), activities))
    register_calendar(CalendarKind(70, "deadline", _("Deadlines"), deadlines))
