"""What requests and actions add to the programme at a glance."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, pgettext

from fmm_portal.core.home import Figure
from fmm_portal.core.overview import Cell, Chart, OverviewPart, Row, register_overview
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.enums import PENDING_REQUESTS, RequestStatus
from fmm_portal.facility.models import Action, Request
from fmm_portal.institutions.country_counts import register_country_count


def build(principal: Principal) -> dict[str, Any]:
    requests = Request.objects.visible_to(principal).order_by().values_list("status")
    actions = Action.objects.visible_to(principal)
    return {
        "requests": dict(requests.annotate(count=Count("pk"))),
        "running_actions": actions.running().count(),
    }


def present(data: Mapping[str, Any]) -> OverviewPart:
    listed = reverse("facility:request_list")
    by_state = data["requests"]
    pending, running = sum(by_state.get(state, 0) for state in PENDING_REQUESTS), data["running_actions"]
    rows = [
        Row(state.label, [Cell(by_state[state], with_query(listed, status=state.value))])
        for state in RequestStatus
        if by_state.get(state)
    ]
    chart = Chart(
        "requests",
        _("Requests by state"),
        _("How many requests are in each state."),
        [_("State"), pgettext("column", "Requests")],
        rows,
    )
    actions = with_query(reverse("facility:action_list"), is_running="true")
    return OverviewPart(
        figures=[
            Figure(
                pending,
                npgettext("figure", "request under way", "requests under way", pending),
                with_query(listed, is_pending="true"),
            ),
            Figure(running, npgettext("figure", "running action", "running actions", running), actions),
        ],
        charts=[chart] if rows else [],
    )


def _requests_by_country(principal: Principal) -> dict[int, int]:
    seen = Request.objects.visible_to(principal).any_pk()
    links = Request.countries.through.objects.filter(request__in=seen)
    return dict(links.order_by().values_list("country").annotate(count=Count("request")))


def _actions_by_country(principal: Principal) -> dict[int, int]:
    seen = Action.objects.visible_to(principal).any_pk()
    links = Action.countries.through.objects.filter(action__in=seen)
    return dict(links.order_by().values_list("country").annotate(count=Count("action")))


def register() -> None:
    register_overview("facility", build, present, order=20)
    register_country_count(
        "requests",
        gettext_lazy("Requests"),
        _requests_by_country,
        lambda country: with_query(reverse("facility:request_list"), country_id=country),
        order=10,
    )
    register_country_count(
        "actions",
        gettext_lazy("Actions"),
        _actions_by_country,
        lambda country: with_query(reverse("facility:action_list"), country_id=country),
        order=20,
    )
