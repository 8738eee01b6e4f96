"""Decide which web pages may call, by `Host` and `Origin`. Pure functions.

A page in a browser on the same machine can reach a loopback port. It cannot choose its `Origin`, and with DNS
rebinding it cannot choose its `Host`: both must be names that the operator expects. A JSON content type is required as
well, which a page cannot send to another origin without asking first (see `cors`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from relay.config import ServerConfig
from relay.errors import ClientFault

__all__ = ["HostRefused", "OriginRefused", "check_host", "is_allowed_origin"]


class HostRefused(ClientFault):
    """The `Host` header names another host."""

    status = 403
    code = "host_refused"


class OriginRefused(ClientFault):
    """A web page that is not on the allow-list."""

    status = 403
    code = "origin_refused"


def check_host(
    host: str | None, server: ServerConfig, local_address: Callable[[], str], *, keys_required: bool
) -> None:
    """Raise HostRefused unless `host` (the header) is a loopback name, a configured one, or the address connected to.

    Where keys are required and no host is configured, any name will do: a page that rebinds a name has no key.
    """
    if server.unix is not None:
        return  # no page reaches a Unix socket
    name = _host_name(host or "")
    if name in server.allowed_hosts or (name and name == server.host):
        return
    if name == "localhost" or name.endswith(".localhost"):
        return
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if keys_required and not server.allowed_hosts:
            return
    else:
        if address.is_loopback or name == local_address():
            return
    raise HostRefused("The Host header is not a name of this relay; the configuration key is server.allowed_hosts.")


def is_allowed_origin(origin: str, host: str, allowed: Sequence[str]) -> bool:
    """Tell whether a page from `origin` may call: it is relay's own, or on the allow-list.

    An entry is a whole origin; `http://localhost:*` stands for every port.
    """
    if origin in allowed or origin in (f"http://{host}", f"https://{host}"):
        return True
    scheme_host, colon, port = origin.rpartition(":")
    return bool(colon) and port.isdigit() and f"{scheme_host}:*" in allowed


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()
