"""Answer browsers: which page may call, with which headers, and which response headers it may read.

Preflight headers as Chromium 156 asked for them with the SDKs of November 2026, and those by which web clients name
themselves; they are reflected from this list. None of the second kind leaves, but a page that may not send one sends
nothing.
"""

from __future__ import annotations

from relay.types import Headers

__all__ = ["exposed", "preflight"]

_REQUEST_HEADERS = frozenset(
    {
        "accept",
        "anthropic-beta",
        "anthropic-dangerous-direct-browser-access",
        "anthropic-version",
        "api-key",
        "authorization",
        "content-type",
        "http-referer",
        "idempotency-key",
        "openai-beta",
        "openai-organization",
        "openai-project",
        "user-agent",
        "x-api-key",
        "x-goog-api-client",
        "x-goog-api-key",
        "x-relay-key",
        "x-relay-session",
        "x-title",
    }
)
_REQUEST_PREFIX = "x-stainless-"
_READABLE = (
    "request-id, retry-after, retry-after-ms, x-relay-decision, x-relay-policy, x-relay-prefix, x-relay-route, "
    "x-relay-route-why, x-request-id, x-should-retry"
)
_VALID_FOR_S = "600"


def preflight(origin: str, wanted: str, *, private_network: bool) -> Headers:
    """Return the headers that answer a preflight from an allowed `origin`; `wanted` lists the headers it asks for."""
    names = sorted({name.strip().lower() for name in wanted.split(",")})
    granted = [name for name in names if name in _REQUEST_HEADERS or name.startswith(_REQUEST_PREFIX)]
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
