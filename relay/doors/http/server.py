"""Connections of clients and of the operator: aiohttp's server with words, limits and ends of relay's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from relay.doors.http.connections import Connections, address

__all__ = ["Server"]

# An idle connection is kept as long as the SDKs' own pools keep theirs, and is closed by relay a little later.
_IDLE_CONNECTION_S = 75.0
_MAX_HEADER_BYTES = 32_768


class Protocol(web.RequestHandler):
    """aiohttp's connection, with its own words replaced: its error pages and log lines repeat what clients sent.

    One too many is refused. One that brings no whole head of a request for a while is closed, new ones too.
    """

    relay_limit: Connections | None = None
    relay_server: Server | None = None
    relay_peer = ""

    @property
    def relay_leaving(self) -> bool:
        """Whether the connection ends with the next answer, which has to say so."""
        return self.relay_server is not None and self.relay_server.leaving

    @property
    def relay_waits(self) -> bool:
        """Whether no request is in work."""
        return self._waiter is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or leave it to a refusal."""
        if self.relay_limit is not None and not self.relay_limit.admits(transport):
            return
        self.relay_peer = address(transport, "peername")
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the connection back."""
        super().connection_lost(exc)
        if self.relay_limit is not None:
            self.relay_limit.left(self.relay_peer)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what cannot be parsed as HTTP, and close."""
        if request.writer.output_size > 0:
            raise ConnectionError
        text = (
            "relay: the request could not be parsed as HTTP/1.1."
            if status < 500
            else "relay: something unplanned happened."
        )
        error = {"message": text, "type": "invalid_request", "param": None, "code": "invalid_http"}
        response = web.Response(
            status=status,
            body=orjson.dumps({"error": error}),
            headers={"Content-Type": "application/json", "Server": "relay", "x-should-retry": "false"},
        )
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Say nothing: the exception's text may hold a client's."""

    def log_debug(self, *args: Any, **kw: Any) -> None:
        """Say nothing."""


class Server(web.Server):
    """Makes connections of our own kind. A client that hangs up cancels its handler."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Any],
        loop: asyncio.AbstractEventLoop,
        limit: Connections | None = None,
    ) -> None:
        """Without a `limit` any number is taken, as on the admin port."""
        super().__init__(handler, handler_cancellation=True, loop=loop)
        self._relay_loop = loop
        self._relay_limit = limit
        self.leaving = False  # every answer from now on ends its connection

    def __call__(self) -> web.RequestHandler:
        """Return the protocol for one new connection."""
        protocol = Protocol(
            self,
            loop=self._relay_loop,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to switch it off
            keepalive_timeout=_IDLE_CONNECTION_S,
            auto_decompress=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            lingering_time=2.0,
        )
        protocol.relay_limit = self._relay_limit
        protocol.relay_server = self
        return protocol

    def close_idle(self) -> None:
        """Close connections that wait for a request, the others after the one in work."""
        self.pre_shutdown()

    def close_silent(self) -> None:
        """Close connections that wait for a request at once."""
        for connection in self.connections:
            if isinstance(connection, Protocol) and connection.relay_waits:
                connection.force_close()

    async def cancel(self) -> None:
        """Cancel what is still in work and close every connection."""
        await self.shutdown(0.01)
