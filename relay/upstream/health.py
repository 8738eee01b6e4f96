"""Check whether an upstream can be reached, without sending data.

Used by `/readyz` and `relay doctor`. A TCP connection is opened and closed: no request, no credential, no TLS.
"""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

from relay.config import UpstreamConfig
from relay.errors import UpstreamUnreachable
from relay.upstream.addresses import base_host, socket_factory

__all__ = ["is_reachable", "probe"]


async def probe(upstream: UpstreamConfig, *, timeout_s: float = 5.0) -> str:
    """Return a sentence for `relay doctor` when `upstream` can be reached. Raises UpstreamUnreachable."""
    if not await is_reachable(upstream.base_url, timeout_s=timeout_s):
        raise UpstreamUnreachable(f"no TCP connection within {timeout_s:g} s")
    return "takes connections"


async def is_reachable(base_url: str, *, timeout_s: float = 2.0) -> bool:
    """Tell whether a TCP connection to the upstream at `base_url` can be made within `timeout_s`."""
    parts = urlsplit(base_url)
    host = base_host(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    make = socket_factory(host)
    try:
        async with asyncio.timeout(timeout_s):
            for info in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                try:
                    opened = make(info)
                    try:
                        await loop.sock_connect(opened, info[4])
                    finally:
                        opened.close()
                except OSError:
                    continue
                return True
    except (TimeoutError, OSError):
        return False
    return False
