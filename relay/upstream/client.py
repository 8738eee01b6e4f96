"""Send a request to the upstream it names and hand its response on, chunk by chunk.

One connection pool per upstream, shared by all clients: a pool per client or session would link its requests for the
upstream. No cookie is kept, no redirect followed, no proxy read from the environment, and no header is added to those
of the request but `Host`, `Content-Length` and `Accept-Encoding: identity`. No URL is ever logged or put into an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any

import aiohttp
from yarl import URL

from relay.config import UpstreamConfig
from relay.errors import (
    ScrubFailed,
    UpstreamBadStream,
    UpstreamClosed,
    UpstreamCut,
    UpstreamFault,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from relay.types import Headers, Outbound, RouteKind
from relay.upstream.addresses import AddressRefused, base_host, socket_factory
from relay.upstream.health import is_reachable
from relay.upstream.inflate import Inflater
from relay.upstream.transport import Transport, UpstreamResponse, join, tls_context
from relay.upstream.way import DIRECT, Way

__all__ = ["UpstreamClient"]

# What aiohttp would add by itself.
_SKIPPED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_IDENTITY = ("accept-encoding", "identity")
_MAX_HEADER_BYTES = 32_768


class UpstreamClient:
    """All upstreams, by name. Enter it inside the event loop that uses it.

    Connecting may take `connect_timeout_s`; between two reads at most `read_timeout_s` may pass. A compressed body may
    inflate to `inflate_limit_bytes`. Raises ConfigFault for a base URL whose host is an odd number.
    """

    def __init__(
        self,
        upstreams: Mapping[str, UpstreamConfig],
        *,
        connect_timeout_s: float = 10,
        read_timeout_s: float = 600,
        inflate_limit_bytes: int = 64 * 1024 * 1024,
        way: Way = DIRECT,
    ) -> None:
        self._upstreams = dict(upstreams)
        for upstream in self._upstreams.values():
            base_host(upstream.base_url)
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._inflate_limit = inflate_limit_bytes
        # A local upstream is the operator's own, and is reached without a proxy.
        self._ways = {
            name: way if upstream.kind is RouteKind.FRONTIER else Way(ca=way.ca)
            for name, upstream in self._upstreams.items()
        }
        self._transports: dict[str, Transport] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> UpstreamClient:
        for name, upstream in self._upstreams.items():
            transport: Transport
            if upstream.http2:
                # httpx costs 0.1 s to import, and only these routes need it.
                from relay.upstream.http2 import Http2Transport

                transport = Http2Transport(
                    upstream.address,
                    connect_timeout_s=self._connect_timeout_s,
                    read_timeout_s=self._read_timeout_s,
                    inflate_limit_bytes=self._inflate_limit,
                    way=self._ways[name],
                )
            else:
                transport = _Http1Transport(
                    upstream.address,
                    connect_timeout_s=self._connect_timeout_s,
                    read_timeout_s=self._read_timeout_s,
                    inflate_limit_bytes=self._inflate_limit,
                    way=self._ways[name],
                )
            self._transports[name] = transport
            self._stack.push_async_callback(transport.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transports.clear()
        await self._stack.aclose()

    async def reach(self, upstream: str) -> bool:
        """Tell whether a TCP connection to `upstream`, or the proxy on the way, can be made within two seconds."""
        return await is_reachable(self._ways[upstream].proxy or self._upstreams[upstream].base_url)

    async def reachable(self) -> dict[str, bool]:
        """Tell the same for every upstream."""
        found = await asyncio.gather(*map(self.reach, self._upstreams))
        return dict(zip(self._upstreams, found, strict=True))

    def send(self, outbound: Outbound) -> AbstractAsyncContextManager[UpstreamResponse]:
        """Send `outbound` to the upstream it names.

        Raises UpstreamUnreachable before a connection stands, UpstreamClosed, UpstreamTimeout and UpstreamBadStream
        after, and ScrubFailed for a request that was scrubbed for another kind of route: the last lock on that door.
        """
        if self._upstreams[outbound.upstream].kind is not outbound.route:
            raise ScrubFailed("a request that was prepared for one kind of route was about to go to another")
        return self._transports[outbound.upstream].send(outbound)


class _Http1Transport:
    """aiohttp's client, bare."""

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        inflate_limit_bytes: int,
        way: Way,
    ) -> None:
        self._base_url = base_url
        self._proxy: dict[str, Any] = {"proxy": URL(way.proxy)} if way.proxy is not None else {}
        if way.credential is not None:
            # Under this name aiohttp makes it Proxy-Authorization, of CONNECT or of the request as the scheme wants.
            self._proxy["proxy_headers"] = {"Authorization": aiohttp.encode_basic_auth(*way.credential)}
        self._inflate_limit = inflate_limit_bytes
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=tls_context("http/1.1", ca=way.ca) if base_url.startswith("https:") else True,
                keepalive_timeout=30,
                socket_factory=socket_factory(base_host(way.proxy or base_url)),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=_SKIPPED,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            # `connect` counts the look-up of the name as well.
            timeout=aiohttp.ClientTimeout(
                total=None, connect=connect_timeout_s, sock_connect=connect_timeout_s, sock_read=read_timeout_s
            ),
        )

    async def close(self) -> None:
        await self._session.close()

    @asynccontextmanager
    async def send(self, outbound: Outbound) -> AsyncIterator[UpstreamResponse]:
        headers = outbound.headers
        if not any(name == "accept-encoding" for name, _ in headers):
            headers = (*headers, _IDENTITY)
        url = URL(join(self._base_url, outbound.path, outbound.query), encoded=True)
        try:
            response = await self._session.request(
                outbound.method,
                url,
                headers=headers,
                data=outbound.body or None,
                allow_redirects=False,
                **self._proxy,
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _before_head(error) from None
        try:
            with _ending_with_connection(response):
                yield _Http1Response(response, self._inflate_limit)
        finally:
            # A body that was not read to its end takes its connection with it: the upstream sees it close.
            response.close() if not response.content.is_eof() else response.release()


class _Http1Response:
    def __init__(self, response: aiohttp.ClientResponse, inflate_limit: int) -> None:
        self.status = response.status
        self.headers: Headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.raw_headers
        )
        self._response = response
        self._limit = inflate_limit

    async def chunks(self) -> AsyncIterator[bytes]:
        coding = self._response.headers.get("Content-Encoding", "identity").strip().lower()
        inflater = None if coding in ("identity", "") else Inflater(coding, limit_bytes=self._limit)
        content = self._response.content
        fault: UpstreamFault | None = None
        while fault is None:
            try:
                chunk = await content.readany()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                fault = _after_head(error)
                # Once a connection is lost, aiohttp hands out no more of what had arrived before. The client gets it.
                chunk = content._read_nowait(-1)
            if not chunk:
                break
            if inflater is None:
                yield chunk
            else:
                for piece in inflater.feed(chunk):
                    yield piece
        if fault is not None:
            raise fault
        if inflater is not None:
            inflater.finish()


