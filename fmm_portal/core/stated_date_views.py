"""The dates that other sources give of a record: added, edited and deleted from the record's own page."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.utils.translation import gettext as _

from fmm_portal.core.forms import RecordForm
from fmm_portal.core.models import Record, StatedDate
from fmm_portal.core.panels import Panel
from fmm_portal.core.policies import can, require
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import Crumb
from fmm_portal.core.stated_dates import dated_models, stated_dates_of
from fmm_portal.core.views import CrudViews


class StatedDateForm(RecordForm):
    class Meta:
        model = StatedDate
        fields = ("first", "last", "source", "note")


class StatedDateViews(CrudViews):
    model = StatedDate
    prefix = "other-dates"
    pages: ClassVar[Sequence[str]] = ("create", "edit", "delete")
    paths: ClassVar[dict[str, str]] = {"create": "other-dates/<slug:kind>/<int:subject_pk>/add/"}
    form_class: ClassVar[type[RecordForm] | None] = StatedDateForm

    def create(self) -> HttpResponse:
        record = StatedDate(subject=self.subject())
        require(self.principal, "create", record)
        return self.edit_with(
            record,
            title=_("Add other date"),
            crumbs=self.crumbs(record),
            cancel=self.asked_for() or self.page_url(record),
        )

    def subject(self) -> Record:
        """The record that the address names, in the person's scope."""
        model = next((m for m in dated_models() if m._meta.model_name == self.kwargs["kind"]), None)
        if model is None:
            raise Http404
        visible = model._default_manager.visible_to(self.principal)  # type: ignore[attr-defined]
        return get_object_or_404(visible, pk=self.kwargs["subject_pk"])

    def crumbs(self, record: Any = None) -> list[Crumb]:
        return [Crumb(record.subject, self.page_url(record))] if record is not None else []

    def page_url(self, record: Any) -> str:
        return f"{resolve_url(record.subject.get_absolute_url())}#other-dates"

    def after_delete(self, record: Any) -> str:
        return self.asked_for() or self.page_url(record)


def other_dates_panel(record: Record, principal: Principal) -> Panel | None:
    """What other sources say, with the source; empty for those who could add one only."""
    may_change = can(principal, "change", record).allowed
    rows = list(stated_dates_of(record))
    if not rows and not may_change:
        return None
    return Panel("components/other_dates.html", {"record": record, "rows": rows, "may_change": may_change})
