"""All pages of one resource from its model, policy, form, table and filter set."""

import copy
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from fmm_portal.core import drafts
from fmm_portal.core.bulk import MOST_ROWS
from fmm_portal.core.bulk_views import BulkPages
from fmm_portal.core.comments import comment_hosts
from fmm_portal.core.errors import Forbidden, StaleRecord, TransitionRefused
from fmm_portal.core.export_views import ExportPages
from fmm_portal.core.follow_views import FollowPages
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.history import entries_for, readable_history
from fmm_portal.core.listing import build_listing
from fmm_portal.core.models import Draft, Record
from fmm_portal.core.policies import can, require
from fmm_portal.core.removal import what_goes
from fmm_portal.core.resource import Crumb
from fmm_portal.core.services import delete_record
from fmm_portal.core.steps import StepForm
from fmm_portal.core.undoing import edits_made_alone
from fmm_portal.core.workflow import Workflow, workflow_for

HISTORY_PAGE = 40
# The form that takes the rows ticked in a list.
TICKED = "ticked"


class CrudViews(BulkPages, ExportPages, FollowPages):
    """List, detail, create, edit, delete, history and workflow steps. See `Resource` for what to declare."""

    @classmethod
    def all_pages(cls) -> Sequence[str]:
        pages = super().all_pages()
        return (*pages, "comments") if "detail" in pages and cls.model in comment_hosts() else pages

    def list(self) -> HttpResponse:
        assert self.table_class is not None
        self.open_with_default_view()
        ticks = TICKED if self.may_edit_together() else ""
        listing = build_listing(
            self.request, self.rows(), self.table_class, filterset_class=self.filterset_class,
            filter_names=self.filter_names, more_filters=self.more_filters, ticks=ticks, only=self.shown_columns(),
        )  # fmt: skip
        may_create = "create" in self.pages and can(self.principal, "create", self.model).allowed
        context = {
            "title": self.list_title(), "listing": listing, "empty_text": self.empty_text, "tabs": self.list_tabs(),
            "create_url": self.url("create") if may_create else "", "create_label": self.create_label,
            "bulk_url": self.url("bulk") if ticks else "", "most_together": MOST_ROWS,
            "import_url": self.import_url(), "export_url": self.url("export"), "export_at_once": self.rows_at_once,
            "saved_views": self.saved_views, "current_view": self.current_view, "list_url": self.url("list"),
            "views_url": self.url("views"), "columns_url": self.url("columns"), "clear_url": self.clear_url(),
        }  # fmt: skip
        # For htmx only what changes: the rows and, out of band, their number.
        template = "generic/list.html#results" if self.request.htmx else self.list_template  # type: ignore[attr-defined]
        response = self.render(template, context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def detail(self) -> HttpResponse:
        record = self.record()
        return self.render(self.detail_template, self.page_of(record) | self.extra(record))  # noqa: S610 - ours, no SQL

    def create(self) -> HttpResponse:
        require(self.principal, "create", self.model)
        title = str(self.create_label or _("Add %(thing)s") % {"thing": self.model._meta.verbose_name})
        return self.edit_with(self.new_record(), title=title, crumbs=self.crumbs(), cancel=self.cancel_url())

    def edit(self) -> HttpResponse:
        record = self.record()
        require(self.principal, "change", record)
        title = _("Edit %(record)s") % {"record": record}
        return self.edit_with(
            record, title=title, crumbs=self.crumbs(record), cancel=self.asked_for() or self.page_url(record)
        )

    def edit_with(
        self,
        record: Record,
        *,
        title: str,
        crumbs: Sequence[Crumb],
        cancel: str,
        form_class: type[RecordForm] | None = None,
        **more_options: Any,
    ) -> HttpResponse:
        """Show a form, or take it: saved once, refused in words, or rebased on what somebody else saved.

        `form_class` and its options are the resource's own unless another form does the work.
        """
        form_class = form_class or self.form_class
        assert form_class is not None
        status, options = HTTPStatus.OK, self.form_options() | more_options
        if (answer := self.draft_answer(record)) is not None:
            return answer
        desk, draft = self.desk()
        restored = False
        if self.request.method == "POST":
            # A copy: what was typed must not show in the headings of a page that refuses it.
            form = form_class(self.request.POST, self.request.FILES, instance=copy.copy(record), **options)
            if (first := form.submitted_before()) is not None:
                return self.saved(first)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                try:
                    saved = form.save(self.actor)
                except ValidationError as error:
                    form.take_errors(error)
                except StaleRecord as error:
                    form, status = form.rebased_on(error), HTTPStatus.CONFLICT
                else:
                    messages.success(self.request, _("%(record)s: saved.") % {"record": saved})
                    return self.saved(saved)
        else:
            form = form_class(instance=record, **options)
            restored = draft is not None and drafts.put_back(form, draft)
        context = {
            "form": form, "title": title, "crumbs": crumbs, "cancel_url": cancel, "next": self.asked_for(),
            "object": record if record.pk else None, "desk": desk, "restored": restored,
        }  # fmt: skip
        return self.render(self.form_template, context, status=status)

    def draft_answer(self, record: Record) -> HttpResponse | None:
        """The answer to an autosave, or to throwing a draft away; None for everything else that a form is asked."""
        if self.request.method != "POST" or not self.keeps_drafts:
            return None
        if drafts.HEADER in self.request.headers:
            return drafts.take_draft(self.request, record, self.actor)
        if thrown := self.request.POST.get("discard_draft"):
            drafts.forget(self.request.path, thrown, self.actor)
            return drafts.mark_saved(redirect(self.request.get_full_path()), self.request.path)
        return None

    def desk(self) -> tuple[drafts.Desk | None, Draft | None]:
        """Where drafts of this form are kept, and the draft to go on with; nothing where none are kept."""
        if not self.keeps_drafts:
            return None, None
        asked = self.request.POST.get("draft") or self.request.GET.get("draft") or ""
        return drafts.desk_at(self.request.path, self.actor, token=drafts.as_token(asked))

    def saved(self, record: Record) -> HttpResponse:
        """On to the next page; what was kept of the form until now is no longer needed."""
        response = redirect(self.after(record))
        if not self.keeps_drafts:
            return response
        drafts.forget(self.request.path, self.request.POST.get("draft", ""), self.actor)
        return drafts.mark_saved(response, self.request.path)

    def delete(self) -> HttpResponse:
        record = self.record()
        require(self.principal, "delete", record)
        if self.request.method == "POST":
            label, after = str(record), self.after_delete(record)
            delete_record(record, actor=self.actor, reason=self.request.POST.get("reason", ""))
            messages.success(self.request, _("%(record)s: deleted.") % {"record": label})
            return redirect(after)
        context = {
            "object": record, "title": _("Delete %(record)s") % {"record": record}, "crumbs": self.crumbs(record),
            "removal": what_goes(record), "cancel_url": self.page_url(record),
        }  # fmt: skip
        return self.render("generic/confirm_delete.html", context)

    def after_delete(self, record: Any) -> str:
        return self.cancel_url()

    def history(self) -> HttpResponse:
        record = self.record()
        pages = Paginator(readable_history(record, self.principal), HISTORY_PAGE)
        page = pages.get_page(self.request.GET.get("page"))
        activities = list(page.object_list)
        may_change = can(self.principal, "change", record).allowed
        undoable = edits_made_alone(record, activities) if may_change else set[int]()
        entries = [
            entry._replace(may_undo=entry.activity.pk in undoable)
            for entry in entries_for(record, activities, self.principal)
        ]
        context = self.page_of(record, current="history") | {"page": page, "entries": entries}
        return self.render(self.history_template, context)

    def comments(self) -> HttpResponse:
        """What was said about the record, and a box to say something."""
        from fmm_portal.core.comment_views import CommentViews

        # The pages of comments are themselves made of this class.
        return CommentViews(self.request, **self.kwargs).on(self, self.record())

    def step(self) -> HttpResponse:
        """Take a workflow step, or ask for what it needs first and say what blocks it."""
        record, name = self.record(), self.kwargs["name"]
        workflow = workflow_for(self.model)
        if workflow is None or name in self.step_pages:
            raise Http404
        step = next((step for step in workflow.available(record, self.principal) if step.name == name), None)
        if step is None:
            raise self.refusal(record, workflow, name)
        form, status = self.step_form(record=record, step=step, actor=self.actor), HTTPStatus.OK
        if self.request.method == "POST":
            form = self.step_form(self.request.POST, record=record, step=step, actor=self.actor)
            taken = form.take()
            if taken is not None:
                state = workflow.state_label(workflow.state_of(taken))
                messages.success(
                    self.request, _("%(record)s is now: %(state)s.") % {"record": taken, "state": state}
                )
                return redirect(self.after(taken))
            status = HTTPStatus.CONFLICT if form.non_field_errors() else HTTPStatus.UNPROCESSABLE_ENTITY
        context = {
            "object": record, "form": form, "step": step, "title": step.label, "crumbs": self.crumbs(record),
            "missing": [(blocker.message, self.mend_url(record, blocker.code)) for blocker in step.blockers],
            "target": workflow.state_label(step.target), "cancel_url": self.asked_for() or self.page_url(record),
            "next": self.asked_for(),
        }  # fmt: skip
        return self.render("generic/step.html", context, status=status)

    def step_form(self, *args: Any, **options: Any) -> StepForm:
        """What a step asks for; resources narrow what can be chosen."""
        return StepForm(*args, **options)

    def refusal(self, record: Record, workflow: Workflow, name: str) -> Forbidden | TransitionRefused:
        """Why a step is not offered: the person's role or the present state."""
        transition = workflow.get(name)
        decision = can(self.principal, transition.right, record)
        if not decision.allowed:
            return Forbidden(decision.reason)
        state = workflow.state_label(workflow.state_of(record))
        words = {"step": transition.label, "state": state}
        return TransitionRefused(
            _("“%(step)s” is not possible now: the state is “%(state)s”.") % words, code="wrong_state"
        )
