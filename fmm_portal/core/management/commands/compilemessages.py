"""Compiles the translated texts with Babel, so that no gettext program is needed to run the portal.

Takes the place of Django's command of the same name. A text without translation falls back to English.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/*.po to .mo files, where they are newer."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="compile again even what is up to date")

    def handle(self, *args: Any, force: bool = False, verbosity: int = 1, **options: Any) -> None:
        for source in sorted(po for folder in settings.LOCALE_PATHS for po in Path(folder).rglob("*.po")):
            target = source.with_suffix(".mo")
            if not force and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            written = compile_file(source, target)
            if verbosity > 1:
                self.stdout.write(f"{target}: {written} texts")


def compile_file(source: Path, target: Path) -> int:
    """Write the finished translations of one .po file; unfinished ("fuzzy") ones are left out."""
    language = source.parent.parent.name
    try:
        with source.open("rb") as lines:
            catalog = read_po(lines, locale=language, abort_invalid=True)
    except PoFileError as error:
        raise CommandError(f"{source}: {error}") from error
    # Written beside the target and moved: a process that starts now never reads half a file.
    unfinished = target.with_name(f"{target.name}.new")
    with unfinished.open("wb") as output:
        write_mo(output, catalog, use_fuzzy=False)
    unfinished.replace(target)
    return sum(1 for message in catalog if message.id and message.string and not message.fuzzy)
