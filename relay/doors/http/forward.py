"""Carry a request to an upstream that answers: wait for a place, send, and where that fails ask elsewhere or again.

Everything here happens before a byte has gone to the client. Elsewhere means that the request is opened anew, from the
client's bytes, for whatever route policy allows (`Exchange.open`): a request that must stay local is refused when no
local upstream takes it. What to do next is decided in `relay.routing`; here it is done.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType

from relay.doors.http.ports import Client, Response
from relay.doors.http.slots import Slots
from relay.errors import PolicyRefused, RelayBusy, RelayFault, UpstreamBadStream, UpstreamClosed, UpstreamUnreachable
from relay.exchange import Exchange
from relay.routing.confidence import read_verdict
from relay.routing.retry import FAILING_STATUSES, RETRIED_STATUSES, delay_s, retry_after_s
from relay.routing.router import Router
from relay.types import Headers, Outbound

__all__ = ["Forwarder", "Reopen", "UpstreamAnswer"]

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

    def broke(self) -> None:
        """Note that the answer did not come to its end."""
        self._router.failed(self._upstream, "broken")


class _Held:
    """An answer that is here already."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self._body = body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._body


class Forwarder:
    """Sends exchanges to upstreams by what `router` knows of them. For one event loop."""

    def __init__(self, router: Router, client: Client) -> None:
        self._router = router
        self._client = client
        self._slots = Slots(router.upstreams, router.loads)

    def answer(
        self, exchange: Exchange, outbound: Outbound, reopen: Reopen
    ) -> AbstractAsyncContextManager[UpstreamAnswer]:
        """Return a context that gives the answer for the client: the first one, or that of the last that was asked.

        Entering raises RelayFault when there is no answer at all; leaving cancels what is still on its way.
        """
        return _Sending(self._router, self._client, self._slots, exchange, outbound, reopen)


class _Sending:
    """One exchange on its way. A class, as generators would cost a tenth of a small request's time."""

    def __init__(
        self,
        router: Router,
        client: Client,
        slots: Slots,
        exchange: Exchange,
        outbound: Outbound,
        reopen: Reopen,
    ) -> None:
        self._router = router
        self._client = client
        self._slots = slots
        self._exchange = exchange
        # Both are dropped when the answer begins: the client's bytes need not be here while it streams.
        self._outbound: Outbound | None = outbound
        self._reopen: Reopen | None = reopen
        self._place = ""
        self._sent: AbstractAsyncContextManager[Response] | None = None

    async def __aenter__(self) -> UpstreamAnswer:
        try:
            answering = await self._best_answer()
        except BaseException:
            await self._leave(*sys.exc_info())
            raise
        self._outbound = self._reopen = None
        return answering

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave(kind, error, trace)

    async def _leave(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        sent, place = self._sent, self._place
        self._sent, self._place = None, ""
        try:
            if sent is not None:
                await sent.__aexit__(kind, error, trace)
        finally:
            if place:
                self._slots.release(place)

    async def _best_answer(self) -> UpstreamAnswer:
        router, exchange = self._router, self._exchange
        begun, retries, unsure = router.clock(), 0, False
        avoid: frozenset[str] = frozenset()
        while True:
            assert self._outbound is not None
            assert self._reopen is not None
            upstream = self._outbound.upstream
            answering, failure = await self._attempt(self._outbound)
            if failure is None:
                assert answering is not None
                return answering
            avoid |= {upstream}
            if failure.unsure or exchange.plan.may_go_elsewhere(avoid):
                await self._leave()
                if failure.unsure:
                    # It has done nothing wrong, and is there if the frontier is not.
                    unsure, avoid = True, avoid - {upstream}
                self._outbound = await self._reopen(avoid, unsure)
                continue
            wait_s = self._wait(failure, upstream, retries, begun)
            if wait_s is None:
                if failure.fault is not None:
                    raise _refusal(exchange, failure.fault)
                assert answering is not None
                return answering
            await self._leave()
            avoid -= {upstream}
            retries += 1
            await asyncio.sleep(wait_s)

    async def _attempt(self, outbound: Outbound) -> tuple[UpstreamAnswer | None, _Failure | None]:
        router, upstream = self._router, outbound.upstream
        try:
            await self._slots.acquire(upstream)
        except RelayBusy as fault:
            return None, _Failure(fault)
        self._place = upstream
        if not router.admits(upstream):
            return None, _Failure(UpstreamUnreachable("The upstream cannot be reached at present."))
        asked_at = router.clock()
        router.asked(upstream)
        sending = self._client.send(outbound)
        try:
            response = await sending.__aenter__()
        except UpstreamClosed:
            router.failed(upstream, "broken")
            raise
        except UpstreamUnreachable as fault:
            router.failed(upstream, "unreachable")
            return None, _Failure(fault)
        except RelayFault:
            router.failed(upstream, "broken")
            raise
        except BaseException:
            router.abandoned(upstream)
            raise
        self._sent = sending
        answering = UpstreamAnswer(response, upstream, router, asked_at)
        if response.status in RETRIED_STATUSES:
            wait_s = retry_after_s(response.headers, router.wall())
            if response.status in FAILING_STATUSES:
                router.failed(upstream, "error")
            else:
                router.limited(upstream, wait_s)
            return answering, _Failure(wait_s=wait_s)
        router.answered(upstream)
        if self._exchange.plan.judge is not None and response.status == 200:
            return await self._judged(outbound, response, answering, asked_at)
        return answering, None

    async def _judged(
        self, outbound: Outbound, response: Response, answering: UpstreamAnswer, asked_at: float
    ) -> tuple[UpstreamAnswer, _Failure | None]:
        """Read the whole answer and see whether it is believed; if not, nothing of it reaches the client."""
        exchange = self._exchange
        assert exchange.plan.judge is not None
        data = bytearray()
        async for chunk in response.chunks():
            if not data and outbound.stream:
                answering.first_token()
            data += chunk
            if len(data) > _MAX_HELD_BYTES:
                raise UpstreamBadStream(f"the upstream's answer is larger than {_MAX_HELD_BYTES} bytes")
        meter = exchange.plan.new_meter()
        reading = (exchange.plan.judge, bytes(data), response.headers, meter)
        if len(data) > _LARGE_BYTES:
            body = await asyncio.to_thread(read_verdict, *reading)
        else:
            body = read_verdict(*reading)
        answering.completed()
        if not exchange.plan.believes(exchange.plan.judge.mean):
            exchange.plan.discard(meter)
            return answering, _Failure(unsure=True)
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
