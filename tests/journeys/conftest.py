"""A real Chromium for the journeys, with JavaScript and without."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Without these a headless browser talks to its maker at every start.
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# That somebody else saved first is a page of its own, and no error of the portal's.
SAVED_BY_ANOTHER = "409 (Conflict)"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not here; install it with: sudo apt-get install chromium")
    from playwright.sync_api import sync_playwright

    # Playwright keeps a loop in this thread, in which Django would refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """`open_page(javascript=False)`: a fresh window on the running portal that fails on errors in its console.

    `tolerates` names those that belong to the story, such as an answer of 401 to somebody signed out.
    """
    windows, complaints = [], []

    def open_window(*, javascript: bool = True, tolerates: tuple[str, ...] = (), **options: Any) -> Any:
        window = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            locale=options.pop("locale", "en-GB"),
            accept_downloads=True,
            **options,
        )
        window.set_default_timeout(20_000)
        windows.append(window)
        page = window.new_page()

        def complain(message: Any) -> None:
            if message.type == "error" and not any(
                words in message.text for words in (*tolerates, SAVED_BY_ANOTHER)
            ):
                complaints.append(message.text)

        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for window in windows:
        window.close()
    assert complaints == [], "the browser's console complains"
