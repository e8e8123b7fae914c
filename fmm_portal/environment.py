"""Typed readings of the process environment, with secrets from files (`NAME_FILE`)."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def secret(name: str, default: str = "") -> str:
    """`NAME`, or the stripped content of the file that `NAME_FILE` points at, or the default.

    Raises ImproperlyConfigured when both are set or the file cannot be read.
    """
    value, file_name = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and file_name:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not file_name:
        return value or default
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {file_name}: {error.strerror}.") from error


def require(*names: str) -> None:
    """Refuse to start, naming every setting that is missing, not only the first."""
    missing = [name for name in names if not (os.environ.get(name) or os.environ.get(f"{name}_FILE"))]
    if missing:
        raise ImproperlyConfigured(
            f"Production needs these settings, or their *_FILE form: {', '.join(missing)}. "
            "They are described in docs/operations.md."
        )


def flag(name: str, default: bool) -> bool:
    """A yes/no setting; any other word is refused at boot."""
    raw = os.environ.get(name)
    if raw is None or not raw.strip():
        return default
    word = raw.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.")


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    raw = os.environ.get(name, "")
    return [word.strip() for word in raw.split(",") if word.strip()] if raw.strip() else default


def whole_number(name: str, default: int) -> int:
    """A whole number; anything else is refused at boot."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from error


def folder(name: str, default: Path) -> Path:
    """A folder that the portal writes to, made if it is not there yet."""
    path = Path(secret(name, str(default)))
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: cannot make the folder {path}: {error.strerror}.") from error
    return path


def database(name: str, default: str) -> dict[str, object]:
    """Django's database settings out of a URL; the same safe options for SQLite everywhere."""
    try:
        config = dict(environ.Env.db_url_config(secret(name, default)))
    except Exception as error:
        raise ImproperlyConfigured(
            f"{name} is not a database URL such as postgres://user:password@host/name."
        ) from error
    engine = str(config.get("ENGINE", ""))
    if engine.endswith("sqlite3"):
        # Without IMMEDIATE, two writers that read first fail with "database is locked".
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    elif engine.endswith("postgresql"):
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured(f"{name}: the portal runs on PostgreSQL or SQLite.")
    return config
