"""Gathers the texts to translate from code and templates into locale/<language>/LC_MESSAGES/django.po.

Django's command, knowing the portal's names for gettext and where no texts for people are. Needs gettext's programs.
"""

from pathlib import Path

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages


class Command(makemessages.Command):
    # Beside `_`: `_t` where a module has both kinds, `_l` for the lazy one.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_t", "--keyword=_l"]
    # A guess from a like text is worse than none: it is shown as if it were right.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # No line numbers: they would change with every edit of the code.
        parser.set_defaults(
            ignore_patterns=["tests/*", "benchmarks/*", "scripts/*", "var/*"],
            add_location="never",
            no_obsolete=True,
        )

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Without the dates: two people who gather texts would differ in nothing else."""
        super().write_po_file(potfile, locale)
        catalogue = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        lines = catalogue.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = (line for line in lines if not line.startswith(('"POT-Creation-Date:', '"PO-Revision-Date:')))
        catalogue.write_text("".join(kept), encoding="utf-8")
