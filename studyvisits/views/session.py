"""What the page of one session shows: when and where, hosts, questions, notes, attendance."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from fmm_portal.core.facts import facts_of
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.steps import Steps, steps_of
from studyvisits.enums import HostStatus
from studyvisits.models import AgendaHost, AgendaItem, Attendance, LearningQuestion, SessionNote, StudyVisit

if TYPE_CHECKING:
    from studyvisits.views.frame import VisitPartViews

FACTS = ("kind", "leg", "place", "languages", "notes")


def hosts_with_steps(views: "VisitPartViews", item: AgendaItem) -> list[tuple[AgendaHost, Steps]]:
    """Every host with the steps that this person may take for it, and back to this page."""
    found = []
    for host in AgendaHost.objects.visible_to(views.principal).filter(item=item).with_related():
        host.item = item
        args = [views.visit.pk, item.pk, host.pk]

        def step_url(name: str, args: list[int] = args) -> str:
            return reverse("studyvisits:agenda_host_step", args=[*args, name])

        steps = steps_of(host, views.principal, step_url)
        if steps.primary is not None and not host.awaits_answer and host.status == HostStatus.CONFIRMED:
            # It has confirmed this very slot: there is nothing to confirm again.
            steps = Steps(host, None, steps.others)
        found.append((host, steps))
    return found


def session_context(views: "VisitPartViews", item: AgendaItem) -> dict[str, Any]:
    principal, visit = views.principal, views.visit
    item.visit = visit
    notes = list(SessionNote.objects.visible_to(principal).filter(item=item).select_related("author"))
    for note in notes:
        note.item = item
    attendances = Attendance.objects.visible_to(principal).filter(item=item)
    may_change = can(principal, "change", item).allowed
    return {
        "object": item,
        "item": item,
        "visit": visit,
        "title": str(item),
        "crumbs": views.crumbs(),
        "facts": [fact for fact in facts_of(item, FACTS, principal) if fact.value],
        "hosts": hosts_with_steps(views, item),
        "questions": LearningQuestion.objects.visible_to(principal).filter(agenda_item=item).with_related(),
        "notes": notes_with_rights(principal, visit, notes),
        "attendances": attendances.select_related("delegate__institution__country"),
        "may_edit": may_change,
        "may_write": can(principal, "create", SessionNote(item=item)).allowed,
        "may_record": can(principal, "create", Attendance(item=item)).allowed,
        "edit_url": reverse("studyvisits:agenda_item_edit", args=[visit.pk, item.pk]) if may_change else "",
        "delete_url": reverse("studyvisits:agenda_item_delete", args=[visit.pk, item.pk])
        if may_change
        else "",
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
