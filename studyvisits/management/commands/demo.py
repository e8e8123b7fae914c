"""`make demo`: the whole portal on one machine, from an empty folder to a rendered report and a running server."""

import os
import signal
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import User
from fmm_portal.core.jobs import JobStatus
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import request_report
from studyvisits.demo.accounts import prepare_accounts, prepare_api_keys
from studyvisits.demo.founding_case import founding_visit, missing_from_debrief_note
from studyvisits.demo.notes import DemoNotes
from studyvisits.demo.processes import (
    Process,
    celery_worker,
    free_port,
    gunicorn,
    wait_for_end,
    wait_until_ready,
    worker_log,
)
from studyvisits.models import StudyVisit

RENDER_SECONDS = 90


class Command(BaseCommand):
    help = "Loads the real cases, renders the founding visit's debrief note through a worker, and serves."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--serve", type=int, default=1, help="0: stop after the report is checked")
        parser.add_argument("--first-step", type=int, default=1, help="number of the first step printed")
        parser.add_argument("--steps", type=int, default=5, help="how many steps there are in all")

    def handle(self, *args: Any, serve: int, first_step: int, steps: int, **options: Any) -> None:
        if settings.IN_PRODUCTION:
            raise CommandError("The demo makes accounts with known passwords: it does not run in production.")
        self.number, self.steps = first_step, steps
        # SIGINT too: a shell that starts the demo in the background has it ignored.
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _stop)
        port = free_port(int(os.environ.get("PORT", "8000")))
        # The worker and the server print the same address in reports and links.
        os.environ["BASE_URL"] = settings.BASE_URL = f"http://127.0.0.1:{port}"
        notes_file = settings.VAR_DIR / "demo.json"
        notes = DemoNotes.read(notes_file)
        try:
            with ExitStack() as processes:
                visit = self.prepare(notes)
                self.step("Starting a worker and rendering the debrief note through the queue", 15)
                worker = processes.enter_context(celery_worker())
                report = self.render(visit, worker)
                notes.base_url = settings.BASE_URL
                notes.debrief_pdf = self.checked(report)
                notes.write(notes_file)
                if not serve:
                    self.step("No server, as asked (SERVE=0)", 0)
                    self.show(notes, notes_file, "(`make demo` serves it)")
                    return
                self.step("Starting the server", 5)
                server = processes.enter_context(gunicorn(port))
                wait_until_ready(f"{settings.BASE_URL}/readyz", server)
                self.show(notes, notes_file, "(stop with Ctrl-C)")
                wait_for_end(server, worker)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped the server and the worker.")

    def prepare(self, notes: DemoNotes) -> StudyVisit:
        """Texts, tables, cases and accounts; leaves alone what an earlier run made."""
        self.step("Compiling the translated texts, preparing the database", 40)
        call_command("compilemessages")
        call_command("migrate", verbosity=0, interactive=False)
        self.step("Loading the real cases, making accounts", 60)
        call_command("load_demo", stdout=self.stdout)
        visit = founding_visit()
        prepare_accounts(notes, visit)
        prepare_api_keys(notes)
        notes.study_visit_reference = visit.reference
        return visit

    def render(self, visit: StudyVisit, worker: Process) -> Report:
        """Ask for the note as the officer would, and wait for the worker to make it."""
        officer = User.objects.get(email=f"{Role.OFFICER.value}@demo.example")
        report = request_report(actor=actor_of(officer), kind="debrief-note", subject=visit, language="en")
        deadline = time.monotonic() + RENDER_SECONDS
        while not report.is_available:
            if report.status == JobStatus.FAILED:
                raise CommandError(f"The debrief note could not be rendered: {report.error}")
            if worker.poll() is not None:
                raise CommandError(f"The worker ended by itself; its log is {worker_log()}.")
            if time.monotonic() > deadline:
                raise CommandError(
                    f"No debrief note after {RENDER_SECONDS} s; the worker's log is {worker_log()}."
                )
            time.sleep(0.3)
            report.refresh_from_db()
        return report

    def checked(self, report: Report) -> str:
        """The path of the PDF, once it is known to say what it must."""
        path = Path(report.file.path)
        missing = missing_from_debrief_note(path)
        if missing:
            raise CommandError(f"The debrief note {path} does not say: {'; '.join(missing)}.")
        self.step("The debrief note names the six positions, the six stops, the dates and ANETI", 5)
        return str(path)

    def step(self, text: str, seconds_left: int) -> None:
        left = f" (about {seconds_left} s left)" if seconds_left else ""
        self.stdout.write(f"[{self.number}/{self.steps}] {text}{left}")
        self.stdout.flush()
        self.number += 1

    def show(self, notes: DemoNotes, notes_file: Path, remark: str) -> None:
        lines = [
            "",
            f"Portal      {notes.base_url}  {remark}",
            "Log-ins",
            *(
                f"  {account['role']:<14}{account['username']:<28}{account['password']}"
                for account in notes.accounts
            ),
            f"API key     {notes.api_key}",
            f"            {notes.officer_api_key} (of the programme: acts as an officer)",
            f"  curl -H 'Authorization: Bearer {notes.api_key}' {notes.base_url}/api/v1/study-visits/",
            f"Debrief     {notes.debrief_pdf}",
            f"Visit       {notes.study_visit_reference}",
            f"Kept in     {notes_file}",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
