"""Pages of the spreadsheet of a plan: saving it, sending it back, looking at what it changes, writing that."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fmm_portal.core.policies import require
from strategies.models import ActionPlan, PlanImport
from strategies.sheet.importing import import_sheet
from strategies.sheet.planning import SheetPlan, compare, stamp_of
from strategies.sheet.reading import UnreadableSheet, check_sheet, read_sheet
from strategies.sheet.uploads import keep_upload, remove_upload
from strategies.sheet.writing import file_name, marked_workbook, sheet_of, sheet_response
from strategies.views.plan import PlanFrame, plan_url


class SheetForm(forms.Form):
    file = forms.FileField(label=_("Spreadsheet (XLSX)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = filesizeformat(settings.DOCUMENT_MAX_BYTES)
        self.fields["file"].help_text = _t("At most %(limit)s.") % {"limit": limit}
        self.fields["file"].widget.attrs["accept"] = ".xlsx"

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            check_sheet(upload)
        except ValidationError as error:
            # Told of the field "file" already; here it stands at that field.
            raise ValidationError(error.messages) from error
        try:
            read_sheet(upload)
        except UnreadableSheet as error:
            raise ValidationError(str(error)) from error
        upload.seek(0)
        return upload


class PlanSheetViews(PlanFrame):
    pages: ClassVar[Sequence[str]] = ("sheet", "import_sheet", "import_preview", "import_marked")
    read_only_pages: ClassVar[Sequence[str]] = ("sheet", "import_marked")
    paths: ClassVar[dict[str, str]] = {
        "import_preview": "strategies/<int:strategy_pk>/plans/<int:pk>/import-sheet/<uuid:key>/",
        "import_marked": "strategies/<int:strategy_pk>/plans/<int:pk>/import-sheet/<uuid:key>/marked/",
    }

    def plan_to_change(self) -> ActionPlan:
        plan = self.record()
        require(self.principal, "import_sheet", plan)
        return plan

    def sheet(self) -> HttpResponse:
        return sheet_of(self.record(), self.principal)

    def import_sheet(self) -> HttpResponse:
        plan = self.plan_to_change()
        form = SheetForm(self.request.POST or None, self.request.FILES or None)
        if self.request.method == "POST" and form.is_valid():
            kept = keep_upload(plan, form.cleaned_data["file"], actor=self.actor)
            return redirect(self.url("import_preview", plan.pk, kept.key))
        context = {
            "form": form,
            "title": _t("Import spreadsheet: %(plan)s") % {"plan": plan},
            "cancel_url": plan_url("detail", plan),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        page = self.page_of(plan, current="import_sheet")
        return self.render("strategies/plan_import.html", page | context, status=status)

    def kept(self, plan: ActionPlan) -> PlanImport:
        """The file that this person sent; nobody else's."""
        mine = PlanImport.objects.filter(plan=plan, user=self.actor.user_id, expires_at__gte=timezone.now())
        return get_object_or_404(mine, pk=self.kwargs["key"])

    def import_preview(self) -> HttpResponse:
        """Every row before anything is written; then, sent back with the stamp that was shown, the writing."""
        plan = self.plan_to_change()
        kept = self.kept(plan)
        stamp = stamp_of(plan)
        status = HTTPStatus.OK
        with kept.file.open("rb") as file:
            sheet = read_sheet(file)
        has_changed = stamp != (self.request.POST.get("stamp") or kept.stamp)
        preview = None
        if self.request.method == "POST":
            status = HTTPStatus.CONFLICT
            if not has_changed:
                preview = import_sheet(plan, sheet, actor=self.actor, file_name=kept.file_name)
                if not preview.has_errors:
                    remove_upload(kept)
                    messages.success(self.request, self.told(preview))
                    return redirect(plan_url("detail", plan))
        preview = preview or compare(plan, sheet, self.principal)
        context = {
            "preview": preview,
            # What is wrong first, then what changes.
            "ordered": sorted(
                preview.rows, key=lambda row: ("error", "create", "update", "unchanged").index(row.action)
            ),
            "counts": {name: preview.counts[name] for name in ("create", "update", "unchanged", "error")},
            "upload": kept,
            "stamp": stamp,
            "has_changed": has_changed,
            "marked_url": self.url("import_marked", plan.pk, kept.key),
            "title": _t("Import spreadsheet: %(plan)s") % {"plan": plan},
        }
        page = self.page_of(plan, current="import_sheet")
        return self.render("strategies/plan_import_preview.html", page | context, status=status)

    @staticmethod
    def told(preview: SheetPlan) -> str:
        written = preview.written
        return ngettext(
            "%(count)d row was written into the plan.", "%(count)d rows were written into the plan.", written
        ) % {"count": written}

    def import_marked(self) -> HttpResponse:
        """The file again, with its bad rows in red and the reasons in a last column."""
        plan = self.plan_to_change()
        kept = self.kept(plan)
        with kept.file.open("rb") as file:
            preview = compare(plan, read_sheet(file), self.principal)
        return sheet_response(marked_workbook(plan, preview), file_name(plan, ["marked"]))
