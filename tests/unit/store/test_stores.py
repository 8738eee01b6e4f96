"""Every store keeps the same contract: in this process, and in a real server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from benchmarks.scale.store_server import ValkeyProcess
from relay.errors import RelayBusy, StoreFault, TooManyRequests
from relay.protocols import Kept, Lives, Store
from relay.store.memory import MemoryStore
from relay.store.valkey_store import ValkeyStore

LIVES = Lives(idle_s=50, max_s=500)
NAME, OTHER = b"n" * 16, b"\x00\xff\r\n" * 4
RECORD = bytes(range(256))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    process = ValkeyProcess(tmp_path_factory.mktemp("valkey"))
    yield process
    process.stop()


Make = Callable[[], Store]


@pytest.fixture(params=["memory", "valkey"])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "memory":
        return lambda: MemoryStore(lambda: 1.0)
    return lambda: ValkeyStore(request.getfixturevalue("server").url)


@asynccontextmanager
async def empty(make: Make) -> AsyncIterator[Store]:
    store = make()
    if isinstance(store, ValkeyStore):
        await store._client.flushall()
    yield store
    await store.close()


def story(make: Make, told: Callable[[Store], Awaitable[None]]) -> None:
    async def run() -> None:
        async with empty(make) as store:
            await told(store)

    asyncio.run(run())


async def begun(store: Store, name: bytes = NAME, caller: str = "a", most: int = 9, most_of_caller: int = 9) -> float:
    return await store.open(name, RECORD, LIVES, caller=caller, most=most, most_of_caller=most_of_caller)


def kept(found: Kept | None) -> tuple[list[bytes], int]:
    assert found is not None
    return list(found.records), found.version


def test_records_come_back_in_order(make: Make) -> None:
    """Byte for byte, with the version that counts them."""

    async def told(store: Store) -> None:
        assert 49 < await begun(store) <= 50
        assert await store.append(NAME, 1, b"", LIVES)
        assert await store.append(NAME, 2, b"third", LIVES)
        found = await store.load(NAME, LIVES)
        assert kept(found) == ([RECORD, b"", b"third"], 3)
        assert found is not None
        assert 49 < found.expires_in_s <= 50
        assert "third" not in repr(found)

    story(make, told)


def test_names_are_any_bytes(make: Make) -> None:
    """And two of them are two sessions."""

    async def told(store: Store) -> None:
        await begun(store)
        await begun(store, OTHER)
        await store.append(OTHER, 1, b"x", LIVES)
        assert kept(await store.load(NAME, LIVES))[1] == 1
        assert kept(await store.load(OTHER, LIVES))[1] == 2

    story(make, told)


@pytest.mark.parametrize("seen", [0, 1, 3, -1, 10**9])
def test_what_was_read_at_another_version_is_not_added(make: Make, seen: int) -> None:
    """Compare and set."""

    async def told(store: Store) -> None:
        await begun(store)
        assert await store.append(NAME, 1, b"second", LIVES)
        assert not await store.append(NAME, seen, b"lost", LIVES)
        assert kept(await store.load(NAME, LIVES)) == ([RECORD, b"second"], 2)

    story(make, told)


def test_of_many_at_once_one_is_added(make: Make) -> None:
    """Whatever the order in which they arrive."""

    async def told(store: Store) -> None:
        await begun(store)
        added = await asyncio.gather(*(store.append(NAME, 1, b"%d" % number, LIVES) for number in range(20)))
        assert sum(added) == 1
        assert kept(await store.load(NAME, LIVES)) == ([RECORD, b"%d" % added.index(True)], 2)

    story(make, told)


def test_one_record_takes_the_place_of_all(make: Make) -> None:
    """And counts as a version of its own."""

    async def told(store: Store) -> None:
        await begun(store)
        await store.append(NAME, 1, b"second", LIVES)
        assert not await store.append(NAME, 1, b"whole", LIVES, instead=True)
        assert await store.append(NAME, 2, b"whole", LIVES, instead=True)
        assert kept(await store.load(NAME, LIVES)) == ([b"whole"], 3)

    story(make, told)


def test_what_is_deleted_is_gone(make: Make) -> None:
    """A second time there is nothing, and nothing can be added."""

    async def told(store: Store) -> None:
        await begun(store)
        assert await store.delete(NAME)
        assert not await store.delete(NAME)
        assert await store.load(NAME, LIVES) is None
        assert not await store.append(NAME, 1, b"x", LIVES)
        assert await begun(store, most=1, most_of_caller=1)

    story(make, told)


def test_nothing_is_known_of_what_was_never_opened(make: Make) -> None:
    async def told(store: Store) -> None:
        assert await store.load(NAME, LIVES) is None
        assert not await store.append(NAME, 0, b"x", LIVES)
        assert not await store.delete(NAME)

    story(make, told)


def test_there_are_limits(make: Make) -> None:
    """Of all, and of one caller."""

    async def told(store: Store) -> None:
        await begun(store, b"1" * 16, "a", most=2, most_of_caller=1)
        with pytest.raises(TooManyRequests):
            await begun(store, b"2" * 16, "a", most=2, most_of_caller=1)
        await begun(store, b"3" * 16, "b\udc80\0", most=2, most_of_caller=1)
        with pytest.raises(RelayBusy):
            await begun(store, b"4" * 16, "c", most=2, most_of_caller=1)

    story(make, told)


def test_a_life_ends(make: Make) -> None:
    """Not later than `max_s` after it began, however often it is used, and then it makes room."""

    async def told(store: Store) -> None:
        brief = Lives(idle_s=50, max_s=0.2)
        assert await store.open(NAME, RECORD, brief, caller="a", most=1, most_of_caller=1) <= 0.2
        if isinstance(store, MemoryStore):
            store._clock = lambda: 1.3
        else:
            await asyncio.sleep(0.3)
        assert await store.load(NAME, brief) is None
        assert not await store.append(NAME, 1, b"x", brief)
        await begun(store, OTHER, most=1, most_of_caller=1)

    story(make, told)


def test_counters_are_sums(make: Make) -> None:
    """Of what everybody added; one that nobody added to is 0 and stays unknown."""

    async def told(store: Store) -> None:
        assert await store.add("spent a 1", 0, 9) == 0
        await asyncio.gather(*(store.add("spent a 1", 0.25, 9) for _ in range(20)))
        assert await store.add("spent a 1", 0, 9) == 5
        assert await store.add("spent a 1", -5, 9) == 0
        assert await store.add("spent \udc80", 1e-9, 9) == pytest.approx(1e-9)

    story(make, told)


def test_no_store_shows_what_it_holds(make: Make) -> None:
    async def told(store: Store) -> None:
        await begun(store)
        assert "nnnn" not in repr(store)

    story(make, told)


BROKEN = {
    "nobody listens": "valkey://127.0.0.1:9/0",
    "no such socket": "unix:///nonexistent/valkey.sock",
}


@pytest.mark.parametrize("url", BROKEN.values(), ids=BROKEN)
def test_a_store_that_is_not_there_is_a_fault(url: str) -> None:
    """Of every call, without the address."""
    calls: tuple[Callable[[Store], Awaitable[object]], ...] = (
        begun,
        lambda store: store.load(NAME, LIVES),
        lambda store: store.append(NAME, 1, b"x", LIVES),
        lambda store: store.delete(NAME),
        lambda store: store.add("c", 1, 9),
        lambda store: store.add("c", 0, 9),
    )
    for call in calls:
        with pytest.raises(StoreFault) as caught:
            asyncio.run(call(ValkeyStore(url)))  # type: ignore[arg-type]
        assert "127.0.0.1" not in str(caught.value)
        assert caught.value.__context__ is None


# What a server may answer instead: nothing of it is believed.
ANSWERS = {
    "words": b"+hello\r\n",
    "a number": b":7\r\n",
    "no number": b"$1\r\nx\r\n",
    "null": b"$-1\r\n",
    "an empty list": b"*0\r\n",
    "a list of other things": b"*3\r\n:1\r\n:2\r\n*1\r\n:3\r\n",
    "an error": b"-ERR canary-in-an-error\r\n",
    "a full store": b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
    "no protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "the end": b"",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_server_that_talks_nonsense_is_a_fault(answer: str) -> None:
    """Or has no such session; nothing else, and none of its words."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            writer.write(ANSWERS[answer])
            await writer.drain()
            if not ANSWERS[answer]:
                break
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
            store = ValkeyStore(f"valkey://127.0.0.1:{listening.sockets[0].getsockname()[1]}/0")
            told: list[object] = []
            try:
                told.append(await store.load(NAME, LIVES))
            except StoreFault as fault:
                told.append((str(fault), fault.__context__))
            assert "canary" not in repr(told)
            assert told == [None] if answer == "null" else isinstance(told[0], tuple)
            await store.close()

    asyncio.run(run())


