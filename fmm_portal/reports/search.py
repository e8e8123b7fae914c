"""How reports are found: by the reference and the name of what they are about."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.search import SearchKind, register_search
from fmm_portal.reports.models import Report


def title_of(report: Report) -> str:
    return f"{report.kind_label} v{report.number} ({report.language.upper()})"


def register() -> None:
    register_search(
        SearchKind(
            140, Report, _("Reports"), title_of, place=lambda row: row.subject_label,
            dated=lambda row: (row.created_at.date(), None), icon="document",
        )
    )  # fmt: skip
