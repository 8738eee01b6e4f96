"""Write responses with as little as HTTP/1.1 needs: head and first bytes in one packet, then chunks.

aiohttp's own response classes prepare cookies, compression, ranges and default headers that relay never uses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus

from aiohttp import HttpVersion10, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from multidict import CIMultiDict

from relay.types import Headers

__all__ = ["Sent", "Stream", "send"]

_REASONS = {status.value: status.phrase for status in HTTPStatus}
# How long a stream's head waits for first bytes to travel with.
_HEAD_WAITS_S = 0.05
# How long a client may take nothing of what is written, and the slowest link that it may have beside that, a megabit a
# second: the bounds of a body that arrives, too. A stream keeps a slot at its upstream as long as it lasts.
_TAKES_NOTHING_S = 60.0
_LEAST_BYTES_PER_S = 131_072


class Sent(web.StreamResponse):
    """Tells aiohttp that the response has been written already."""

    def __init__(self, *, keep_alive: bool) -> None:
        self._kept_alive = keep_alive

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection may serve another request."""
        return self._kept_alive

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Do nothing: the head is out."""
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: the body is out."""


async def send(request: web.BaseRequest, status: int, headers: Headers, body: bytes, *, close: bool = False) -> Sent:
    """Write a whole response. `close` ends the connection after it."""
    keep_alive = _stays(request) and not close
    fields = _fields(request, headers, keep_alive=keep_alive)
    if status != 204:
        fields["Content-Length"] = str(len(body))
    writer = request.writer
    await writer.write_headers(_status_line(status), fields)
    await _taken(request, writer.write_eof(b"" if request.method == "HEAD" else body), len(body))
    return Sent(keep_alive=keep_alive)


def _stays(request: web.BaseRequest) -> bool:
    """Tell whether the connection may serve another request."""
    return bool(request.keep_alive) and not getattr(request.protocol, "relay_leaving", False)


async def _taken(request: web.BaseRequest, writing: Awaitable[None], size: int) -> None:
    """Wait until `size` bytes are written. A client that does not take them in time is hung up on (ConnectionError)."""
    try:
        async with asyncio.timeout(_TAKES_NOTHING_S + size / _LEAST_BYTES_PER_S):
            await writing
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()  # closing would wait for what is not taken
        raise ConnectionAbortedError from None


class Stream:
    """A response of unknown length. `keep_alive` bytes go out whenever nothing else did for `silence_s` seconds.

    `write` waits while the client does not read, and not for ever: nothing piles up here. `drop` ends the connection
    without the final chunk marker, so that the client does not take a broken stream for a whole one.
    """

    def __init__(
        self, request: web.BaseRequest, status: int, headers: Headers, *, keep_alive: bytes, silence_s: float
    ) -> None:
        self._request = request
        self._writer = request.writer
        self._status = status
        self._headers = headers
        self._keep_alive = keep_alive
        self._silence_s = silence_s
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._chunked = request.version > HttpVersion10
        self._kept = _stays(request) and self._chunked
        self._timer: asyncio.TimerHandle | None = None
        self.begun = False  # bytes are out; the status can no longer change

    async def open(self) -> None:
        """Prepare the head; it goes out with the first bytes, or by itself a moment later."""
        fields = _fields(self._request, self._headers, keep_alive=self._kept)
        fields["Cache-Control"] = "no-cache"
        fields["X-Accel-Buffering"] = "no"
        if self._chunked:
            fields["Transfer-Encoding"] = "chunked"
        await self._writer.write_headers(_status_line(self._status), fields)
        self._timer = self._loop.call_later(_HEAD_WAITS_S, self._send_head)

    async def write(self, data: bytes) -> None:
        """Send `data`, and wait while the client's buffers are full."""
        self._last = self._loop.time()
        if not self.begun:
            self._begin()
        await _taken(self._request, self._writer.write(data), len(data))

    async def finish(self, data: bytes) -> Sent:
        """Send the last bytes and end the response."""
        self.stop()
        self._begin()
        await _taken(self._request, self._writer.write_eof(data), len(data))
        return Sent(keep_alive=self._kept)

    async def drop(self, data: bytes) -> Sent:
        """Send `data` and end the connection as a broken one."""
        self.stop()
        if data:
            if not self.begun:
                self._begin()
            await _taken(self._request, self._writer.write(data), len(data))
        if self._request.transport is not None:
            self._request.transport.close()
        return Sent(keep_alive=False)

    def stop(self) -> None:
        """Stop the timer. May be called more than once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        # Not before bytes go out: until then the response can still become another one.
        self.begun = True
        if self._chunked:
            self._writer.enable_chunking()

    def _send_head(self) -> None:
        if not self.begun and self._connected():
            self._begin()
            self._writer.send_headers()
        self._timer = self._loop.call_later(self._silence_s, self._pulse) if self._keep_alive else None

    def _pulse(self) -> None:
        silent_s = self._loop.time() - self._last
        if silent_s >= self._silence_s:
            silent_s = 0.0
            self._last = self._loop.time()
            if self._connected() and not self._request.protocol.writing_paused:
                assert self._request.transport is not None
                # One call of `write` is one chunk, so this never lands inside another.
                data = self._keep_alive
                self._request.transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
        self._timer = self._loop.call_later(self._silence_s - silent_s, self._pulse)

    def _connected(self) -> bool:
        transport = self._request.transport
        return transport is not None and not transport.is_closing()


def _fields(request: web.BaseRequest, headers: Headers, *, keep_alive: bool) -> CIMultiDict[str]:
    fields = CIMultiDict(headers)
    fields["Date"] = rfc822_formatted_time()
    if not keep_alive:
        fields["Connection"] = "close"
    elif request.version == HttpVersion10:
        fields["Connection"] = "keep-alive"
    return fields


def _status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}"
