"""The door locked after repeated failures: of one account from one place, however it is spelt or claimed."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from fmm_portal.accounts.lockout import client_address
from tests.personas import PASSWORD

DOOR = reverse("accounts:login")


def sign_in(client: Client, email: str, password: str = PASSWORD, door: str = DOOR) -> object:
    return client.post(door, {"username": email, "password": password})


def test_door_locks_after_five_failures_and_says_for_how_long(client, amina) -> None:
    for _attempt in range(4):
        assert sign_in(client, amina.email, "wrong").status_code == 200
    locked = sign_in(client, amina.email, "wrong")
    assert (locked.status_code, locked["Retry-After"]) == (429, "1800")
    assert "Wait 30 minutes" in locked.content.decode()
    assert sign_in(client, amina.email).status_code == 429, "the right password does not open it either"


def test_other_spellings_of_an_address_are_no_fresh_attempts(client, amina) -> None:
    for spelling in ("Amina@example.org", "aMina@example.org", " amina@example.org", "AMINA@EXAMPLE.ORG"):
        assert sign_in(client, spelling, "wrong").status_code == 200
    assert sign_in(client, amina.email, "wrong").status_code == 429


def test_failures_at_the_support_screens_count_too(client, amina) -> None:
    for _attempt in range(5):
        last = sign_in(client, amina.email, "wrong", reverse("admin:login"))
    assert last.status_code == 429
    assert sign_in(client, amina.email).status_code == 429


def test_stranger_locks_nobody_out_elsewhere(amina, settings) -> None:
    settings.PROXY_COUNT = 1
    stranger = Client(headers={"X-Forwarded-For": "203.0.113.7"})
    for _attempt in range(5):
        last = sign_in(stranger, amina.email, "wrong")
    assert last.status_code == 429
    assert sign_in(Client(headers={"X-Forwarded-For": "198.51.100.1"}), amina.email).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (2, "1.2.3.4, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (1, "", "10.0.0.9"),
        (2, "203.0.113.7", "203.0.113.7"),
        (1, "unknown", None),
    ],
)
def test_address_is_what_our_own_proxies_saw(settings, proxies, forwarded, address) -> None:
    settings.PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address
