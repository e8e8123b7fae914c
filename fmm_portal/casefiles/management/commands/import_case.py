"""`manage.py import_case FILE`: makes the record of a case file of any format, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fmm_portal.casefiles.errors import InvalidCase
from fmm_portal.casefiles.files import load_document
from fmm_portal.casefiles.formats import import_document
from fmm_portal.casefiles.steps import state_label
from fmm_portal.core.principals import Source, system_actor


class Command(BaseCommand):
    help = "Imports a case from a YAML or JSON file; lists everything that is wrong with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            document = load_document(file.read_text(encoding="utf-8"))
            record: Any = import_document(document, actor=system_actor(Source.IMPORT))
        except OSError as error:
            raise CommandError(str(error)) from error
        except InvalidCase as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"Imported {record.reference or record}{state_label(record)}.")
