"""Clear what is left of requests in this process after the last exchange of a burst.

Four places keep a request's bytes after the last reference is gone, and no allocator setting clears them:

* reference cycles between an exception and its frames stay until the garbage collector runs;
* uvloop reads every socket into one buffer, which keeps the last bytes until the next read overwrites them;
* the C stack below the current frame keeps data of deeper calls;
* libraries keep keys of JSON objects, URLs and values of headers in caches (`relay.process.library_caches`).

Shortly after an exchange ends, once for all that ended in the meantime, the collector runs, a deep call overwrites the
stack, and zeros are read through the loop; within a second the caches are emptied. Measured in a hardened relay by
scanning its memory from outside: 1 to 4 copies in half of the states without this, none with it.

Not part of the core: it needs the event loop and a pair of sockets, which stay inside the process.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import Callable, Coroutine

from relay.process.library_caches import LibraryCaches

__all__ = ["Forgetter"]

_DELAY_S = 0.05
_CACHES_DELAY_S = 0.5  # under load 3 ms of processor time as often as this
# Larger than any single read: UV_STREAM_RECV_BUF_SIZE in uvloop/includes/consts.pxi; asyncio reads less.
_BUFFER_BYTES = 256_000
_SELDOM = 1_000_000
# A collection that takes longer than this is made again after twenty times as long.
_SLOW_S = 0.01
_COLLECTING_SHARE = 20
_PIECE = bytes(65_536)
_STACK_DEPTH = 400  # nested lists that the C scanner of `json` recurses into, some 100 KiB of stack


class Forgetter:
    """Call `soon` at the end of every exchange, failed ones too; call `close` when the loop stops.

    Create it after all long-lived objects are loaded: they are left out of later collections, so a collection takes
    about a millisecond.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, caches: LibraryCaches) -> None:
        self._loop = loop
        self._works = (_Later(loop, _DELAY_S, self._forget), _Later(loop, _CACHES_DELAY_S, caches.empty))
        self._collect_at = 0.0
        gc.collect()
        gc.freeze()
        # What is left is collected here; by itself the collector would look at large requests in work again and again.
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], _SELDOM)

    def soon(self) -> None:
        """Schedule one clearing, 50 ms from now at the earliest, and one of the caches, after half a second."""
        for work in self._works:
            work.soon()

    def close(self) -> None:
        """Cancel what is scheduled; nothing is cleared afterwards."""
        for work in self._works:
            work.cancel()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    async def _forget(self) -> None:
        self._collect()
        json.loads("[" * _STACK_DEPTH + "]" * _STACK_DEPTH)
        await _read_zeros(self._loop)

    def _collect(self) -> None:
        """Collect everything, or what is young while a large request in work has made collections slow."""
        begun = self._loop.time()
        if begun < self._collect_at:
            gc.collect(1)
            self.soon()
            return
        gc.collect()
        took = self._loop.time() - begun
        self._collect_at = begun + took * _COLLECTING_SHARE if took > _SLOW_S else 0.0


class _Later:
    """Do `work` once, `delay_s` after the first time that it was asked for."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, delay_s: float, work: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        self._loop = loop
        self._delay_s = delay_s
        self._work = work
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(self._delay_s, self._begin)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._timer = None
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._work())
        else:
            self.soon()  # what has ended since this began may stand behind where it is


async def _read_zeros(loop: asyncio.AbstractEventLoop) -> None:
    """Make the loop read as many zeros as one read can take."""
    ours, theirs = socket.socketpair()
    try:
        for end in (ours, theirs):
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * _BUFFER_BYTES)
        sent = 0
        # Send everything before the first read: each read begins at the start of the buffer.
        while sent < _BUFFER_BYTES:
            try:
                sent += ours.send(_PIECE)
            except BlockingIOError:  # the system's limit; its other buffers hold no more than this either
                break
        sink = _Sink(loop)
        transport, _ = await loop.create_connection(lambda: sink, sock=theirs)
    except BaseException:
        theirs.close()
        raise
    finally:
        ours.close()
    try:
        await sink.ended
    finally:
        transport.close()


class _Sink(asyncio.Protocol):
    """Discard all data."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ended: asyncio.Future[None] = loop.create_future()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
