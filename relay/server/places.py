"""Keep to what each upstream takes at once: a place for each request there, a queue of bounded length for places."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from relay.config import UpstreamConfig
from relay.errors import RelayBusy
from relay.routing.choose import Load

__all__ = ["Places"]


class Places:
    """The places at every upstream; `loads` are the counts that routing decides from. For one event loop."""

    def __init__(self, upstreams: Mapping[str, UpstreamConfig], loads: Mapping[str, Load]) -> None:
        self._upstreams = upstreams
        self._loads = loads
        self._queues: dict[str, deque[asyncio.Future[None]]] = {name: deque() for name in upstreams}

    @asynccontextmanager
    async def hold(self, upstream: str) -> AsyncIterator[None]:
        """Hold a place at `upstream`, after waiting for one. Raises RelayBusy when too many wait already."""
        await self._take(upstream)
        try:
            yield
        finally:
            self._give(upstream)

    async def _take(self, upstream: str) -> None:
        load, config = self._loads[upstream], self._upstreams[upstream]
        if config.max_concurrent is None or load.in_flight < config.max_concurrent:
            load.in_flight += 1
            return
        if load.waiting >= config.max_queue:
            raise RelayBusy("The upstream is busy; try again in a moment.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[upstream].append(turn)
        load.waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give(upstream)  # the place came at the same moment
            raise
        finally:
            load.waiting -= 1

    def _give(self, upstream: str) -> None:
        queue = self._queues[upstream]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)  # the place goes from hand to hand
                return
        self._loads[upstream].in_flight -= 1
