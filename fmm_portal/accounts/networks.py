"""Networks that a key may be used from, written as addresses with a prefix (CIDR), IPv4 and IPv6."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_NETWORKS = 50


def normal_networks(texts: Iterable[str]) -> list[str]:
    """The networks in their shortest spelling, each once. Raises ValidationError on what is none."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            network = ip_network(text.strip(), strict=False)
        except ValueError as error:
            raise ValidationError(
                _("“%(text)s” is no network. Write 196.200.10.0/24, 2001:db8::/48 or a single address."),
                code="invalid_network",
                params={"text": text.strip()},
            ) from error
        found[str(network)] = None
    if len(found) > MOST_NETWORKS:
        raise ValidationError(
            _("A key takes at most %(most)d networks."), code="too_many", params={"most": MOST_NETWORKS}
        )
    return list(found)


def is_within(address: str | None, networks: Iterable[str]) -> bool:
    """Whether the address lies in any of the networks. An address that is not known lies in none."""
    if address is None:
        return False
    place = ip_address(address)
    if isinstance(place, IPv6Address) and place.ipv4_mapped is not None:
        # How a socket that listens on IPv6 shows callers by IPv4.
        place = place.ipv4_mapped
    return any(place in ip_network(network) for network in networks)


def are_within(networks: Iterable[str], limits: Iterable[str]) -> bool:
    """Whether every network is a part of one of the limits."""
    wide = [ip_network(limit) for limit in limits]
    return all(any(_is_part(ip_network(network), limit) for limit in wide) for network in networks)


def _is_part(network: IPv4Network | IPv6Network, limit: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(limit, IPv4Network) and network.subnet_of(limit)
    return isinstance(limit, IPv6Network) and network.subnet_of(limit)
