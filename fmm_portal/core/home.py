"""The first screen: panels that the apps register, each saying what needs the person who signs in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.core.principals import Principal
from fmm_portal.core.tables import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to its rows; a share is text."""

    number: int | str
    label: str | Promise
    url: str
    note: str | Promise = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence that says what waits for this person, and the page where it is done."""

    text: str
    url: str
    action: str | Promise
    when: Any = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class HomePanel:
    """A titled list on the first screen; `url` leads to all of it. `empty` says why there is nothing."""

    title: str | Promise
    table: Table
    url: str
    count: int
    empty: str | Promise


@dataclass(frozen=True, slots=True)
class HomePart:
    """What one app adds to the first screen of one person."""

    tasks: Sequence[Task] = ()
    figures: Sequence[Figure] = ()
    panels: Sequence[HomePanel] = ()


@dataclass(frozen=True, slots=True)
class _Registered:
    order: int
    build: Callable[[Principal], HomePart] = field(compare=False)


_parts: list[_Registered] = []
MOST_TASKS = 7


def register_home(build: Callable[[Principal], HomePart], *, order: int) -> None:
    """`build(principal)` is asked at every visit of the first screen; keep it to a few queries."""
    if all(part.build is not build for part in _parts):
        _parts.append(_Registered(order, build))


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    principal = request.actor.principal  # type: ignore[attr-defined]
    parts = [part.build(principal) for part in sorted(_parts, key=lambda part: part.order)]
    tasks = [task for part in parts for task in part.tasks]
    context = {
        "tasks": tasks[:MOST_TASKS],
        "tasks_left_out": max(0, len(tasks) - MOST_TASKS),
        "figures": [figure for part in parts for figure in part.figures],
        "panels": [panel for part in parts for panel in part.panels],
    }
    return render(request, "core/home.html", context)
