"""The page of the calendar."""

from typing import Any

from babel.dates import get_day_names
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.core.partial_dates import babel_locale
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.calendar import Month, calendar_kinds, entries_of, month_page
from fmm_portal.institutions.models import Country


def weekdays() -> list[tuple[str, str]]:
    """Short and full names, from Monday on."""
    locale = babel_locale()
    short, full = get_day_names("abbreviated", locale=locale), get_day_names("wide", locale=locale)
    return [(str(capfirst(short[day])), str(capfirst(full[day]))) for day in range(7)]


@require_safe
@never_cache
@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """A month as a grid or as a list, of one kind or all, of one country or all."""
    principal = request.actor.principal  # type: ignore[attr-defined]
    month = Month.of(request.GET.get("month", ""))
    countries = sorted(Country.objects.visible_to(principal), key=lambda country: fold(country.name))
    asked = request.GET.get("country", "")
    country = next((country for country in countries if str(country.pk) == asked), None)
    kinds = entries_of(month, country, principal)
    chosen = next((kind for kind in calendar_kinds() if kind.key == request.GET.get("kind")), None)
    events = [event for each in kinds if chosen in (None, each.kind) for event in each.events]
    context: dict[str, Any] = {
        "title": _("Calendar: %(month)s") % {"month": month.known},
        "month": month,
        "previous": str(month.moved(-1)),
        "next": str(month.moved(1)),
        "countries": countries,
        "country": country,
        "kinds": [each for each in kinds if each.events or each.kind == chosen],
        "total": sum(len(each.events) for each in kinds),
        "chosen": chosen,
        "count": len(events),
        "page": month_page(month, events),
        "weekdays": weekdays(),
        "is_list": request.GET.get("view") == "list",
    }
    return render(request, "institutions/calendar.html", context)
