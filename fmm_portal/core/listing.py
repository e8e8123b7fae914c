"""One page of a list: filtered, sorted, cut into pages, all of it readable from the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.core.paginator import Page, Paginator
from django.db import models
from django.http import HttpRequest

from fmm_portal.core.filter_bar import FilterBar
from fmm_portal.core.kept import kept
from fmm_portal.core.principals import Principal
from fmm_portal.core.tables import Table

PAGE_SIZES = (25, 50, 100)


@dataclass(frozen=True, slots=True)
class Listing:
    """What templates/generic/list.html shows. `is_narrowed`: filters hide rows."""

    table: Table
    page: Page[Any]
    bar: FilterBar | None
    count: int
    page_sizes: Sequence[int] = PAGE_SIZES

    @property
    def is_narrowed(self) -> bool:
        return bool(self.bar and self.bar.chips)


def page_size(request: HttpRequest) -> int:
    """The asked size, kept for the session; the smallest when nobody asked."""
    asked = request.GET.get("page_size", "")
    if asked.isdecimal() and int(asked) in PAGE_SIZES:
        if request.session.get("page_size") != int(asked):
            request.session["page_size"] = int(asked)
        return int(asked)
    return int(request.session.get("page_size", PAGE_SIZES[0]))


def matching(
    request: HttpRequest,
    rows: models.QuerySet[Any],
    filterset_class: type[django_filters.FilterSet] | None,
) -> models.QuerySet[Any]:
    """The rows that the filters in the address leave; none when a filter is not understood."""
    if filterset_class is None:
        return rows
    filterset = filterset_class(data=request.GET, queryset=rows, request=request)
    return filterset.qs if filterset.is_valid() else rows.none()


def _count(request: HttpRequest, rows: models.QuerySet[Any]) -> int:
    """How many rows the filters leave; the sort and the page do not change it."""
    asked = request.GET.copy()
    for name in ("page", "page_size", "sort"):
        asked.pop(name, None)
    principal: Principal = request.actor.principal  # type: ignore[attr-defined]
    return kept(f"count of {request.path}?{asked.urlencode()}", principal, rows.count)


def build_listing(
    request: HttpRequest,
    rows: models.QuerySet[Any],
    table_class: type[Table],
    *,
    filterset_class: type[django_filters.FilterSet] | None = None,
    filter_names: Sequence[str] = (),
    more_filters: Sequence[str] = (),
    without: Sequence[str] = (),
    ticks: str = "",
    only: Sequence[str] | None = None,
) -> Listing:
    """`rows` are those the principal may see, without relations: the page alone fetches them.

    `ticks` is the id of the form that takes the rows ticked in the list; "" for a list without boxes.
    """
    bar = None
    if filterset_class is not None:
        filterset = filterset_class(data=request.GET, queryset=rows, request=request)
        bar = FilterBar(filterset, request.GET, names=filter_names, more=more_filters)
        rows = filterset.qs if bar.is_valid else rows.none()
    count = _count(request, rows)
    shown = only if only is not None else table_class.default_columns()
    related = rows.for_list(shown) if hasattr(rows, "for_list") else rows
    sort = request.GET.get("sort", "")
    paginator = Paginator(table_class.sorted(related, sort), page_size(request))
    # Counted once, on the bare rows: joins for display do not change the number.
    paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    records = list(page.object_list)
    table_class.complete(records)
    table = table_class(records, query=request.GET, sort=sort, without=without, ticks=ticks, only=only)
    page.object_list = table.records  # type: ignore[assignment]
    return Listing(table, page, bar, count)
