"""What is timed, beside what, and the bounds that hold."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import files
from benchmarks.rows import OFFICER
from fmm_portal.accounts.models import User
from fmm_portal.institutions.models import Institution
from studyvisits.models import StudyVisit

Work = Callable[[], Any]


@dataclass(frozen=True)
class Pair:
    """A piece of work, the plain one of the same shape, and how far apart they may be; 0 where no bound is set."""

    name: str
    work: Work
    anchor: Work
    most: float = 0
    most_queries: int = 0


@dataclass(frozen=True)
class Timing:
    pair: Pair
    ms: float
    anchor_ms: float
    queries: int

    @property
    def ratio(self) -> float:
        return self.ms / self.anchor_ms

    @property
    def is_over(self) -> bool:
        over = self.pair.most and self.ratio > self.pair.most
        return bool(over or (self.pair.most_queries and self.queries > self.pair.most_queries))


def time_all(rounds: int) -> list[Timing]:
    return [timed(pair, rounds) for pair in pairs()]


def timed(pair: Pair, rounds: int) -> Timing:
    """Both in turn, so that whatever else the machine does falls on both; the first calls only warm up."""
    pair.anchor(), pair.work()
    with CaptureQueriesContext(connection) as queries:
        pair.work()
    count = len(queries)
    taken: dict[Work, list[float]] = {pair.anchor: [], pair.work: []}
    for _round in range(rounds):
        for work, times in taken.items():
            begun = time.perf_counter()
            work()
            times.append((time.perf_counter() - begun) * 1000)
    return Timing(pair, statistics.median(taken[pair.work]), statistics.median(taken[pair.anchor]), count)


def pairs() -> Iterator[Pair]:
    officer = User.objects.get(email=OFFICER)
    browser = Client()
    browser.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")

    def page(address: str, **headers: str) -> Work:
        def fetch() -> None:
            answer = browser.get(address, headers=headers)
            assert answer.status_code == 200, (address, answer.status_code)

        return fetch

    for model, name, word in ((Institution, "institution", "agency"), (StudyVisit, "visit", "labour")):
        app = model._meta.app_label
        listed = f"{reverse(f'{app}:{name}_list')}?page_size=50"
        plain = reverse(f"plain_{name}_list")
        label = f"{name}s"
        yield Pair(f"{label}: list of 50", page(listed), page(plain), 1.1, 8)
        yield Pair(f"{label}: rows by htmx", page(listed, HX_Request="true"), page(plain), 0.55, 8)
        yield Pair(
            f"{label}: list of 50, searched",
            page(f"{listed}&search={word}+99"),
            page(f"{plain}?search={word}+99"),
            1.1,
            8,
        )
        pk = model._default_manager.order_by("-pk")[min(40, model._default_manager.count() - 1)].pk
        yield Pair(
            f"{name}: page",
            page(reverse(f"{app}:{name}_detail", args=[pk])),
            page(reverse(f"plain_{name}", args=[pk])),
            2.5,
            12,
        )
    yield from api_pairs(page, browser)
    home = page(reverse("home"))

    def fresh() -> None:
        cache.clear()
        home()

    aggregates = replayed(fresh)
    yield Pair("first screen: new", fresh, aggregates, 1.2)
    yield Pair("first screen: kept", home, aggregates, 0.25)
    found = f"{reverse('core:search')}?q=labour+99"
    yield Pair("search everything", page(found), replayed(page(found)))
    for name, work, anchor, most, queries in files.works(officer):
        yield Pair(name, work, anchor, most, queries)


def api_pairs(page: Callable[..., Work], browser: Client) -> Iterator[Pair]:
    """The API beside plain REST framework; a late page beside the first, an answer that is known beside a new one."""
    listed, plain = reverse("api:study-visits-list"), reverse("plain_api_visits")
    yield Pair("API: list of 50 visits", page(listed), page(plain), 1.0, 6)
    found = "search=labour+99&status=closed"
    yield Pair(
        "API: list, filtered and searched", page(f"{listed}?{found}"), page(f"{plain}?{found}"), 1.0, 7
    )
    walk = f"{listed}?page_size=1&paging=cursor"
    late = browser.get(walk)
    pages = min(2_000, StudyVisit.objects.count() // 2)
    for _page in range(pages - 1):
        late = browser.get(late.json()["next"])
    yield Pair(f"API: page {pages:,} by cursor, of page 1", page(late.json()["next"]), page(walk), 1.1)
    pk = StudyVisit.objects.order_by("-pk")[40].pk
    one = reverse("api:study-visits-detail", args=[pk])
    yield Pair("API: a visit", page(one), page(reverse("plain_api_visit", args=[pk])), 1.3, 6)
    for name, address in (("list", listed), ("visit", one)):
        yield Pair(f"API: 304 of a {name}, of its 200", known(browser, address), page(address), 0.5)


def known(browser: Client, address: str) -> Work:
    """Asking for an answer that one has already."""
    tag = browser.get(address)["ETag"]

    def ask() -> None:
        assert browser.get(address, headers={"If-None-Match": tag}).status_code == 304

    return ask


def replayed(work: Work) -> Work:
    """The queries of a page, run alone: their rows as the database gives them, and nothing made of them."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()

    def replay() -> None:
        with connection.cursor() as cursor:
            for sql, params in asked:
                cursor.execute(sql, params)
                cursor.fetchall()

    return replay


HEADS = ("work", "ms", "anchor", "ratio", "bound", "SQL", "bound", "")


def table_of(timings: list[Timing]) -> str:
    lines = [HEADS, *(_line(timing) for timing in timings)]
    return "\n".join(
        "".join([f"{line[0]:<34}", *(f"{cell:>8}" for cell in line[1:7]), f"  {line[7]}"]) for line in lines
    )


def _line(timing: Timing) -> tuple[str, ...]:
    pair = timing.pair
    has_bound = pair.most or pair.most_queries
    return (
        pair.name,
        f"{timing.ms:.1f}",
        f"{timing.anchor_ms:.1f}",
        f"{timing.ratio:.2f}",
        f"{pair.most:.2f}" if pair.most else "",
        str(timing.queries),
        str(pair.most_queries or ""),
        ("over" if timing.is_over else "ok") if has_bound else "",
    )
