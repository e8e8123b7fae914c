"""Real workers, really killed: nothing lost, nothing made twice.

The workers run on this run's own test database and broker, SQLite and files or PostgreSQL and Redis alike.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from celery import current_app
from django.core.files.storage import default_storage
from django.db import connection

from fmm_portal.core.jobs import JobStatus, wake
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import request_report
from studyvisits.models import StudyVisit
from tests.factories.delegations import DelegateFactory
from tests.factories.reports import founding_visit
from tests.factories.studyvisits import StudyVisitFactory
from tests.project.commands import ROOT

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PATIENCE = 90.0
Worker = subprocess.Popen[bytes]


def environment(**more: str) -> dict[str, str]:
    """That of this run, on the test database, with leases short enough to wait for."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        database = f"sqlite:///{name}"
    else:
        address, _sep, options = os.environ["DATABASE_URL"].partition("?")
        database = f"{address.rpartition('/')[0]}/{name}{_sep}{options}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fmm_portal.settings_test",
        "DATABASE_URL": database,
        "JOB_LEASE_SECONDS": "4",
        "JOB_SWEEP_SECONDS": "1",
        **more,
    }


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers in process groups of their own; whatever still runs at the end is killed."""
    started: list[Worker] = []
    current_app.control.purge()

    def start(*, beat: bool = True, **more: str) -> Worker:
        number = len(started) + 1
        schedule = ["-B", f"--schedule={tmp_path}/schedule"] if beat else []
        command = ["celery", "-A", "fmm_portal", "worker", "--concurrency=1", "--loglevel=info", *schedule]
        with (tmp_path / f"worker-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command, f"--hostname=w{number}@test"],
                cwd=ROOT,
                env=environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(worker: Worker) -> None:
    """Without a chance to say goodbye, children included."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


def wait_for(condition: Callable[[], bool], what: str, logs: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            told = "\n".join(
                f"--- {log.name}\n{log.read_text()[-3000:]}" for log in sorted(logs.glob("*.log"))
            )
            rows = list(Report.objects.values_list("pk", "status", "attempts", "stage", "sent_at", "error"))
            pytest.fail(f"Waited {PATIENCE:.0f} s for {what}.\n{rows}\n{told}")
        time.sleep(0.02)


def ask(visit: StudyVisit, language: str = "en") -> Report:
    return request_report(actor=system_actor(), kind="debrief-note", subject=visit, language=language)


def all_done() -> bool:
    return not Report.objects.exclude(status=JobStatus.DONE).exists()


def files_of(report: Report) -> list[str]:
    return sorted(
        f"reports/{report.pk}/{name}" for name in default_storage.listdir(f"reports/{report.pk}")[1]
    )


def assert_made_once(report: Report, attempts: int) -> None:
    report.refresh_from_db()
    assert (report.status, report.attempts) == (JobStatus.DONE, attempts)
    assert files_of(report) == [report.file.name]
    with report.file.open() as file:
        assert file.read(8) == b"%PDF-1.7"


def long_visit() -> StudyVisit:
    """One whose note takes some seconds to lay out, time enough to kill its worker."""
    visit = founding_visit()
    institution = visit.lessons.get().learnt_from
    delegation = visit.delegations.get()
    for number in range(400):
        position = Multilingual(en=f"Delegate number {number}")
        DelegateFactory(delegation=delegation, position=position, institution=institution)
    return visit


def test_report_whose_worker_is_killed_while_printing_is_made_once_after_a_restart(
    start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    report = ask(long_visit())
    worker = start_worker()
    wait_for(
        lambda: Report.objects.get(pk=report.pk).stage == "laying_out", "the printing to begin", tmp_path
    )

    kill(worker)

    left = Report.objects.get(pk=report.pk)
    assert (left.status, left.attempts, left.lease_owner != "") == (JobStatus.RUNNING, 1, True)
    # With the beat's schedule file as the killed one left it.
    start_worker()
    wait_for(all_done, "the report to be made", tmp_path)
    assert_made_once(report, attempts=2)


def test_jobs_outlive_an_emptied_broker_and_one_that_is_down(
    start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    reports = [ask(StudyVisitFactory(), language) for language in ("en", "fr")]
    assert current_app.control.purge() == 2
    # A broker that refuses connections: the request goes on, and the row remembers that nobody was told.
    unheard = StudyVisitFactory()
    script = (
        "import django; django.setup()\n"
        "from tests.reports.test_processes import ask\n"
        "from studyvisits.models import StudyVisit\n"
        f"print(ask(StudyVisit.objects.get(pk={unheard.pk})).status)\n"
    )
    began = time.monotonic()
    asked = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(BROKER_URL="redis://127.0.0.1:1/0", PYTEST_XDIST_WORKER=""),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert asked.stdout.strip() == "queued", asked.stderr
    assert "job.broker_unreachable" in asked.stdout + asked.stderr
    assert time.monotonic() - began < 30
    last = Report.objects.get(subject_id=unheard.pk)
    assert last.sent_at is None

    start_worker()

    wait_for(all_done, "the sweep to find them", tmp_path)
    for report in (*reports, last):
        assert_made_once(report, attempts=1)


def test_two_workers_share_the_jobs_and_make_each_once(
    start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    start_worker()
    start_worker(beat=False)
    logs = [tmp_path / "worker-1.log", tmp_path / "worker-2.log"]
    wait_for(
        lambda: all(f"w{n}@test ready" in log.read_text() for n, log in enumerate(logs, 1)), "both", tmp_path
    )

    reports = [ask(StudyVisitFactory(), language) for language in ("en", "fr") for _visit in range(5)]
    for report in reports:
        # Every message twice, as a sweep or a broker's redelivery may do it.
        wake(Report, report.pk)

    wait_for(all_done, "all reports to be made", tmp_path)
    assert Report.objects.count() == 10
    for report in reports:
        assert_made_once(report, attempts=1)
    assert all("reports.render" in log.read_text() and "received" in log.read_text() for log in logs)
