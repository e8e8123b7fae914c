"""The support screens: accounts that people can sign in to, roles and revoked keys with their history."""

import pytest
from django.test import Client
from django.urls import reverse

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import ApiKey, Membership, User
from fmm_portal.core.activity import history_of
from tests.api_client import as_agency
from tests.personas import PASSWORD, anpe_togo

NO_ROLE = {
    "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
    "memberships-MIN_NUM_FORMS": "0", "memberships-MAX_NUM_FORMS": "1000",
}  # fmt: skip


@pytest.fixture
def support(browser_of, ada) -> Client:
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    return browser_of(User.objects.get(pk=ada.pk))


def account(**values: str) -> dict[str, str]:
    return {
        "email": "Nadia@Example.org",
        "full_name": "Nadia",
        "preferred_language": "fr",
        **NO_ROLE,
        **values,
    }


def test_account_made_with_capital_letters_opens(support, client) -> None:
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert support.post(reverse("admin:accounts_user_add"), account(**passwords)).status_code == 302
    assert User.objects.get(full_name="Nadia").email == "nadia@example.org"
    door = {"username": "Nadia@Example.org", "password": PASSWORD}
    assert client.post(reverse("accounts:login"), door).status_code == 302


def test_two_spellings_of_an_address_are_one_account(support, nobody) -> None:
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    page = support.post(reverse("admin:accounts_user_add"), account(**passwords))
    assert list(page.context["adminform"].form.errors) == ["email"]


def test_corrected_address_is_kept_in_lower_case(support, nobody) -> None:
    url = reverse("admin:accounts_user_change", args=[nobody.pk])
    assert support.post(url, account(email="N.Ba@Example.org", is_active="on")).status_code == 302
    nobody.refresh_from_db()
    assert (nobody.email, nobody.check_password(PASSWORD)) == ("n.ba@example.org", True)


def test_role_given_here_stands_in_the_history_of_who_gave_it(support, ada, nobody) -> None:
    role = {
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-role": Role.VIEWER,
        "memberships-0-user": str(nobody.pk),
    }
    url = reverse("admin:accounts_user_change", args=[nobody.pk])
    support.post(
        url, account(email=nobody.email, is_active="on", **role), headers={"X-Request-ID": "from-support"}
    )
    entry = history_of(Membership.objects.get(user=nobody)).get()
    assert (entry.verb, entry.user, entry.request_id) == ("create", ada, "from-support")


def test_revoked_key_opens_nothing_any_more(support, ada) -> None:
    agency = as_agency(anpe_togo())
    assert agency.get("themes/").status_code == 200
    key = ApiKey.objects.get()
    support.post(
        reverse("admin:accounts_apikey_changelist"), {"action": "revoke", "_selected_action": key.pk}
    )
    assert agency.get("themes/").status_code == 401
    assert history_of(key).first().user == ada
