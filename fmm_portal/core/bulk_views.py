"""Pages of changes of many rows: choosing what is set, looking at what would change, doing it, undoing it."""

import hashlib
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from fmm_portal.core.activity import plain, read_change
from fmm_portal.core.bulk import (
    MOST_ROWS,
    BulkRefused,
    Outcome,
    Refusal,
    change_together,
    entries_changed_since,
    rehearse,
    undo_together,
)
from fmm_portal.core.bulk_forms import BulkForm
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.listing import matching
from fmm_portal.core.models import Activity, BulkChange
from fmm_portal.core.policies import no, policy_for
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import Resource, signed_out

# Rows on the page of a change; refusals named in a preview.
ROWS_SHOWN = 50
REFUSALS_SHOWN = 30
# No key has more; SQLite would raise.
MOST_DIGITS = 18


class BulkPages(Resource):
    """`bulk_fields` are those of the resource's form that may be given one value in many rows."""

    bulk_fields: ClassVar[Sequence[str]] = ()

    @classmethod
    def all_pages(cls) -> Sequence[str]:
        pages = super().all_pages()
        return (*pages, "bulk") if "list" in pages and cls.bulk_fields else pages

    def may_edit_together(self) -> bool:
        """Programme staff; each row is asked for again, by its own policy."""
        return bool(self.bulk_fields) and self.principal.knows_colleagues

    def fields_together(self) -> dict[str, forms.Field]:
        """The fields of the resource's form, dressed and narrowed as there."""
        assert self.form_class is not None
        form = self.form_class(instance=self.ticked_rows().first(), actor=self.actor)
        hidden = policy_for(self.model).hidden_fields(self.principal, None) | self.model.restricted_fields
        return {
            name: form.fields[name] for name in self.bulk_fields if name in form.fields and name not in hidden
        }

    def ticked_rows(self) -> models.QuerySet[Any]:
        """The rows that the address names, one by one or as all that the filters leave, among those in sight."""
        if "all" in self.request.GET:
            return matching(self.request, self.rows(), self.filterset_class)
        pks = [int(pk) for pk in self.request.GET.getlist("pk") if pk.isdecimal() and len(pk) < MOST_DIGITS]
        return self.rows().filter(pk__in=pks)

    def bulk(self) -> HttpResponse:
        if not self.may_edit_together():
            raise Forbidden(no().reason)
        rows = list(self.ticked_rows().order_by("pk").values_list("pk", "version")[: MOST_ROWS + 1])
        if not rows:
            messages.warning(self.request, _("Tick the rows to edit first."))
            return redirect(self.back_to_list())
        if len(rows) > MOST_ROWS:
            raise Refused(
                _("At most %(number)d rows are edited together. Narrow the list by filters.")
                % {"number": MOST_ROWS}
            )
        stage = self.request.POST.get("stage", "")
        form = BulkForm(self.request.POST or None, model=self.model, fields=self.fields_together())
        context = {
            "title": _("Edit together"),
            "form": form,
            "count": len(rows),
            "is_all": "all" in self.request.GET,
            "sample": [str(row) for row in self.ticked_rows().with_related().order_by("pk")[:5]],  # type: ignore[attr-defined]
            "crumbs": self.crumbs(),
            "cancel_url": self.back_to_list(),
            "kinds": self.model._meta.verbose_name_plural,
        }
        if stage not in {"preview", "apply"}:
            return self.render("core/bulk_edit.html", context)
        if not form.is_valid():
            return self.render("core/bulk_edit.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.preview_or_change(form, dict(rows), context, is_sure=stage == "apply")

    def preview_or_change(
        self, form: BulkForm, rows: dict[int, int], context: dict[str, Any], *, is_sure: bool
    ) -> HttpResponse:
        """The rehearsal shown; or, once the person is sure of exactly what was shown, the change."""
        left_out = {int(pk) for pk in self.request.POST.getlist("leave_out") if pk.isdecimal()}
        pks = [pk for pk in rows if not (is_sure and pk in left_out)]
        status, note = HTTPStatus.OK, ""
        if is_sure and self.request.POST.get("seen") == stamp_of(rows):
            try:
                bulk = change_together(
                    self.model, pks, form.changes(), actor=self.actor, reason=form.cleaned_data["reason"]
                )
            except BulkRefused:
                status = HTTPStatus.CONFLICT
                note = _("Nothing was changed: some rows cannot be changed, see below.")
            else:
                words = ngettext("%(count)d row changed.", "%(count)d rows changed.", bulk.count)
                messages.success(self.request, words % {"count": bulk.count})
                return redirect(bulk)
        elif is_sure:
            status, note = (
                HTTPStatus.CONFLICT,
                _("Nothing was changed: the rows are not those of the preview any more."),
            )
        outcome = rehearse(self.model, list(rows), form.changes(), actor=self.actor)
        context |= {
            "title": _("Preview of the change"),
            "note": note,
            "outcome": outcome,
            "refused_shown": outcome.refused[:REFUSALS_SHOWN],
            "refused_more": max(0, len(outcome.refused) - REFUSALS_SHOWN),
            "values": [
                read_change(self.model, name, [None, kept]) for name, kept in kept_values(form).items()
            ],
            "seen": stamp_of(rows),
            "typed": typed_in(self.request),
        }
        return self.render("core/bulk_preview.html", context, status=status)

    def back_to_list(self) -> str:
        """The list as it was filtered."""
        query = self.request.GET.copy()
        for name in ("pk", "all"):
            query.pop(name, None)
        return f"{self.url('list')}?{query.urlencode()}" if query else self.url("list")


def kept_values(form: BulkForm) -> dict[str, Any]:
    """What is written, as history keeps it."""
    return {name: plain(value) for name, value in form.changes().items()}


def stamp_of(rows: dict[int, int]) -> str:
    """Tells whether rows or their versions differ from those of the preview."""
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()[:20]


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """The form as it was sent, for hidden fields of the preview."""
    machinery = {"csrfmiddlewaretoken", "stage", "seen", "leave_out"}
    return [
        (name, value) for name, values in request.POST.lists() for value in values if name not in machinery
    ]


@never_cache
def bulk_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change of many rows: what was set, in which rows, and the way to undo it. For the programme's staff."""
    if not request.user.is_authenticated:
        return signed_out(request)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.principal.knows_colleagues:
        raise Http404
    bulk = get_object_or_404(BulkChange.objects.select_related("model_type", "undoes", "undone_by"), pk=pk)
    seen = set(_entries_in_sight(bulk, actor.principal).values_list("subject_id", flat=True))
    if not seen:
        raise Http404
    since = [Refusal(entry.subject_id, entry.subject_label, []) for entry in entries_changed_since(bulk)]
    status, refused = HTTPStatus.OK, list[Refusal]()
    if request.method == "POST":
        left_out = {int(pk) for pk in request.POST.getlist("leave_out") if pk.isdecimal()}
        # What the person was not told of may not be skipped.
        told = left_out if request.POST.get("is_told") else set()
        try:
            undoing = undo_together(
                bulk, actor=actor, leave_out=told, reason=request.POST.get("reason", "")[:500]
            )
        except BulkRefused as error:
            status, refused = HTTPStatus.CONFLICT, error.outcome.refused
        else:
            words = ngettext("%(count)d row set back.", "%(count)d rows set back.", undoing.count)
            messages.success(request, words % {"count": undoing.count})
            return redirect(undoing)
    left = [
        row if row.pk in seen else row._replace(label=_("A row out of your sight"))
        for row in (*since, *refused)
    ]
    return render(
        request,
        "core/bulk_change.html",
        _page_of(request, bulk, left, is_refused=bool(refused)),
        status=status,
    )


def _entries_in_sight(bulk: BulkChange, principal: Principal) -> models.QuerySet[Activity]:
    """Those of rows that the principal sees, or that are gone."""
    rows = bulk.changed_model._default_manager
    seen = policy_for(bulk.changed_model).scope(principal, rows.all()).order_by().values("pk")
    gone = ~models.Q(subject_id__in=rows.order_by().values("pk"))
    return bulk.entries.filter(models.Q(subject_id__in=seen) | gone)


def _page_of(
    request: HttpRequest, bulk: BulkChange, refused: Iterable[Refusal], *, is_refused: bool
) -> dict[str, Any]:
    principal = request.actor.principal  # type: ignore[attr-defined]
    model = bulk.changed_model
    policy = policy_for(model)
    entries = _entries_in_sight(bulk, principal).order_by("subject_label", "pk")
    page = Paginator(entries.prefetch_related("subject"), ROWS_SHOWN).get_page(request.GET.get("page"))
    hidden = policy.hidden_fields(principal, None)
    left = {refusal.pk: refusal for refusal in refused}
    count = Outcome(changed=bulk.count - len(left), refused=list(left.values()))
    return {
        "title": _("%(count)d rows changed together: %(kinds)s")
        % {"count": bulk.count, "kinds": capfirst(str(model._meta.verbose_name_plural))},
        "bulk": bulk,
        "page": page,
        "values": [
            read_change(model, name, [None, kept]) for name, kept in bulk.values.items() if name not in hidden
        ],
        "may_undo": bulk.count <= MOST_ROWS,
        "most_together": MOST_ROWS,
        "undone_by": BulkChange.objects.filter(undoes=bulk).first(),
        "outcome": count,
        "refused_shown": count.refused[:REFUSALS_SHOWN],
        "refused_more": max(0, len(count.refused) - REFUSALS_SHOWN),
        "is_refused": is_refused,
    }
