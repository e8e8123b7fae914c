"""The programme at a glance as a document: its data, of what the requester may see, and its words."""

from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmm_portal.core.overview import overview_data, overview_in_words
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from fmm_portal.facility.models import Programme
from fmm_portal.facility.report_data import ProgrammeData, programme_data
from fmm_portal.facility.report_words import Shown, author_of, programme_in_words
from fmm_portal.reports.registry import ReportKind, register_report
from fmm_portal.reports.words import title_size


class OverviewData(TypedDict):
    """`format` names this structure for who reads the file in the PDF; `parts` holds what each app counts."""

    format: str
    as_of: str
    programme: ProgrammeData | None
    parts: dict[str, Any]


def programme_at_a_glance(principal: Principal) -> Programme | None:
    """The programme that issues the document: the one whose facility takes requests, else the first."""
    seen = Programme.objects.visible_to(principal).order_by("pk")
    return seen.filter(facilities__isnull=False).first() or seen.first()


def build(programme: Programme, principal: Principal) -> OverviewData:
    programme = Programme.objects.with_detail().prefetch_related("funders__former_names").get(pk=programme.pk)
    return {
        "format": "fmm-portal/programme-overview/1",
        "as_of": today().isoformat(),
        "programme": programme_data(programme, None),
        "parts": overview_data(principal),
    }


def present(data: OverviewData) -> Shown:
    """The context of templates/reports/programme_overview.html."""
    title = _("The programme at a glance")
    overview = overview_in_words(data["parts"])
    return {
        "title": title,
        "title_size": title_size(title),
        "kind_label": _("Programme overview"),
        "author": author_of(data["programme"]),
        "programme": programme_in_words(data["programme"]),
        "as_of": PartialDate.from_iso(data["as_of"]).display(),
        "figures": overview.figures,
        "charts": overview.charts,
    }


def register() -> None:
    register_report(
        ReportKind(
            code="programme-overview",
            suffix="OV",
            label=gettext_lazy("Programme overview"),
            model=Programme,
            template="reports/programme_overview.html",
            stylesheets=("reports/base.css", "reports/document.css", "reports/programme_overview.css"),
            build=build,
            present=present,
        )
    )
