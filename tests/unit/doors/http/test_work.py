"""The bounded pool: limits, order, shares, and what happens to work that nobody waits for any more."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import pytest

from relay.doors.serving.work import WorkPool
from relay.errors import RelayBusy, TooManyRequests
from relay.process.slices import Abandoned, end_slice, spread

MIB = 1 << 20


class Clock:
    """Moves by a hundredth of a second each time it is read, so that time is counted in slices."""

    def __init__(self) -> None:
        self._ticks: Iterator[int] = count()

    def __call__(self) -> float:
        return next(self._ticks) / 100


def pool(threads: int = 1, queue: int = 20, **fields: Any) -> WorkPool:
    """Return a pool."""
    return WorkPool(threads=threads, queue=queue, **fields)


def begin(
    pool: WorkPool, call: Callable[[], Any], client: str = "a", size: int = 1_000, gone: Callable[[], None] = int
) -> asyncio.Task[Any]:
    """Run `call` in the pool, in a task."""
    return asyncio.create_task(pool.run(call, client=client, size=size, abandoned=gone))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition()` holds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - another thread does it
            await asyncio.sleep(0.005)


async def test_limit() -> None:
    """One running and one waiting, of two clients, fill a pool of one worker and a queue of one."""
    work, go = pool(queue=1), threading.Event()
    tasks = [begin(work, go.wait, client) for client in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(RelayBusy):
        await work.run(go.wait, client="c", size=1, abandoned=int)
    go.set()
    assert await asyncio.gather(*tasks) == [True, True]
    assert await work.run(lambda: 7, client="c", size=1, abandoned=int) == 7
    work.close()


async def test_limit_of_one_client() -> None:
    """One client cannot take all places: it is told 429 while others are served."""
    work, go = pool(threads=2, queue=6), threading.Event()
    tasks = [begin(work, go.wait) for _ in range(6)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await work.run(go.wait, client="a", size=1, abandoned=int)
    tasks += [begin(work, go.wait, "b") for _ in range(2)]
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*tasks) == [True] * 8
    work.close()


async def test_what_has_begun_is_not_refused() -> None:
    """Parts of answers take no places: they are not refused, and nothing else is because of them."""
    work, go = pool(queue=1), threading.Event()
    parts = [asyncio.create_task(work.run(go.wait, client="a", size=1, abandoned=int, begun=True)) for _ in range(5)]
    await asyncio.sleep(0)
    tasks = [begin(work, go.wait, client) for client in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(RelayBusy):
        await work.run(go.wait, client="c", size=1, abandoned=int)
    go.set()
    assert await asyncio.gather(*parts, *tasks) == [True] * 7
    work.close()


class Body:
    """Stands for what a call keeps."""


async def test_a_failure_keeps_nothing() -> None:
    """What a failed call had is gone with its error, without a collection: a refused body may have many megabytes."""
    work, bodies = pool(), list[weakref.ref[Body]]()

    def refused(body: Body) -> None:
        end_slice()
        raise ZeroDivisionError

    async def ask() -> None:
        body = Body()
        bodies.append(weakref.ref(body))
        with suppress(ZeroDivisionError):
            await work.run(partial(refused, body), client="a", size=MIB, abandoned=int)

    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            await ask()
        await until(lambda: not any(body() for body in bodies))
    finally:
        gc.enable()
    work.close()


async def test_failure_frees_the_place() -> None:
    """An exception comes out, and the place is free again."""
    work = pool(queue=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await work.run(lambda: 1 // 0, client="a", size=1, abandoned=int)
    work.close()


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        ([("a", 900_000), ("a", 300), ("a", 200_000)], [300, 200_000, 900_000]),  # of one client the small ones first
        ([("a", 500), ("b", 500_000)], [500_000, 500]),  # the other client's before those of who had time already
        (
            [("b", 70_000), ("c", 60_000), ("b", 50_000)],
            [50_000, 60_000, 70_000],
        ),  # of clients with nothing yet the small one first
    ],
)
async def test_order(waiting: list[tuple[str, int]], order: list[int]) -> None:
    """What waits begins in an order of clients, then sizes, whenever it came."""
    work, go, done = pool(clock=Clock()), threading.Event(), list[int]()
    tasks = [begin(work, go.wait, "a", 1)]
    await asyncio.sleep(0)
    tasks += [begin(work, lambda size=size: done.append(size), client, size) for client, size in waiting]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)
    assert done == order
    work.close()


async def test_a_large_call_is_not_overtaken_for_ever() -> None:
    """A small call that comes later than a large one is done is due after it."""
    now = [0.0]
    work, go, done = pool(clock=lambda: now[0]), threading.Event(), list[int]()
    tasks = [begin(work, go.wait)]
    tasks.append(begin(work, lambda: done.append(MIB), size=MIB))
    await asyncio.sleep(0)
    now[0] = 60.0
    tasks.append(begin(work, lambda: done.append(1), size=1))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)
    assert done == [MIB, 1]
    work.close()


@pytest.mark.parametrize("client", ["a", "b"])
async def test_large_work_gives_way(client: str) -> None:
    """A small call runs between two slices of a large one, its own client's or another's."""
    work, stop = pool(), threading.Event()

    def large() -> None:
        while not stop.is_set():
            end_slice()

    task = begin(work, large, size=MIB)
    async with asyncio.timeout(5):
        assert await work.run(lambda: 7, client=client, size=300, abandoned=int) == 7
    assert not task.done()
    stop.set()
    await task
    work.close()


async def test_shares() -> None:
    """Two clients that always want something get the same number of slices, however many calls each has."""
    slices, go, stop = Counter[str](), threading.Event(), threading.Event()
    work = pool(clock=lambda: slices.total() / 100)

    def endless(client: str) -> None:
        go.wait()
        while not stop.is_set():
            slices[client] += 1
            if slices.total() >= 600:
                stop.set()
            end_slice()

    tasks = [begin(work, lambda client=client: endless(client), client, MIB) for client in "abbbbb"]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)
    assert 250 < slices["a"] < 350
    work.close()


async def test_who_was_idle_has_saved_nothing() -> None:
    """A client that comes late gets its share from then on, and not what it had not used before."""
    slices, stop, late = Counter[str](), threading.Event(), threading.Event()
    work = pool(clock=lambda: slices.total() / 100)
    before = 0

    def endless(client: str) -> None:
        nonlocal before
        while not stop.is_set():
            slices[client] += 1
            before = before or slices["a"] * (client == "b")
            if slices["a"] == 400:
                late.set()
            if slices["b"] >= 200:
                stop.set()
            end_slice()

    first = begin(work, lambda: endless("a"), "a", MIB)
    await asyncio.to_thread(late.wait, 5)
    await asyncio.gather(first, begin(work, lambda: endless("b"), "b", MIB))
    assert slices["a"] - before > 150
    work.close()


async def test_few_large_ones_begin() -> None:
    """Of large requests only so many are in memory at once; small ones begin all the same."""
    work, stop, begun = pool(threads=4, most_bytes=4 * MIB), threading.Event(), list[str]()

    def call(name: str) -> None:
        begun.append(name)
        stop.wait()

    tasks = [begin(work, lambda n=n: call(f"large {n}"), f"client {n}", 2 * MIB) for n in range(3)]
    tasks.append(begin(work, lambda: call("small"), "d", 300))
    await until(lambda: "small" in begun)
    assert sorted(begun) == ["large 0", "large 1", "small"]
    stop.set()
    await asyncio.gather(*tasks)
    assert "large 2" in begun
    work.close()


async def test_one_larger_than_all_room_begins() -> None:
    """A request above the bound is served, by itself."""
    work = pool(most_bytes=MIB)
    assert await work.run(lambda: 7, client="a", size=9 * MIB, abandoned=int) == 7
    work.close()


async def test_abandoned_only_after_the_call_has_ended() -> None:
    """When the caller goes, the running slice ends first, and only then is the work abandoned."""
    work = pool(queue=0)
    started, go, order = threading.Event(), threading.Event(), []

    def call() -> None:
        started.set()
        go.wait()
        order.append("slice")
        end_slice()
        order.append("another slice")

    task = begin(work, call, gone=lambda: order.append("abandoned"))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(RelayBusy):  # the thread is still taken
        await work.run(int, client="b", size=1, abandoned=int)
    assert order == []
    go.set()
    await until(lambda: len(order) > 1)
    assert order == ["slice", "abandoned"]
    await work.run(int, client="b", size=1, abandoned=int)
    work.close()


async def test_abandoned_while_it_waits() -> None:
    """A call that gave way, or never began, is abandoned at once."""
    work, order, go, stop = pool(), list[str](), threading.Event(), threading.Event()

    def large() -> None:
        try:
            while True:
                time.sleep(0.001)  # a slice takes time, and leaves the lock to others for as long
                order.append("slice")
                end_slice()
        except Abandoned:
            order.append("ended")
            raise

    paused = begin(work, large, size=MIB, gone=lambda: order.append("abandoned"))
    small = begin(work, lambda: (go.set(), stop.wait()), "b")
    never = begin(work, large, size=2 * MIB, gone=lambda: order.append("never begun"))
    await asyncio.to_thread(go.wait, 5)
    slices = order.count("slice")
    for task in (paused, never):
        task.cancel()
    await asyncio.gather(paused, never, return_exceptions=True)
    await until(lambda: "abandoned" in order)
    assert order.count("slice") == slices
    assert sorted(order[slices:]) == ["abandoned", "ended", "never begun"]
    stop.set()
    await small
    assert await work.run(lambda: 7, client="a", size=1, abandoned=int) == 7
    work.close()


async def test_idle_threads_help() -> None:
    """A call that spreads its work has it done by all threads, and no part twice."""
    work, together, done = pool(threads=3), threading.Barrier(3, timeout=5), list[int]()

    def part(number: int) -> None:
        if number < 3:
            together.wait()
        done.append(number)

    await begin(work, lambda: spread(part, range(100)))
    assert sorted(done) == list(range(100))
    work.close()


async def test_helpers_leave_when_a_call_waits() -> None:
    """Other clients' calls begin at once while one call has endless parts, and helpers come again afterwards."""
    work, stop, threads = pool(threads=2), threading.Event(), Counter[int]()

    def part(_: int) -> None:
        time.sleep(0.001)
        threads[threading.get_ident()] += not stop.is_set()

    task = begin(work, lambda: spread(part, range(100_000_000)))
    await until(lambda: len(threads) == 2)
    go = threading.Event()
    others = [begin(work, go.wait, client) for client in "bc"]  # one for each worker
    await until(lambda: all(not entry.helpers for entry in work._running) and not work._helpers)
    assert not task.done()
    go.set()
    assert await asyncio.gather(*others) == [True, True]
    await until(lambda: work._helpers == 1)
    stop.set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until(lambda: not work._running and not work._helpers)
    work.close()


