"""Send requests over HTTP/2 with httpx, for upstreams that ask for it; the same interface as the usual client.

Slower than aiohttp on the same pass-through (459 against 3,706 requests/s), so it is used for `http2: true` only.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from relay.errors import UpstreamBadStream, UpstreamCut, UpstreamTimeout, UpstreamUnreachable
from relay.types import Headers, Outbound
from relay.upstream.addresses import base_host, is_refused
from relay.upstream.inflate import Inflater
from relay.upstream.transport import UpstreamResponse, join, tls_context
from relay.upstream.way import DIRECT, Way

__all__ = ["Http2Transport"]

_RESOLVED_FOR_S = 30.0
_HOP = frozenset({"host", "content-length", "accept-encoding", "connection", "transfer-encoding"})


class _NoCookies(http.cookiejar.CookieJar):
    """Accepts no cookie: httpx would replay a provider's cookie on every later request."""

    def set_cookie(self, cookie: http.cookiejar.Cookie) -> None:
        """Drop `cookie`."""


class Http2Transport:
    """One httpx client for one upstream. Without a proxy it connects to exactly the address that it resolved."""

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        inflate_limit_bytes: int,
        way: Way = DIRECT,
    ) -> None:
        self._base_url = base_url
        self._host = base_host(base_url)
        self._parts = urlsplit(base_url)
        self._limit = inflate_limit_bytes
        self._connect_timeout_s = connect_timeout_s
        self._proxied = way.proxy is not None
        self._pinned = ""
        self._pinned_until = 0.0
        self._client = httpx.AsyncClient(
            # Without TLS there is no ALPN to negotiate HTTP/2, and httpx uses HTTP/1.1.
            http2=True,
            verify=tls_context("http/1.1", "h2", ca=way.ca) if self._parts.scheme == "https" else False,
            trust_env=False,
            proxy=httpx.Proxy(way.proxy, auth=way.credential) if way.proxy is not None else None,
            follow_redirects=False,
            cookies=_NoCookies(),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=30),
            timeout=httpx.Timeout(read_timeout_s, connect=connect_timeout_s, pool=connect_timeout_s),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    @asynccontextmanager
    async def send(self, outbound: Outbound) -> AsyncIterator[UpstreamResponse]:
        """Send `outbound`; leaving the context closes the response."""
        try:
            request = self._request(outbound, await self._address())
            response = await self._client.send(request, stream=True)
        except (httpx.ConnectTimeout, httpx.ConnectError, httpx.PoolTimeout, TimeoutError, OSError):
            raise UpstreamUnreachable("The upstream could not be reached.") from None
        except httpx.TimeoutException:
            raise UpstreamTimeout("The upstream did not answer in time.") from None
        except httpx.HTTPError:
            raise UpstreamBadStream("The upstream closed the connection without an answer.") from None
        try:
            yield _Http2Response(response, self._limit)
        finally:
            await response.aclose()

    def _request(self, outbound: Outbound, address: str) -> httpx.Request:
        url = urlsplit(join(self._base_url, outbound.path, outbound.query))
        literal = f"[{address}]" if ":" in address else address
        netloc = literal if url.port is None else f"{literal}:{url.port}"
        headers = [(name, value) for name, value in outbound.headers if name not in _HOP]
        headers = [("host", self._parts.netloc), *headers, ("accept-encoding", "identity")]
        # The certificate is checked against the name, not the address.
        extensions: dict[str, Any] = {"sni_hostname": self._host, "timeout": self._client.timeout.as_dict()}
        return httpx.Request(
            outbound.method,
            urlunsplit((url.scheme, netloc, url.path, url.query, "")),
            headers=headers,
            content=outbound.body or None,
            extensions=extensions,
        )

    async def _address(self) -> str:
        loop = asyncio.get_running_loop()
        if self._proxied:
            return self._host  # the proxy looks the name up
        if self._pinned and loop.time() < self._pinned_until:
            return self._pinned
        try:
            return str(ipaddress.ip_address(self._host))  # the configuration names the address itself
        except ValueError:
            pass
        async with asyncio.timeout(self._connect_timeout_s):
            found = await loop.getaddrinfo(self._host, None, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        allowed = [address for address in addresses if not is_refused(address)]
        if not allowed:
            raise UpstreamUnreachable("The upstream's name leads to an address that relay does not connect to.")
        self._pinned, self._pinned_until = allowed[0], loop.time() + _RESOLVED_FOR_S
        return self._pinned


class _Http2Response:
    def __init__(self, response: httpx.Response, limit: int) -> None:
        self.status = response.status_code
        self.headers: Headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw
        )
        self._response = response
        self._limit = limit

    async def chunks(self) -> AsyncIterator[bytes]:
        coding = self._response.headers.get("content-encoding", "identity").strip().lower()
        inflater = None if coding in ("identity", "") else Inflater(coding, limit_bytes=self._limit)
        raw = self._response.aiter_raw()
        while True:
            try:
                chunk = await anext(raw, None)
            except httpx.TimeoutException:
                raise UpstreamTimeout("The upstream fell silent in the middle of its answer.") from None
            except httpx.HTTPError:
                raise UpstreamCut("The upstream's answer was cut off.") from None
            if chunk is None:
                break
            if inflater is None:
                yield chunk
            else:
                for piece in inflater.feed(chunk):
                    yield piece
        if inflater is not None:
            inflater.finish()
