"""`manage.py load_demo`: the real cases and the samples of the folder demo/; a second run changes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fmm_portal.casefiles.errors import InvalidCase
from fmm_portal.core.principals import Source, system_actor
from studyvisits.demo.loading import load_demo


class Command(BaseCommand):
    help = "Loads institutions, programmes and cases from readable files; leaves alone what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=Path(settings.BASE_DIR) / "demo")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            for line in load_demo(folder, actor=system_actor(Source.IMPORT)):
                self.stdout.write(f"  {line}")
        except InvalidCase as error:
            raise CommandError("\n".join(error.messages)) from error
