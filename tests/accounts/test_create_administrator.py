"""The first administrator comes from the command line and can make the others."""

import io
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import User

PASSWORD = "calm-harbour-lamp-1979"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """What is piped into the command."""

    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return give


def test_the_first_administrator_can_sign_in_and_reach_the_support_screens(db: None, typed) -> None:
    typed(f"{PASSWORD}\n")

    call_command("create_administrator", "Ines@Example.org", "Ines", stdout=StringIO())

    user = User.objects.get()
    assert (user.email, user.full_name, user.check_password(PASSWORD)) == ("ines@example.org", "Ines", True)
    assert [(grant.role, grant.is_everywhere) for grant in user.grants] == [(Role.ADMINISTRATOR, True)]
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(reverse("admin:accounts_user_changelist")).status_code == 200


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("ines@example.org", "12345", "too short"),
        ("not an address", PASSWORD, "valid email address"),
    ],
)
def test_a_weak_password_or_a_wrong_address_makes_nobody(
    db: None, typed, email: str, password: str, refusal: str
) -> None:
    typed(f"{password}\n")

    with pytest.raises(CommandError, match=refusal):
        call_command("create_administrator", email, "Ines")

    assert not User.objects.exists()


def test_an_account_is_not_made_twice(ada: User, typed) -> None:
    typed(f"{PASSWORD}\n")

    with pytest.raises(CommandError, match=r"There is an account ada@example\.org already"):
        call_command("create_administrator", "ADA@example.org", "Ada")
