"""Where a message may go: https to the public internet. Inside the portal's own network nobody is told anything.

A name is resolved here, every address is looked at, and the connection is made to an address that was looked at: a name
that answers differently the next time leads nowhere else.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from fmm_portal.webhooks.enums import AttemptError

DEFAULT_PORTS = {"https": 443, "http": 80}
# More than one is tried when the first does not answer, never all of a long list.
MOST_ADDRESSES = 3
# Not of the public internet, whatever the release of Python says: protocol assignments, and addresses of IPv6 that lead
# to one of IPv4 (6to4 and the prefixes of translators).
_SPECIAL = [
    ipaddress.ip_network(net) for net in ("192.0.0.0/24", "2002::/16", "64:ff9b::/96", "64:ff9b:1::/48")
]


class AddressRefused(Exception):
    """Nothing is sent there; `str()` says why to the person who gave the address."""

    def __init__(self, message: str, error: AttemptError = AttemptError.NOT_ALLOWED) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what is asked for there, and the numbers to connect to."""

    scheme: str
    host: str
    port: int
    path: str
    numbers: tuple[str, ...]

    @property
    def authority(self) -> str:
        """The host as the header `Host` names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def checked(url: str) -> Target:
    """The address with the numbers its name stands for now.  Raises AddressRefused when any of them is not allowed."""
    parts = _split(url)
    host = _host_of(parts)
    port = _port_of(parts)
    numbers = _numbers_of(host, port)
    if not _may_be_private(host):
        for number in numbers:
            if not is_public(number):
                raise AddressRefused(
                    _("This address is not on the public internet: %(host)s.") % {"host": host}
                )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, numbers[:MOST_ADDRESSES])


def is_public(number: str) -> bool:
    """Whether an address of IPv4 or IPv6 is one of the public internet."""
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.is_site_local:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    is_special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not is_special


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AddressRefused(_("This is not a web address.")) from error
    schemes = ("https", "http") if settings.WEBHOOK_PLAIN_HTTP else ("https",)
    if parts.scheme not in schemes:
        raise AddressRefused(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(_("The address must not hold a user name or a password."))
    if parts.fragment:
        raise AddressRefused(_("The address must not have a part behind #."))
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise AddressRefused(_("The address must not hold spaces."))
    return parts


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        known = host if ":" in host else host.encode("idna").decode()
    except UnicodeError as error:
        raise AddressRefused(_("This is not a web address.")) from error
    if not known:
        raise AddressRefused(_("This is not a web address."))
    return known


def _port_of(parts: SplitResult) -> int:
    try:
        return parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError as error:
        raise AddressRefused(_("This is not a web address.")) from error


def _numbers_of(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = _("There is no host with this name: %(host)s.") % {"host": host}
        raise AddressRefused(message, AttemptError.UNKNOWN_HOST) from error
    # In the order of the resolver, without the zone of a link-local address, each once.
    return tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def _may_be_private(host: str) -> bool:
    return "*" in settings.WEBHOOK_PRIVATE_HOSTS or host in settings.WEBHOOK_PRIVATE_HOSTS
