"""Pages of delegations and of the people in them, by position."""

from http import HTTPStatus
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from delegations.composition import composition_of
from delegations.enums import DelegateStatus
from delegations.filters import DelegationFilterSet
from delegations.forms import DelegateForm, DelegationForm, ReplaceDelegateForm
from delegations.imports import DELEGATES
from delegations.models import Delegate, Delegation
from delegations.services import take_step_together
from delegations.tables import DelegationTable
from delegations.workflow import DELEGATE_WORKFLOW
from fmm_portal.core.forms import ChoiceBoxes
from fmm_portal.core.import_views import start_url
from fmm_portal.core.policies import can, require
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import Crumb, with_query
from fmm_portal.core.steps import Steps, steps_of
from fmm_portal.core.views import CrudViews


class Seat(NamedTuple):
    """A row of a delegation's list: the delegate, the steps one may take, who came in the place."""

    delegate: Delegate
    steps: Steps
    replaced_by: Delegate | None


def seats_of(delegation: Delegation, principal: Principal) -> list[Seat]:
    """The delegates in order, each with the steps that this person may take. Reads prefetched rows."""
    delegates = list(delegation.delegates.all())
    successors = {delegate.replaces_id: delegate for delegate in delegates if delegate.replaces_id}
    return [
        Seat(delegate, delegate_steps(delegate, principal), successors.get(delegate.pk))
        for delegate in delegates
    ]


def delegate_steps(delegate: Delegate, principal: Principal) -> Steps:
    def address(name: str) -> str:
        if name == "replace":
            return reverse("delegations:delegate_replace", args=[delegate.pk])
        return reverse("delegations:delegate_step", args=[delegate.pk, name])

    return steps_of(delegate, principal, address)


# Steps that are taken for many delegates at once, from the state in which they stand.
TOGETHER = {"confirm": DelegateStatus.NOMINATED, "mark_attended": DelegateStatus.CONFIRMED}


