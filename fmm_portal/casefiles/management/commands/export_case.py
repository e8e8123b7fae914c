"""`manage.py export_case SV-2019-001`: a study visit, an action, a strategy as a YAML document on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fmm_portal.casefiles.files import dump_document
from fmm_portal.casefiles.formats import export_record, found_by
from fmm_portal.core.principals import system_actor


class Command(BaseCommand):
    help = "Writes a record with all its parts as a case file; names of persons are left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", help="such as SV-2019-001, AC-2018-001 or ST-2015-001")

    def handle(self, *args: Any, reference: str, **options: Any) -> None:
        record = next(found_by(reference), None)
        if record is None:
            raise CommandError(f"There is no case {reference}.")
        self.stdout.write(dump_document(export_record(record, actor=system_actor())), ending="")
