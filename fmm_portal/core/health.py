"""Whether this process is alive and can do its work: for load balancers, compose and people on call."""

import secrets
from collections.abc import Callable
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Queue

log = structlog.get_logger(__name__)

BROKER_TIMEOUT_SECONDS = 2


class NotReady(Exception):
    """One part does not work; the text is safe to show to anyone."""


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """This process answers; says nothing about what it depends on."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when every part works, else 503; each part by name, causes only in the log."""
    results: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            check()
            results[name] = "ok"
        except NotReady as problem:
            results[name] = str(problem)
        except Exception:
            log.exception("health.check_failed", check=name)
            results[name] = "does not answer"
    ready = all(result == "ok" for result in results.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": results}, status=200 if ready else 503
    )


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    """Applied migrations stay applied for the code that this process runs, so a good answer is kept."""
    if _migrated.get(connection.alias):
        return
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied")
    _migrated[connection.alias] = True


def check_broker() -> None:
    with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_SECONDS)
        # Connecting alone touches no file of the embedded queue; looking at the queue does.
        Queue(current_app.conf.task_default_queue, channel=broker.default_channel).queue_declare()


def check_storage() -> None:
    content = secrets.token_bytes(16)
    name = default_storage.save(f"health/{secrets.token_hex(8)}", ContentFile(content))
    try:
        with default_storage.open(name) as stored:
            if stored.read() != content:
                raise NotReady("a file came back changed")
    finally:
        default_storage.delete(name)


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "storage": check_storage,
}
_migrated: dict[str, bool] = {}


@register(Tags.files, deploy=True)
def media_is_writable(**_options: Any) -> list[CheckMessage]:
    """`manage.py check --deploy`: a portal that cannot keep files must not go live."""
    try:
        check_storage()
    except Exception as error:
        return [
            Error(f"Files cannot be kept: {error}", hint="Check MEDIA_ROOT and its owner.", id="fmm.E001")
        ]
    return []


@register("queue", deploy=True)
def jobs_have_a_broker(**_options: Any) -> list[CheckMessage]:
    """`manage.py check --deploy`: jobs must go to workers that really are elsewhere."""
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        return [
            Error("Jobs would run inside web requests.", hint="Drop CELERY_TASK_ALWAYS_EAGER.", id="fmm.E002")
        ]
    try:
        check_broker()
    except Exception as error:
        return [Error(f"The broker does not answer: {error}", hint="Check BROKER_URL.", id="fmm.E003")]
    return []
