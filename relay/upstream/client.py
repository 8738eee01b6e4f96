"""Send a request to the upstream it names and yield the response, chunk by chunk.

One connection pool per upstream, shared by all clients: a pool per client or session would let the upstream link
requests. No cookie is kept, no redirect followed, no proxy read from the environment, and no header is added to those
of the request but `Host`, `Content-Length` and `Accept-Encoding: identity`. No URL is ever logged or put into an error.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from relay.config import UpstreamConfig
from relay.errors import (
    ScrubFailed,
    UpstreamBadStream,
    UpstreamClosed,
    UpstreamFault,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from relay.types import Headers, Outbound
from relay.upstream.addresses import AddressRefused, base_host, socket_factory
from relay.upstream.health import is_reachable
from relay.upstream.inflate import Inflater

__all__ = ["UpstreamClient", "UpstreamResponse", "join", "tls_context"]

# Headers that aiohttp adds by default.
_SKIPPED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_IDENTITY = ("accept-encoding", "identity")
# Segments that may begin a path on any upstream: a version, or Ollama's own prefix.
_ROOTED = re.compile(r"(?:v\d+[a-z0-9]*|api)\Z")
_VERSION = re.compile(r"v\d+[a-z0-9]*\Z")
_MAX_HEADER_BYTES = 32_768


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


class UpstreamClient:
    """All upstreams, by name. Enter it inside the event loop that uses it.

    Connecting may take `connect_timeout_s`; between two reads at most `read_timeout_s` may pass. A compressed body may
    inflate to `inflate_limit_bytes`. Raises ConfigFault for a base URL whose host `base_host` refuses.
    """

    def __init__(
        self,
        upstreams: Mapping[str, UpstreamConfig],
        *,
        connect_timeout_s: float = 10,
        read_timeout_s: float = 600,
        inflate_limit_bytes: int = 64 * 1024 * 1024,
    ) -> None:
        self._upstreams = dict(upstreams)
        for upstream in self._upstreams.values():
            base_host(upstream.base_url)
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._inflate_limit = inflate_limit_bytes
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
                )
            else:
                transport = _Http1Transport(
                    upstream.address,
                    connect_timeout_s=self._connect_timeout_s,
                    read_timeout_s=self._read_timeout_s,
                    inflate_limit_bytes=self._inflate_limit,
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
        """Tell whether a TCP connection to `upstream` can be made within two seconds."""
        return await is_reachable(self._upstreams[upstream].base_url)

    async def reachable(self) -> dict[str, bool]:
        """Tell the same for every upstream."""
        found = await asyncio.gather(*map(self.reach, self._upstreams))
        return dict(zip(self._upstreams, found, strict=True))

    def send(self, outbound: Outbound) -> AbstractAsyncContextManager[UpstreamResponse]:
        """Send `outbound` to the upstream it names.

        Raises UpstreamUnreachable before a connection stands, UpstreamClosed, UpstreamTimeout and UpstreamBadStream
        after, and ScrubFailed for a request that was scrubbed for another kind of route (a last safeguard).
        """
        if self._upstreams[outbound.upstream].kind is not outbound.route:
            raise ScrubFailed("a request that was prepared for one kind of route was about to go to another")
        return self._transports[outbound.upstream].send(outbound)


class _Http1Transport:
    """aiohttp's client without its defaults."""

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        inflate_limit_bytes: int,
    ) -> None:
        self._base_url = base_url
        self._inflate_limit = inflate_limit_bytes
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=tls_context("http/1.1") if base_url.startswith("https:") else True,
                keepalive_timeout=30,
                socket_factory=socket_factory(base_host(base_url)),
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
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _before_head(error) from None
        try:
            with _ending_with_connection(response):
                yield _Http1Response(response, self._inflate_limit)
        finally:
            # A body that was not read to its end closes its connection, so the upstream notices the cancellation.
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
        read = self._response.content.readany
        while True:
            try:
                chunk = await read()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise _after_head(error) from None
            if not chunk:
                break
            if inflater is None:
                yield chunk
            else:
                for piece in inflater.feed(chunk):
                    yield piece
        if inflater is not None:
            inflater.finish()


def join(base_url: str, path: str, query: str = "") -> str:
    """Return the URL for `path` on `base_url` (no trailing slash), with the version segment exactly once.

    SDKs differ on whether a base URL includes the version: `https://host/v1` and `https://host` both work for
    `/v1/messages`. A version in the path wins over one in the base; Ollama's own `/api` replaces it.
    """
    head, _, last = base_url.rpartition("/")
    if _VERSION.match(last) and urlsplit(base_url).path and _ROOTED.match(path[1:].partition("/")[0]):
        base_url = head
    return f"{base_url}{path}?{query}" if query else f"{base_url}{path}"


def tls_context(*protocols: str) -> ssl.SSLContext:
    """Return the TLS configuration for every upstream, which offers `protocols` (ALPN).

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
    return context


@contextmanager
def _ending_with_connection(response: aiohttp.ClientResponse) -> Iterator[None]:
    """Make a reader of the body fail when its connection is lost.

    aiohttp 3.14 closes the connection when the framing of a chunk is wrong, but leaves the reader waiting and cancels
    its time-out.
    """
    connection, content = response.connection, response.content
    if connection is None or connection.protocol is None:  # the whole body has arrived
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
    if isinstance(error, aiohttp.ClientResponseError):
        return UpstreamBadStream("The upstream did not answer in HTTP.")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return UpstreamClosed("The upstream closed the connection without an answer.")
    return UpstreamUnreachable("The upstream could not be reached.")


def _after_head(error: BaseException) -> UpstreamFault:
    if isinstance(error, TimeoutError):
        return UpstreamTimeout("The upstream fell silent in the middle of its answer.")
    return UpstreamBadStream("The upstream's answer was cut off.")
