"""Work done by a worker: a database row with a lease is the truth, the broker's message only wakes somebody.

A worker claims a row by one conditional UPDATE and renews its lease while it works; only the owner of the
lease may write. The sweep sends again what was lost, so no job is lost and none is done twice.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self

import structlog
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from fmm_portal.core.models.job import Job, JobFailure, JobStatus

__all__ = (
    "Job",
    "JobFailure",
    "JobStatus",
    "Lease",
    "LeaseLost",
    "claim",
    "enqueue",
    "lease_length",
    "requeue",
    "run_job",
    "sweep",
    "wake",
)

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker has taken the job over; whatever this one made must be thrown away."""


def lease_length() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def enqueue(job: Job) -> None:
    """Wake a worker once the present transaction is committed. The row must be saved as queued."""
    transaction.on_commit(partial(wake, type(job), job.pk))


def requeue(job: Job, **values: Any) -> bool:
    """Give a job that ended another set of attempts, with new values; False when it has not ended."""
    ended = _rows(type(job), job.pk).filter(status__in=(JobStatus.FAILED, JobStatus.DONE))
    changed = _write(
        ended,
        status=JobStatus.QUEUED,
        attempts=0,
        progress=0,
        stage="",
        failure="",
        error="",
        lease_owner="",
        lease_until=None,
        sent_at=timezone.now(),
        started_at=None,
        finished_at=None,
        **values,
    )
    if changed:
        enqueue(job)
    return changed


def wake(model: type[Job], pk: int) -> bool:
    """Tell some worker about a job. When the broker is down the sweep does it later; the request goes on."""
    try:
        current_app.send_task(model.task_name, args=[pk], retry=False, ignore_result=True)
    except (
        Exception
    ) as error:  # Every transport fails in its own ways: OSError, OperationalError, redis' own.
        log.warning(
            "job.broker_unreachable", job=f"{model._meta.label_lower}:{pk}", error=type(error).__name__
        )
        _rows(model, pk).filter(status=JobStatus.QUEUED).update(sent_at=None)
        return False
    return True


def claim(model: type[Job], pk: int) -> "Lease | None":
    """Take a waiting or abandoned job, or None when somebody has it, it is over, or was tried too often."""
    now, owner = timezone.now(), secrets.token_hex(16)
    free = models.Q(status=JobStatus.QUEUED) | models.Q(status=JobStatus.RUNNING, lease_until__lt=now)
    taken = _write(
        _rows(model, pk).filter(free, attempts__lt=settings.JOB_MAX_ATTEMPTS),
        status=JobStatus.RUNNING,
        lease_owner=owner,
        lease_until=now + lease_length(),
        attempts=models.F("attempts") + 1,
        progress=0,
        stage="",
        started_at=now,
    )
    return Lease(model, pk, owner) if taken else None


def sweep(model: type[Job]) -> dict[str, int]:
    """Put back what a dead worker held, give up what was tried too often, wake workers for what waits too long."""
    now = timezone.now()
    manager = model._default_manager
    abandoned = manager.filter(status=JobStatus.RUNNING, lease_until__lt=now)
    given_up = abandoned.filter(attempts__gte=settings.JOB_MAX_ATTEMPTS)
    gave_up = sum(
        _write(
            given_up.filter(pk=pk),
            status=JobStatus.FAILED,
            failure=JobFailure.WORKER_LOST,
            lease_owner="",
            lease_until=None,
            finished_at=now,
        )
        for pk in list(given_up.values_list("pk", flat=True))
    )
    back = [
        pk
        for pk in list(abandoned.values_list("pk", flat=True))
        if _write(
            abandoned.filter(pk=pk),
            status=JobStatus.QUEUED,
            stage="",
            lease_owner="",
            lease_until=None,
            sent_at=None,
        )
    ]
    unheard = models.Q(sent_at__isnull=True) | models.Q(sent_at__lt=now - lease_length())
    resent = 0
    for pk in manager.filter(unheard, status=JobStatus.QUEUED).order_by("pk").values_list("pk", flat=True):
        # Marked before it is sent: a worker may be done with it before this line would come after.
        manager.filter(pk=pk, status=JobStatus.QUEUED).update(sent_at=now)
        if not wake(model, pk):
            break  # The broker is down for all of them; the next sweep tries again.
        resent += 1
    if gave_up or back or resent:
        log.info(
            "job.swept", model=model._meta.label_lower, gave_up=gave_up, put_back=len(back), resent=resent
        )
    return {"gave_up": gave_up, "put_back": len(back), "resent": resent}


