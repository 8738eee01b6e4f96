"""Carry a request to an upstream that answers: wait for a place, send, and where that fails ask elsewhere or again.

Everything here happens before a byte has gone to the client. Elsewhere means that the request is opened anew, from the
client's bytes, for whatever route policy allows (`Exchange.open`): a request that must stay local is refused when no
local upstream takes it. What to do next is decided in `relay.routing`; here it is done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from relay.doors.serving.ports import Client, Response
from relay.doors.serving.slots import Slots
from relay.errors import (
    PolicyRefused,
    RelayBusy,
    RelayFault,
    UpstreamBadStream,
    UpstreamClosed,
    UpstreamCut,
    UpstreamFault,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from relay.exchange import Exchange
from relay.observe import logs
from relay.observe.attributes import Attribute
from relay.observe.traces import NOT_TRACED, SpanName, Trace
from relay.routing.confidence import read_verdict
from relay.routing.retry import FAILING_STATUSES, RETRIED_STATUSES, delay_s, retry_after_s
from relay.routing.router import Router
from relay.types import Headers, Outbound

__all__ = ["Forwarder", "Reopen", "Sending", "UpstreamAnswer", "probing"]

# Opens the request anew for an upstream that is not among the first argument; the second is `unsure`.
Reopen = Callable[[frozenset[str], bool], Awaitable[Outbound]]
# An answer that waits for its verdict is held whole; more than this is refused, as for any whole answer.
_MAX_HELD_BYTES = 64 * 1024 * 1024
# More than this is read off the event loop: log-probabilities are many times as long as their text.
_LARGE_BYTES = 32_768


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an answer will not be the client's, if there is another way. `fault` None: an answer with an error status."""

    fault: RelayFault | None = None
    wait_s: float | None = None
    unsure: bool = False


class UpstreamAnswer:
    """An upstream's answer, with where it is from. One that was `read` before has been noted already."""

    def __init__(
        self, response: Response, upstream: str, router: Router, asked_at: float, *, read: bool = False
    ) -> None:
        self.status = response.status
        self.headers = response.headers
        self.chunks = response.chunks
        self._upstream = upstream
        self._router = router
        self._asked_at = asked_at
        self._read = read

    def first_token(self) -> None:
        """Note that the first bytes of a streamed answer are here."""
        if not self._read:
            self._router.first_token(self._upstream, self._router.clock() - self._asked_at)

    def completed(self) -> None:
        """Note that the whole answer is here. One with an error status that counts as a failure stays one."""
        if self.status not in RETRIED_STATUSES and not self._read:
            self._router.completed(self._upstream)

    def broke(self, error: BaseException) -> None:
        """Note that `error` kept the answer from its end.

        Only a lost or silent connection is a failure that others are kept from the upstream for. What relay cannot read
        may be what one client asked for, and what is unplanned happened in relay.
        """
        if isinstance(error, UpstreamCut | UpstreamTimeout):
            self._router.failed(self._upstream, "broken")
        elif isinstance(error, UpstreamFault):
            self._router.unreadable(self._upstream)


