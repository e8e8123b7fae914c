"""What study visits and commitments add to the programme at a glance."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from babel.dates import get_month_names
from django.db.models import Count
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, pgettext

from delegations.models import Delegation
from fmm_portal.core.home import Figure
from fmm_portal.core.overview import Cell, Chart, Columns, OverviewPart, Row, register_overview
from fmm_portal.core.partial_dates import babel_locale, today
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.institutions.country_counts import register_country_count
from studyvisits.enums import AHEAD_STATUSES, CommitmentStatus
from studyvisits.models import Commitment, Leg, StudyVisit

# As many years as a chart shows at most, the latest of them.
SHOWN_YEARS = 8


def build(principal: Principal) -> dict[str, Any]:
    visits = StudyVisit.objects.visible_to(principal).order_by()
    commitments = Commitment.objects.visible_to(principal).order_by()
    # "2019-01", "2019" or None: dates are text that begins with what is known.
    months = visits.annotate(known=Substr("starts_on", 1, 7)).values_list("known").annotate(count=Count("pk"))
    return {
        "visits": {known or "": count for known, count in months},
        "this_year": today().year,
        "ahead": visits.ahead().count(),
        "late_reports": visits.with_late_report(today()).count(),
        "commitments": dict(commitments.values_list("status").annotate(count=Count("pk"))),
        "overdue": commitments.overdue(today()).count(),
    }


def present(data: Mapping[str, Any]) -> OverviewPart:
    visit_list, commitment_list = reverse("studyvisits:visit_list"), reverse("studyvisits:commitment_list")
    ahead, late = data["ahead"], data["late_reports"]
    kept, overdue = data["commitments"].get(CommitmentStatus.DONE, 0), data["overdue"]
    figures = [
        Figure(
            ahead,
            npgettext("figure", "study visit ahead or under way", "study visits ahead or under way", ahead),
            with_query(visit_list, status=[status.value for status in AHEAD_STATUSES]),
        ),
        Figure(
            late,
            npgettext("figure", "late visit report", "late visit reports", late),
            with_query(visit_list, is_report_late="true"),
            is_warning=bool(late),
        ),
        Figure(
            kept,
            npgettext("figure", "commitment kept", "commitments kept", kept),
            with_query(commitment_list, status=CommitmentStatus.DONE.value),
            _("of %(total)d") % {"total": sum(data["commitments"].values())},
        ),
        Figure(
            overdue,
            npgettext("figure", "overdue commitment", "overdue commitments", overdue),
            with_query(commitment_list, is_overdue="true"),
            is_warning=bool(overdue),
        ),
    ]
    charts = [*_by_month(data, visit_list), *_by_year(data, visit_list), *_commitments(data, commitment_list)]
    return OverviewPart(figures, charts)


def _years(data: Mapping[str, Any]) -> Counter[int]:
    years: Counter[int] = Counter()
    for known, count in data["visits"].items():
        if known:
            years[int(known[:4])] += count
    return years


def _by_month(data: Mapping[str, Any], listed: str) -> list[Chart]:
    """The months of the year nearest to this one in which there are visits."""
    years = _years(data)
    if not years:
        return []
    year = min(years, key=lambda known: (abs(known - data["this_year"]), -known))
    names = get_month_names("abbreviated", context="stand-alone", locale=babel_locale())
    rows = []
    for month in range(1, 13):
        known = f"{year}-{month:02d}"
        url = with_query(listed, year=year, begins_in=known)
        rows.append(Row(names[month], [Cell(data["visits"].get(known, 0), url)]))
    chart = Columns(
        "visits-by-month",
        _("Study visits by month, %(year)s") % {"year": year},
        _("How many study visits began in each month of the year."),
        [_("Month"), pgettext("column", "Study visits")],
        rows,
        note=_("Visits of which only the year is known are not among them.")
        if data["visits"].get(str(year))
        else "",
    )
    return [chart]


def _by_year(data: Mapping[str, Any], listed: str) -> list[Chart]:
    years = sorted(_years(data).items())[-SHOWN_YEARS:]
    rows = [Row(str(year), [Cell(count, with_query(listed, year=year))]) for year, count in years]
    unknown = data["visits"].get("", 0)
    if unknown:
        rows.append(Row(_("Date not known"), [Cell(unknown, with_query(listed, has_date="false"))]))
    chart = Chart(
        "visits-by-year",
        _("Study visits by year"),
        _("How many study visits began in each year."),
        [_("Year"), pgettext("column", "Study visits")],
        rows,
    )
    return [chart] if rows else []


def _commitments(data: Mapping[str, Any], listed: str) -> list[Chart]:
    by_state, overdue = data["commitments"], data["overdue"]
    if not by_state:
        return []
    still_open = by_state.get(CommitmentStatus.OPEN, 0) + by_state.get(CommitmentStatus.IN_PROGRESS, 0)
    rows = [
        Row(
            _("Kept"),
            [
                Cell(
                    by_state.get(CommitmentStatus.DONE, 0),
                    with_query(listed, status=CommitmentStatus.DONE.value),
                )
            ],
        ),
        Row(
            _("Open, not yet due"),
            [Cell(still_open - overdue, with_query(listed, is_open="true", is_overdue="false"))],
        ),
        Row(_("Overdue"), [Cell(overdue, with_query(listed, is_overdue="true"))]),
        Row(
            CommitmentStatus.DROPPED.label,
            [
                Cell(
                    by_state.get(CommitmentStatus.DROPPED, 0),
                    with_query(listed, status=CommitmentStatus.DROPPED.value),
                )
            ],
        ),
    ]
    chart = Chart(
        "commitments",
        _("Commitments"),
        _("What became of what was promised at visits, missions and committees."),
        [_("State"), _("Commitments")],
        rows,
    )
    return [chart]


def _by_country(principal: Principal) -> dict[int, int]:
    """Visits that a country sends or hosts, each once."""
    seen = StudyVisit.objects.visible_to(principal).any_pk()
    hosted = Leg.objects.filter(visit__in=seen).order_by().values_list("visit", "country")
    sent = (
        Delegation.objects.filter(study_visits__in=seen)
        .order_by()
        .values_list("study_visits", "sending_countries")
        .exclude(sending_countries=None)
    )
    return dict(Counter(country for _visit, country in hosted.union(sent)))


def register() -> None:
    register_overview("studyvisits", build, present, order=30)
    register_country_count(
        "visits",
        gettext_lazy("Study visits"),
        _by_country,
        lambda country: with_query(reverse("studyvisits:visit_list"), country_id=country),
        order=40,
    )
