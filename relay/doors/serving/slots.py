"""Keep to what each upstream takes at once: a slot for each request there, a queue of bounded length for slots."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

from relay.config import UpstreamConfig
from relay.errors import RelayBusy
from relay.routing.choose import Load

__all__ = ["Slots"]


class Slots:
    """The slots of every upstream; `loads` are the counts that routing decides from. For one event loop."""

    def __init__(self, upstreams: Mapping[str, UpstreamConfig], loads: Mapping[str, Load]) -> None:
        self._upstreams = upstreams
        self._loads = loads
        self._queues: dict[str, deque[asyncio.Future[None]]] = {name: deque() for name in upstreams}

    async def acquire(self, upstream: str) -> None:
        """Acquire a slot at `upstream`, after waiting for one. Raises RelayBusy when too many wait already."""
        load, config = self._loads[upstream], self._upstreams[upstream]
        if config.max_concurrent is None or load.in_flight < config.max_concurrent:
            load.in_flight += 1
            return
        if load.waiting >= config.max_queue:
            raise RelayBusy(
                "The upstream is busy; try again in a moment. The configuration keys are "
                "upstreams.<name>.max_concurrent and max_queue."
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[upstream].append(turn)
        load.waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release(upstream)  # the slot came at the same moment
            raise
        finally:
            load.waiting -= 1

    def release(self, upstream: str) -> None:
        """Release a slot: the request that has waited longest gets it."""
        queue = self._queues[upstream]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)  # the slot passes to it directly
                return
        self._loads[upstream].in_flight -= 1
