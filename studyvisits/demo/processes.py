"""The demo's worker and server: real processes, started and stopped in order."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.management.base import CommandError

START_SECONDS = 60
STOP_SECONDS = 15

Process: TypeAlias = "subprocess.Popen[bytes]"


def free_port(wanted: int) -> int:
    """The wanted port, or any free one when another server holds it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("There is no free port on 127.0.0.1.")


def worker_log() -> Path:
    return Path(settings.VAR_DIR) / "worker.log"


@contextmanager
def celery_worker() -> Iterator[Process]:
    """A real worker with its scheduler, whose clock lies apart from that of a demo that may run beside this one."""
    with tempfile.TemporaryDirectory(prefix="fmm-demo-") as folder, worker_log().open("ab") as log:
        command = ["celery", "-A", "fmm_portal", "worker", "-B", "--concurrency=1", "--loglevel=info"]
        with running([sys.executable, "-m", *command, f"--schedule={folder}/schedule"], log) as process:
            yield process


@contextmanager
def gunicorn(port: int) -> Iterator[Process]:
    with (
        (Path(settings.VAR_DIR) / "web.log").open("ab") as log,
        running(
            [sys.executable, "-m", "gunicorn", "fmm_portal.wsgi", f"--bind=127.0.0.1:{port}"], log
        ) as process,
    ):
        yield process


@contextmanager
def running(command: list[str], log: Any, *, patience: float = STOP_SECONDS) -> Iterator[Process]:
    """A process in a group of its own: Ctrl-C reaches only us, and we stop it in order, children and all."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_ready(address: str, server: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own http address
                return
        except urllib.error.HTTPError as error:
            answer = error.read().decode()
        except OSError as error:
            answer = str(error)
        time.sleep(0.3)
    raise CommandError(f"The server is not ready: {answer}; its log is {Path(settings.VAR_DIR) / 'web.log'}.")


def wait_for_end(*processes: Process) -> None:
    """Until Ctrl-C; or until one of the processes ends, which it should not."""
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    raise CommandError(f"The server or the worker ended by itself; see the logs in {settings.VAR_DIR}.")
