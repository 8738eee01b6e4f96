"""Let budgets and breakers hold for all processes that serve: each adds what it has seen to counters in a store.

A breaker hears of the others about once a second, and says at once that something has failed or works again. Of a
client with a budget the common sum is at most a second old when a request of it begins; what it spends is added at
once. So several processes together may overdraw a budget by what they let begin within a second, each by what is left.

When the store does not answer, a client with a budget is refused: nobody knows what is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from hashlib import blake2b

from relay.errors import StoreFault
from relay.protocols import Store
from relay.routing.health import News
from relay.routing.router import Router

__all__ = ["SharedCounts"]

_EVERY_S = 1.0
_DAYS_S = 2 * 86_400.0  # how long the sum of a day is kept
_NEWS_S = 60.0


class SharedCounts:
    """What `router` counts, together with others that use the same store. For one event loop; call `run` in a task."""

    def __init__(self, router: Router, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._router = router
        self._store = store
        self._clock = clock
        self._wanted = asyncio.Event()
        self._asked_at: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._said = {name: News() for name in router.upstreams}
        self._sums: dict[str, News] = {}
        loop = asyncio.get_running_loop()
        router.on_news = lambda: _soon(loop, self._wanted.set)

    async def fresh(self, client: str) -> None:
        """See that what is known of the budget of `client` is at most a second old. Raises StoreFault."""
        if self._clock() - self._asked_at.get(client, float("-inf")) >= _EVERY_S:
            await self._spend(client)

    async def run(self) -> None:
        """Exchange what is new until cancelled. A store that does not answer gets it later."""
        heard_at = float("-inf")
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._wanted.wait()
            self._wanted.clear()
            with suppress(StoreFault):
                for client in self._router.ledger.spenders():
                    await self._spend(client)
                if self._has_news() or self._clock() - heard_at >= _EVERY_S:
                    heard_at = self._clock()
                    await self._hear()

    async def _spend(self, client: str) -> None:
        ledger = self._router.ledger
        async with self._locks.setdefault(client, asyncio.Lock()):  # two at once would add the same twice
            unsaid = ledger.unsaid(client, self._router.wall())
            if unsaid is None:
                return
            total = await self._store.add(f"budget/{unsaid.day}/{_mark(client)}", unsaid.usd, _DAYS_S)
            ledger.said(client, unsaid, total)
            self._asked_at[client] = self._clock()

    def _has_news(self) -> bool:
        return any(
            seen.failures != said.failures or seen.recoveries != said.recoveries
            for seen, said in zip(self._router.news.values(), self._said.values(), strict=True)
        )

    async def _hear(self) -> None:
        for upstream, seen in self._router.news.items():
            new, self._said[upstream] = _difference(seen, self._said[upstream]), seen
            sums = await asyncio.gather(
                *(
                    self._store.add(f"upstream/{upstream}/{what}", amount, _NEWS_S)
                    for what, amount in asdict(new).items()
                )
            )
            total, before = News(*map(round, sums)), self._sums.get(upstream)
            self._sums[upstream] = total
            if before is not None:  # what was there at the start is no news
                self._router.heard(upstream, _difference(_difference(total, before), new))


def _difference(after: News, before: News) -> News:
    """Return what came since; nothing where a store has forgotten."""
    return News(
        max(0, after.failures - before.failures),
        max(0, after.answers - before.answers),
        max(0, after.recoveries - before.recoveries),
    )


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(call)


def _mark(client: str) -> str:
    """Return what stands for a client's name in that of a counter, which is short."""
    return blake2b(client.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
