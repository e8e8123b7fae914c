"""Notes of a visit, session by session, and who was there."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb
from studyvisits.agenda import by_day, long_day
from studyvisits.enums import AttendanceStatus
from studyvisits.forms import AttendanceForm, SessionNoteForm, delegates_of
from studyvisits.models import AgendaItem, Attendance, SessionNote
from studyvisits.views.frame import VisitFrame, VisitPartViews
from studyvisits.views.session import notes_with_rights


@dataclass(slots=True)
class ShownSession:
    """A session with its notes; `present` of `recorded` people were there."""

    item: AgendaItem
    notes: list[tuple[SessionNote, bool]]
    present: int
    recorded: int


class NotesTab(VisitFrame):
    def notes(self) -> HttpResponse:
        visit = self.record()
        items = list(AgendaItem.objects.visible_to(self.principal).filter(visit=visit))
        written = (
            SessionNote.objects.visible_to(self.principal)
            .filter(item__visit=visit)
            .select_related("item", "author")
        )
        notes = defaultdict(list)
        for note, may_edit in notes_with_rights(self.principal, visit, written):
            notes[note.item_id].append((note, may_edit))
        seen: dict[int, Counter[str]] = defaultdict(Counter)
        rows = Attendance.objects.visible_to(self.principal).filter(item__visit=visit)
        for item_id, status in rows.order_by().values_list("item", "status"):
            seen[item_id][status] += 1
        days = [
            (
                long_day(day) if day else _t("Day not known"),
                [
                    ShownSession(
                        item,
                        notes[item.pk],
                        seen[item.pk].total() - seen[item.pk][AttendanceStatus.ABSENT],
                        seen[item.pk].total(),
                    )
                    for item in group
                ],
            )
            for day, group in by_day(items)
        ]
        first = items[0] if items else AgendaItem(visit=visit)
        first.visit = visit
        context = {
            "days": days,
            "may_write": bool(items) and can(self.principal, "create", SessionNote(item=first)).allowed,
            "may_record": bool(items) and can(self.principal, "create", Attendance(item=first)).allowed,
        }
        return self.tab(visit, "notes", context)


class SessionPartViews(VisitPartViews):
    """Pages of what belongs to one session."""

    path = "item__visit"
    tab = "notes"

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        items = AgendaItem.objects.visible_to(self.principal).filter(visit=self.visit)
        self.item: AgendaItem = get_object_or_404(items, pk=kwargs["item_pk"])
        self.item.visit = self.visit

    def new_record(self) -> Any:
        return self.model(item=self.item)  # type: ignore[misc]

    def crumbs(self, record: Any = None) -> list[Crumb]:
        return [*super().crumbs(), Crumb(self.item, self.item.get_absolute_url())]


class SessionNoteViews(SessionPartViews):
    model = SessionNote
    prefix = "study-visits/<int:visit_pk>/agenda/<int:item_pk>/notes"
    resource = "session_note"
    form_class = SessionNoteForm
    keeps_drafts = True
    add_title = _("Write notes")

    def anchor(self, record: Any) -> str:
        return f"note-{record.pk}"


class AttendanceViews(SessionPartViews):
    """One form for all delegates of a session."""

    model = Attendance
    prefix = "study-visits/<int:visit_pk>/agenda/<int:item_pk>/attendance/"
    pages: ClassVar[Sequence[str]] = ("sheet",)
    paths: ClassVar[dict[str, str]] = {"sheet": prefix}

    def sheet(self) -> HttpResponse:
        require(self.principal, "create", self.new_record())
        delegates = list(delegates_of(self.visit))
        form = AttendanceForm(
            self.request.POST or None, item=self.item, delegates=delegates, actor=self.actor
        )
        status = HTTPStatus.OK
        if self.request.method == "POST":
            if form.is_valid():
                form.save()
                messages.success(
                    self.request, _t("Attendance of “%(session)s”: saved.") % {"session": self.item}
                )
                return redirect(self.asked_for() or f"{self.tab_url()}#session-{self.item.pk}")
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        context = {
            "object": self.item,
            "item": self.item,
            "form": form,
            "title": _t("Attendance: %(session)s") % {"session": self.item},
            "crumbs": self.crumbs(),
            "cancel_url": self.cancel_url(),
            "next": self.asked_for(),
        }
        return self.render("studyvisits/attendance_sheet.html", context, status=status)
