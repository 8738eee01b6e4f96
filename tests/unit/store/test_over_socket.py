"""A store that another process keeps: it answers as the store itself would, and says so when it does not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from relay.errors import RelayBusy, StoreFault, TooManyRequests
from relay.process.line import Line, Message
from relay.protocols import Lives
from relay.store.memory import MemoryStore
from relay.store.over_socket import SocketStore, answers

LIVES = Lives(idle_s=10, max_s=100)
ONE, TWO = b"1" * 16, b"2" * 16


@asynccontextmanager
async def over_socket(kept: MemoryStore) -> AsyncIterator[tuple[SocketStore, Line]]:
    ours, theirs = socket.socketpair()
    server = await Line.on(theirs, answers(kept))
    client = await Line.on(ours, {})
    yield SocketStore(client), client
    await client.close()
    await server.close()


async def opened(store: SocketStore, name: bytes, caller: str = "a", most: int = 10, most_of_caller: int = 5) -> float:
    return await store.open(name, b"first", LIVES, caller=caller, most=most, most_of_caller=most_of_caller)


async def test_the_same_as_the_store_itself() -> None:
    """Each method of the contract."""
    now = 0.0
    kept = MemoryStore(lambda: now)
    async with over_socket(kept) as (store, _):
        assert await opened(store, ONE) == 10.0
        assert await store.append(ONE, 1, b"\0" * 100_000, LIVES)
        assert not await store.append(ONE, 1, b"late", LIVES)
        assert await store.append(ONE, 2, b"all", LIVES, instead=True)
        found = await store.load(ONE, LIVES)
        assert found is not None
        assert (found.records, found.version, found.expires_in_s) == ((b"all",), 3, 10.0)
        assert await store.append(ONE, 3, b"\0" * 100_000, LIVES)
        found = await store.load(ONE, LIVES)
        assert found is not None
        assert [len(record) for record in found.records] == [3, 100_000]
        assert await store.load(TWO, LIVES) is None
        assert await store.delete(ONE)
        assert not await store.delete(ONE)
        assert [await store.add("c", amount, 5) for amount in (0, 1.5, 2)] == [0.0, 1.5, 3.5]
        now = 6.0
        assert await store.add("c", 1, 5) == 1.0


async def test_refusals() -> None:
    """They are the store's own, with what it says."""
    async with over_socket(MemoryStore(lambda: 0.0)) as (store, _):
        await opened(store, ONE)
        with pytest.raises(TooManyRequests, match="its share"):
            await opened(store, TWO, most_of_caller=1)
        with pytest.raises(RelayBusy, match="1 sessions are open") as caught:
            await opened(store, TWO, caller="b", most=1)
        assert type(caught.value) is RelayBusy


@pytest.mark.parametrize(
    ("what", "arguments", "parts"),
    [
        ("store.open", ("a", 1, 1, 1), (ONE, b"")),
        ("store.open", ("a", 1, 1, 1.5, 1), (ONE, b"")),
        ("store.open", (7, 1, 1, 1, 1), (ONE, b"")),
        ("store.load", (1, 1), (b"short",)),
        ("store.load", (1, "1"), (ONE,)),
        ("store.append", (True, 1, 1, False), (ONE, b"")),
        ("store.append", (1, 1, 1, 0), (ONE, b"")),
        ("store.add", ("c" * 257, 1, 1), ()),
        ("store.add", ("c", None, 1), ()),
        ("store.delete", (), ()),
    ],
)
async def test_odd_calls_change_nothing(what: str, arguments: tuple[Any, ...], parts: tuple[bytes, ...]) -> None:
    """What has another form is a fault, and the store answers others as before."""
    kept = MemoryStore(lambda: 0.0)
    async with over_socket(kept) as (store, line):
        with pytest.raises(Exception, match="failed"):
            await line.call(what, Message(arguments, parts))
        assert len(kept) == 0
        assert await store.add("c", 1, 1) == 1.0


@pytest.mark.parametrize("told", [(), (None,), ("1",), (True,)])
async def test_odd_answers(told: tuple[Any, ...]) -> None:
    """A store that says something else is a StoreFault."""

    async def odd(_: Message) -> Message:
        return Message(told)

    ours, theirs = socket.socketpair()
    server, client = await Line.on(theirs, {"store.add": odd}), await Line.on(ours, {})
    with pytest.raises(StoreFault):
        await SocketStore(client).add("c", 1, 1)
    await client.close()
    await server.close()


async def test_nobody_there() -> None:
    """A store that is gone or silent is a StoreFault."""
    ours, theirs = socket.socketpair()
    client = await Line.on(ours, {})
    theirs.close()
    await asyncio.sleep(0.01)
    with pytest.raises(StoreFault):
        await SocketStore(client).add("c", 1, 1)
