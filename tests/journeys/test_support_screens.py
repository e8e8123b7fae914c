"""Django's support screens in a real browser, under the portal's content security policy."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from fmm_portal.accounts.models import Membership, User
from tests import personas
from tests.personas import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def support(open_page: Callable[..., Any]) -> Any:
    """Ada, whom the support screens let in, at their door."""
    ada = personas.ada()
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    page = open_page()
    page.goto(reverse("admin:index"))
    page.fill("#id_username", ada.email)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    return page


def test_administrator_gives_a_role_with_the_scripts_of_the_support_screens(support) -> None:
    nadia = personas.person("nadia", None)
    support.goto(reverse("admin:accounts_user_change", args=[nadia.pk]))
    support.click("text=Add another Membership")
    support.select_option("#id_memberships-0-role", "viewer")
    support.click("[name=_continue]")
    support.wait_for_selector(".success")
    assert list(Membership.objects.filter(user=nadia).values_list("role", flat=True)) == ["viewer"]


@pytest.mark.parametrize(
    "name", ["index", "accounts_user_changelist", "accounts_user_add", "accounts_apikey_changelist"]
)
def test_every_support_screen_opens_without_a_refusal_of_the_browser(support, name) -> None:
    support.goto(reverse(f"admin:{name}"))
    assert re.search("administration|Select|Add", support.title())
