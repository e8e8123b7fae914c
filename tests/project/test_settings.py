"""The portal starts on nothing in development, and refuses a wrong production with one clear sentence."""

import subprocess
from pathlib import Path

import pytest

from tests.project.commands import run_python

PRODUCTION = {
    "FMM_ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "portal.example.org",
    "BASE_URL": "https://portal.example.org",
    "DATABASE_URL": "postgres://portal:secret@database/portal",
    "BROKER_URL": "redis://queue:6379/0",
}
SHOW = "from django.conf import settings as s; s.DEBUG; print({expression})"


def load_settings(
    tmp_path: Path, expression: str = "'loaded'", **environment: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "VAR_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "fmm_portal.settings",
    } | environment
    return run_python("-c", SHOW.format(expression=expression), **environment)


def refusal(result: subprocess.CompletedProcess[str]) -> str:
    """The sentence at the end of a failed start."""
    assert result.returncode == 1, result.stdout
    return result.stderr.strip().splitlines()[-1]


def test_development_needs_no_environment_and_makes_its_folders(tmp_path: Path) -> None:
    result = load_settings(tmp_path, "(s.IN_PRODUCTION, s.DEBUG, s.BROKER_URL, s.HTTPS_ONLY)")

    assert result.stdout.strip() == "(False, False, 'filesystem://localhost', False)", result.stderr
    made = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert made == ["var", "var/media", "var/queue", "var/queue/messages", "var/static"]


def test_sqlite_takes_its_write_lock_at_once_and_waits_for_it(tmp_path: Path) -> None:
    result = load_settings(tmp_path, "s.DATABASES['default']['OPTIONS']")

    assert result.stdout.strip() == str(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    )


def test_production_starts_when_all_is_given_and_is_strict(tmp_path: Path) -> None:
    strict = "(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    result = load_settings(tmp_path, strict, **PRODUCTION)

    assert result.stdout.strip() == "(False, True, True, True)", result.stderr


def test_production_names_everything_that_is_missing_at_once(tmp_path: Path) -> None:
    result = load_settings(tmp_path, FMM_ENVIRONMENT="production", BASE_URL="https://portal.example.org")

    assert refusal(result) == (
        "django.core.exceptions.ImproperlyConfigured: Production needs these settings, or their *_FILE form: "
        "SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, BROKER_URL. They are described in docs/operations.md."
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must be at least 50 characters in production."),
        ("DEBUG", "true", "DEBUG must be off in production."),
        ("DEBUG", "perhaps", "DEBUG must be true or false, not 'perhaps'."),
        ("BROKER_URL", "filesystem://", "BROKER_URL must be a Redis address in production."),
        (
            "DATABASE_URL",
            "oracle://a/b",
            "DATABASE_URL: the portal runs on PostgreSQL or SQLite.",
        ),
        ("PROXY_COUNT", "one", "PROXY_COUNT must be a whole number, not 'one'."),
        ("FMM_ENVIRONMENT", "staging", "FMM_ENVIRONMENT must be 'development' or 'production'."),
        ("SECRET_KEY_FILE", "/nowhere", "Set SECRET_KEY or SECRET_KEY_FILE, not both."),
        ("VAR_DIR", "/dev/null/var", "VAR_DIR: cannot make the folder /dev/null/var: Not a directory."),
    ],
)
def test_production_refuses_what_is_wrong(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    result = load_settings(tmp_path, **(PRODUCTION | {name: value}))

    assert refusal(result) == f"django.core.exceptions.ImproperlyConfigured: {sentence}"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x" * 60 + "\n")
    given = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}

    result = load_settings(
        tmp_path, "s.SECRET_KEY == 'x' * 60", **given, SECRET_KEY_FILE=str(tmp_path / "key")
    )

    assert result.stdout.strip() == "True", result.stderr


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}

    result = load_settings(tmp_path, **given, SECRET_KEY_FILE="/nowhere/key")

    assert refusal(result) == (
        "django.core.exceptions.ImproperlyConfigured: "
        "SECRET_KEY_FILE: cannot read /nowhere/key: No such file or directory."
    )
