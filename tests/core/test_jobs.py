"""Jobs under a lease, tried on reports: claimed once, written by their owner only, recovered, given up."""

import time
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from fmm_portal.core.jobs import JobFailure, JobStatus, LeaseLost, claim, enqueue, requeue, run_job, sweep
from fmm_portal.reports.models import Report
from tests.factories.reports import ReportFactory

pytestmark = pytest.mark.django_db


def abandon(job: Report, *, attempts: int = 1) -> None:
    """As a worker leaves it that was killed: running, its lease run out."""
    Report.objects.filter(pk=job.pk).update(
        status=JobStatus.RUNNING,
        lease_owner="dead",
        lease_until=timezone.now() - timedelta(seconds=1),
        attempts=attempts,
    )


def state(job: Report) -> Report:
    return Report.objects.get(pk=job.pk)


def test_claim_takes_a_waiting_job_once() -> None:
    job = ReportFactory()

    lease = claim(Report, job.pk)

    assert lease is not None
    assert claim(Report, job.pk) is None
    taken = state(job)
    assert (taken.status, taken.attempts, taken.lease_owner) == (JobStatus.RUNNING, 1, lease.owner)
    assert taken.started_at is not None
    assert taken.version == job.version + 1


def test_claim_takes_over_what_was_abandoned_and_the_first_owner_may_write_no_more() -> None:
    job = ReportFactory()
    first = claim(Report, job.pk)
    assert first is not None
    Report.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    second = claim(Report, job.pk)

    assert second is not None
    for write in (
        lambda: first.report(50, "laying_out"),
        lambda: first.finish(sha256="0" * 64),
        lambda: first.fail(JobFailure.ERROR, "late"),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert first.renew() is False
    after = state(job)
    assert (after.status, after.progress, after.sha256, after.error) == (JobStatus.RUNNING, 0, "", "")
    second.finish(sha256="1" * 64)
    assert (state(job).status, state(job).sha256) == (JobStatus.DONE, "1" * 64)


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED])
def test_claim_leaves_a_job_alone_that_has_ended(status: str) -> None:
    assert claim(Report, ReportFactory(status=status).pk) is None


def test_claim_leaves_a_job_alone_that_was_tried_too_often() -> None:
    job = ReportFactory()
    abandon(job, attempts=3)

    assert claim(Report, job.pk) is None


def test_report_writes_progress_and_prolongs_the_lease() -> None:
    job = ReportFactory()
    lease = claim(Report, job.pk)
    assert lease is not None
    Report.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(seconds=1))

    lease.report(40, "laying_out")

    shown = state(job)
    assert (shown.progress, shown.stage, shown.stage_label) == (40, "laying_out", "Laying out the pages")
    assert shown.lease_until is not None
    assert shown.lease_until > timezone.now() + timedelta(seconds=20)


# --- doing a job ------------------------------------------------------------------------------------------------


def test_run_job_records_the_result() -> None:
    job = ReportFactory()

    assert run_job(Report, job.pk, lambda report, lease: lease.finish(size=report.number)) is True
    assert run_job(Report, job.pk, lambda _report, _lease: pytest.fail("done twice")) is False

    done = state(job)
    assert (done.status, done.progress, done.size, done.lease_owner) == (JobStatus.DONE, 100, 1, "")
    assert done.finished_at is not None


def test_run_job_records_why_there_is_no_result() -> None:
    broken, slow = ReportFactory(), ReportFactory()

    def break_down(_report: Report, _lease: object) -> None:
        raise ValueError("no such font")

    def take_too_long(_report: Report, _lease: object) -> None:
        raise SoftTimeLimitExceeded

    assert run_job(Report, broken.pk, break_down) is False
    assert run_job(Report, slow.pk, take_too_long) is False

    assert (state(broken).status, state(broken).failure) == (JobStatus.FAILED, JobFailure.ERROR)
    assert state(broken).error == "ValueError: no such font"
    assert (state(slow).status, state(slow).failure) == (JobStatus.FAILED, JobFailure.TOO_LONG)