class _Held:
    """An answer that is here already."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self._body = body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._body


@dataclass(frozen=True, slots=True)
class Forwarder:
    """What sends exchanges to upstreams, by what `router` knows of them. For one event loop."""

    router: Router
    client: Client
    slots: Slots


class Sending:
    """One exchange on its way: `send` it, read its `answer`, `end` it.

    `outbound` is what it sends first; `reopen` prepares it for another upstream. Both are dropped when the answer
    begins: the client's bytes need not be here while it streams.
    """

    answer: UpstreamAnswer

    @classmethod
    async def send(
        cls, forwarder: Forwarder, exchange: Exchange, outbound: Outbound, reopen: Reopen, *, caller: str, trace: Trace
    ) -> Sending:
        """Return with the answer for the client: the first one, or that of the last upstream that was asked.

        `caller` is whose share of the upstreams' slots it uses.

        Raises RelayFault when there is no answer at all.
        """
        sending = cls(forwarder, exchange, outbound, reopen, caller, trace)
        await sending._begin()
        return sending

    def __init__(
        self,
        forwarder: Forwarder,
        exchange: Exchange,
        outbound: Outbound,
        reopen: Reopen,
        caller: str,
        trace: Trace,
    ) -> None:
        self._router = forwarder.router
        self._client = forwarder.client
        self._slots = forwarder.slots
        self._exchange = exchange
        self._outbound: Outbound | None = outbound
        self._reopen: Reopen | None = reopen
        self._caller = caller
        self._trace = trace
        self._attempts = 0
        self._slot = ""
        self._sent: AbstractAsyncContextManager[Response] | None = None

    async def _begin(self) -> None:
        try:
            self.answer = await self._best_answer()
        except BaseException as error:
            await self.end(error)
            raise
        self._outbound = self._reopen = None

    async def end(self, error: BaseException | None = None) -> None:
        """Cancel what is still on its way and free the slot. May be called more than once."""
        sent, slot = self._sent, self._slot
        self._sent, self._slot = None, ""
        try:
            if sent is not None:
                await sent.__aexit__(type(error) if error else None, error, error.__traceback__ if error else None)
        finally:
            if slot:
                self._slots.release(slot, self._caller)

    async def _best_answer(self) -> UpstreamAnswer:
        router, exchange = self._router, self._exchange
        begun, retries, unsure = router.clock(), 0, False
        avoid: frozenset[str] = frozenset()
        while True:
            assert self._outbound is not None
            assert self._reopen is not None
            upstream = self._outbound.upstream
            answer, failure = await self._told(self._outbound)
            if failure is None:
                assert answer is not None
                return answer
            avoid |= {upstream}
            if failure.unsure or exchange.plan.may_go_elsewhere(avoid):
                await self.end()
                if failure.unsure:
                    # It has done nothing wrong, and is there if the frontier is not.
                    unsure, avoid = True, avoid - {upstream}
                self._outbound = await self._reopen(avoid, unsure)
                continue
            wait_s = self._wait(failure, upstream, retries, begun)
            if wait_s is None:
                if failure.fault is not None:
                    raise _refusal(exchange, failure.fault)
                assert answer is not None
                return answer
            await self.end()
            avoid -= {upstream}
            retries += 1
            await asyncio.sleep(wait_s)

    async def _told(self, outbound: Outbound) -> tuple[UpstreamAnswer | None, _Failure | None]:
        """Make an attempt, and say in trace and log what came of it."""
        recorded, number = self._trace.recorded, self._attempts
        self._attempts += 1
        with NOT_TRACED if recorded is None else recorded.span(SpanName.UPSTREAM) as span:
            if span is not None:
                span.set(Attribute.UPSTREAM, logs.Name(outbound.upstream))
                span.set(Attribute.ROUTE, outbound.route)
                if number:
                    span.set(Attribute.RESENT, number)
            answer, failure = await self._attempt(outbound)
            status = answer.status if answer is not None else 0
            if span is not None and answer is not None:
                span.set(Attribute.STATUS, status)
            if span is not None and failure is not None and failure.fault is not None:
                span.failed(failure.fault)
        if logs.logger.isEnabledFor(logging.DEBUG):
            logs.event(
                logs.LogEvent.ATTEMPT,
                logging.DEBUG,
                exchange=self._trace.id,
                upstream=logs.Name(outbound.upstream),
                resent=number,
                status=status,
            )
        return answer, failure

    async def _attempt(self, outbound: Outbound) -> tuple[UpstreamAnswer | None, _Failure | None]:
        router, upstream = self._router, outbound.upstream
        try:
            await self._slots.acquire(upstream, self._caller)
        except RelayBusy as fault:
            return None, _Failure(fault)
        self._slot = upstream
        if not router.asks(upstream):
            return None, _Failure(UpstreamUnreachable("The upstream cannot be reached at present."))
        asked_at = router.clock()
        try:
            response = await self._head(outbound)
        except UpstreamClosed:
            raise
        except UpstreamUnreachable as fault:
            return None, _Failure(fault)
        answer = UpstreamAnswer(response, upstream, router, asked_at)
        if response.status in RETRIED_STATUSES:
            return answer, self._refused(response, upstream)
        router.answered(upstream)
        if self._exchange.plan.judge is not None and response.status == 200:
            return await self._judged(outbound, response, answer, asked_at)
        return answer, None

    async def _head(self, outbound: Outbound) -> Response:
        """Send, and return the answer when its head is here. Raises UpstreamFault, which is noted."""
        router, upstream, plan = self._router, outbound.upstream, self._exchange.plan
        sending = self._client.send(outbound)
        plan.taken(True)
        try:
            response = await sending.__aenter__()
        except RelayFault as fault:
            never_there = isinstance(fault, UpstreamUnreachable) and not isinstance(fault, UpstreamClosed)
            plan.taken(not never_there)
            router.failed(upstream, "unreachable" if never_there else "broken")
            raise
        except BaseException:
            router.abandoned(upstream)
            raise
        self._sent = sending
        plan.taken(response.status < 400)
        return response

    def _refused(self, response: Response, upstream: str) -> _Failure:
        """Note an answer with a status that may be another one in a moment."""
        wait_s = retry_after_s(response.headers, self._router.wall())
        if response.status in FAILING_STATUSES:
            self._router.failed(upstream, "error")
        else:
            self._router.limited(upstream, wait_s)
        return _Failure(wait_s=wait_s)

    async def _judged(
        self, outbound: Outbound, response: Response, answer: UpstreamAnswer, asked_at: float
    ) -> tuple[UpstreamAnswer, _Failure | None]:
        """Read the whole answer and see whether it is believed; if not, nothing of it reaches the client."""
        exchange = self._exchange
        assert exchange.plan.judge is not None
        data = bytearray()
        try:
            async for chunk in response.chunks():
                if not data and outbound.stream:
                    answer.first_token()
                data += chunk
                if len(data) > _MAX_HELD_BYTES:
                    raise UpstreamBadStream(f"the upstream's answer is larger than {_MAX_HELD_BYTES} bytes")
        except UpstreamFault as fault:
            answer.broke(fault)
            raise
        meter = exchange.plan.new_meter()
        reading = (exchange.plan.judge, bytes(data), response.headers, meter)
        if len(data) > _LARGE_BYTES:
            body = await asyncio.to_thread(read_verdict, *reading)
        else:
            body = read_verdict(*reading)
        answer.completed()
        if not exchange.plan.believes(exchange.plan.judge.mean):
            exchange.plan.discard(meter)
            return answer, _Failure(unsure=True)
        held = _Held(response.status, response.headers, body)
        return UpstreamAnswer(held, outbound.upstream, self._router, asked_at, read=True), None

    def _wait(self, failure: _Failure, upstream: str, retries: int, begun: float) -> float | None:
        """Return how long to wait before the same upstream is asked again; None: not at all."""
        router = self._router
        if retries >= router.config.retries or isinstance(failure.fault, RelayBusy) or not router.admits(upstream):
            return None
        left_s = router.config.retry_s - (router.clock() - begun)
        wait_s = delay_s(retries, failure.wait_s, left_s, router.random())
        return wait_s if wait_s is not None and router.retries[upstream].withdraw() else None


def _refusal(exchange: Exchange, fault: RelayFault) -> RelayFault:
    """Return what the client is told: a request that must stay local is refused, not to be tried again elsewhere."""
    if exchange.plan.must_stay_local and isinstance(fault, UpstreamUnreachable):
        return PolicyRefused(
            "policy keeps this request local, and no local upstream can be reached; the configuration keys are "
            "upstreams.<name>.kind and base_url, and `relay doctor` tries to connect"
        )
    return fault


async def probing(router: Router, reach: Callable[[str], Awaitable[bool]]) -> None:
    """Try to connect to local and failing upstreams every `probe_s` seconds, until cancelled."""
    while True:
        await asyncio.sleep(router.config.probe_s)
        names = router.to_probe()
        for name, reachable in zip(names, await asyncio.gather(*map(reach, names)), strict=True):
            router.probed(name, reachable=reachable)
