"""What a transport to one upstream is, and what HTTP/1.1 and HTTP/2 have in common: URLs and TLS."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from relay.errors import ConfigFault
from relay.types import Headers, Outbound

__all__ = ["Transport", "UpstreamResponse", "join", "tls_context"]

# Segments that may begin a path on any upstream: a version, or Ollama's own prefix.
_ROOTED = re.compile(r"(?:v[0-9][a-z0-9]*+|api)\Z")
_VERSION = re.compile(r"v[0-9][a-z0-9]*+\Z")


class UpstreamResponse(Protocol):
    """An upstream's response: the head is complete, the body is read as it arrives."""

    status: int
    headers: Headers

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body, inflated. Raises UpstreamTimeout and UpstreamBadStream."""
        ...


class Transport(Protocol):
    """The connection pool of one upstream."""

    def send(self, outbound: Outbound) -> AbstractAsyncContextManager[UpstreamResponse]:
        """Send `outbound`; leaving the context cancels what has not arrived."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


def join(base_url: str, path: str, query: str = "") -> str:
    """Return the URL for `path` on `base_url` (no trailing slash), with the version segment exactly once.

    SDKs differ on whether a base URL includes the version: `https://host/v1` and `https://host` both work for
    `/v1/messages`. A version in the path wins over one in the base; Ollama's own `/api` replaces it.
    """
    head, _, last = base_url.rpartition("/")
    if _VERSION.match(last) and urlsplit(base_url).path and _ROOTED.match(path[1:].partition("/")[0]):
        base_url = head
    return f"{base_url}{path}?{query}" if query else f"{base_url}{path}"


def tls_context(*protocols: str, ca: Path | None = None) -> ssl.SSLContext:
    """Return the TLS configuration for every upstream, which offers `protocols` (ALPN) and trusts `ca` as well.

    Created only when needed: reading the certificate store takes 40 ms. `ssl.create_default_context` would write
    session keys to a file that the environment names; this does not.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    context.set_alpn_protocols(protocols)
    places = ssl.get_default_verify_paths()
    if places.cafile is None and places.capath is None:
        # A container without certificates.
        import certifi

        context.load_verify_locations(certifi.where())
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
            raise ConfigFault(f"outbound.ca: {ca} cannot be used ({reason})") from None
    return context
