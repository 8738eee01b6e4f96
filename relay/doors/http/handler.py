"""Read one HTTP request, have it served, and write the answer.

    check host and origin → admit → read the body → answer → write, chunk by chunk

No exception leaves this module and none is logged with its text. A client that hangs up cancels the upstream call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

from aiohttp import web

from relay.config import Config
from relay.doors.http import access, body, cors
from relay.doors.http.connections import address
from relay.doors.http.parser_names import forget_header_names
from relay.doors.http.reply import Sent, Stream, send
from relay.doors.http.shaping import Shaped, padded
from relay.doors.serving.response import Response, StreamedResponse
from relay.doors.serving.service import EXCHANGE, Admitted, Service
from relay.doors.serving.shares import Shares
from relay.errors import ClientFault, RelayBusy, RelayFault, ScrubFailed
from relay.observe.attributes import Attribute
from relay.observe.traces import NOT_TRACED, SpanName, Trace
from relay.process.forget import Forgetter
from relay.process.library_caches import LibraryCaches
from relay.types import Headers, Request

__all__ = ["Handler"]

# Bodies of the largest size that may be arriving or waiting at the same time: a bound on memory.
_BODIES_AT_ONCE = 16
_BODIES_LIMIT = f"{_BODIES_AT_ONCE} times server.max_body_mb"
_HELLO: Final = Response(200, (("content-type", "text/plain"),), b"relay\n")


class UpgradeRefused(ClientFault):
    """A WebSocket: clients that try one first go on over HTTP when they see this status."""

    status = 426
    code = "upgrade_refused"


class Handler:
    """The server's one handler."""

    def __init__(self, service: Service, config: Config) -> None:
        self.service = service
        self._config = config
        self._server = config.server
        self._shaping = config.shaping
        self._limit = config.server.max_body_mb * 1024 * 1024
        at_once = config.server.part(_BODIES_AT_ONCE, least=2)  # of one alone a client would have three quarters
        self._bodies = Shares(at_once * self._limit, "many bytes of requests are in work", _BODIES_LIMIT)
        self._idle = asyncio.Event()
        self._idle.set()
        self.in_flight = 0  # requests in work
        self.begun = 0  # requests so far
        self._forgetter: Forgetter | None = None

    def forget_afterwards(self, caches: LibraryCaches | None = None) -> None:
        """Clear memory after requests, from now on. Call it in the loop, when all that stays is loaded.

        `caches` are those of libraries, where they have been looked for.
        """
        caches = caches or LibraryCaches(forget_header_names)
        self._forgetter = Forgetter(asyncio.get_running_loop(), caches)

    async def idle(self) -> None:
        """Wait until no request is in work."""
        await self._idle.wait()

    def close(self) -> None:
        """Give back the threads and the timer."""
        if self._forgetter is not None:
            self._forgetter.close()
        self.service.close()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer `request`."""
        gauge = self.service.core.metrics.in_flight
        self.in_flight += 1
        self.begun += 1
        self._idle.clear()
        gauge.inc()
        try:
            return await self._answer(request)
        except ConnectionError:
            return Sent(keep_alive=False)
        finally:
            body.drop_unread(request)
            self.in_flight -= 1
            gauge.dec()
            if self._forgetter is not None:
                self._forgetter.soon()
            if not self.in_flight:
                self._idle.set()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        headers = tuple(
            [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers]
        )
        head = Request(method=request.method, path=path, query=query, headers=headers)
        trace = self.service.begin(head)
        with trace.recorded or NOT_TRACED:
            return await self._traced(request, head, trace)

    async def _traced(self, request: web.BaseRequest, head: Request, trace: Trace) -> web.StreamResponse:
        added: list[tuple[str, str]] = [(EXCHANGE, trace.id)]  # to every answer
        try:
            response = await self._response(request, head, trace, added)
        except RelayFault as fault:
            response = self._refusal(fault, head, trace)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            # Its text may hold anything, so nothing of it goes further than this line.
            response = self._refusal(ScrubFailed("Something unplanned happened, so nothing was sent."), head, trace)
        async with response:
            if trace.recorded is not None:
                trace.recorded.whole.set(Attribute.STATUS, response.status)
            if isinstance(response, StreamedResponse):
                return await self._stream(request, response, trace, tuple(added))
            return await self._whole(request, response, tuple(added))

    async def _response(
        self, request: web.BaseRequest, head: Request, trace: Trace, added: list[tuple[str, str]]
    ) -> Response:
        fields = dict(reversed(head.headers))  # of a repeated one the first
        host, origin = fields.get("host", ""), fields.get("origin")
        access.check_host(host, self._server, partial(_local, request), keys_required=self.service.callers.required)
        if origin:
            if not access.is_allowed_origin(origin, host, self._server.allowed_origins):
                raise access.OriginRefused(
                    "Web pages of this origin may not call; the configuration key is server.allowed_origins."
                )
            if head.method == "OPTIONS":
                wanted = fields.get("access-control-request-headers", "")
                private = fields.get("access-control-request-private-network") == "true"
                return Response(204, cors.preflight(self.service.core.formats, origin, wanted, private_network=private))
            added += cors.exposed(origin)
        if head.path in ("/", "") and head.method in ("GET", "HEAD"):
            return _HELLO
        if fields.get("upgrade"):
            raise UpgradeRefused("relay serves no WebSockets; use HTTP.")
        with NOT_TRACED if trace.recorded is None else trace.recorded.span(SpanName.ADMIT):
            admitted = self.service.admit(head, _peer(request), trace)
            if admitted.entry is not None:
                await self.service.pace(admitted)
        return await self._served(request, admitted, fields)

    async def _served(self, request: web.BaseRequest, admitted: Admitted, fields: Mapping[str, str]) -> Response:
        """Read the body of an admitted request and have it answered."""
        if admitted.has_body:
            with self._room_of(admitted) as arrived:
                beside = partial(self.service.beside, admitted=admitted)
                data = await body.read(request, self._limit, fields, arrived, beside)
                return await self.service.answer(admitted, data)
        if admitted.endpoint is None and request.method == "POST":
            body.require_json(fields)
        return await self.service.answer(admitted, b"")

    @contextmanager
    def _room_of(self, admitted: Admitted) -> Iterator[Callable[[int], None]]:
        """Yield what takes room for the bytes of a body that have arrived; they have it until the answer begins."""
        client, taken = admitted.caller, 0

        def arrived(size: int) -> None:
            nonlocal taken
            self._bodies.take(client, size)
            taken += size

        try:
            yield arrived
        finally:
            self._bodies.give_back(client, taken)

    # --------------------------------------------------------------------------------------------------------- writing

    async def _whole(self, request: web.BaseRequest, response: Response, added: Headers) -> Sent:
        headers, data = (*response.headers, *added), response.body
        if response.paddable:
            data = padded(data, self._shaping.pad_to, _content_type(headers))
        # What is left of a body that was refused unread would be taken for the next request.
        close = response.status >= 400 and not request.content.is_eof()
        close |= response.status == UpgradeRefused.status
        return await send(request, response.status, headers, data, close=close)

    async def _stream(
        self, request: web.BaseRequest, response: StreamedResponse, trace: Trace, added: Headers
    ) -> web.StreamResponse:
        headers = (*response.headers, *added)
        plain = Stream(
            request, response.status, headers, keep_alive=response.keep_alive, silence_s=self._server.keepalive_s
        )
        stream: Stream | Shaped = plain
        if self._shaping.on and response.paddable:
            stream = Shaped(plain, self._shaping, _content_type(headers))
        await stream.open()
        try:
            async for data in response.chunks():
                await stream.write(data)
            return await stream.finish(await response.finish())
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            if stream.begun or response.unsent:
                return await stream.drop(response.last_words(error))
            stream.stop()
            # Nothing is out yet: an honest status is still possible.
            other = response.failed(error)
            if trace.recorded is not None:
                trace.recorded.whole.set(Attribute.STATUS, other.status)
            return await self._whole(request, other, added)
        finally:
            stream.stop()

    def _refusal(self, fault: RelayFault, head: Request, trace: Trace) -> Response:
        upgrade: Headers = (("upgrade", "HTTP/1.1"),) if isinstance(fault, UpgradeRefused) else ()
        return self.service.refusal(fault, head, trace, headers=upgrade)

    def turned_away(self, fault: RelayBusy, head: Request) -> Response:
        """Return the answer for a connection too many; `head` is what is known of its first request."""
        trace = self.service.begin(head)
        with trace.recorded or NOT_TRACED as recorded:
            response = self._refusal(fault, head, trace)
            if recorded is not None:
                recorded.whole.set(Attribute.STATUS, response.status)
        response.headers = (*response.headers, (EXCHANGE, trace.id))
        return response


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name == "content-type"), "")


def _peer(request: web.BaseRequest) -> str:
    return str(getattr(request.protocol, "relay_peer", ""))  # known since the connection was made


def _local(request: web.BaseRequest) -> str:
    return address(request.transport, "sockname")
