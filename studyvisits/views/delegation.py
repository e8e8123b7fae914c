"""The delegations of a visit: begun here or joined from elsewhere. Positions have their own pages in `delegations`."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delegations.composition import Composition, composition_of
from delegations.enums import DelegateStatus
from delegations.forms import DelegationForm
from delegations.models import Delegate, Delegation
from delegations.views import DelegationViews, Seat, seats_of
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.models import Record
from fmm_portal.core.policies import can, require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import update_record
from studyvisits.forms import JoinDelegationForm
from studyvisits.models import StudyVisit
from studyvisits.services import join_delegation, mark_delegates_attended
from studyvisits.views.frame import VisitFrame, VisitPartViews, visit_url


@dataclass(frozen=True, slots=True)
class ShownDelegation:
    """A delegation on the visit's page, with what this person may do about it."""

    delegation: Delegation
    seats: list[Seat]
    composition: Composition
    nominate_url: str
    # Steps that several delegates wait for: (label, address, how many).
    together: list[tuple[str, str, int]]
    edit_url: str
    leave_url: str


class DelegationTab(VisitFrame):
    def delegation(self) -> HttpResponse:
        visit = self.record()
        delegations = Delegation.objects.visible_to(self.principal).filter(study_visits=visit).with_detail()
        may_edit = can(self.principal, "change", visit).allowed
        confirmed = visit.standing_delegates().filter(status=DelegateStatus.CONFIRMED)
        context = {
            "delegations": [
                self.shown(visit, delegation, may_edit) for delegation in delegations.order_by("pk")
            ],
            "may_edit_visit": may_edit,
            "to_mark": confirmed.count() if may_edit else 0,
        }
        return self.tab(visit, "delegation", context)

    def shown(self, visit: StudyVisit, delegation: Delegation, may_edit_visit: bool) -> ShownDelegation:
        for delegate in delegation.delegates.all():
            # What the rules read of the delegation is at hand already.
            delegate.delegation = delegation
        may_change = can(self.principal, "change", delegation).allowed
        may_nominate = may_change or can(self.principal, "create", Delegate).allowed
        args = [visit.pk, delegation.pk]
        return ShownDelegation(
            delegation,
            seats_of(delegation, self.principal),
            composition_of(delegation),
            reverse("delegations:delegate_create", args=[delegation.pk]) if may_nominate else "",
            DelegationViews(self.request).steps_together(delegation),
            reverse("studyvisits:visit_delegation_edit", args=args) if may_change else "",
            reverse("studyvisits:visit_delegation_leave", args=args) if may_edit_visit else "",
        )

    def attended(self) -> HttpResponse:
        """Every confirmed delegate came."""
        if self.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        visit = self.record()
        require(self.principal, "change", visit)
        count = len(mark_delegates_attended(visit, actor=self.actor))
        text = ngettext(
            "%(count)d delegate is recorded as attended.",
            "%(count)d delegates are recorded as attended.",
            count,
        )
        messages.success(self.request, text % {"count": count})
        return redirect(visit_url("delegation", visit))


class NewDelegationForm(DelegationForm):
    """A delegation begun for a visit takes part in it at once."""

    def __init__(self, *args: Any, visit: StudyVisit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit

    def create(self, actor: Actor) -> Record:
        with transaction.atomic():
            delegation = super().create(actor)
            join_delegation(self.visit, delegation, actor=actor)  # type: ignore[arg-type]
        return delegation


class VisitDelegationViews(VisitPartViews):
    """Delegations within a visit: begun, joined, edited, taken out again."""

    model = Delegation
    prefix = "study-visits/<int:visit_pk>/delegations"
    resource = "visit_delegation"
    pages: ClassVar[Sequence[str]] = ("create", "edit", "join", "leave")
    paths: ClassVar[dict[str, str]] = {"join": "study-visits/<int:visit_pk>/delegations/join/"}
    form_class: ClassVar[type[RecordForm] | None] = DelegationForm
    tab = "delegation"
    path = "study_visits"
    add_title = _("Add delegation")

    def new_record(self) -> Delegation:
        return Delegation()

    def create(self) -> HttpResponse:
        require(self.principal, "change", self.visit)
        self.form_class = NewDelegationForm  # type: ignore[misc]
        return super().create()

    def form_options(self) -> dict[str, Any]:
        options = super().form_options()
        return options | {"visit": self.visit} if self.form_class is NewDelegationForm else options

    def join(self) -> HttpResponse:
        require(self.principal, "change", self.visit)
        form = JoinDelegationForm(self.request.POST or None, visit=self.visit, actor=self.actor)
        if self.request.method == "POST" and form.is_valid():
            joined = form.cleaned_data["delegation"]
            join_delegation(self.visit, joined, actor=self.actor)
            messages.success(self.request, _t("%(delegation)s now takes part.") % {"delegation": joined})
            return redirect(self.tab_url(joined))
        context = {
            "form": form,
            "title": _t("Let an existing delegation take part"),
            "crumbs": self.crumbs(),
            "cancel_url": self.tab_url(),
            "submit_label": _t("Let it take part"),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return self.render("generic/form.html", context, status=status)

    def leave(self) -> HttpResponse:
        delegation = self.record()
        require(self.principal, "change", self.visit)
        if self.request.method == "POST":
            left = [row for row in self.visit.delegations.all() if row != delegation]
            update_record(self.visit, actor=self.actor, changes={"delegations": left})
            text = _t("%(delegation)s no longer takes part.")
            messages.success(self.request, text % {"delegation": delegation})
            return redirect(self.tab_url())
        context = {
            "title": _t("Take out of the visit"),
            "question": str(delegation),
            "consequences": [
                _t("The delegation and its positions are kept, and can take part in other visits.")
            ],
            "submit_label": _t("Take out of the visit"),
            "cancel_url": self.tab_url(),
            "crumbs": self.crumbs(),
            "is_danger": True,
        }
        return self.render("generic/confirm.html", context)