class TogetherForm(forms.Form):
    """Which delegates take a step; all of them unless somebody says otherwise."""

    delegates = forms.ModelMultipleChoiceField(
        queryset=Delegate.objects.none(), label=_l("Delegates"), widget=ChoiceBoxes,
        error_messages={"required": _l("Choose at least one delegate.")},
    )  # fmt: skip

    def __init__(self, *args: Any, waiting: list[Delegate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["delegates"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Delegate.objects.filter(pk__in=[delegate.pk for delegate in waiting]).with_related()
        field.initial = [delegate.pk for delegate in waiting]


class DelegationViews(CrudViews):
    model = Delegation
    prefix = "delegations"
    pages = (*CrudViews.pages[:-1], "together")
    paths = {"together": "delegations/<int:pk>/delegates/<slug:name>/"}
    form_class = DelegationForm
    table_class = DelegationTable
    filterset_class = DelegationFilterSet
    filter_names = ("search", "sending_country_id", "sending_institution_id")
    facts = ("sending_countries", "sending_institutions", "purpose", "notes")
    create_label = _l("Add delegation")
    empty_text = _l("A delegation is a list of positions. Names can wait, or never be needed.")
    detail_template = "delegations/delegation_detail.html"

    def extra(self, record: Delegation) -> dict[str, Any]:
        may_nominate = can(self.principal, "create", Delegate(delegation=record)).allowed
        if not may_nominate:
            # An agency nominates for itself, whatever the delegation; whether this one is decided on saving.
            may_nominate = can(self.principal, "create", Delegate).allowed
        return {
            "seats": seats_of(record, self.principal),
            "composition": composition_of(record),
            "nominate_url": reverse("delegations:delegate_create", args=[record.pk]) if may_nominate else "",
            "import_url": start_url(DELEGATES, record) if may_nominate else "",
            "together": self.steps_together(record),
        }

    def steps_together(self, record: Delegation) -> list[tuple[str, str, int]]:
        """Steps that several delegates wait for: (label, address, how many)."""
        found = []
        for name in TOGETHER:
            waiting = self.waiting_for(record, name)
            if len(waiting) > 1:
                label = {"confirm": _("Confirm nominations"), "mark_attended": _("Record attendance")}[name]
                found.append((label, self.url("together", record.pk, name), len(waiting)))
        return found

    def waiting_for(self, record: Delegation, name: str) -> list[Delegate]:
        """Delegates who stand before a step that this person may take for them."""
        right = DELEGATE_WORKFLOW.get(name).right
        return [
            delegate
            for delegate in record.delegates.all()
            if delegate.status == TOGETHER[name] and can(self.principal, right, delegate).allowed
        ]

    def together(self) -> HttpResponse:
        """One step for several delegates: all of them, or none."""
        record, name = self.record(), self.kwargs["name"]
        if name not in TOGETHER:
            raise Http404
        waiting = self.waiting_for(record, name)
        if not waiting:
            require(self.principal, "change", record)
        label = {"confirm": _("Confirm nominations"), "mark_attended": _("Record attendance")}[name]
        form = TogetherForm(self.request.POST if self.request.method == "POST" else None, waiting=waiting)
        if self.request.method == "POST" and form.is_valid():
            taken = take_step_together(list(form.cleaned_data["delegates"]), name, actor=self.actor)
            words = ngettext("%(count)d delegate: %(state)s.", "%(count)d delegates: %(state)s.", len(taken))
            state = DELEGATE_WORKFLOW.state_label(DELEGATE_WORKFLOW.get(name).target)
            messages.success(self.request, words % {"count": len(taken), "state": state})
            return redirect(self.after(record))
        context = {
            "form": form, "title": label, "submit_label": label, "crumbs": self.crumbs(record), "object": record,
            "cancel_url": self.asked_for() or record.get_absolute_url(), "next": self.asked_for(),
        }  # fmt: skip
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return self.render("generic/form.html", context, status=status)


class DelegateViews(CrudViews):
    model = Delegate
    prefix = "delegates"
    pages = ("create", "detail", "edit", "delete", "step", "replace", "history")
    paths = {"create": "delegations/<int:delegation_pk>/delegates/add/"}
    form_class = DelegateForm
    facts = (
        "position", "institution", "country", "constituency", "role", "sex", "seats", "person_name", "contact",
        "replaces", "notes",
    )  # fmt: skip
    step_pages = {"replace": "replace"}
    create_label = _l("Nominate delegate")
    adds_another = True

    def delegation(self) -> Delegation:
        rows = Delegation.objects.visible_to(self.principal)
        return get_object_or_404(rows, pk=self.kwargs["delegation_pk"])

    def new_record(self) -> Delegate:
        return Delegate(delegation=self.delegation())

    def crumbs(self, record: Any = None) -> list[Crumb]:
        delegation = self.record().delegation if "pk" in self.kwargs else self.delegation()
        found = [
            Crumb(
                capfirst(str(Delegation._meta.verbose_name_plural)), reverse("delegations:delegation_list")
            ),
            Crumb(delegation, delegation.get_absolute_url()),
        ]
        return [*found, Crumb(record, record.get_absolute_url())] if record is not None else found

    def after(self, record: Any) -> str:
        """Back to the list of positions, or on to the next one."""
        if "again" in self.request.POST:
            address = self.url("create", record.delegation_id)
            return with_query(address, next=self.asked_for()) if self.asked_for() else address
        return self.asked_for() or record.delegation.get_absolute_url()

    def replace(self) -> HttpResponse:
        """Nominate somebody else in the seat; the trail of who replaced whom stays."""
        record = self.record()
        require(self.principal, "replace", record)
        if record.status not in DELEGATE_WORKFLOW.get("replace").sources:
            raise self.refusal(record, DELEGATE_WORKFLOW, "replace")
        seat = Delegate(
            delegation=record.delegation,
            role=record.role,
            institution=record.institution,
            country=record.country,
        )
        return self.edit_with(
            seat,
            title=_("Replace %(record)s") % {"record": record},
            crumbs=self.crumbs(record),
            cancel=self.asked_for() or record.get_absolute_url(),
            form_class=ReplaceDelegateForm,
            replaced=record,
        )
