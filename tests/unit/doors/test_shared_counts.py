"""Budgets and breakers of several processes over one store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hashlib import blake2b

import pytest

from relay import build
from relay.config import Config, Price, RoutingConfig, UpstreamConfig
from relay.doors.serving.shared_counts import SharedCounts
from relay.errors import StoreFault
from relay.routing.choose import RouteRequest
from relay.routing.health import News
from relay.routing.router import Router
from relay.routing.usage import Usage
from relay.store.memory import MemoryStore
from relay.types import RouteKind

MILLION = 1_000_000


@dataclass
class Time:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def router(clock: Time) -> Router:
    upstream = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9")
    routing = RoutingConfig(prices={"*": Price(input=1, output=1)}, budgets={"desk": 10}, failures=3, open_s=20)
    config = Config(upstreams={"far": upstream}, routing=routing)
    made = build.router(config, build.metrics(build.read_policy(None), build.NOTHING_ADDED, build.formats()))
    made.clock = clock
    made.wall = clock
    return made


def spend(router: Router, usd: int, client: str = "desk") -> None:
    ticket = router.ticket("far", RouteRequest(family="openai", tokens=usd * MILLION), client)
    router.settle(ticket, Usage(usd * MILLION, 0))


@pytest.fixture
def clock() -> Time:
    return Time()


async def test_a_budget_holds_for_all(clock: Time) -> None:
    """What one process spends is known to another when a request of that client begins there, once a second."""
    store = MemoryStore(clock)
    routers = [router(clock) for _ in range(2)]
    one, two = (SharedCounts(each, store, clock) for each in routers)
    spend(routers[0], 4)
    await one.fresh("desk")
    await two.fresh("desk")
    assert [each.ledger.left("desk", clock.now) for each in routers] == [6.0, 6.0]
    spend(routers[1], 5)
    await two.fresh("desk")  # a second is not over
    await one.fresh("desk")
    assert [each.ledger.left("desk", clock.now) for each in routers] == [6.0, 1.0]
    clock.now += 1
    await two.fresh("desk")
    await one.fresh("desk")
    assert [each.ledger.left("desk", clock.now) for each in routers] == [1.0, 1.0]
    clock.now += 86_400
    await one.fresh("desk")
    assert routers[0].ledger.left("desk", clock.now) == 10.0
    await one.fresh("lab")  # has none


async def test_what_is_spent_is_said_at_once(clock: Time) -> None:
    """The task that runs beside the requests adds it to the common sum, once."""
    store = MemoryStore(clock)
    mine, others = router(clock), router(clock)
    running = asyncio.create_task(SharedCounts(mine, store, clock).run())
    await asyncio.sleep(0)
    spend(mine, 7)
    async with asyncio.timeout(5):
        while mine.ledger.spenders():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await SharedCounts(others, store, clock).fresh("desk")
    assert others.ledger.left("desk", clock.now) == 3.0
    running.cancel()


async def test_without_the_store_no_budget(clock: Time) -> None:
    """Nobody knows what is left; nothing is said twice when it answers again."""

    class Failing(MemoryStore):
        fails = True

        async def add(self, counter: str, amount: float, expires_in_s: float) -> float:
            if self.fails:
                raise StoreFault("down")
            return await super().add(counter, amount, expires_in_s)

    store, mine = Failing(clock), router(clock)
    counts = SharedCounts(mine, store, clock)
    spend(mine, 4)
    with pytest.raises(StoreFault):
        await counts.fresh("desk")
    await counts.fresh("lab")
    store.fails = False
    await counts.fresh("desk")
    name = blake2b(b"desk", digest_size=16).hexdigest()
    assert await store.add(f"budget/0/{name}", 0, 10) == 4.0


async def hear(*counts: SharedCounts) -> None:
    for each in counts:
        await each._hear()


async def test_a_breaker_opens_and_closes_for_all(clock: Time) -> None:
    """Failures in a row count wherever they are seen; so does the end of an outage, and an answer in between."""
    store = MemoryStore(clock)
    routers = [router(clock) for _ in range(3)]
    counts = [SharedCounts(each, store, clock) for each in routers]
    await hear(*counts)
    for each in routers[:2]:
        each.failed("far", "error")
    routers[0].completed("far")
    await hear(*counts, *counts)
    assert [each.record("far").failures for each in routers] == [1, 0, 0]  # of the other one, later
    for each in routers:
        each.failed("far", "error")
    assert all(each.admits("far") for each in routers)
    await hear(*counts, *counts)
    assert not any(each.admits("far") for each in routers)
    clock.now += 20
    assert routers[2].asks("far")
    routers[2].answered("far")
    await hear(counts[2], *counts)
    assert not any(each.record("far").is_open for each in routers)


async def test_a_late_process_hears_no_old_news(clock: Time) -> None:
    """What was counted before it began says nothing; neither does a store that has forgotten."""
    store = MemoryStore(clock)
    old, late = router(clock), router(clock)
    first, second = SharedCounts(old, store, clock), SharedCounts(late, store, clock)
    for _ in range(3):
        old.failed("far", "error")
    await hear(first, second, second)
    assert late.admits("far")
    await store.close()
    old.completed("far")
    await hear(first, second)
    assert late.record("far").failures == 0
    assert late.news["far"] == News()
