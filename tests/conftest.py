"""Fixtures of the whole suite: the personas, their browsers and keys, and no skips where all must run."""

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.test import Client
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import User
from fmm_portal.core.principals import Actor
from tests import personas
from tests.database import migrate_once, put_rows_back
from tests.signing_in import signed_in

ALL_MUST_RUN = os.environ.get("REQUIRE_ALL") == "1"

# The collector walks the whole of Django again and again for the few cycles of a test: a quarter of the time.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays until the end; the collector need not look at it."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that drive browsers and processes and walk everywhere take longest; at the end all would wait for them."""
    items.sort(
        key=lambda item: not any(item.get_closest_marker(name) for name in ("browser", "process", "long"))
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test that emptied the tables leaves them as it found them, whichever test comes next."""
    yield
    mark = item.get_closest_marker("django_db")
    if mark is not None and mark.kwargs.get("transaction") and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            put_rows_back(connections["default"])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where everything is installed a skipped test is a failure: it would have proved nothing."""
    outcome = yield
    report = outcome.get_result()
    if ALL_MUST_RUN and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped although everything must run: {report.longrepr}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Processes of one run share one migrated database; `--reuse-db` keeps one for each instead."""
    connection = connections["default"]
    is_one_of_several = hasattr(request.config, "workerinput")
    if is_one_of_several and connection.vendor == "sqlite" and not django_db_keepdb:
        migrate_once(connection, tmp_path_factory.getbasetemp().parent)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Countries and themes come back after every test that empties the tables, in browser tests too.

    Playwright runs a loop in this thread, in which Django opens a connection of its own; that one must know
    the rows that the migrations wrote as well.
    """
    contents = getattr(connections["default"], "_test_serialized_contents", None)
    if contents is not None:
        type(connections["default"])._test_serialized_contents = contents  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def _persona(name: str) -> Callable[..., User]:
    @pytest.fixture(name=name)
    def fixture(db: None) -> User:
        return getattr(personas, name)()

    return fixture


ada, marc, amina, eva = (_persona(name) for name in ("ada", "marc", "amina", "eva"))
kofi, fatou, sami, jean = (_persona(name) for name in ("kofi", "fatou", "sami", "jean"))
akou = _persona("akou")


@pytest.fixture
def nobody(db: None) -> User:
    """Somebody with an account and no role at all."""
    return personas.person("nadia", None)


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A signed-in browser: `browser_of(amina).get(...)`."""

    return signed_in


@pytest.fixture
def by() -> Callable[[User], Actor]:
    """The actor of a persona: `create_record(visit, actor=by(amina))`."""
    return actor_of
