"""Takes the README's picture: the founding study visit as its officer sees it, in a portal of its own.

Needs Chromium (apt-get install chromium); writes docs/images/study-visit.png.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "study-visit.png"
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
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("Chromium is not here; install it with: sudo apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="fmm-pictures-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "fmm_portal.settings"
        sys.path.insert(0, str(ROOT))
        take_picture(browser)
    print(f"Wrote {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size // 1000} kB.")
    return 0


def take_picture(browser: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from fmm_portal.accounts.enums import Role
    from studyvisits.demo.accounts import prepare_accounts
    from studyvisits.demo.founding_case import founding_visit
    from studyvisits.demo.notes import DemoNotes
    from studyvisits.demo.processes import free_port, gunicorn, wait_until_ready

    call_command("compilemessages")
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    visit, notes = founding_visit(), DemoNotes()
    prepare_accounts(notes, visit)
    officer = next(account for account in notes.accounts if account["role"] == Role.OFFICER)
    port = free_port(8000)
    address = f"http://127.0.0.1:{port}"
    with gunicorn(port) as server:
        wait_until_ready(f"{address}/readyz", server)
        photograph(browser, f"{address}{visit.get_absolute_url()}", officer["username"], officer["password"])


def photograph(browser: str, page_address: str, username: str, password: str) -> None:
    """Sign in as a person would, go to the page, and take its upper part."""
    from playwright.sync_api import sync_playwright

    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.goto(page_address)
        page.get_by_label("E-mail").fill(username)
        page.get_by_label("Password", exact=False).first.fill(password)
        page.get_by_label("Password", exact=False).first.press("Enter")
        page.wait_for_url(page_address)
        page.screenshot(path=PICTURE)
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
