"""Limit how many requests a client sends in a minute: by a bucket in this process, or counted in a store for all.

A bucket holds a minute's requests and fills evenly. In a store, which can only add, the requests of this minute and a
part of those of the last one are counted instead: the part that a window of sixty seconds still covers. The two agree
on a steady client; where several processes serve, only the second holds for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import blake2b

from relay.errors import RateExceeded
from relay.protocols import Store

__all__ = ["Rates"]

_MINUTE_S = 60.0
# A bucket that has been full for a while says nothing, so those of clients that are gone are dropped at this number.
_MOST_BUCKETS = 10_000


class Rates:
    """The requests of every client that has a limit. For one event loop.

    `clock` is monotonic seconds, `wall` seconds since 1970: processes that share a `store` share minutes by it.
    """

    def __init__(self, clock: Callable[[], float], wall: Callable[[], float], store: Store | None = None) -> None:
        self._clock = clock
        self._wall = wall
        self._store = store
        self._buckets: dict[str, tuple[float, float]] = {}  # what is left, and when that was

    async def take(self, client: str, per_minute: int) -> None:
        """Count one request. Raises RateExceeded when it is one too many, and StoreFault."""
        wait_s = self._take(client, per_minute) if self._store is None else await self._add(client, per_minute)
        if wait_s > 0:
            raise RateExceeded(
                f"This client may send {per_minute} requests a minute, and has; the limit is its requests_per_minute.",
                math.ceil(wait_s),
            )

    def _take(self, client: str, per_minute: int) -> float:
        now, rate = self._clock(), per_minute / _MINUTE_S
        left, at = self._buckets.pop(client, (float(per_minute), now))
        left = min(left + (now - at) * rate, float(per_minute))
        wait_s = max(0.0, (1 - left) / rate)
        self._buckets[client] = (left if wait_s else left - 1, now)
        if len(self._buckets) > _MOST_BUCKETS:
            # The first one is the one that was used longest ago.
            del self._buckets[next(iter(self._buckets))]
        return wait_s

    async def _add(self, client: str, per_minute: int) -> float:
        assert self._store is not None
        minute, into_s = divmod(self._wall(), _MINUTE_S)
        name = f"rate:{blake2b(client.encode(), digest_size=16).hexdigest()}"
        before = await self._store.add(f"{name}:{minute - 1:.0f}", 0, 2 * _MINUTE_S)
        here = await self._store.add(f"{name}:{minute:.0f}", 1, 2 * _MINUTE_S)
        if before * (1 - into_s / _MINUTE_S) + here <= per_minute:
            return 0.0
        await self._store.add(f"{name}:{minute:.0f}", -1, 2 * _MINUTE_S)  # it is refused, and does not count
        return _until(per_minute, before, here - 1, into_s)


def _until(per_minute: int, before: float, here: float, into_s: float) -> float:
    """Return the seconds until one more request is within the limit, if none comes in between; at least one."""
    if here + 1 <= per_minute and before:
        covered = (per_minute - here - 1) / before
        return max(1.0, (1 - covered) * _MINUTE_S - into_s)
    # Not in this minute: in the next one, when enough of this one's is no more covered.
    covered = (per_minute - 1) / here if here else 1.0
    return max(1.0, _MINUTE_S - into_s + (1 - covered) * _MINUTE_S)
