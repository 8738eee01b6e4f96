"""Take one HTTP request through its exchange and write the response.

    check host and origin → authenticate → read the body → scrub, in the pool → send → restore and write, chunk by chunk

Whatever goes wrong becomes an error in the provider's own shape. No exception leaves this module and none is logged
with its text: before anything is sent an unplanned one is ScrubFailed, afterwards the stream ends as a broken one. A
client that hangs up cancels the upstream call, and its exchange is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from aiohttp import web

from relay.config import Config
from relay.doors.http import access, body, cors, faults, sessions
from relay.doors.http.forward import Forwarder, UpstreamAnswer
from relay.doors.http.ports import Client
from relay.doors.http.reply import Sent, Stream, send
from relay.doors.http.shaping import Shaped, padded
from relay.doors.http.target import normalise
from relay.doors.http.work import WorkPool
from relay.errors import (
    ClientFault,
    PolicyRefused,
    RelayBusy,
    RelayFault,
    ScrubFailed,
    UnknownEndpoint,
    UpstreamBadStream,
    UpstreamFault,
)
from relay.exchange import Core, Exchange
from relay.observe import logs
from relay.process.forget import Forgetter
from relay.protocols import Endpoint, Format
from relay.routing.router import Router
from relay.types import Headers, Outbound, Request
from relay.vault.sessions import Session

__all__ = ["Handler"]

# Whole answers above this are restored in the pool instead of on the loop (about 1 ms of work).
_LARGE_BYTES = 32_768
# Without the model, requests up to this size are scrubbed on the loop: 1 to 2 ms of work in Python, which holds the
# interpreter in any thread, while the way to a thread and back costs 0.2 ms more.
_SMALL_BYTES = 4_096
# Bodies of the largest size that may be arriving at the same time: a bound on memory before any has been looked at.
_BODIES_AT_ONCE = 16


class UpgradeRefused(ClientFault):
    """A WebSocket: clients that try one first go on over HTTP when they see this status."""

    status = 426
    code = "upgrade_refused"


@dataclass(slots=True)
class _Call:
    """One request on its way through the handler; `extra` goes on every response to it."""

    request: web.BaseRequest
    path: str
    query: str = field(repr=False)
    headers: Headers = field(repr=False)
    extra: Headers = ()
    exchange: Exchange | None = None
    format: Format | None = None
    client: str = ""  # the name of its entry in the configuration; empty where none are configured

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.headers)

    def added(self) -> Headers:
        """Return the headers of every response: what the exchange says of itself, and `extra`."""
        return self.extra if self.exchange is None else (*self.exchange.response_headers, *self.extra)


class Handler:
    """The server's one handler."""

    def __init__(self, core: Core, config: Config, client: Client) -> None:
        self.core = core  # what new exchanges get; the policy in force is part of it
        self._config = config
        self._server = config.server
        self._shaping = config.shaping
        self._forwarder = Forwarder(core.router, client)
        self._pool = WorkPool(workers=config.server.workers, queue=config.server.queue)
        self._limit = config.server.max_body_mb * 1024 * 1024
        # Exchanges are told apart in the log by the process and a number.
        self._run = core.random_bytes(4).hex()
        self._numbers = count(1)
        self._reading = 0  # bytes of bodies that are arriving
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.draining = False
        self.forgetter: Forgetter | None = None

    @property
    def router(self) -> Router:
        """What is known of the upstreams."""
        return self.core.router

    @property
    def in_flight(self) -> int:
        """How many requests are in work."""
        return self._in_flight

    async def idle(self) -> None:
        """Wait until no request is in work."""
        await self._idle.wait()

    def close(self) -> None:
        """Give the threads back."""
        self._pool.close()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer `request`."""
        self._in_flight += 1
        self._idle.clear()
        self.core.metrics.in_flight.inc()
        try:
            return await self._answer(request)
        except ConnectionError:
            return Sent(keep_alive=False)
        finally:
            self._in_flight -= 1
            self.core.metrics.in_flight.dec()
            if self.forgetter is not None:
                self.forgetter.soon()
            if not self._in_flight:
                self._idle.set()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers
        )
        call = _Call(request, path, query, headers)
        try:
            return await self._route(call)
        except RelayFault as fault:
            return await self._refuse(call, fault)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            # Its text may hold anything, so nothing of it goes further than this line.
            return await self._refuse(call, ScrubFailed("Something unplanned happened, so nothing was sent."))

    # ---------------------------------------------------------------------------------------------------------- request

    async def _route(self, call: _Call) -> web.StreamResponse:
        request = call.request
        call.path = normalise(call.path)
        access.check_host(call.header("host"), self._server, _local(request), keys_required=bool(self._config.clients))
        origin = call.header("origin")
        if origin:
            if not access.is_allowed_origin(origin, call.header("host"), self._server.allowed_origins):
                raise access.OriginRefused(
                    "Web pages of this origin may not call; the configuration key is server.allowed_origins."
                )
            if request.method == "OPTIONS":
                wanted = call.header("access-control-request-headers")
                private = call.header("access-control-request-private-network") == "true"
                return await send(request, 204, cors.preflight(origin, wanted, private_network=private), b"")
            call.extra = cors.exposed(origin)
        if call.path == "/" and request.method in ("GET", "HEAD"):
            return await send(request, 200, (("content-type", "text/plain"), *call.extra), b"relay\n")
        if self.draining:
            raise RelayBusy("relay is shutting down; try again in a moment.")
        if self._config.clients:
            call.client, call.headers = access.authenticate(call.headers, call.query, self._config.clients)
        if call.path == sessions.PREFIX or call.path.startswith(f"{sessions.PREFIX}/"):
            return await self._session(call)
        matched = self.core.match(request.method, call.path, call.headers)
        if matched is not None:
            call.format = matched[0]
        if call.header("upgrade"):
            raise UpgradeRefused("relay serves no WebSockets; use HTTP.")
        if matched is None:
            raise UnknownEndpoint(
                "relay serves nothing at this path: what it does not know it refuses, and never passes on. The "
                "documentation lists the paths under Formats."
            )
        name = call.header("x-relay-session")
        session = self.core.sessions.get(name, owner=call.client) if name else None
        return await self._exchanged(call, session, *matched)

    async def _session(self, call: _Call) -> web.StreamResponse:
        if call.request.method == "POST":
            body.require_json(call.header("content-type"), names=call.names)
            if not self.core.engine.policy.sessions:
                raise PolicyRefused(
                    "policy opens no sessions: the vault of a request ends with it; the policy key sessions allows them"
                )
        status, data = sessions.answer(self.core.sessions, call.request.method, call.path, call.client)
        self.core.metrics.sessions.set(len(self.core.sessions))
        return await send(call.request, status, (("content-type", "application/json"), *call.extra), data)

    async def _exchanged(
        self, call: _Call, session: Session | None, format: Format, endpoint: Endpoint
    ) -> web.StreamResponse:
        data = b""
        if endpoint.has_body and call.request.method == endpoint.method:
            body.require_json(call.header("content-type"), names=call.names)
            with self._room_for(call.header("content-length")):
                data = await body.read(call.request, self._limit)
        inbound = Request(method=call.request.method, path=call.path, query=call.query, headers=call.headers, body=data)
        del data
        exchange_id = logs.Id(f"{self._run}{next(self._numbers):08x}")
        try:
            exchange, outbound = await self._open(
                call,
                inbound,
                partial(
                    Exchange,
                    self.core,
                    session,
                    format,
                    endpoint,
                    exchange_id=exchange_id,
                    client=call.client or None,
                ),
            )
            try:
                reopen = partial(self._reopen, exchange, inbound)
                async with self._forwarder.answer(exchange, outbound, reopen) as response:
                    del inbound, outbound, reopen
                    try:
                        return await self._respond(call, exchange, response)
                    except UpstreamFault:
                        response.broke()
                        raise
            except (RelayFault, ConnectionError):
                raise
            except Exception:
                raise _unrestorable() from None
            finally:
                exchange.close()
        except BaseException as error:
            self._log(exchange_id, error)
            raise

    @contextmanager
    def _room_for(self, length: str) -> Iterator[None]:
        """Hold room for a body of `length` (no number: of any size) while it is read. Raises RelayBusy."""
        wanted = min(int(length), self._limit) if length.isdigit() else self._limit
        if self._reading + wanted > _BODIES_AT_ONCE * self._limit:
            raise RelayBusy(
                "Too many large requests are arriving; try again in a moment. The configuration key is "
                "server.max_body_mb."
            )
        self._reading += wanted
        try:
            yield
        finally:
            self._reading -= wanted

    async def _open(self, call: _Call, request: Request, make: Callable[[], Exchange]) -> tuple[Exchange, Outbound]:
        made: list[Exchange] = []

        def begin() -> Outbound:
            # Off the loop from the first step on: making a vault's keys asks the kernel for randomness, and a thread
            # that asks the kernel gives the interpreter away.
            made.append(make())
            call.exchange = made[0]
            return made[0].open(request)

        def abandon() -> None:
            for exchange in made:
                exchange.close()

        try:
            if not self.core.analyzer.has_model and len(request.body) <= _SMALL_BYTES:
                outbound = begin()
            else:
                outbound = await self._pool.run(begin, abandoned=abandon)
        except asyncio.CancelledError:
            raise  # the pool abandons: `open` may still be running in its thread
        except BaseException:
            abandon()
            raise
        return made[0], outbound

    async def _reopen(self, exchange: Exchange, request: Request, avoid: frozenset[str], unsure: bool) -> Outbound:
        # A cancelled caller closes the exchange itself; `open` may still run in its thread then, and finds it shredded.
        return await self._pool.run(
            partial(exchange.open, request, avoid=avoid, unsure=unsure), abandoned=exchange.close
        )

    # --------------------------------------------------------------------------------------------------------- response

    async def _respond(self, call: _Call, exchange: Exchange, response: UpstreamAnswer) -> web.StreamResponse:
        if 300 <= response.status < 400:
            raise UpstreamBadStream("The upstream answered with a redirect, which relay does not follow.")
        head = exchange.start(response.status, response.headers)
        # `head` holds the exchange's own headers already.
        headers = (*head.headers, *call.extra)
        if exchange.streaming:
            return await self._stream(call, exchange, response, head.status, headers)
        size = 0
        async for chunk in response.chunks():
            size += len(chunk)
            exchange.feed(chunk)
        if size > _LARGE_BYTES:
            data = await self._pool.run(exchange.finish, abandoned=exchange.close)
        else:
            data = exchange.finish()
        response.completed()
        if not exchange.alters_nothing:
            data = padded(data, self._shaping.pad_to, _content_type(headers))
        return await send(call.request, head.status, headers, data)

    async def _stream(
        self, call: _Call, exchange: Exchange, response: UpstreamAnswer, status: int, headers: Headers
    ) -> web.StreamResponse:
        assert call.format is not None
        plain = Stream(
            call.request,
            status,
            headers,
            keep_alive=b"" if exchange.alters_nothing else call.format.keep_alive,
            silence_s=self._server.keepalive_s,
        )
        stream: Stream | Shaped = plain
        if self._shaping.on and not exchange.alters_nothing:
            stream = Shaped(plain, self._shaping, _content_type(headers))
        await stream.open()
        try:
            feed, write = exchange.feed, stream.write
            begun = False
            async for chunk in response.chunks():
                if not begun:
                    begun = True
                    response.first_token()
                data = feed(chunk)
                if data:
                    await write(data)
            data = exchange.finish()
            response.completed()
            return await stream.finish(data)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            fault = error if isinstance(error, RelayFault) else _unrestorable()
            if not stream.begun:
                raise fault from None  # nothing is out yet: an honest status is still possible
            response.broke()
            self.core.metrics.refused(fault.code)
            try:
                last = exchange.fail(fault)
            except Exception:
                last = b""  # a dropped connection says enough
            return await stream.drop(last)
        finally:
            stream.stop()

    async def _refuse(self, call: _Call, fault: RelayFault) -> Sent:
        self.core.metrics.refused(fault.code)
        format = call.format
        if format is None:
            format = faults.guess(self.core.formats, call.path, call.headers)
        headers = (*faults.headers(fault), *call.added())
        if isinstance(fault, UpgradeRefused):
            headers = (*headers, ("upgrade", "HTTP/1.1"))
        close = isinstance(fault, UpgradeRefused) or not call.request.content.is_eof()
        return await send(call.request, fault.status, headers, faults.body(fault, format), close=close)

    @staticmethod
    def _log(exchange_id: logs.Id, error: BaseException) -> None:
        match error:
            case asyncio.CancelledError() | ConnectionError():
                logs.event(logs.LogEvent.DISCONNECTED, exchange=exchange_id)
            case UpstreamFault():
                logs.event(logs.LogEvent.UPSTREAM_FAILED, exchange=exchange_id, status=error.status)
            case RelayFault():
                logs.event(logs.LogEvent.REFUSED, exchange=exchange_id, status=error.status)
            case _:
                logs.event(logs.LogEvent.FAILED, exchange=exchange_id)


def _unrestorable() -> UpstreamBadStream:
    return UpstreamBadStream("The upstream's answer could not be restored.")


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name == "content-type"), "")


def _local(request: web.BaseRequest) -> str:
    transport = request.transport
    name = transport.get_extra_info("sockname") if transport is not None else None
    return str(name[0]) if isinstance(name, tuple) else ""
