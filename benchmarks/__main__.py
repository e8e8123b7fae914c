"""Runs the timings and prints them as a table. Milliseconds are this machine's; the ratios are the point."""

import argparse
import json
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
    from studyvisits.models import StudyVisit

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
            timing("50 visits: plain objects, JSON", plain_list),
            timing("50 visits: API", get(f"{visit_api}?page_size=50")),
            timing("50 visits: API, searched", get(f"{visit_api}?page_size=50&search=labour+99")),
            timing("list page", get(visit_list)),
        ],
        [
            timing("1 visit: plain objects, JSON", lambda: plain_detail(visit.pk)),
            timing("1 visit: API", get(reverse("api:study-visits-detail", args=[visit.pk]))),
            timing("page of a visit", get(visit.get_absolute_url())),
        ],
    ]
    print(f"{'what':<34}{'median ms':>10}{'worst ms':>10}{'queries':>9}{'kB':>8}{'x plain':>9}")
    for group in groups:
        for each in group:
            ratio = each.median_ms / group[0].median_ms
            print(
                f"{each.name:<34}{each.median_ms:>10.1f}{each.worst_ms:>10.1f}{each.queries:>9}"
                f"{each.kilobytes:>8.1f}{ratio:>9.1f}"
            )
    for name, seconds, pages in debrief_notes(visit, officer):
        print(f"{name:<34}{seconds * 1000:>10.0f} ms, {pages} pages")


def timing(name: str, work: Callable[[], bytes]) -> Timing:
    """The first call warms caches and counts the queries; the rest is timed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        size = len(work())
    count = len(queries)
    taken = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return Timing(name, statistics.median(taken), max(taken), count, size / 1000)


def plain_list() -> bytes:
    """What plain Django does for the same rows, without policy, links or actions: objects, relations, JSON."""
    from studyvisits.models import StudyVisit

    visits = StudyVisit.objects.order_by("-starts_on", "-pk").prefetch_related(
        "legs__country", "themes", "delegations__sending_countries"
    )
    return _json([_plain(visit) for visit in visits[:50]])


def plain_detail(pk: int) -> bytes:
    from studyvisits.models import StudyVisit

    visit = StudyVisit.objects.prefetch_related(
        "legs__country", "themes", "delegations__sending_countries", "agenda_items"
    ).get(pk=pk)
    agenda = [[item.day, item.starts_at, item.order, dict(item.topic)] for item in visit.agenda_items.all()]
    return _json({**_plain(visit), "agenda": agenda})


def _plain(visit: "StudyVisit") -> dict[str, object]:
    return {
        "id": visit.pk,
        "reference": visit.reference,
        "title": dict(visit.title),
        "starts_on": str(visit.starts_on),
        "ends_on": str(visit.ends_on),
        "status": visit.status,
        "hosts": [country.code for country in visit.host_countries],
        "senders": [country.code for country in visit.sending_countries],
        "themes": [theme.code for theme in visit.themes.all()],
    }


def _json(data: object) -> bytes:
    from django.core.serializers.json import DjangoJSONEncoder

    return json.dumps(data, cls=DjangoJSONEncoder).encode()


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
