"""Run the scrubbing of requests in threads: small ones first, a fair share for each client, and none for who is gone.

As many calls run at once as there are workers; the others wait, some of them in the middle of their work. A call gives
way at the end of a slice (`relay.process.slices`) when another one is next:

* next is the client that has had the least time so far, among those that want any;
* of one client's calls the one that is due first: a small one is due soon, a large one in about as long as it takes. So
  small ones overtake, and still no call waits for ever.

Where workers have nothing else to do, they take parts of what a running call spreads, and leave it when a call waits.

A call that would wait longer than `max_wait_s` is refused at once: who asked would have given up. Small ones are not:
they cost less than their refusal's retry.

A client counts by the time that it takes away from others, so what it has had is forgotten when it wants nothing more,
and a new one begins with as little as the one that has had the least.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any, TypeVar

from relay.doors.serving.shares import share
from relay.errors import RelayBusy, TooManyRequests
from relay.process.slices import Abandoned, sliced

__all__ = ["WorkPool"]

T = TypeVar("T")

# With the model, on one core of the machine that the benchmarks ran on (2026-11-29). Only the order depends on it.
_S_PER_BYTE = 2e-5
# Of the calls above this size only so many have begun at once as `most_bytes` allows: those wait with all their memory.
_LARGE_BYTES = 1 << 20
# Up to here a call is a slice of its own: it neither gives way nor ends early.
_ONE_SLICE_BYTES = 512

# Of how long calls take, this much is remembered with each new one: the last twenty or so count.
_KEPT = 0.95
# A call costs at least what so many bytes do.
_LEAST_BYTES = 1_024

# A call that gives way keeps its thread, so there may be as many as calls; a thread is made when none is free.
_MOST_THREADS = 1 << 16

_CLOSING = "relay is shutting down; try again in a moment."


class WorkPool:
    """`workers` calls at once, with at most `queue` more waiting for their turn. For one event loop."""

    def __init__(
        self,
        *,
        workers: int,
        queue: int,
        most_bytes: int = 1 << 26,
        max_wait_s: float = inf,
        s_per_byte: float = _S_PER_BYTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start no thread yet. `most_bytes`: the requests above 1 MiB that may be in work at once, in bytes of them.

        `s_per_byte` is how long calls are thought to take until some have been made.
        """
        self._limit = workers + queue
        self._most_of_one = share(self._limit)
        self._most_bytes = most_bytes
        self._max_wait_s = max_wait_s
        self._pace = _Pace(s_per_byte)
        self._clock = clock
        self._executor = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="relay-scrub")
        self._lock = threading.Lock()
        self._left = threading.Condition(self._lock)  # a helper has left its call
        self._helpers = 0
        self._workers = workers
        self._running: set[_Call] = set()
        self._waiting: list[_Call] = []
        self._clients: dict[str, _Client] = {}  # those with calls
        self._bytes = 0  # of large calls that have begun

    async def run(
        self,
        call: Callable[[], T],
        *,
        client: str,
        size: int,
        abandoned: Callable[[], None] | None = None,
        begun: bool = False,
    ) -> T:
        """Return the result of `call`, which `client` wants, for a request or an answer of `size` bytes.

        Raises RelayBusy when too many wait, unless it is a part of something that has `begun`. When the caller is
        cancelled, `call` ends with its slice, and `abandoned` is called as soon as it is certain not to be running any
        more: at once, or from its thread.
        """
        future: Future[T] = Future()
        with self._lock:
            if not begun:
                self._check_room(client, size)
            elif not self._workers:
                raise RelayBusy(_CLOSING)
            for other in self._running:
                self._charge(other)
            began = min((one.used_s for one in self._clients.values()), default=0.0)
            owner = self._clients.setdefault(client, _Client(client, began))
            owner.calls += 1
            owner.places += not begun
            future.set_running_or_notify_cancel()  # `_cancel` alone cancels it
            entry = _Call(call, future, owner, size, self._clock() + size * _S_PER_BYTE, takes_place=not begun)
            self._waiting.append(entry)
            self._fill()
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            self._cancel(entry, abandoned)
            raise
        finally:
            del entry, future  # which hold an exception that holds this frame, and with it the request

    def close(self) -> None:
        """Take no more work, drop what waits, and let what runs end with its slice."""
        with self._lock:
            self._workers = 0
            for entry in (*self._running, *self._waiting):
                entry.cancelled = True
                if entry.begun:
                    entry.turn.set()
                else:
                    entry.future.set_exception(RelayBusy(_CLOSING))
            self._waiting.clear()
        self._executor.shutdown(wait=False)

    def _check_room(self, client: str, size: int) -> None:
        if not self._workers:
            raise RelayBusy(_CLOSING)
        keys = "try again in a moment. The configuration keys are server.workers and server.queue."
        if sum(one.places for one in self._clients.values()) >= self._limit:
            raise RelayBusy(f"Too many requests are waiting; {keys}", self._wait_s())
        if client in self._clients and self._clients[client].places >= self._most_of_one:
            raise TooManyRequests(f"Too many requests of this client are waiting; {keys}", self._wait_s(client))
        if self._waiting and size > _ONE_SLICE_BYTES:
            wait_s = self._wait_s(client, self._clock() + size * _S_PER_BYTE)
            if wait_s > self._max_wait_s:
                raise RelayBusy("relay is so busy that this would wait longer than server.max_wait_s.", wait_s)

    def _wait_s(self, client: str | None = None, due: float = inf) -> float:
        """Return about how long it takes until what is here has been done; of `client`: until its own has, due before.

        Clients take turns, so what one has here takes as many times as long as there are clients, or until all is done.
        """
        left = [
            (entry, max(self._pace.of(entry.size) - entry.used_s, 0.0)) for entry in (*self._waiting, *self._running)
        ]
        wait_s = sum(seconds for _, seconds in left)
        if client is not None:
            own_s = sum(seconds for entry, seconds in left if entry.client.name == client and entry.due < due)
            wait_s = min(wait_s, own_s * len(self._clients))
        return wait_s / self._workers

    # ------------------------------------------------------------------------- with the lock held, in whatever thread

    def _fill(self) -> None:
        """Let those that are next run, as long as there are workers."""
        while len(self._running) < self._workers and (entry := self._next()) is not None:
            self._waiting.remove(entry)
            self._running.add(entry)
            entry.since = self._clock()
            if entry.begun:
                entry.turn.set()
                continue
            entry.begun = True
            self._bytes += entry.large
            self._executor.submit(self._work, entry)
        self._lend()

    def _lend(self) -> None:
        """Let workers that would be idle help a call that has something to spread."""
        idle = self._workers - len(self._running) - self._helpers
        if idle <= 0 or self._waiting:
            return
        for entry in self._running:
            if entry.step is not None and not entry.helpers:
                entry.helpers = idle
                self._helpers += idle
                for _ in range(idle):
                    self._executor.submit(self._help, entry, entry.step)
                return

    def _next(self) -> _Call | None:
        """Return the call that is next, of those that may run."""
        room = self._most_bytes - self._bytes
        able = [entry for entry in self._waiting if entry.begun or not self._bytes or entry.large <= room]
        return min(able, key=_Call.rank, default=None)

    def _charge(self, entry: _Call) -> None:
        now = self._clock()
        entry.client.used_s += now - entry.since
        entry.used_s += now - entry.since
        entry.since = now

    def _leave(self, entry: _Call) -> None:
        """Take a call out that runs no more, or never did."""
        if entry.begun:
            self._bytes -= entry.large
        if entry in self._running:
            self._charge(entry)
            self._running.remove(entry)
            if not entry.cancelled:
                self._pace.done(entry.size, entry.used_s)
        entry.client.calls -= 1
        entry.client.places -= entry.takes_place
        if not entry.client.calls:
            self._clients.pop(entry.client.name, None)
        self._fill()

    # --------------------------------------------------------------------------------------------- in a call's thread

    def _work(self, entry: _Call) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            if entry.cancelled:
                raise Abandoned
            if entry.size <= _ONE_SLICE_BYTES:
                result = entry.call()
            else:
                with sliced(partial(self._pause, entry), partial(self._offer, entry)):
                    result = entry.call()
        except BaseException as raised:
            error = raised
        with self._lock:
            self._leave(entry)
            abandoned, entry.call = entry.abandoned, _nothing
            future, entry.future = entry.future, _ENDED
        if abandoned is not None:
            abandoned()
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
        # The error holds this frame and those that called it, with the call; none of them may hold the error, or all
        # that the call had stays until a collection.
        del error, future

    def _pause(self, entry: _Call) -> None:
        """End a slice: stop when nobody waits for the result, wait when another call is next."""
        if entry.cancelled:
            raise Abandoned
        if not self._waiting:
            return
        with self._lock:
            if entry.cancelled:  # since the first look; nobody would wake it any more
                raise Abandoned
            self._charge(entry)
            other = self._next()
            if other is None or other.rank() >= entry.rank():
                return
            entry.turn.clear()
            self._running.remove(entry)
            self._waiting.append(entry)
            self._fill()
        entry.turn.wait()
        if entry.cancelled:
            raise Abandoned

    def _offer(self, entry: _Call, step: Callable[[], bool]) -> Callable[[], None]:
        """Let idle workers take steps of a call; return what ends that."""
        with self._lock:
            entry.step = step
            self._lend()
        return lambda: self._take_back(entry)

    def _take_back(self, entry: _Call) -> None:
        with self._lock:
            entry.step = None
            self._left.wait_for(lambda: not entry.helpers)

    # ------------------------------------------------------------------------------------------ in a helper's thread

    def _help(self, entry: _Call, step: Callable[[], bool]) -> None:
        """Take steps until there are none, or somebody waits for a worker."""
        began = self._clock()
        while not self._waiting and entry.step is step and step():
            pass
        del step  # which keeps what the call works on
        with self._lock:
            entry.client.used_s += self._clock() - began
            entry.helpers -= 1
            self._helpers -= 1
            if not entry.helpers:
                self._left.notify_all()
            self._lend()

    # -------------------------------------------------------------------------------------------------- in the loop

    def _cancel(self, entry: _Call, abandoned: Callable[[], None] | None) -> None:
        with self._lock:
            entry.cancelled = True
            if entry in self._waiting:
                self._waiting.remove(entry)
                if entry.begun:
                    entry.turn.set()  # without a worker: all it does is to end
                else:
                    self._leave(entry)
            if entry.begun and entry.call is not _nothing:
                entry.abandoned = abandoned or _nothing
                return
        if abandoned is not None:
            abandoned()