def test_run_job_drops_its_work_when_the_job_was_taken_over() -> None:
    job = ReportFactory()

    def lose(_report: Report, lease: object) -> None:
        Report.objects.filter(pk=job.pk).update(lease_owner="another")
        raise ValueError("and fail on top of it")

    assert run_job(Report, job.pk, lose) is False
    assert (state(job).status, state(job).lease_owner, state(job).failure) == (
        JobStatus.RUNNING,
        "another",
        "",
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_lease_keeps_itself_alive_while_the_work_goes_on(settings: object) -> None:
    settings.JOB_LEASE_SECONDS = 1  # type: ignore[attr-defined]
    job = ReportFactory()
    lease = claim(Report, job.pk)
    assert lease is not None
    first_end = state(job).lease_until
    assert first_end is not None

    with lease:
        deadline = time.monotonic() + 10
        # Past the end of the first lease, and still ours.
        while timezone.now() < first_end + timedelta(seconds=0.2) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert claim(Report, job.pk) is None
        lease.finish()

    assert state(job).status == JobStatus.DONE
    assert state(job).attempts == 1


# --- the sweep --------------------------------------------------------------------------------------------------


def test_sweep_puts_an_abandoned_job_back_and_wakes_a_worker() -> None:
    job = ReportFactory()
    abandon(job)

    assert sweep(Report) == {"gave_up": 0, "put_back": 1, "resent": 1}

    back = state(job)
    assert (back.status, back.lease_owner, back.attempts) == (JobStatus.QUEUED, "", 1)
    assert back.sent_at is not None


def test_sweep_gives_up_after_the_last_attempt_and_says_why() -> None:
    job = ReportFactory()
    abandon(job, attempts=3)

    assert sweep(Report) == {"gave_up": 1, "put_back": 0, "resent": 0}

    given_up = state(job)
    assert (given_up.status, given_up.failure) == (JobStatus.FAILED, JobFailure.WORKER_LOST)
    assert given_up.get_failure_display() == "The worker stopped unexpectedly every time it was tried."
    assert given_up.finished_at is not None


def test_sweep_wakes_workers_for_what_the_broker_did_not_take_or_lost() -> None:
    not_taken = ReportFactory(sent_at=None)
    lost = ReportFactory(sent_at=timezone.now() - timedelta(seconds=31))
    on_its_way = ReportFactory()

    assert sweep(Report)["resent"] == 2
    assert sweep(Report)["resent"] == 0

    assert state(not_taken).sent_at is not None
    assert state(lost).sent_at > timezone.now() - timedelta(seconds=20)
    assert state(on_its_way).sent_at == on_its_way.sent_at


def test_sweep_leaves_running_and_ended_jobs_alone() -> None:
    running, done = ReportFactory(), ReportFactory(status=JobStatus.DONE)
    assert claim(Report, running.pk) is not None

    assert sweep(Report) == {"gave_up": 0, "put_back": 0, "resent": 0}
    assert state(done).version == done.version


# --- waking workers ---------------------------------------------------------------------------------------------


def test_enqueue_wakes_a_worker_only_after_the_commit(django_capture_on_commit_callbacks: object) -> None:
    job = ReportFactory()
    with django_capture_on_commit_callbacks() as kept:  # type: ignore[operator]
        enqueue(job)
    with django_capture_on_commit_callbacks() as dropped, transaction.atomic():  # type: ignore[operator]
        enqueue(job)
        transaction.set_rollback(True)

    assert (len(kept), len(dropped)) == (1, 0)


def test_requeue_gives_an_ended_job_new_attempts() -> None:
    job = ReportFactory(status=JobStatus.FAILED, attempts=3, failure=JobFailure.WORKER_LOST, error="x")

    assert requeue(job) is True
    assert requeue(job) is False

    again = state(job)
    assert (again.status, again.attempts, again.failure, again.error) == (JobStatus.QUEUED, 0, "", "")
