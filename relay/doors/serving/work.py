"""Run the scrubbing of requests in a bounded pool of threads, so that the event loop never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from relay.errors import RelayBusy

__all__ = ["WorkPool"]

T = TypeVar("T")


class WorkPool:
    """`workers` threads with at most `queue` calls waiting for one."""

    def __init__(self, *, workers: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="relay-scrub")
        self._limit = workers + queue
        self._pending = 0

    async def run(self, call: Callable[[], T], *, abandoned: Callable[[], None]) -> T:
        """Return the result of `call`. Raises RelayBusy when too many are waiting.

        When the caller is cancelled, `abandoned` is called as soon as `call` is certain not to be running any more: at
        once, or from its thread.
        """
        if self._pending >= self._limit:
            raise RelayBusy(
                "Too many requests are waiting; try again in a moment. The configuration keys are server.workers and "
                "server.queue."
            )
        self._pending += 1
        future: Future[T] = self._executor.submit(call)
        try:
            result = await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            # A call that has not begun never will; a running one ends by itself, and holds its place until then.
            loop = asyncio.get_running_loop()
            future.add_done_callback(lambda _: self._leave(loop, abandoned))
            raise
        except BaseException:
            self._pending -= 1
            raise
        self._pending -= 1
        return result

    def close(self) -> None:
        """Take no more work and drop what waits."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _leave(self, loop: asyncio.AbstractEventLoop, abandoned: Callable[[], None]) -> None:
        abandoned()
        # The loop is closed when relay stops meanwhile, and nobody counts any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._free)

    def _free(self) -> None:
        self._pending -= 1
