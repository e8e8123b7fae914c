"""What the page of one session shows: when and where, hosts, questions, notes, attendance."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.steps import Steps, steps_of
from studyvisits.models import AgendaHost, AgendaItem, Attendance, LearningQuestion, SessionNote, StudyVisit

if TYPE_CHECKING:
    from studyvisits.views.frame import VisitPartViews


def hosts_with_steps(views: "VisitPartViews", item: AgendaItem) -> list[tuple[AgendaHost, Steps]]:
    """Every host with the steps that this person may take for it, and back to this page."""
    found = []
    for host in AgendaHost.objects.visible_to(views.principal).filter(item=item).with_related():
        host.item = item
        args = [views.visit.pk, item.pk, host.pk]

        def step_url(name: str, args: list[int] = args) -> str:
            return reverse("studyvisits:agenda_host_step", args=[*args, name])

        found.append((host, steps_of(host, views.principal, step_url)))
    return found


def session_parts(views: "VisitPartViews", item: AgendaItem) -> dict[str, Any]:
    principal, visit = views.principal, views.visit
    notes = list(SessionNote.objects.visible_to(principal).filter(item=item).select_related("author"))
    for note in notes:
        note.item = item
    attendances = Attendance.objects.visible_to(principal).filter(item=item)
    return {
        "hosts": hosts_with_steps(views, item),
        "questions": LearningQuestion.objects.visible_to(principal).filter(agenda_item=item).with_related(),
        "notes": notes_with_rights(principal, visit, notes),
        "attendances": attendances.select_related("delegate__institution__country"),
        "may_write": can(principal, "create", SessionNote(item=item)).allowed,
        "may_record": can(principal, "create", Attendance(item=item)).allowed,
    }


def notes_with_rights(
    principal: Principal, visit: StudyVisit, notes: Iterable[SessionNote]
) -> list[tuple[SessionNote, bool]]:
    """Each note and whether this person may edit it. Notes need their session, so that the rules ask no query a row."""
    may_change_all = can(principal, "change", visit).allowed
    found = []
    for note in notes:
        note.item.visit = visit
        found.append((note, may_change_all or can(principal, "change", note).allowed))
    return found
