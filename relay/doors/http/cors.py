"""Answer browsers: which page may call, with which headers, and which response headers it may read.

The headers of a preflight are reflected from a list: those of every client, and those that each family of formats says
that its SDKs send (as Chromium 156 asked for them with the SDKs of November 2026). Few of them leave, but a page that
may not send one sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from relay.protocols import Format
from relay.types import Headers
from relay.wire.vendors import families_of

__all__ = ["exposed", "preflight"]

_REQUEST_HEADERS = ("accept", "authorization", "content-type", "user-agent", "x-relay-key", "x-relay-session")
_READABLE = (
    "request-id, retry-after, retry-after-ms, x-relay-decision, x-relay-exchange, x-relay-policy, x-relay-prefix, "
    "x-relay-route, x-relay-route-why, x-request-id, x-should-retry"
)
_VALID_FOR_S = "600"


def preflight(formats: Iterable[Format], origin: str, wanted: str, *, private_network: bool) -> Headers:
    """Return the headers that answer a preflight from an allowed `origin`; `wanted` lists the headers it asks for."""
    allowed = {*_REQUEST_HEADERS, *(name for each in families_of(formats).values() for name in each.page_headers)}
    prefixes = tuple(name[:-1] for name in allowed if name.endswith("*"))
    names = sorted({name.strip().lower() for name in wanted.split(",")})
    granted = [name for name in names if name in allowed or name.startswith(prefixes)]
    headers = [
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", "GET, POST, DELETE"),
        ("access-control-allow-headers", ", ".join(granted)),
        ("access-control-max-age", _VALID_FOR_S),
        ("vary", "Origin"),
    ]
    if private_network:
        headers.append(("access-control-allow-private-network", "true"))
    return tuple(headers)


def exposed(origin: str) -> Headers:
    """Return the headers that let a page from an allowed `origin` read a response."""
    return (
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", _READABLE),
        ("vary", "Origin"),
    )
