"""`handle(Request) -> Response`: one request through its exchange, below every door that takes whole requests.

    admit (client, session, format) → scrub, in the pool → send → restore

Whatever goes wrong becomes an answer in the provider's own shape, and none of it is logged with its text: before
anything is sent an unplanned exception is ScrubFailed, afterwards UpstreamBadStream. Cancelling `handle` cancels the
upstream call and closes the exchange.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from itertools import count
from typing import TypeVar

from relay.config import ClientConfig, Config
from relay.doors.serving import faults, sessions
from relay.doors.serving.admitted import Admitted
from relay.doors.serving.call import Call
from relay.doors.serving.callers import Callers
from relay.doors.serving.forward import Forwarder, Sending, UpstreamAnswer
from relay.doors.serving.ports import Client, Places
from relay.doors.serving.rates import Rates
from relay.doors.serving.response import Response, StreamedResponse, is_disconnect, started, unrestorable
from relay.doors.serving.shared_counts import SharedCounts
from relay.doors.serving.slots import Slots
from relay.doors.serving.target import normalise
from relay.doors.serving.turns import TRIES, Turn
from relay.doors.serving.work import WorkPool
from relay.errors import (
    PolicyRefused,
    RelayBusy,
    RelayFault,
    ScrubFailed,
    UnknownEndpoint,
    UpstreamFault,
)
from relay.exchange import Core, Exchange
from relay.observe import logs
from relay.observe.attributes import Attribute, told
from relay.observe.traces import NOT_TRACED, SpanEvent, SpanName, Trace
from relay.protocols import Format
from relay.types import Headers, Outbound, Request
from relay.vault.sessions import Session
from relay.vault.stored_sessions import overtaken

__all__ = ["EXCHANGE", "Admitted", "Service"]

T = TypeVar("T")

# Whole answers above this are restored in the pool instead of on the loop (about 1 ms of work).
_LARGE_BYTES = 32_768
# Without the model, requests up to this size are scrubbed on the loop: 1 to 2 ms of work in Python, which holds the
# interpreter in any thread, while the way to a thread and back costs 0.2 ms more.
_SMALL_BYTES = 4_096
# How long scrubbing takes without the model and with it, about.
_S_PER_BYTE = (1e-6, 2e-5)
# Bodies of the largest size that may be in work at once: each takes ten times its size in memory.
_LARGEST_IN_WORK = 2
# Every answer has the exchange's id.
EXCHANGE = "x-relay-exchange"
_JSON: Headers = (("content-type", "application/json"),)
_UNPLANNED = "Something unplanned happened, so nothing was sent."


class Service:
    """Serves requests with `core`, which a reload replaces; each exchange keeps the one that it began with."""

    def __init__(
        self,
        core: Core,
        config: Config,
        client: Client,
        *,
        slots: Places | None = None,
        counts: SharedCounts | None = None,
        clients: Sequence[ClientConfig] | None = None,
    ) -> None:
        """Serve alone, or together with other processes: with their `slots` at the upstreams, and common `counts`.

        `clients` were in force before, in case that their file cannot be used now.
        """
        self.core = core
        self.callers = Callers(config, time.time, core.by_policy, clients)
        self._rates = Rates(time.monotonic, time.time, core.stored.store if core.stored is not None else None)
        self._counts = counts
        slots = slots or Slots(core.router.upstreams, core.router.loads, max_wait_s=config.server.max_wait_s)
        self._forwarder = Forwarder(core.router, client, slots)
        self._pool = WorkPool(
            threads=config.server.scrubbing_threads,
            queue=config.server.part(config.server.queue),
            max_wait_s=config.server.max_wait_s,
            s_per_byte=_S_PER_BYTE[core.pipeline.analyzer.has_model],
            most_bytes=config.server.part(_LARGEST_IN_WORK) * config.server.max_body_mb * 1024 * 1024,
        )
        self._id_key = core.random_bytes(32)
        self._numbers = count()
        self.leaving = False  # serves, and asks balancers to send nothing more
        self.draining = False  # refuses what is not admitted yet

    def close(self) -> None:
        """Give the threads back."""
        self._pool.close()

    async def handle(self, request: Request, peer: str = "") -> Response:
        """Answer a whole request, which came from the address `peer`, where there is one.

        Use the answer in `async with`. Raises nothing but what cancels the caller.
        """
        trace = self.begin(request)
        with trace.recorded or NOT_TRACED:
            try:
                admitted = self.admit(request, peer, trace)
                await self.pace(admitted)
            except RelayFault as fault:
                response = self.refusal(fault, request, trace)
            else:
                response = await self.answer(admitted, request.body)
        response.headers = (*response.headers, (EXCHANGE, trace.id))
        return response

    def begin(self, request: Request) -> Trace:
        """Return the trace of a request whose head is here; end it when the answer is written."""
        # Not the number itself: clients could count the others. And no randomness, which the kernel would have to give.
        id = logs.Id(blake2b(b"%d" % next(self._numbers), key=self._id_key, digest_size=16).hexdigest())
        telemetry = self.core.telemetry
        if telemetry is None or telemetry.tracer is None:
            return Trace(id)
        trace = telemetry.tracer.begin(id, request.headers)
        if trace.recorded is not None:
            trace.recorded.whole.set(Attribute.METHOD, told(request.method))
        return trace

    async def beside(self, call: Callable[[], T], admitted: Admitted, size: int) -> T:
        """Return the result of `call`, made beside the event loop when it is the client's turn.

        It costs what `size` bytes of a request do. Raises what `call` does, RelayBusy and TooManyRequests.
        """
        return await self._pool.run(call, client=admitted.caller, size=size)

    def admit(self, request: Request, peer: str, trace: Trace) -> Admitted:
        """Decide from method, path and headers whether `request` is served. Raises RelayFault, with nothing begun."""
        if self.draining:
            raise RelayBusy("relay is shutting down; try again in a moment.")
        entry: ClientConfig | None = None
        if self.callers.required:
            entry, headers, query = self.callers.admit(request.headers, request.query)
            request = replace(request, headers=headers, query=query)
        client = entry.name if entry is not None else ""
        matched = self.core.directory.find(request.path, request.headers)
        if matched is None:
            request = replace(request, path=normalise(request.path))
            if request.path == sessions.PREFIX or request.path.startswith(f"{sessions.PREFIX}/"):
                return Admitted(request, client, client or peer, trace, self._core_of(entry), entry=entry)
            matched = self.core.directory.find(request.path, request.headers)
        if matched is None:
            raise UnknownEndpoint(
                "relay serves nothing at this path: what it does not know it refuses, and never passes on. The "
                "documentation lists the paths under Formats."
            )
        name = next((value for name, value in request.headers if name == "x-relay-session"), "")
        session: Session | None = None
        turn: Turn | None = None
        if name and self.core.stored is not None:
            turn = Turn(self.core.stored, name, client, trace.id)
        elif name:
            session = self.core.sessions.get(name, owner=client)
        endpoint = matched[1]
        has_body = endpoint.has_body and request.method == endpoint.method
        of = (client, client or peer, trace, self._core_of(entry))
        return Admitted(request, *of, session, turn, *matched, has_body, entry)

    def _core_of(self, entry: ClientConfig | None) -> Core:
        return self.core if entry is None else self.core.under(entry.policy)

    async def pace(self, admitted: Admitted) -> None:
        """Count an admitted request where its client has a limit. Raises RateExceeded, and StoreFault."""
        if admitted.entry is not None and admitted.entry.requests_per_minute is not None:
            await self._rates.take(admitted.client, admitted.entry.requests_per_minute)

    async def answer(self, admitted: Admitted, body: bytes) -> Response:
        """Answer an admitted request. Raises nothing but what cancels the caller."""
        if admitted.format is None or admitted.endpoint is None:
            return await self._of_sessions(admitted)
        call = Call(admitted.format, admitted.endpoint, admitted.client, admitted.caller, admitted.trace, admitted.turn)
        if call.trace.recorded is not None:
            call.describe()
        try:
            request = replace(admitted.request, body=body)
            del body
            if self._counts is not None:
                await self._counts.fresh(call.client)
            outbound = await self._opened(call, request, admitted)
            return await self._forward(call, outbound, request)
        except BaseException as error:
            if is_disconnect(error):
                call.log(error)
                raise
            return self._failed(call, admitted.request, error)

    def refusal(
        self, fault: RelayFault, request: Request, trace: Trace, headers: Headers = (), client: str = ""
    ) -> Response:
        """Log `fault` and return it as an answer, in the shape of what the client seems to speak.

        The line names the `client`, by default the one whose key `request` still holds.
        """
        name = client or self._client_of(request)
        if trace.recorded is not None:
            trace.recorded.whole.failed(fault)
        fields: dict[str, logs.Value] = {"exchange": trace.id, "status": fault.status, "code": logs.Name(fault.code)}
        if name:
            fields["client"] = logs.Name(name)
        logs.event(logs.LogEvent.REFUSED, logging.INFO, **fields)
        return self._refusal(fault, request, None, headers)

    def _client_of(self, request: Request) -> str:
        """Return the name of the client whose key `request` holds, "" where that cannot be told."""
        try:
            return self.callers.of(request.headers, request.query)[0].name
        except RelayFault:
            return ""

    def _refusal(self, fault: RelayFault, request: Request, format: Format | None, headers: Headers) -> Response:
        self.core.metrics.refused(fault.code)
        if format is None:
            format = faults.guess(self.core.formats, request.path, request.headers)
        return Response(
            fault.status, (*faults.headers(fault, self.core.router.random()), *headers), faults.body(fault, format)
        )

    async def _of_sessions(self, admitted: Admitted) -> Response:
        request, core = admitted.request, admitted.core
        try:
            if request.method == "POST" and not core.engine.policy.sessions:
                raise PolicyRefused(
                    "policy opens no sessions: the vault of a request ends with it; the policy key sessions allows them"
                )
            asked = sessions.Asked(request.method, request.path, admitted.client, admitted.caller)
            if core.stored is not None:
                beside = partial(self._pool.run, client=admitted.caller, size=_LARGE_BYTES)
                status, data = await sessions.answer_stored(core.stored, core.sessions.limit, asked, beside)
            else:
                status, data = sessions.answer(core.sessions, asked)
                core.metrics.sessions.set(len(core.sessions))
        except RelayFault as fault:
            return self.refusal(fault, request, admitted.trace, client=admitted.client)
        return Response(status, _JSON, data)

    async def _opened(self, call: Call, request: Request, admitted: Admitted) -> Outbound:
        """Scrub the request, and keep what it added to a session in a store.

        Where others of the session were faster it is scrubbed anew, with what they added. Raises StoreFault.
        """
        if call.turn is None:
            return await self._open(call, request, admitted)
        for _ in range(TRIES):
            await call.turn.fetch()
            outbound = await self._open(call, request, admitted)
            try:
                kept = await call.turn.keep()
            except BaseException:
                call.close()
                raise
            if kept:
                return outbound
            call.close()
        raise overtaken()

    async def _open(self, call: Call, request: Request, admitted: Admitted) -> Outbound:
        """Scrub the request, off the loop unless that would take longer than the scrubbing."""
        core = admitted.core

        def begin() -> Outbound:
            if span is not None:
                span.happened(SpanEvent.BEGUN)
            # Off the loop from the first step on: a vault's keys ask the kernel for randomness, and a thread that asks
            # the kernel gives the interpreter away.
            call.exchange = Exchange(
                core,
                admitted.session if call.turn is None else call.turn.begin(),
                call.format,
                call.endpoint,
                exchange_id=call.trace.id,
                client=admitted.client or None,
            )
            outbound = call.exchange.open(request)
            if call.turn is not None:
                call.turn.prepare()
            return outbound

        recorded = call.trace.recorded
        with NOT_TRACED if recorded is None else recorded.span(SpanName.SCRUB) as span:
            outbound = await self._scrubbed(begin, call, request)
            if span is not None:
                call.describe_scrubbed(span)
            return outbound

    async def _scrubbed(self, begin: Callable[[], Outbound], call: Call, request: Request) -> Outbound:
        core = self.core
        try:
            if not core.pipeline.analyzer.has_model and len(request.body) <= _SMALL_BYTES:
                return begin()
            return await self._pool.run(begin, client=call.caller, size=len(request.body), abandoned=call.close)
        except asyncio.CancelledError:
            raise  # the pool abandons: `open` may still be running in its thread
        except BaseException:
            call.close()
            raise

    async def _reopen(self, call: Call, request: Request, avoid: frozenset[str], unsure: bool) -> Outbound:
        # A cancelled caller closes the exchange itself; `open` may still run in its thread then, and finds it shredded.
        exchange, turn = call.begun, call.turn

        def again() -> Outbound:
            if span is not None:
                span.happened(SpanEvent.BEGUN)
            outbound = exchange.open(request, avoid=avoid, unsure=unsure)
            if turn is not None:
                turn.prepare()
            return outbound

        recorded = call.trace.recorded
        with NOT_TRACED if recorded is None else recorded.span(SpanName.SCRUB) as span:
            size = len(request.body)
            outbound = await self._pool.run(again, client=call.caller, size=size, abandoned=call.close)
            if span is not None:
                call.describe_scrubbed(span)
        if turn is not None and not await turn.keep():
            raise overtaken()
        return outbound

    async def _forward(self, call: Call, outbound: Outbound, request: Request) -> Response:
        """Send `outbound`, or what the request is opened as again, and return the answer of the last upstream."""
        exchange = call.exchange
        assert exchange is not None, "it is opened before it is sent"
        sending: Sending | None = None
        try:
            reopen = partial(self._reopen, call, request)
            sending = await Sending.send(
                self._forwarder, exchange, outbound, reopen, caller=call.caller, trace=call.trace
            )
            head = started(exchange, sending.answer)
            if exchange.streaming:
                failure = partial(self._failed, call, replace(request, body=b""))
                keep_alive = call.format.family.keep_alive
                beside = partial(self._pool.run, client=call.caller, begun=True)
                return StreamedResponse(
                    head, exchange, sending, failure, call, beside, keep_alive=keep_alive, turn=call.turn
                )
            data = await self._whole(call, sending.answer)
            await sending.end()
        except BaseException as error:
            if sending is not None:
                await sending.end(error)
            call.close()
            if isinstance(error, RelayFault) or is_disconnect(error):
                raise
            raise unrestorable() from None
        await call.end()
        return Response(head.status, head.headers, data, paddable=not exchange.alters_nothing)

    async def _whole(self, call: Call, answer: UpstreamAnswer) -> bytes:
        exchange, size = call.begun, 0
        recorded = call.trace.recorded
        span = recorded.span(SpanName.ANSWER) if recorded is not None else None
        try:
            async for chunk in answer.chunks():
                size += len(chunk)
                exchange.feed(chunk)
            if size > _LARGE_BYTES:
                data = await self._pool.run(exchange.finish, client=call.caller, size=size, abandoned=exchange.close)
            else:
                data = exchange.finish()
        except UpstreamFault as fault:
            answer.broke(fault)
            raise
        if span is not None:
            span.end()
        answer.completed()
        return data

    def _failed(self, call: Call, request: Request, error: BaseException) -> Response:
        """Return what the client gets for `error`."""
        call.log(error)
        if call.trace.recorded is not None:
            call.trace.recorded.whole.failed(error)
        # The text of an unplanned one may hold anything, so nothing of it goes further than this line.
        fault = error if isinstance(error, RelayFault) else ScrubFailed(_UNPLANNED)
        headers = call.exchange.response_headers if call.exchange is not None else ()
        return self._refusal(fault, request, call.format, headers)
