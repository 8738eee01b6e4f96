"""Keep to what each upstream takes at once: a slot for each request there, a queue of bounded length for slots.

One client has its share of both and no more: others find a slot, or a place in the queue, however many it asks for. A
slot that becomes free goes to the waiting client that has the fewest, in turns.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from relay.config import UpstreamConfig
from relay.doors.serving.shares import share
from relay.errors import RelayBusy, TooManyRequests
from relay.routing.choose import Load

__all__ = ["Slots"]

# How much one place that becomes free says of how long that takes.
_LATELY = 0.2
_KEYS = "The configuration keys are upstreams.<name>.max_concurrent and max_queue."


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    client: str
    turn: asyncio.Future[None]


class Slots:
    """The slots of every upstream; `loads` are the counts that routing decides from. For one event loop."""

    def __init__(
        self,
        upstreams: Mapping[str, UpstreamConfig],
        loads: Mapping[str, Load],
        *,
        max_wait_s: float = inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Refuse who would wait longer than `max_wait_s`, as places have become free lately. `clock`: seconds."""
        self._upstreams = upstreams
        self._loads = loads
        self._max_wait_s = max_wait_s
        self._clock = clock
        self._since = dict.fromkeys(upstreams, 0.0)  # when a place became free, or the last one was taken
        self._held: dict[str, Counter[str]] = {name: Counter() for name in upstreams}  # slots, by client
        self._queues: dict[str, list[_Waiting]] = {name: [] for name in upstreams}

    async def acquire(self, upstream: str, client: str) -> None:
        """Acquire a slot at `upstream` for `client`, after waiting for one.

        Raises RelayBusy when too many wait already, and TooManyRequests when too many of this client do.
        """
        load, config = self._loads[upstream], self._upstreams[upstream]
        limit, queue = config.max_concurrent, self._queues[upstream]
        is_free = limit is None or load.in_flight < limit
        if is_free and self._may_have(upstream, client):
            load.in_flight += 1
            if load.in_flight == limit:
                self._since[upstream] = self._clock()
            self._held[upstream][client] += 1
            return
        if not is_free and load.waiting >= config.max_queue:
            raise RelayBusy(f"The upstream is busy; try again in a moment. {_KEYS}", load.wait_s)
        if load.wait_s > self._max_wait_s:
            raise RelayBusy("The upstream is so busy that this would wait longer than server.max_wait_s.", load.wait_s)
        own = sum(one.client == client for one in queue)
        if load.waiting >= config.max_queue or own >= share(config.max_queue):
            raise TooManyRequests(
                f"Too many requests of this client are at the upstream; try again in a moment. {_KEYS}",
                load.wait_s,
            )
        entry = _Waiting(client, asyncio.get_running_loop().create_future())
        queue.append(entry)
        load.waiting += 1
        try:
            await entry.turn
        except asyncio.CancelledError:
            if entry in queue:
                queue.remove(entry)
            else:
                self.release(upstream, client)  # the slot came at the same moment
            raise
        finally:
            load.waiting -= 1

    def release(self, upstream: str, client: str) -> None:
        """Release a slot of `client`: it passes to who is next, of those that may have it."""
        held, queue = self._held[upstream], self._queues[upstream]
        self._note(upstream)
        held[client] -= 1
        if not held[client]:
            del held[client]
        # Who is cancelled stays in the queue until its task runs again.
        able = [one for one in queue if not one.turn.done() and self._may_have(upstream, one.client)]
        if not able:
            self._loads[upstream].in_flight -= 1
            return
        found = min(able, key=lambda one: held[one.client])  # of equals the one that stands first
        queue.remove(found)
        queue.sort(key=lambda one: one.client == found.client)  # the next turn is another client's
        held[found.client] += 1
        found.turn.set_result(None)

    def _note(self, upstream: str) -> None:
        """Learn how often a place becomes free while all are taken."""
        load, now = self._loads[upstream], self._clock()
        if load.in_flight == self._upstreams[upstream].max_concurrent:
            took_s = now - self._since[upstream]
            load.release_s += (took_s - load.release_s) * (_LATELY if load.release_s else 1)
            self._since[upstream] = now

    def _may_have(self, upstream: str, client: str) -> bool:
        """Tell whether `client` has less than its share of the slots."""
        limit = self._upstreams[upstream].max_concurrent
        return limit is None or self._held[upstream][client] < share(limit)
