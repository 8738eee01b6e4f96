"""An answer on its way to the client: whole, or restored chunk by chunk while the upstream writes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from types import TracebackType
from typing import Protocol

from relay.doors.serving.call import Call
from relay.doors.serving.forward import Sending, UpstreamAnswer
from relay.doors.serving.turns import Turn
from relay.errors import RelayFault, UpstreamBadStream
from relay.exchange import Exchange
from relay.observe.traces import SpanEvent, SpanName
from relay.types import Head, Headers

__all__ = ["Response", "StreamedResponse", "is_disconnect", "started", "unrestorable"]

# What is restored in the event loop at once: some tens of events, a few milliseconds of work.
_SMALL_BYTES = 8_192


class Beside(Protocol):
    """Makes a call beside the event loop, in the turn of the client that waits for `size` bytes."""

    async def __call__(self, call: Callable[[], bytes], /, *, size: int) -> bytes: ...


class Response:
    """A whole answer. `paddable`: white space may be added to `body`, which holds what an upstream said."""

    def __init__(self, status: int, headers: Headers, body: bytes = b"", *, paddable: bool = False) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.paddable = paddable

    async def __aenter__(self) -> Response:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: nothing is open."""


class StreamedResponse(Response):
    """An answer that still comes: use it in `async with`, iterate `chunks`, then send what `finish` returns.

    `keep_alive` is what may be sent while the upstream is silent; large events are restored `beside` the event loop.
    When `chunks` or `finish` raises, `failed` turns the exception into an answer of its own, as long as nothing was
    sent and nothing is `unsent`, and `last_words` into the end of a broken stream.
    """

    def __init__(
        self,
        head: Head,
        exchange: Exchange,
        sending: Sending,
        failure: Callable[[BaseException], Response],
        call: Call,
        beside: Beside,
        *,
        keep_alive: bytes,
        turn: Turn | None = None,
    ) -> None:
        super().__init__(head.status, head.headers, paddable=not exchange.alters_nothing)
        self.keep_alive = keep_alive if self.paddable else b""
        self._exchange = exchange
        self._sending = sending
        self._answer = sending.answer
        self._failure = failure
        self._call = call
        recorded = call.trace.recorded
        self._span = recorded.span(SpanName.ANSWER) if recorded is not None else None
        self._beside = beside
        self._turn = turn
        self._held = 0  # bytes that came since something was let go

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what is still on its way and close the exchange."""
        if error is not None and is_disconnect(error):
            self._call.log(error)
        try:
            await self._sending.end(error)
        finally:
            self._exchange.close()
            if self._span is not None:
                self._span.end(error)
                self._call.describe_used()
            if self._turn is not None:
                self._turn.close()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield restored bytes as they can be let go, all but the last. Raises UpstreamFault, or anything unplanned."""
        feed = self._exchange.feed
        begun = False
        async for chunk in self._answer.chunks():
            if not begun:
                begun = True
                self._answer.first_token()
                if self._span is not None:
                    self._span.happened(SpanEvent.FIRST_BYTE)
            self._held += len(chunk)
            # A large event would hold up every other client. Whoever is gone meanwhile closes the exchange, and what
            # still runs finds it shredded.
            small = self._held <= _SMALL_BYTES
            data = feed(chunk) if small else await self._beside(partial(feed, chunk), size=len(chunk))
            if data:
                self._held = 0
                yield data

    async def finish(self) -> bytes:
        """Return the last bytes. Raises UpstreamBadStream when the answer is not complete."""
        finish, small = self._exchange.finish, self._held <= _SMALL_BYTES
        data = finish() if small else await self._beside(finish, size=self._held)
        self._answer.completed()
        if self._turn is not None:
            await self._turn.end()
        return data

    def failed(self, error: BaseException) -> Response:
        """Return the answer that takes the place of this one, of which nothing was sent."""
        self._answer.broke(error)
        if self._span is not None:
            self._span.end(error)
        return self._failure(_planned(error))

    @property
    def unsent(self) -> bool:
        """Whether something of the answer came before what went wrong: it has begun then, whoever cut it where."""
        return self._exchange.unsent

    def last_words(self, error: BaseException) -> bytes:
        """Return what a stream that was begun ends with: what came before, text held back, the error."""
        self._answer.broke(error)
        if self._span is not None:
            self._span.end(error)
        fault = _planned(error)
        self._failure(fault)
        try:
            return self._exchange.fail(fault)
        except Exception:
            return b""  # a dropped connection says enough


def _planned(error: BaseException) -> RelayFault:
    return error if isinstance(error, RelayFault) else unrestorable()


def unrestorable() -> UpstreamBadStream:
    """Return what a client is told when something unplanned happens to an answer: its cause may hold text."""
    return UpstreamBadStream("The upstream's answer could not be restored.")


def is_disconnect(error: BaseException) -> bool:
    """Tell whether the client is gone."""
    return isinstance(error, ConnectionError | asyncio.CancelledError)


def started(exchange: Exchange, answer: UpstreamAnswer) -> Head:
    """Return the head of an answer for the client. Raises UpstreamBadStream for a redirect."""
    if 300 <= answer.status < 400:
        fault = UpstreamBadStream("The upstream answered with a redirect, which relay does not follow.")
        answer.broke(fault)
        raise fault
    return exchange.start(answer.status, answer.headers)
