"""Writes docs/permissions.md: the policies are asked about records of every kind, made in a database of a moment."""

import os
from importlib import import_module
from pathlib import Path

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "fmm_portal.settings_test"
    django.setup()

    from django.conf import settings
    from django.test.utils import get_runner

    runner = get_runner(settings)(interactive=False, verbosity=0)
    databases = runner.setup_databases()
    try:
        # The records come from the tests' factories; the types of tests are not checked with those of the portal.
        writer = import_module("tests.permissions_page")
        page = Path(settings.BASE_DIR) / "docs" / "permissions.md"
        page.write_text(writer.permissions_page(), encoding="utf-8")
    finally:
        runner.teardown_databases(databases)
    print(f"Wrote {page}.")


if __name__ == "__main__":
    main()
