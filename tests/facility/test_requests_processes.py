"""A real worker with its beat: the clock moves a request by itself."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from fmm_portal.accounts.actors import actor_of
from fmm_portal.facility.consultation import answer_by_link
from fmm_portal.facility.models import Consultee, Request
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from tests import personas
from tests.factories.facility import ConsulteeFactory, RequestFactory
from tests.project.commands import ROOT
from tests.reports.test_processes import environment, kill

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PATIENCE = 90.0


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A worker with the beat in it, looking every second; gives the path of its log."""
    command = ["celery", "-A", "fmm_portal", "worker", "-B", "--concurrency=1", "--loglevel=info"]
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, f"--schedule={tmp_path}/schedule", "--hostname=clock@test"],
            cwd=ROOT,
            env=environment(CONSULTATION_SWEEP_SECONDS="1"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    yield log
    process.send_signal(signal.SIGTERM)
    kill(process)


def test_clock_moves_a_request_whose_time_has_passed(worker: Path) -> None:
    """Statement 13: nobody presses a button."""
    asked = RequestFactory(status="eligibility")
    agreeing, silent = ConsulteeFactory(request=asked), ConsulteeFactory(request=asked)
    still_open = RequestFactory(status="eligibility")
    ConsulteeFactory(request=still_open)
    officer = actor_of(personas.amina())
    for request in (asked, still_open):
        REQUEST_WORKFLOW.apply(request, "consult", actor=officer)
    answer_by_link(Consultee.objects.get(pk=agreeing.pk), "agree", "")
    Request.objects.filter(pk=asked.pk).update(consultation_due_at=timezone.now())

    deadline = time.monotonic() + PATIENCE
    while Request.objects.get(pk=asked.pk).status != "assessment":
        assert time.monotonic() < deadline, worker.read_text()[-3000:]
        time.sleep(0.1)

    answers = dict(asked.consultees.values_list("pk", "status"))
    assert answers == {agreeing.pk: "agreed", silent.pk: "silent"}
    assert Request.objects.get(pk=still_open.pk).status == "consultation"
