"""The list of reports."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.tables import Column, DateColumn, LinkColumn, NumberColumn, StatusColumn, Table
from fmm_portal.reports.models import Report


class ReportTable(Table):
    model = Report
    order = "-created_at"
    caption = _("Reports, newest first")

    reference = LinkColumn("reference", sort="reference", sub=lambda report: report.subject_label)
    kind = Column("kind_label", _("Kind"), sort="kind")
    number = NumberColumn("number", sort="number")
    language = Column("get_language_display", _("Language"), sort="language")
    status = StatusColumn(sort="status")
    created_at = DateColumn("created_at", _("Asked for"), sort="created_at")
    requested_by = Column("requested_by_label", _("By"))