def test_a_full_server_says_so(tmp_path: Path) -> None:
    """What it holds stays readable, and the client is told."""
    process = ValkeyProcess(tmp_path, "--maxmemory", "4mb", "--maxmemory-policy", "noeviction")

    async def run() -> None:
        store = ValkeyStore(process.url)
        await begun(store)
        with pytest.raises(StoreFault, match="full"):
            for number in range(200):
                await store.append(NAME, 1 + number, bytes(100_000), LIVES)
        with pytest.raises(StoreFault, match="full"):
            for number in range(20):
                await store.open(b"%016d" % number, bytes(100_000), LIVES, caller="a", most=99, most_of_caller=99)
        assert kept(await store.load(NAME, LIVES))[0][0] == RECORD
        assert await store.delete(NAME)
        await store.close()

    try:
        asyncio.run(run())
    finally:
        process.stop()


def test_who_gives_up_gets_nobody_elses_answer(server: ValkeyProcess) -> None:
    """Calls that are cancelled in the middle leave no answer behind for the next one on their connection."""

    async def run() -> None:
        store = ValkeyStore(server.url)
        await store._client.flushall()
        names = [b"%016d" % number for number in range(20)]
        for name in names:
            await store.open(name, name * 1000, LIVES, caller="a", most=99, most_of_caller=99)
        for round_ in range(40):
            tasks = [asyncio.ensure_future(store.load(name, LIVES)) for name in names]
            await asyncio.sleep(0.0002 * round_)
            for task in tasks[::2]:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            for name, item in zip(names, found, strict=True):
                if not isinstance(item, asyncio.CancelledError):
                    assert isinstance(item, Kept)
                    assert item.records == [name * 1000]
        await store.close()

    asyncio.run(run())


def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    """Without a restart of relay; what it held is gone."""
    process = ValkeyProcess(tmp_path)

    async def run() -> None:
        store = ValkeyStore(process.url)
        await begun(store)
        process.stop()
        with pytest.raises(StoreFault):
            await store.load(NAME, LIVES)
        process.again()
        assert await store.load(NAME, LIVES) is None
        await begun(store)
        await store.close()

    try:
        asyncio.run(run())
    finally:
        process.stop()
