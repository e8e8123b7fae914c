"""The first screen: panels that the apps register, each saying what needs the person who signs in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fmm_portal.core.kept import kept
from fmm_portal.core.partial_dates import PartialDate, today
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
class Coming:
    """What takes place or falls due soon. `readiness` is "9/12" where an app counts what is still missing."""

    first: PartialDate
    kind: str | Promise
    text: str
    url: str
    last: PartialDate | None = None
    readiness: str = ""

    @property
    def days_left(self) -> int:
        """0 for today and for what has begun."""
        return max(0, (self.first.earliest - today()).days)


@dataclass(frozen=True, slots=True)
class Wait:
    """What somebody waits for, and since when, as far as that is known."""

    text: str
    url: str
    since: date | datetime | None = None

    @property
    def days(self) -> int | None:
        if self.since is None:
            return None
        begun = timezone.localdate(self.since) if isinstance(self.since, datetime) else self.since
        return max(0, (today() - begun).days)


@dataclass(frozen=True, slots=True)
class HomePanel:
    """A titled list on the first screen; `url` leads to all of it. `empty` says why there is nothing."""

    title: str | Promise
    table: Table
    url: str
    count: int
    empty: str | Promise


@dataclass(frozen=True, slots=True)
class HomeSection:
    """A part of the page with a template of its own; `is_first` stands above all lists."""

    template: str
    context: Mapping[str, Any]
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class HomePart:
    """What one app adds to the first screen of one person.

    None where a question is not this person's: nobody else is told that nothing comes, or that nobody waits.
    `straight_to` is the only page that this person has; they are led there at once. `only_reads` is said of who has
    nothing to do here: an empty list of tasks would tell them nothing.
    """

    tasks: Sequence[Task] = ()
    coming: Sequence[Coming] | None = None
    awaited: Sequence[Wait] | None = None
    asked: Sequence[Wait] | None = None
    followups: Sequence[Figure] = ()
    figures: Sequence[Figure] = ()
    panels: Sequence[HomePanel] = ()
    sections: Sequence[HomeSection] = ()
    straight_to: str = ""
    only_reads: bool = False


@dataclass(frozen=True, slots=True)
class _Registered:
    order: int
    build: Callable[[Principal], HomePart] = field(compare=False)


_parts: list[_Registered] = []
MOST_TASKS = 7
MOST_COMING = 10
MOST_WAITS = 6
# What takes place or falls due within so many days is near.
NEAR = timedelta(days=30)


def register_home(build: Callable[[Principal], HomePart], *, order: int) -> None:
    """`build(principal)` is asked at every visit of the first screen; keep it to a few queries."""
    if all(part.build is not build for part in _parts):
        _parts.append(_Registered(order, build))


@dataclass(frozen=True, slots=True)
class Shown:
    """The first rows of a list, and how many more there are; None for a list that is not this person's."""

    rows: Sequence[Any]
    left_out: int


def _joined(
    lists: Iterable[Sequence[Any] | None], most: int | None, key: Callable[[Any], Any]
) -> Shown | None:
    known = [rows for rows in lists if rows is not None]
    if not known:
        return None
    rows = sorted((row for rows in known for row in rows), key=key)
    return Shown(rows[:most], max(0, len(rows) - most) if most is not None else 0)


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What needs this person today. `?all` shows every row of the lists that are cut."""
    principal = request.actor.principal  # type: ignore[attr-defined]
    is_all = "all" in request.GET
    address, parts = kept(
        "all of the first screen" if is_all else "first screen",
        principal,
        lambda: _drawn(request, principal, is_all=is_all),
    )
    return redirect(address) if address else render(request, "core/home.html", {"parts": parts})


def _drawn(request: HttpRequest, principal: Principal, *, is_all: bool) -> tuple[str, SafeString]:
    """The only page that this person has, else ""; and the parts of the screen."""
    parts = [part.build(principal) for part in sorted(_parts, key=lambda part: part.order)]
    straight = {part.straight_to for part in parts if part.straight_to}
    if len(straight) == 1:
        return straight.pop(), SafeString()

    def shown(lists: Iterable[Sequence[Any] | None], most: int, key: Callable[[Any], Any]) -> Shown | None:
        return _joined(lists, None if is_all else most, key)

    tasks = shown([part.tasks for part in parts], MOST_TASKS, lambda task: not task.is_late)
    context = {
        "has_tasks": bool(tasks and tasks.rows) or not any(part.only_reads for part in parts),
        "tasks": tasks.rows if tasks else [],
        "tasks_left_out": tasks.left_out if tasks else 0,
        "coming": shown([part.coming for part in parts], MOST_COMING, lambda row: row.first),
        "awaited": shown([part.awaited for part in parts], MOST_WAITS, lambda row: -(row.days or 0)),
        "asked": shown([part.asked for part in parts], MOST_WAITS, lambda row: -(row.days or 0)),
        "followups": [figure for part in parts for figure in part.followups],
        "figures": [figure for part in parts for figure in part.figures],
        "panels": [panel for part in parts for panel in part.panels],
        "sections": [section for part in parts for section in part.sections],
    }
    return "", render_to_string("core/home_parts.html", context, request)
