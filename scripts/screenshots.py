"""Photographs the portal with the real cases, in a portal of its own; needs Chromium (apt-get install chromium).

    scripts/screenshots.py            every page, at 390 and 1280 px, in each language, into screenshots/
    scripts/screenshots.py --readme   the README's picture of the founding visit, docs/images/study-visit.png

Pages are found by walking the links, one for each route. A page that scrolls sideways is named at the end.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "study-visit.png"
GALLERY = ROOT / "screenshots"
WIDTHS = (390, 1280)
HEIGHT = "document.documentElement.scrollHeight"
# Without these a headless browser talks to its maker at every start.
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> int:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("Chromium is not here; install it with: sudo apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="fmm-pictures-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "fmm_portal.settings"
        sys.path.insert(0, str(ROOT))
        with portal() as (address, visit, accounts):
            from playwright.sync_api import sync_playwright

            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=program, args=list(QUIET))
                if "--readme" in sys.argv:
                    return photograph_for_readme(chromium, address, visit, accounts["officer"])
                return photograph_all(chromium, address, visit, accounts)


@contextmanager
def portal() -> Iterator[tuple[str, str, dict[str, dict[str, Any]]]]:
    """A served portal: its address, the path of the founding visit, and the log-in of each role."""
    import django

    django.setup()
    from django.core.management import call_command

    from studyvisits.demo.accounts import prepare_accounts
    from studyvisits.demo.founding_case import founding_visit
    from studyvisits.demo.notes import DemoNotes
    from studyvisits.demo.processes import free_port, gunicorn, wait_until_ready

    call_command("compilemessages")
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    visit, notes = founding_visit(), DemoNotes()
    prepare_accounts(notes, visit)
    port = free_port(8000)
    address = f"http://127.0.0.1:{port}"
    with gunicorn(port) as server:
        wait_until_ready(f"{address}/readyz", server)
        yield address, visit.get_absolute_url(), {str(account["role"]): account for account in notes.accounts}


def window(chromium: Any, address: str, account: dict[str, Any] | None, language: str, width: int) -> Any:
    """A page in a window of its own, signed in as a person would, in a language."""
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": 900}, locale=language
    )
    page = context.new_page()
    page.goto("/account/sign-in/")
    if account is not None:
        page.locator("[name=username]").fill(account["username"])
        page.locator("[name=password]").fill(account["password"])
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
    page.locator(f".languages-switch button[value={language}]").click()
    page.wait_for_load_state()
    return page


def photograph_for_readme(chromium: Any, address: str, visit: str, officer: dict[str, Any]) -> int:
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page = window(chromium, address, officer, "en", 1280)
    page.goto(visit)
    page.screenshot(path=PICTURE)
    print(f"Wrote {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size // 1000} kB.")
    return 0


def photograph_all(chromium: Any, address: str, visit: str, accounts: dict[str, dict[str, Any]]) -> int:
    from django.conf import settings

    shutil.rmtree(GALLERY, ignore_errors=True)
    GALLERY.mkdir()
    seen_by: list[tuple[str, dict[str, Any] | None, dict[str, str]]] = [
        ("visitor", None, walk(window(chromium, address, None, "en", 1280), ["/"])),
        (
            "manager",
            accounts["manager"],
            walk(window(chromium, address, accounts["manager"], "en", 1280), [visit, "/"]),
        ),
        *((role, account, {"home": "/"}) for role, account in accounts.items() if role != "manager"),
    ]
    taken, sideways = [], []
    for language, _name in settings.LANGUAGES:
        for width in WIDTHS:
            for role, account, pages in seen_by:
                page = window(chromium, address, account, language, width)
                for name, path in pages.items():
                    # The public pages have their language in the address.
                    page.goto(path.replace("/open/en/", f"/open/{language}/"))
                    # As tall as the page, so that a bar that stays at the foot is photographed there.
                    page.set_viewport_size({"width": width, "height": max(900, page.evaluate(HEIGHT))})
                    file = f"{role}-{name.replace(':', '-')}-{language}-{width}.png"
                    page.screenshot(path=GALLERY / file)
                    page.set_viewport_size({"width": width, "height": 900})
                    taken.append(file)
                    if page.evaluate("document.documentElement.scrollWidth") > width:
                        sideways.append(file)
                page.context.close()
            print(f"{language} at {width} px: {len(taken)} pictures so far", flush=True)
    write_index(taken)
    print(f"Wrote {len(taken)} pictures; open {GALLERY.relative_to(ROOT)}/index.html to look through them.")
    for file in sideways:
        print(f"Scrolls sideways: {file}")
    return 1 if sideways else 0


def walk(page: Any, starts: list[str]) -> dict[str, str]:
    """The first address met of each route, by the route's name; files and redirections are left out."""
    from django.urls import Resolver404, resolve

    found: dict[str, str] = {}
    met, queue = set(), list(starts)
    while queue:
        path = queue.pop(0)
        try:
            name = resolve(urlsplit(path).path).view_name
        except Resolver404:
            continue
        if name in met or name.startswith("admin:"):
            continue
        met.add(name)
        answer = page.request.get(path)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        page.goto(path)
        found[name] = path
        queue += page.eval_on_selector_all(
            "a[href^='/']:not([download])", "links => links.map(link => link.getAttribute('href'))"
        )
    return found


def write_index(files: list[str]) -> None:
    pictures = "\n".join(
        f'<figure><a href="{escape(file)}"><img src="{escape(file)}" width="320" loading="lazy" alt=""></a>'
        f"<figcaption>{escape(file)}</figcaption></figure>"
        for file in sorted(files)
    )
    (GALLERY / "index.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title><body>{pictures}</body></html>',
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