@dataclass
class Lease:
    """The right to work on one job. As a context manager it keeps itself alive in a thread of its own."""

    model: type[Job]
    pk: int
    owner: str

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._keeper: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._keeper = threading.Thread(target=self._keep, name=f"lease-{self.pk}", daemon=True)
        self._keeper.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._keeper is not None:
            self._keeper.join()

    def _keep(self) -> None:
        while not self._stop.wait(settings.JOB_LEASE_SECONDS / 5):
            try:
                if not self.renew():
                    self._lost.set()
                    return
            except DatabaseError as error:
                # The lease outlasts several failed renewals; the next one may succeed.
                log.warning("job.lease_not_renewed", pk=self.pk, error=type(error).__name__)
            finally:
                # Of this thread alone: an open one would hold a SQLite file or a PostgreSQL slot.
                connection.close()

    def renew(self) -> bool:
        """Keep the job for another lease; False when it is no longer ours."""
        return bool(self._mine().update(lease_until=timezone.now() + lease_length()))

    def report(self, progress: int, stage: str) -> None:
        """Tell how far the work is.  Raises LeaseLost: then there is no point in going on."""
        if self._lost.is_set() or not _write(
            self._mine(), progress=progress, stage=stage, lease_until=timezone.now() + lease_length()
        ):
            raise LeaseLost(self.pk)

    def finish(self, **values: Any) -> None:
        """Write the result.  Raises LeaseLost, and then nothing is written."""
        self._end(status=JobStatus.DONE, progress=100, stage="", failure="", error="", **values)

    def fail(self, failure: JobFailure, error: str = "") -> None:
        """Write why there is no result.  Raises LeaseLost."""
        self._end(status=JobStatus.FAILED, failure=failure, error=error[:2000])

    def _end(self, **values: Any) -> None:
        if not _write(self._mine(), lease_owner="", lease_until=None, finished_at=timezone.now(), **values):
            raise LeaseLost(self.pk)

    def _mine(self) -> models.QuerySet[Any]:
        return _rows(self.model, self.pk).filter(status=JobStatus.RUNNING, lease_owner=self.owner)


def run_job(model: type[Job], pk: int, work: Callable[[Any, Lease], None]) -> bool:
    """Do a job if it is there to be done: claim it, keep the lease, record success or failure.

    `work(job, lease)` must call `lease.finish`. Returns whether this call ended the job with a result.
    """
    lease = claim(model, pk)
    if lease is None:
        return False
    with lease:
        try:
            work(model._default_manager.get(pk=pk), lease)
        except LeaseLost:
            log.warning("job.lease_lost", model=model._meta.label_lower, pk=pk)
            return False
        except SoftTimeLimitExceeded:
            log.warning("job.too_long", model=model._meta.label_lower, pk=pk)
            return _fail(lease, JobFailure.TOO_LONG, "")
        except Exception as error:
            log.exception("job.failed", model=model._meta.label_lower, pk=pk)
            return _fail(lease, JobFailure.ERROR, f"{type(error).__name__}: {error}")
    return True


def _fail(lease: Lease, failure: JobFailure, error: str) -> bool:
    try:
        lease.fail(failure, error)
    except LeaseLost:
        log.warning("job.lease_lost", model=lease.model._meta.label_lower, pk=lease.pk)
    return False


def _rows(model: type[Job], pk: int) -> models.QuerySet[Any]:
    return model._default_manager.filter(pk=pk)


def _write(rows: models.QuerySet[Any], **values: Any) -> bool:
    """One conditional UPDATE that also moves the record's version, so that readers notice the change."""
    return bool(rows.update(version=models.F("version") + 1, updated_at=timezone.now(), **values))
