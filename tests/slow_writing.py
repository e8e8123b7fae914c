"""A transaction that is still under way while others read, as a slow process has it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

from django.db import connection, transaction

from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record

PATIENCE = 20


@contextmanager
def changed_but_not_committed(record: Any, **changes: Any) -> Iterator[None]:
    """Inside, the changes are written by another connection and seen by nobody; afterwards they are committed."""
    written, looked_at = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                update_record(record, actor=system_actor(), changes=changes)
                written.set()
                assert looked_at.wait(PATIENCE)
        finally:
            connection.close()

    with ThreadPoolExecutor() as writers:
        slow = writers.submit(write)
        assert written.wait(PATIENCE)
        try:
            yield
        finally:
            looked_at.set()
        slow.result()
