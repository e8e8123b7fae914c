"""The test database: made once in a run for several processes, and given its rows back after it was emptied."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def migrate_once(connection: BaseDatabaseWrapper, folder: Path) -> None:
    """Let this process, one of several, copy its SQLite database from the one that the first of them migrated."""
    creation: Any = connection.creation
    create, make_file = creation.create_test_db, creation._create_test_db
    migrated = folder / "migrated.sqlite3"

    def make_copy(*args: Any, **options: Any) -> str:
        name: str = make_file(*args, **options)  # clears away what an earlier run left there
        shutil.copyfile(migrated, name)
        return name

    def create_test_db(**options: Any) -> str:
        with alone(folder / "migrating.lock"):
            if not migrated.exists():
                name: str = create(**options)
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM INTO %s", [str(migrated)])
                return name
        creation._create_test_db = make_copy
        # Django looks for migrations still to be applied and finds none.
        return str(create(**options))

    creation.create_test_db = create_test_db


def put_rows_back(connection: BaseDatabaseWrapper) -> None:
    """The rows that migrations wrote, after a transactional test emptied the tables: the next test needs them."""
    contents: str | None = getattr(connection, "_test_serialized_contents", None)
    if contents is not None:
        connection.creation.deserialize_db_from_string(contents)
    # A browser test may have one of its own, which nobody would close later.
    connection.close()
