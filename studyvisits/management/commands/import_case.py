"""`manage.py import_case FILE`: makes the study visit of a case file, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fmm_portal.core.principals import Source, system_actor
from studyvisits.cases import InvalidCase, import_case, load_document


class Command(BaseCommand):
    help = "Imports a study visit from a YAML or JSON case file; lists everything that is wrong with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            document = load_document(file.read_text(encoding="utf-8"))
            visit = import_case(document, actor=system_actor(Source.IMPORT))
        except OSError as error:
            raise CommandError(str(error)) from error
        except InvalidCase as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"Imported {visit.reference} ({visit.get_status_display()}).")