@contextmanager
def _ending_with_connection(response: aiohttp.ClientResponse) -> Iterator[None]:
    """Let the reader of the body learn when its connection is gone.

    aiohttp 3.14 closes the connection when the framing of a chunk is wrong, but leaves the reader waiting, and takes
    the time-out away.
    """
    connection, content = response.connection, response.content
    if connection is None or connection.protocol is None:  # the whole body is here
        yield
        return

    def end(_: object = None) -> None:
        if not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError("the connection was closed"))

    closed = connection.protocol.closed
    if closed is None:
        end()
        yield
        return
    closed.add_done_callback(end)
    try:
        yield
    finally:
        closed.remove_done_callback(end)


def _before_head(error: BaseException) -> UpstreamFault:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return UpstreamUnreachable("The upstream could not be reached in time.")
    if isinstance(error, TimeoutError):
        return UpstreamTimeout("The upstream did not answer in time.")
    if isinstance(getattr(error, "os_error", error), AddressRefused):
        return UpstreamUnreachable("The upstream's name leads to an address that relay does not connect to.")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return UpstreamUnreachable("The proxy on the way to the upstream refused.")
    if isinstance(error, aiohttp.ClientResponseError):
        return UpstreamBadStream("The upstream did not answer in HTTP.")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return UpstreamClosed("The upstream closed the connection without an answer.")
    return UpstreamUnreachable("The upstream could not be reached.")


def _after_head(error: BaseException) -> UpstreamFault:
    if isinstance(error, TimeoutError):
        return UpstreamTimeout("The upstream fell silent in the middle of its answer.")
    return UpstreamCut("The upstream's answer was cut off.")
