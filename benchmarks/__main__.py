"""Runs the timings and prints them as a table. Milliseconds are this machine's; the ratios are the point."""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from fmm_portal.accounts.models import User
    from fmm_portal.core.models import Record

ROUNDS = 15


@dataclass(frozen=True)
class Timing:
    name: str
    median_ms: float
    worst_ms: float
    queries: int
    kilobytes: float


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--rows", type=int, default=1000, help="study visits to generate")
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="fmm-bench-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "fmm_portal.settings"
        django.setup()
        measure(rows)


def measure(rows: int) -> None:
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from benchmarks.rows import make_visits
    from fmm_portal.accounts.enums import Role
    from fmm_portal.accounts.models import Membership, User
    from studyvisits.models import StudyVisit

    print(f"Generating {rows} study visits (about {2 + rows // 250} s)")
    call_command("migrate", verbosity=0)
    call_command("compilemessages")
    make_visits(rows)
    officer = User.objects.create(email="bench@demo.example", full_name="Bench")
    Membership.objects.create(user=officer, role=Role.OFFICER)
    browser = Client()
    browser.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    visit = StudyVisit.objects.order_by("-starts_on", "-pk")[min(10, rows - 1)]

    def get(address: str) -> Callable[[], bytes]:
        def fetch() -> bytes:
            answer = browser.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            return answer.content

        return fetch

    print(f"Timing, {ROUNDS} rounds each (about 20 s)\n")
    visit_list, visit_api = reverse("studyvisits:visit_list"), reverse("api:study-visits-list")
    groups = [
        [
            timing("50 visits: bare SQL and json", bare_list),
            timing("50 visits: API", get(f"{visit_api}?page_size=50")),
            timing("50 visits: API, searched", get(f"{visit_api}?page_size=50&search=labour+99")),
            timing("list page", get(visit_list)),
        ],
        [
            timing("1 visit: bare SQL and json", lambda: bare_detail(visit.pk)),
            timing("1 visit: API", get(reverse("api:study-visits-detail", args=[visit.pk]))),
            timing("page of a visit", get(visit.get_absolute_url())),
        ],
    ]
    print(f"{'what':<34}{'median ms':>10}{'worst ms':>10}{'queries':>9}{'kB':>8}{'x bare':>8}")
    for group in groups:
        for each in group:
            ratio = each.median_ms / group[0].median_ms
            print(
                f"{each.name:<34}{each.median_ms:>10.1f}{each.worst_ms:>10.1f}{each.queries:>9}"
                f"{each.kilobytes:>8.1f}{ratio:>8.1f}"
            )
    for name, seconds, pages in debrief_notes(visit, officer):
        print(f"{name:<34}{seconds * 1000:>10.0f} ms, {pages} pages")


def timing(name: str, work: Callable[[], bytes]) -> Timing:
    """The first call warms caches and counts the queries; the rest is timed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        size = len(work())
    taken = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return Timing(name, statistics.median(taken), max(taken), len(queries), size / 1000)


def bare_list() -> bytes:
    """What any framework must at least do: one query for the rows, one for their countries, and JSON."""
    import json

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, reference, title, starts_on, ends_on, status, version FROM studyvisits_studyvisit"
            " ORDER BY starts_on DESC, id DESC LIMIT 50"
        )
        visits = cursor.fetchall()
        marks = ", ".join(["%s"] * len(visits))
        cursor.execute(
            "SELECT leg.visit_id, country.code FROM studyvisits_leg leg"
            f" JOIN institutions_country country ON country.id = leg.country_id WHERE leg.visit_id IN ({marks})",
            [row[0] for row in visits],
        )
        return json.dumps([visits, cursor.fetchall()], default=str).encode()


def bare_detail(pk: int) -> bytes:
    import json

    from django.db import connection

    with connection.cursor() as cursor:
        found = []
        for query in (
            "SELECT * FROM studyvisits_studyvisit WHERE id = %s",
            "SELECT * FROM studyvisits_leg WHERE visit_id = %s",
            "SELECT * FROM studyvisits_agendaitem WHERE visit_id = %s",
        ):
            cursor.execute(query, [pk])
            found.append(cursor.fetchall())
        return json.dumps(found, default=str).encode()


def debrief_notes(visit: "Record", officer: "User") -> list[tuple[str, float, int]]:
    """Building and rendering the note: first in a fresh process, then with fonts and styles loaded."""
    from pypdf import PdfReader

    from fmm_portal.accounts.actors import actor_of
    from fmm_portal.reports.services import make_report, request_report

    found = []
    for name, language in (("debrief note, first in a process", "en"), ("debrief note, after that", "fr")):
        start = time.perf_counter()
        report = request_report(
            actor=actor_of(officer), kind="debrief-note", subject=visit, language=language
        )
        make_report(report.pk)
        seconds = time.perf_counter() - start
        report.refresh_from_db()
        found.append((name, seconds, len(PdfReader(report.file.path).pages)))
    return found


if __name__ == "__main__":
    main()
