"""Slots at an upstream, and the queue for them: the client that has fewest is next, and none has all."""

from __future__ import annotations

import asyncio

import pytest

from relay.config import UpstreamConfig
from relay.doors.serving.slots import Slots
from relay.errors import RelayBusy, TooManyRequests
from relay.routing.choose import Load
from relay.types import RouteKind


class Room:
    """One upstream; `ask` begins to wait for a slot, `got` are the clients that have had one, in order."""

    def __init__(self, **limits: int) -> None:
        self.load = Load()
        config = UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", **limits)
        self.slots = Slots({"one": config}, {"one": self.load})
        self.got = ""

    async def ask(self, clients: str) -> list[asyncio.Task[None]]:
        tasks = []
        for client in clients:
            tasks.append(asyncio.create_task(self._ask(client)))
            await asyncio.sleep(0)
        return tasks

    async def _ask(self, client: str) -> None:
        await self.slots.acquire("one", client)
        self.got += client

    async def release(self, clients: str) -> None:
        for client in clients:
            self.slots.release("one", client)
            await asyncio.sleep(0)


async def test_shares() -> None:
    """Three quarters of four slots and of four places in the queue; then it is told that it is its own doing."""
    room = Room(max_concurrent=4, max_queue=4)
    await room.ask("aaaaaa")
    assert (room.got, room.load.in_flight, room.load.waiting) == ("aaa", 3, 3)
    with pytest.raises(TooManyRequests):
        await room.slots.acquire("one", "a")
    await room.ask("bb")
    assert (room.got, room.load.waiting) == ("aaab", 4)
    with pytest.raises(RelayBusy) as caught:
        await room.slots.acquire("one", "c")
    assert caught.value.status == 503
    await room.release("a")
    assert room.got == "aaabb"  # b has one slot, a two
    await room.release("b")
    assert room.got == "aaabba"
    await room.release("aaa")
    assert (room.got, room.load.in_flight, room.load.waiting) == ("aaabbaaa", 3, 0)
    await room.release("aab")
    assert (room.load.in_flight, room.load.waiting) == (0, 0)


async def test_a_single_slot() -> None:
    """Where there is one slot, any client may have it, and those that wait take turns."""
    room = Room(max_concurrent=1, max_queue=8)
    await room.ask("aaaabb")
    assert room.got == "a"
    await room.release("aabab")
    assert room.got == "aababa"


async def test_gone_while_waiting() -> None:
    """Who leaves the queue, also at the moment of its turn, keeps no slot."""
    room = Room(max_concurrent=1, max_queue=2)
    _, left, last = await room.ask("aba")
    left.cancel()
    await asyncio.sleep(0)
    assert room.load.waiting == 1
    room.slots.release("one", "a")
    last.cancel()  # its turn has come, and it does not know yet
    await asyncio.wait([last])
    assert (room.got, room.load.in_flight, room.load.waiting) == ("a", 0, 0)


async def test_cancelled_and_not_yet_gone() -> None:
    """A slot that becomes free before who was cancelled has left the queue goes to the next, and hurts nobody."""
    room = Room(max_concurrent=1, max_queue=4)
    _, left, _ = await room.ask("abc")
    left.cancel()
    room.slots.release("one", "a")
    await asyncio.sleep(0)
    assert (room.got, room.load.in_flight, room.load.waiting) == ("ac", 1, 0)
    await room.release("c")
    assert room.load.in_flight == 0


async def test_without_a_limit() -> None:
    """Where an upstream takes any number, nobody waits and nobody has a share."""
    room = Room()
    await room.ask("aaaa")
    assert room.load.in_flight == 4
    await room.release("aaaa")
    assert room.load.in_flight == 0
