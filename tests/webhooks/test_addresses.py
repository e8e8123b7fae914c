"""Where messages may go: a table of what is refused, and that a name cannot lead elsewhere after it was looked at."""

import socket
from typing import Any

import pytest

from fmm_portal.webhooks.addresses import AddressRefused, checked, is_public

REFUSED = [
    # Not https, or not an address at all.
    "http://example.org/hook", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org", "//example.org",
    "https://", "https:///hook", "https://[::1", "https://example.org:port/", "https://example.org:99999/",
    # Somebody's password, a fragment, a line of its own.
    "https://user:pass@example.org/", "https://user@example.org/", "https://example.org/#part",
    "https://example.org/a\r\nX-Evil: 1", "https://example.org/a b",
    # This machine and its neighbours, however they are written.
    "https://localhost/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://0.0.0.0/", "https://[::1]/", "https://[::]/", "https://localhost./",
    "https://10.0.0.7/", "https://172.16.4.1/", "https://192.168.1.1/", "https://100.64.0.1/", "https://[fd00::1]/",
    "https://[fec0::1]/", "https://[fe80::1]/", "https://169.254.169.254/latest/meta-data/",
    # Many at once, nobody, and what is kept for later or for books.
    "https://224.0.0.1/", "https://[ff02::1]/", "https://240.0.0.1/", "https://255.255.255.255/",
    "https://192.0.2.1/", "https://198.18.0.1/", "https://203.0.113.9/", "https://192.0.0.8/", "https://[2001:db8::1]/",
    # Addresses of the one family inside those of the other.
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://[64:ff9b:1::a00:1]/", "https://[2001::1]/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_nothing_is_sent_inside(url: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        checked(url)
    assert str(refusal.value)


@pytest.mark.parametrize("number", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_the_public_internet_is_reached(number: str) -> None:
    assert is_public(number)


def test_address_is_taken_apart_with_the_numbers_it_stands_for() -> None:
    target = checked("https://8.8.8.8:8443/a/b?c=d")
    assert (target.host, target.port, target.path) == ("8.8.8.8", 8443, "/a/b?c=d")
    assert (target.authority, target.numbers) == ("8.8.8.8:8443", ("8.8.8.8",))
    six = checked("https://[2606:4700:4700::1111]")
    assert (six.authority, six.path) == ("[2606:4700:4700::1111]", "/")


def answering(*numbers: str) -> Any:
    def getaddrinfo(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    return getaddrinfo


def test_one_private_number_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "10.0.0.1"))
    with pytest.raises(AddressRefused, match="not on the public internet"):
        checked("https://hooks.example.org/")


def test_zone_of_a_link_local_address_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("fe80::1%eth0"))
    with pytest.raises(AddressRefused):
        checked("https://hooks.example.org/")


def test_hosts_named_in_the_settings_may_be_private_and_no_others(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS, settings.WEBHOOK_PLAIN_HTTP = ["localhost"], True
    assert checked("http://localhost:9000/x").authority == "localhost:9000"
    with pytest.raises(AddressRefused):
        checked("http://127.0.0.1:9000/x")


def test_unknown_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(AddressRefused, match=r"There is no host with this name: nowhere\.example\."):
        checked("https://nowhere.example/")
