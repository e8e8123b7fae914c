"""The door and one's own account."""

import pytest
from django.test import Client
from django.urls import reverse

from fmm_portal.accounts.models import User
from tests.personas import PASSWORD

DOOR = reverse("accounts:login")


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(DOOR, {"username": email, "password": password, **more})


def test_people_sign_in_by_e_mail_whatever_its_case(client, amina) -> None:
    answer = sign_in(client, "Amina@Example.ORG")
    assert (answer.status_code, answer.url) == (302, "/")
    assert "Good day, Amina" in client.get("/").content.decode()


def test_door_leads_to_the_page_that_was_asked_for(client, amina) -> None:
    asked = client.get("/institutions/?search=x")
    assert asked.url == f"{DOOR}?next=/institutions/%3Fsearch%3Dx"
    assert sign_in(client, amina.email, next="/institutions/?search=x").url == "/institutions/?search=x"


def test_door_leads_nowhere_else(client, amina) -> None:
    assert sign_in(client, amina.email, next="https://elsewhere.example/").url == "/"


def test_wrong_address_and_wrong_password_look_the_same(client, amina) -> None:
    errors = {
        sign_in(client, email, password).context["form"].non_field_errors()[0]
        for email, password in ((amina.email, "wrong"), ("stranger@example.org", PASSWORD))
    }
    assert errors == {"This e-mail address and password do not belong together. Please try again."}


def test_closed_account_does_not_open(client, amina) -> None:
    User.objects.filter(pk=amina.pk).update(is_active=False)
    assert sign_in(client, amina.email).status_code == 200
    assert client.get("/").status_code == 302


def test_signing_out_needs_a_button(browser_of, amina) -> None:
    client = browser_of(amina)
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert client.post(reverse("accounts:logout")).url == DOOR
    assert client.get("/").status_code == 302


def test_portal_speaks_the_language_of_the_account(client, amina) -> None:
    User.objects.filter(pk=amina.pk).update(preferred_language="fr")
    sign_in(client, amina.email)
    assert client.get("/")["Content-Language"] == "fr"


def test_language_chosen_at_the_door_is_kept_for_the_account(client, amina) -> None:
    client.post(reverse("set_language"), {"language": "fr", "next": DOOR})
    sign_in(client, amina.email)
    amina.refresh_from_db()
    assert (client.get("/")["Content-Language"], amina.preferred_language) == ("fr", "fr")


def test_profile_changes_name_and_language_and_shows_roles(browser_of, amina) -> None:
    client, url = browser_of(amina), reverse("accounts:profile")
    assert "Programme officer" in client.get(url).content.decode()
    assert client.post(url, {"full_name": "", "preferred_language": "fr"}).status_code == 422
    assert client.post(url, {"full_name": "Amina D.", "preferred_language": "fr"}).status_code == 302
    amina.refresh_from_db()
    assert (amina.full_name, amina.preferred_language) == ("Amina D.", "fr")
    assert client.get(url)["Content-Language"] == "fr"


def test_account_without_a_role_is_told_whom_to_ask(browser_of, nobody) -> None:
    assert "You have no role yet." in browser_of(nobody).get(reverse("accounts:profile")).content.decode()


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (PASSWORD, "a-new-long-password-2020", 302),
        ("wrong", "a-new-long-password-2020", 200),
        (PASSWORD, "short", 200),
    ],
)
def test_password_is_changed_by_who_knows_the_present_one(browser_of, amina, old, new, status) -> None:
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    assert browser_of(amina).post(reverse("accounts:password_change"), data).status_code == status
    amina.refresh_from_db()
    assert amina.check_password(new) is (status == 302)


@pytest.mark.parametrize("page", ["/", "/account/", "/account/password/"])
def test_pages_of_the_account_need_signing_in(client, db, page) -> None:
    assert client.get(page).url == f"{DOOR}?next={page}"
