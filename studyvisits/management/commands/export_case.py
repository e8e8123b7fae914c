"""`manage.py export_case SV-2019-001`: a study visit as a YAML document on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fmm_portal.core.principals import system_actor
from studyvisits.cases import dump_document, export_case
from studyvisits.models import StudyVisit


class Command(BaseCommand):
    help = "Writes a study visit with all its parts as a case file; names of persons are left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", help="such as SV-2019-001")

    def handle(self, *args: Any, reference: str, **options: Any) -> None:
        visit = StudyVisit.objects.filter(reference=reference).first()
        if visit is None:
            raise CommandError(f"There is no study visit {reference}.")
        self.stdout.write(dump_document(export_case(visit, actor=system_actor())), ending="")
