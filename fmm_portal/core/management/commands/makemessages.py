"""Gathers the texts to translate from code and templates into locale/<language>/LC_MESSAGES/django.po.

Django's command, knowing the portal's names for gettext and where no texts for people are. Needs gettext's programs.
"""

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
