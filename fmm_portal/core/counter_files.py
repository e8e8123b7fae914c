"""A cache of counters in small files, exact across the processes of one machine.

For where there is no Redis: Django's own file cache loses counts that two processes write at once.
"""

import fcntl
import hashlib
import os
import random
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

# When it ends, and the count.
CONTENT = struct.Struct("<dq")
SWEPT_AFTER = 3600
ONE_IN = 500


class CounterFiles(BaseCache):
    """Keeps whole numbers: `add`, `get`, `incr` and `clear`, each under the lock of its file."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.folder = Path(location)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with self._locked(key, version, os.O_RDWR | os.O_CREAT) as file:
            if _read(file) is not None:
                return False
            ends = self.get_backend_timeout(timeout)
            _write(file, ends if ends is not None else float("inf"), int(value))
        if random.randrange(ONE_IN) == 0:  # noqa: S311 - when to sweep is no secret
            self._sweep()
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            with self._locked(key, version, os.O_RDWR) as file:
                found = _read(file)
        except FileNotFoundError:
            return default
        return default if found is None else found[1]

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError when there is no such counter, or its time is over."""
        try:
            with self._locked(key, version, os.O_RDWR) as file:
                found = _read(file)
                if found is None:
                    raise ValueError(f"There is no counter {key}.")
                ends, count = found
                _write(file, ends, count + delta)
                return count + delta
        except FileNotFoundError as error:
            raise ValueError(f"There is no counter {key}.") from error

    def clear(self) -> None:
        self._sweep(older_than=float("-inf"))

    @contextmanager
    def _locked(self, key: str, version: int | None, flags: int) -> Iterator[int]:
        name = hashlib.sha256(self.make_and_validate_key(key, version=version).encode()).hexdigest()
        file = os.open(self.folder / name, flags, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _sweep(self, older_than: float = SWEPT_AFTER) -> None:
        """Remove what nobody has counted in for long."""
        limit = time.time() - older_than
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime <= limit:
                        path.unlink()


def _read(file: int) -> tuple[float, int] | None:
    """The end and the count; None for a new file, and for one whose time is over."""
    content = os.pread(file, CONTENT.size, 0)
    if len(content) < CONTENT.size:
        return None
    ends, count = CONTENT.unpack(content)
    return (ends, count) if ends > time.time() else None


def _write(file: int, ends: float, count: int) -> None:
    os.pwrite(file, CONTENT.pack(ends, count), 0)
