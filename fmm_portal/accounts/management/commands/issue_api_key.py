"""Issue an API key for an agency and show it once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fmm_portal.accounts.enums import KeyRole
from fmm_portal.accounts.services import issue_api_key
from fmm_portal.core.principals import system_actor


class Command(BaseCommand):
    help = "Issue an API key for an agency. The key is shown once and kept only as a hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "institution", help="The agency's acronym, with its country where two share it: ANPE/TG."
        )
        parser.add_argument("name", help="What the key is for, such as 'sync with the ministry'.")
        parser.add_argument(
            "--role", choices=KeyRole.values, default=KeyRole.PARTNER, help="Partner if none is given."
        )
        parser.add_argument(
            "--scope", action="append", default=None, help="Such as study-visits:read; *:read if none."
        )
        parser.add_argument("--days", type=int, default=365, help="How long the key lives.")

    def handle(self, *args: Any, **options: Any) -> None:
        # Institutions lie in a higher layer; the registry of models names them.
        institutions = apps.get_model("institutions", "Institution").objects.all()
        acronym, _slash, country = options["institution"].partition("/")
        found = institutions.filter(
            acronym__iexact=acronym, **({"country__code": country.upper()} if country else {})
        )
        if found.count() != 1:
            raise CommandError(
                f"{found.count()} institutions are called {options['institution']}; give ACRONYM/COUNTRY."
            )
        try:
            _key, text = issue_api_key(
                actor=system_actor(),
                institution=found.get(),
                name=options["name"],
                role=options["role"],
                scopes=options["scope"] or ["*:read"],
                expires_at=timezone.now() + timedelta(days=options["days"]),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(text)
