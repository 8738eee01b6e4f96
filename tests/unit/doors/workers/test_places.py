"""Slots that several workers ask the supervisor for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from relay.config import UpstreamConfig
from relay.doors.serving.slots import Slots
from relay.doors.workers.places import AskedSlots, HeldSlots
from relay.errors import RelayBusy
from relay.process.line import Line
from relay.routing.choose import Load
from relay.types import RouteKind

UPSTREAMS = {
    "near": UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", max_concurrent=1, max_queue=2),
    "far": UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9"),
}


def loads() -> dict[str, Load]:
    return {name: Load() for name in UPSTREAMS}


@asynccontextmanager
async def worker(slots: Slots) -> AsyncIterator[tuple[AskedSlots, dict[str, Load]]]:
    ours, theirs = socket.socketpair()
    held, own = HeldSlots(slots), loads()
    line = await Line.on(ours, held.answers)
    asking = await Line.on(theirs, {})
    yield AskedSlots(asking, UPSTREAMS, own), own
    await asking.close()
    await line.ended()
    held.give_back()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0.001)


async def test_one_slot_for_two_workers() -> None:
    """The second waits for the first; one too many is refused; what is not limited is not asked about."""
    common = loads()
    slots = Slots(UPSTREAMS, common)
    async with worker(slots) as (one, own), worker(slots) as (two, _):
        await one.acquire("near", "a")
        await two.acquire("far", "b")
        assert (common["near"].in_flight, common["far"].in_flight, own["near"].in_flight) == (1, 0, 1)
        waiting = [asyncio.create_task(each.acquire("near", "b")) for each in (one, two)]
        await settled()
        assert own["near"].waiting == 1
        with pytest.raises(RelayBusy, match="The upstream is busy"):
            await two.acquire("near", "c")
        one.release("near", "a")
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert sum(task.done() for task in waiting) == 1
        for task in waiting:
            task.cancel()
        await settled()


async def test_a_worker_that_ends_gives_back() -> None:
    """What it held, what it waited for, and a slot that came too late for who was cancelled."""
    common = loads()
    slots = Slots(UPSTREAMS, common)
    async with worker(slots) as (two, _):
        async with worker(slots) as (one, _):
            await one.acquire("near", "a")
            waiting = asyncio.create_task(two.acquire("near", "b"))
            given_up = asyncio.create_task(two.acquire("near", "c"))
            await settled()
            given_up.cancel()
            await settled()
        await waiting
        assert (common["near"].in_flight, common["near"].waiting) == (1, 0)
        two.release("near", "b")
        await settled()
        assert common["near"].in_flight == 0
        two.release("near", "b")  # once too often
        await settled()
        assert common["near"].in_flight == 0
