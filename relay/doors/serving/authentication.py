"""Tell clients by their keys, or by tokens. The configuration holds digests of the keys only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from relay.config import ClientConfig
from relay.errors import AuthenticationFailed
from relay.types import Headers

__all__ = ["EntryExpired", "Known", "Tokens", "authenticate"]

# Where SDKs put a key (provider documentation, 2026-11-20); relay's own header comes first, for clients whose SDK
# header holds the upstream's key.
_OWN_HEADER = "x-relay-key"
_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
_IN_QUERY = "?key"  # no header's name


class EntryExpired(AuthenticationFailed):
    """A key or token of a client whose entry counts no more: the same answer as for one that nobody has."""

    def __init__(self, public: str, client: str) -> None:
        super().__init__(public)
        self.client = client


class Tokens(Protocol):
    """Tells whom a token stands for. `doors.serving.identity.Identity` is one."""

    def client_of(self, token: str) -> str | None:
        """Return the name of a client, or None where `token` is none, or none that counts."""
        ...


class Known:
    """The clients of one moment, immutable: by the digests of their keys, and by name for tokens."""

    def __init__(self, entries: Iterable[ClientConfig] = ()) -> None:
        self.entries = tuple(entries)
        self._by_digest: Mapping[str, ClientConfig] = {
            entry.key_sha256: entry for entry in reversed(self.entries) if entry.key_sha256 is not None
        }
        self._by_name: Mapping[str, ClientConfig] = {
            entry.name: entry for entry in reversed(self.entries) if entry.key_sha256 is None
        }

    def of_key(self, key: str) -> ClientConfig | None:
        """Return the entry of a key, in the same time for any number of entries.

        The look-up takes the digest of the key. Its time could tell where a digest is stored that shares 64 bits of
        Python's keyed hash with one that a stranger computed, which says nothing of a key: a digest cannot be turned
        into its key, and what `relay keygen` makes has 256 bits. The last step compares in constant time.
        """
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        entry = self._by_digest.get(digest)
        matches = hmac.compare_digest(digest, (entry.key_sha256 if entry is not None else None) or "")
        return entry if matches else None

    def of_name(self, name: str) -> ClientConfig | None:
        """Return the entry that tokens for the client `name` count by."""
        return self._by_name.get(name)


def authenticate(
    headers: Headers, query: str, known: Known, *, wall: Callable[[], float], tokens: Tokens | None = None
) -> tuple[ClientConfig, Headers, str]:
    """Return the entry of the client whose key or token the request holds, and headers and query without any.

    Whatever is relay's own is taken out, wherever else it stands and whoever's it is, so that it can never be passed to
    an upstream. `wall` gives seconds since 1970. Raises AuthenticationFailed.
    """

    def entry_of(value: str) -> ClientConfig | None:
        entry, client = known.of_key(value), None
        if entry is None and tokens is not None:
            client = tokens.client_of(value)
        return known.of_name(client) if client is not None else entry

    def is_own(value: str) -> bool:
        return known.of_key(value) is not None or (tokens is not None and tokens.client_of(value) is not None)

    presented = _presented(headers, query)
    for place, (name, value) in enumerate(presented):
        entry = entry_of(value)
        if entry is not None:
            if entry.is_expired(wall()):
                raise EntryExpired(_REQUIRED, entry.name)
            own = {name, *(other for other, given in presented if other != name and is_own(given))}
            kept = tuple(header for header in headers if header[0] not in own)
            return entry, kept, _without_key(query) if _IN_QUERY in own else query
        if place == 0 and name == _OWN_HEADER:
            break  # a client that names its key has said which one it means
    raise AuthenticationFailed(_REQUIRED)


def _without_key(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if [name for name, _ in parse_qsl(pair, True)] != ["key"])


_REQUIRED = (
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
        found.extend((_IN_QUERY, value) for name, value in parse_qsl(query) if name == "key")
    return found
