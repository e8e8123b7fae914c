"""Session mode: one session on a phone in the meeting room. Notes, what came out of it, who is there."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.forms import RecordForm
from fmm_portal.core.policies import can, require
from studyvisits.enums import HostStatus, OutcomeKind
from studyvisits.forms import (
    OutcomeCommitmentForm,
    OutcomeForm,
    PresenceForm,
    QuickOutcomeForm,
    RoomNoteForm,
    delegates_of,
)
from studyvisits.models import AgendaHost, AgendaItem, Attendance, Commitment, SessionNote, SessionOutcome
from studyvisits.parties import sides_of
from studyvisits.views.notes import SessionPartViews


class RoomViews(SessionPartViews):
    """The room of one session. Its form is that of one's own notes; the rest stands below and is saved apart."""

    model = SessionNote
    prefix = "study-visits/<int:visit_pk>/agenda/<int:item_pk>/room"
    resource = "session_room"
    pages: ClassVar[Sequence[str]] = ("notes", "present")
    paths: ClassVar[dict[str, str]] = {"notes": f"{prefix}/", "present": f"{prefix}/present/"}
    form_class = RoomNoteForm
    form_template = "studyvisits/session_room.html"
    keeps_drafts = True

    def notes(self) -> HttpResponse:
        own = self.rows().filter(item=self.item, author=self.actor.user_id).order_by("pk").first()
        note = own or self.new_record()
        note.item = self.item
        require(self.principal, "change" if own else "create", note)
        return self.edit_with(note, title=str(self.item), crumbs=self.crumbs(), cancel=self.cancel_url())

    def present(self) -> HttpResponse:
        """Take the ticks; without any, show the room again."""
        require(self.principal, "create", Attendance(item=self.item))
        form = self.presence(self.request.POST or None)
        if form.is_valid():
            form.save()
            messages.success(self.request, _t("Attendance of “%(session)s”: saved.") % {"session": self.item})
        return redirect(f"{self.url('notes')}#attendance")

    def presence(self, data: Any = None) -> PresenceForm:
        return PresenceForm(data, item=self.item, delegates=delegates_of(self.visit), actor=self.actor)

    def page_url(self, record: Any) -> str:
        """Back in the room, or on to the next session."""
        following = self.neighbours()[1] if "onward" in self.request.POST else None
        return self.room_of(following or self.item)

    def cancel_url(self) -> str:
        return self.item.get_absolute_url()

    def room_of(self, item: AgendaItem) -> str:
        return reverse("studyvisits:session_room_notes", args=[self.visit.pk, item.pk])

    def neighbours(self) -> tuple[AgendaItem | None, AgendaItem | None]:
        """The sessions before and after this one, in the order of the agenda."""
        items = list(AgendaItem.objects.visible_to(self.principal).filter(visit=self.visit))
        place = items.index(self.item)
        return items[place - 1] if place else None, next(iter(items[place + 1 :]), None)

    def render(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        before, after = self.neighbours()
        outcomes = SessionOutcome.objects.visible_to(self.principal).filter(item=self.item).with_related()
        hosts = AgendaHost.objects.visible_to(self.principal).filter(item=self.item).with_related()
        may_record = can(self.principal, "create", Attendance(item=self.item)).allowed
        room = {
            "visit": self.visit,
            "item": self.item,
            "hosts": hosts.exclude(status__in=(HostStatus.DECLINED, HostStatus.REPLACED)),
            "before": before,
            "before_url": self.room_of(before) if before else "",
            "after": after,
            "after_url": self.room_of(after) if after else "",
            "outcomes": list(outcomes),
            "outcome_form": QuickOutcomeForm(instance=SessionOutcome(item=self.item), actor=self.actor),
            "kinds": OutcomeKind.choices,
            "may_commit": can(self.principal, "create", Commitment(source=self.visit)).allowed,
            "presence": self.presence() if may_record else None,
        }
        return super().render(template, context | room, status=status)


class SessionOutcomeViews(SessionPartViews):
    """Outcomes of a session, added in the room; a task becomes a commitment with who owes it and by when."""

    model = SessionOutcome
    prefix = "study-visits/<int:visit_pk>/agenda/<int:item_pk>/outcomes"
    resource = "session_outcome"
    pages: ClassVar[Sequence[str]] = ("create", "edit", "delete", "commit")
    form_class: ClassVar[type[RecordForm] | None] = OutcomeForm
    add_title = _("Add outcome")

    def create(self) -> HttpResponse:
        self.form_class = QuickOutcomeForm  # type: ignore[misc]
        return super().create()

    def commit(self) -> HttpResponse:
        outcome = self.record()
        commitment = Commitment(source=self.visit, text=outcome.text)
        require(self.principal, "create", commitment)
        visiting, hosting = sides_of(self.visit, self.item)
        commitment.owed_by, commitment.owed_to = hosting, visiting
        return self.edit_with(
            commitment,
            title=_t("Make a commitment of it"),
            crumbs=self.crumbs(),
            cancel=self.cancel_url(),
            form_class=OutcomeCommitmentForm,
            outcome=outcome,
        )

    def rows(self) -> models.QuerySet[Any]:
        return super().rows().filter(item=self.item)

    def tab_url(self, record: Any = None) -> str:
        return f"{reverse('studyvisits:session_room_notes', args=[self.visit.pk, self.item.pk])}#outcomes"

    def page_url(self, record: Any) -> str:
        return self.tab_url()
