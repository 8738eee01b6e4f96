"""Decide which network addresses an upstream may have.

Upstreams are named by the configuration, so loopback and private addresses are allowed: local models run there. A name
must never resolve to an instance metadata service or a similar address. The check reads the address that a socket is
about to connect to, so a second look-up cannot change the result in between (DNS rebinding).

Not prevented: an operator who writes such an address literally into the configuration.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from relay.errors import ConfigFault

__all__ = ["AddressRefused", "base_host", "is_refused", "socket_factory"]

# Instance metadata outside the link-local ranges: AWS over IPv6, Alibaba Cloud, Oracle Cloud (providers' documentation,
# read 2026-11-21).
_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))
# IPv6 ranges that carry an IPv4 address inside: IPv4-mapped (RFC 4291), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056),
# Teredo (RFC 4380).
_CARRIERS = tuple(
    map(ipaddress.ip_network, ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
)
# Forms such as 127.1, 0x7f000001 and 2130706433, which the C library accepts as addresses.
_ODD_LITERAL = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)(\.(0[xX][0-9a-fA-F]*|[0-9]+))*\.?")


class AddressRefused(OSError):
    """A name resolved to an address that relay never connects to."""


def is_refused(address: str) -> bool:
    """Tell whether an upstream's name must not resolve to `address` (a literal, as `getaddrinfo` returns it)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if found.version == 6 and any(found in network for network in _CARRIERS) and not found.is_loopback:
        return True
    return found.is_link_local or found.is_multicast or found.is_unspecified or found in _METADATA


def base_host(base_url: str) -> str:
    """Return the host of a base URL. Raises ConfigFault for a number that only the C library accepts as an address."""
    host = urlsplit(base_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if _ODD_LITERAL.fullmatch(host):
            raise ConfigFault("an upstream's base_url holds a number as host, expected a name or an address") from None
    return host


def socket_factory(host: str) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Return a socket factory for the upstream at `host`; it raises AddressRefused for a forbidden address.

    The client calls it after resolution, with each address that it is about to connect to.
    """

    def make(address_info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, sockaddr = address_info
        if is_refused(sockaddr[0]) and not _same(sockaddr[0], host):
            raise AddressRefused("refused address")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make


def _same(address: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]) == ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
