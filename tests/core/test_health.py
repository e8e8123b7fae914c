"""Health answers: what works, by name; what does not, without its secrets."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, RequestFactory

from fmm_portal.core import health

ALL_WELL = {"database": "ok", "migrations": "ok", "broker": "ok", "storage": "ok"}


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    """A process that has not yet seen its migrations applied."""
    health._migrated.clear()
    yield
    health._migrated.clear()


@pytest.fixture
def no_broker() -> Iterator[None]:
    """A queue at a port where nobody listens, with a password that must not be told."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://:hunter2@127.0.0.1:1/0"
    yield
    current_app.conf.broker_url = before


def readiness() -> tuple[int, dict]:
    answer = health.readyz(RequestFactory().get("/readyz"))
    return answer.status_code, json.loads(answer.content)


def test_a_living_process_says_so_to_anybody() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert "no-store" in answer["Cache-Control"]


def test_ready_when_every_part_works(db: None) -> None:
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": ALL_WELL})


def test_readiness_leaves_no_file_behind(db: None) -> None:
    readiness()

    assert default_storage.listdir("health") == ([], [])


def test_only_reading_is_answered() -> None:
    assert Client().post("/healthz").status_code == 405


def test_a_missing_migration_is_told(db: None) -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    status, answer = readiness()

    assert status == 503
    assert answer == {
        "status": "not ready",
        "checks": ALL_WELL | {"migrations": "1 migrations are not applied"},
    }


def test_migrations_are_looked_up_once(db: None, django_assert_num_queries) -> None:
    readiness()

    with django_assert_num_queries(1):
        readiness()


def test_a_broker_that_does_not_answer_is_told_without_its_address(
    db: None, no_broker: None, caplog: pytest.LogCaptureFixture
) -> None:
    status, answer = readiness()

    assert status == 503
    assert answer == {"status": "not ready", "checks": ALL_WELL | {"broker": "does not answer"}}
    assert "hunter2" not in caplog.text


def test_a_store_that_cannot_be_written_is_told(db: None, tmp_path: Path, settings) -> None:
    """A file where the folder should be: unwritable for everybody, the superuser too."""
    blocked = tmp_path / "media"
    blocked.write_text("in the way")
    settings.MEDIA_ROOT = str(blocked)

    status, answer = readiness()

    assert status == 503
    assert answer["checks"] == ALL_WELL | {"storage": "does not answer"}


def test_stored_files_are_not_for_everybody(db: None) -> None:
    name = default_storage.save("health/mode", ContentFile(b"x"))
    try:
        assert stat.S_IMODE(Path(default_storage.path(name)).stat().st_mode) == 0o640
    finally:
        default_storage.delete(name)


def test_going_live_checks_files_and_queue(db: None) -> None:
    assert health.media_is_writable() == []
    assert health.jobs_have_a_broker() == []


def test_going_live_is_refused_without_a_queue(no_broker: None) -> None:
    errors = health.jobs_have_a_broker()

    assert [error.id for error in errors] == ["fmm.E003"]
    assert "hunter2" not in str(errors)


def test_going_live_is_refused_when_jobs_would_run_inside_requests(settings) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True

    assert [error.id for error in health.jobs_have_a_broker()] == ["fmm.E002"]
