"""Tell clients by their keys. A pure function; the configuration holds digests of the keys only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

from relay.config import ClientConfig
from relay.errors import AuthenticationFailed
from relay.types import Headers

__all__ = ["authenticate"]

# Where SDKs put a key (provider documentation, 2026-11-20); relay's own header comes first, for clients whose SDK
# header holds the upstream's key.
_OWN_HEADER = "x-relay-key"
_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


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