class _Pace:
    """Seconds of a worker for a call of so many bytes. Not thread-safe."""

    def __init__(self, s_per_byte: float) -> None:
        """Begin with a guess, which counts as one call."""
        self._bytes = float(_LEAST_BYTES)
        self._seconds = s_per_byte * _LEAST_BYTES

    def done(self, size: int, seconds: float) -> None:
        """Learn that a call of `size` bytes took `seconds`."""
        self._bytes = self._bytes * _KEPT + max(size, _LEAST_BYTES)
        self._seconds = self._seconds * _KEPT + seconds

    def of(self, size: int) -> float:
        """Return about how many seconds a call of `size` bytes takes."""
        return self._seconds / self._bytes * max(size, _LEAST_BYTES)


@dataclass(slots=True)
class _Client:
    """A client with calls. `used_s`: what it has had, in seconds of a worker. `places`: those of the queue it has."""

    name: str
    used_s: float
    calls: int = 0
    places: int = 0


@dataclass(slots=True, eq=False)
class _Call:
    """A call that waits or runs. `begun`: it has a thread, and waits in it."""

    call: Callable[[], Any]
    future: Future[Any]
    client: _Client
    size: int
    due: float
    takes_place: bool = True
    since: float = 0.0
    used_s: float = 0.0
    begun: bool = False
    cancelled: bool = False
    abandoned: Callable[[], None] | None = None
    step: Callable[[], bool] | None = None  # one part of what it spreads, for any thread
    helpers: int = 0
    turn: threading.Event = field(default_factory=threading.Event)

    @property
    def large(self) -> int:
        """The bytes that count among those of large calls."""
        return self.size if self.size > _LARGE_BYTES else 0

    def rank(self) -> tuple[float, float]:
        """Return what calls are ordered by."""
        return self.client.used_s, self.due


def _nothing() -> None:
    """Stand for a call that has ended: its own would keep the request."""


_ENDED: Future[Any] = Future()  # stands for what a call that has ended would have resolved
