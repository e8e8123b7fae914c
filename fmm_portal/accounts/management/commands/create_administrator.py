"""Make the first administrator, who then makes everybody else on the support screens."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import Membership, User
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import create_record


class Command(BaseCommand):
    help = "Make an account that may do everything. Asks for its password, or reads it from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("full_name", help="The name shown to colleagues.")

    def handle(self, *args: Any, email: str, full_name: str, **options: Any) -> None:
        email = email.strip().lower()
        if User.objects.filter(email=email).exists():
            raise CommandError(f"There is an account {email} already.")
        user = User(email=email, full_name=full_name, is_staff=True, is_superuser=True)
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_email(email)
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(password)
        with transaction.atomic():
            user.save()
            create_record(Membership(user=user, role=Role.ADMINISTRATOR), actor=system_actor())
        self.stdout.write(f"{email} may sign in and, on /support/, make accounts and memberships.")
