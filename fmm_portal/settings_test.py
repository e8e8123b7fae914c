"""The settings that the test suite runs on: the same portal, every file in a throw-away folder."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# The first process of a run makes the folder; pytest-xdist's workers and started servers inherit it.
if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="fmm-portal-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
# Each of those workers has its own queue: a job of one test must not wake a worker that another started.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    if Path(os.environ["VAR_DIR"]).name != worker:
        os.environ["VAR_DIR"] += f"/{worker}"
    if os.environ.get("BROKER_URL", "").startswith("redis"):
        os.environ["BROKER_URL"] = f"{os.environ['BROKER_URL'].rpartition('/')[0]}/{int(worker[2:]) + 1}"

from fmm_portal.settings import *  # noqa: F403
from fmm_portal.settings import DATABASES, VAR_DIR

SECRET_KEY = "key-of-the-test-suite-not-a-secret-at-all-0123456789"  # noqa: S105
# Each test client starts the portal anew: it looks for a file when asked, rather than at all of them first.
WHITENOISE_AUTOREFRESH = True
# Tests write rows without history; those about what is kept say so.
KEPT_SECONDS = KEPT_TAGS_SECONDS = 0
# A test asks more in a second than a client in a minute; tests of the limits set their own.
API_RATE_KEY = API_RATE_PERSON = API_RATE_VISITOR = 1_000_000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A test database in a file, so that the real worker processes that some tests start see the same rows.
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