async def test_help_counts_as_the_clients_time() -> None:
    """Whoever has two threads pays for two."""
    work, used = pool(threads=2), list[float]()

    def call() -> None:
        begun, meet = time.monotonic(), threading.Barrier(2, timeout=5)

        def part(_: int) -> None:
            meet.wait()
            time.sleep(0.05)

        spread(part, range(2))
        end_slice()
        (entry,) = work._running
        used.append((entry.client.used_s + work._clock() - entry.since) / (time.monotonic() - begun))

    await begin(work, call)
    assert 1.5 < used[0] < 2.5
    work.close()


async def test_an_error_of_a_helper_is_the_calls() -> None:
    """It comes out once, and the threads are free again."""
    work = pool(threads=2)
    both = threading.Barrier(2, timeout=5)

    def part(_: int) -> None:
        both.wait()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await begin(work, lambda: spread(part, range(2)))
    assert await work.run(lambda: 7, client="a", size=1, abandoned=int) == 7
    work.close()


async def test_close_ends_what_runs() -> None:
    """Closing ends a running call with its slice and refuses what has not begun."""
    work, started = pool(), threading.Event()

    def large() -> None:
        started.set()
        while True:
            time.sleep(0.001)  # a slice takes time, and leaves the lock to others for as long
            end_slice()

    tasks = [begin(work, large), begin(work, int)]
    await asyncio.to_thread(started.wait, 5)
    work.close()
    first, second = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert isinstance(first, Abandoned)
    assert isinstance(second, RelayBusy)


async def test_a_closed_pool_takes_nothing() -> None:
    """Who comes late is told so, and does not wait for a worker that will never be."""
    work = pool()
    work.close()
    with pytest.raises(RelayBusy):
        await asyncio.wait_for(work.run(lambda: 1, client="a", size=1, abandoned=int), 5)


def test_a_slice_that_nobody_runs() -> None:
    """Outside of a pool, as in the library, the end of a slice is nothing."""
    end_slice()
