"""Pages of reports: the list, one report with its progress, asking for one, trying again, downloading."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.errors import Refused
from fmm_portal.core.policies import can
from fmm_portal.core.views import CrudViews
from fmm_portal.reports.filters import ReportFilterSet
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import report_kind
from fmm_portal.reports.services import request_report, retry_report
from fmm_portal.reports.tables import ReportTable


class ReportViews(CrudViews):
    model = Report
    prefix = "reports"
    pages = ("list", "detail", "retry", "download")
    table_class = ReportTable
    filterset_class = ReportFilterSet
    filter_names = ("kind", "status", "language", "is_mine")
    empty_text = _l("Reports are asked for on the page of the record that they are about.")

    def detail(self) -> HttpResponse:
        """Renews itself while the report is being made: by htmx, or by the browser where there is no JavaScript."""
        report = self.record()
        context = {
            "object": report,
            "title": _("%(kind)s, version %(number)d") % {"kind": report.kind_label, "number": report.number},
            # In the reader's language; the stored one is in that of whoever asked.
            "subject_label": str(report.subject or report.subject_label),
            "crumbs": self.crumbs(),
            "may_retry": can(self.principal, "retry", report).allowed,
            "download_url": self.url("download", report.pk),
            "retry_url": self.url("retry", report.pk),
        }
        is_poll = self.request.htmx  # type: ignore[attr-defined]
        template = "reports/pages/report_detail.html"
        response = self.render(f"{template}#state" if is_poll else template, context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def retry(self) -> HttpResponse:
        if self.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return redirect(retry_report(self.record(), actor=self.actor).get_absolute_url())

    def download(self) -> HttpResponse | FileResponse:
        """The file to save, never to show in the page's own place."""
        if self.request.method == "POST":
            return HttpResponseNotAllowed(["GET", "HEAD"])
        report = self.record()
        if not report.is_available:
            return redirect(report.get_absolute_url())
        return file_to_save(report.file, name=report.file_name, content_type="application/pdf")


@require_POST
@never_cache
@login_required
def request_page(request: HttpRequest, kind: str, subject_id: int) -> HttpResponse:
    """Ask for a report and go to its page; what is there already is shown at once."""
    try:
        model = report_kind(kind).model
    except Refused as error:
        raise Http404 from error
    actor = request.actor  # type: ignore[attr-defined]
    subject = get_object_or_404(model._default_manager.visible_to(actor.principal), pk=subject_id)  # type: ignore[attr-defined]
    language = request.POST.get("language") or get_language() or "en"
    report = request_report(actor=actor, kind=kind, subject=subject, language=language)
    return redirect(report.get_absolute_url())
