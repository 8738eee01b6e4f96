"""Decide who may call: `Host` and `Origin` against web pages, keys against everybody else. Pure functions.

A page in a browser on the same machine can reach a loopback port. It cannot choose its `Origin`, and with DNS
rebinding it cannot choose its `Host`: both must be names that the operator expects. A JSON content type is required as
well, which a page cannot send to another origin without asking first (see `cors`).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import parse_qsl

from relay.config import ClientConfig, ServerConfig
from relay.errors import AuthenticationFailed, ClientFault
from relay.types import Headers

__all__ = ["HostRefused", "OriginRefused", "authenticate", "check_host", "is_allowed_origin"]

# Where SDKs put a key (provider documentation, 2026-11-20); relay's own header comes first, for clients whose SDK
# header holds the upstream's key.
_OWN_HEADER = "x-relay-key"
_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


class HostRefused(ClientFault):
    """The `Host` header names somebody else."""

    status = 403
    code = "host_refused"


class OriginRefused(ClientFault):
    """A web page that is not on the allow-list."""

    status = 403
    code = "origin_refused"


def check_host(host: str | None, server: ServerConfig, local_address: str, *, keys_required: bool) -> None:
    """Raise HostRefused unless `host` (the header) is a loopback name, a configured one, or the address connected to.

    Where keys are required and no host is configured, any name will do: a page that rebinds a name has no key.
    """
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
        if address.is_loopback or name == local_address:
            return
    raise HostRefused("The Host header is not a name of this relay; the configuration key is server.allowed_hosts.")


def is_allowed_origin(origin: str, host: str, allowed: Sequence[str]) -> bool:
    """Tell whether a page from `origin` may call: it is relay's own, or on the allow-list.

    An entry is a whole origin; `http://localhost:*` stands for every port.
    """
    if origin in allowed or origin == f"http://{host}":
        return True
    scheme_host, colon, port = origin.rpartition(":")
    return bool(colon) and port.isdigit() and f"{scheme_host}:*" in allowed


def authenticate(headers: Headers, query: str, clients: Sequence[ClientConfig]) -> tuple[str, Headers]:
    """Return the name of the client whose key the request holds, and the headers without that key.

    Every configured digest is compared, in constant time, whichever matches. A key that is relay's own is taken out, so
    that it can never be passed to an upstream. Raises AuthenticationFailed.
    """
    for place, (name, value) in enumerate(_presented(headers, query)):
        digest = hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()
        found = [client.name for client in clients if hmac.compare_digest(digest, client.key_sha256)]
        if found:
            return found[0], tuple(header for header in headers if header[0] != name)
        if place == 0 and name == _OWN_HEADER:
            break  # a client that names its key has said which one it means
    raise AuthenticationFailed(
        "A key of this relay is required, in Authorization or X-Relay-Key; the configuration key clients lists them."
    )


def _presented(headers: Headers, query: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in headers:
        if name == _OWN_HEADER:
            found.insert(0, (name, value.strip()))
        elif name in _KEY_HEADERS:
            found.append((name, value.strip()))
        elif name == "authorization" and value[:7].lower() == "bearer ":
            found.append((name, value[7:].strip()))
    if query:
        found.extend(("?key", value) for name, value in parse_qsl(query) if name == "key")
    return found


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()
