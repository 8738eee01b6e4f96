"""Fetch the public keys of an issuer of tokens, from the one URL that the configuration names."""

from __future__ import annotations

import aiohttp

from relay.errors import UpstreamUnreachable
from relay.upstream.addresses import base_host, socket_factory
from relay.upstream.transport import tls_context

__all__ = ["fetch"]

_TIMEOUT_S = 10.0
_MOST_BYTES = 262_145  # one more than a key set may have


async def fetch(url: str) -> bytes:
    """Return what `url` answers, cut off above 256 KiB. No redirect is followed. Raises UpstreamUnreachable."""
    connector = aiohttp.TCPConnector(ssl=tls_context("http/1.1"), socket_factory=socket_factory(base_host(url)))
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                skip_auto_headers=("User-Agent",),
                timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
            ) as session,
            session.get(url, allow_redirects=False, headers={"accept-encoding": "identity"}) as response,
        ):
            if response.status != 200:
                raise UpstreamUnreachable("identity.jwks: the server does not answer with keys")
            data = b""
            while len(data) < _MOST_BYTES and (chunk := await response.content.read(_MOST_BYTES - len(data))):
                data += chunk
            return data
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise UpstreamUnreachable("identity.jwks: the keys cannot be fetched") from None
