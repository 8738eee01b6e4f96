"""The bounded pool: limits, and what happens to work that nobody waits for any more."""

from __future__ import annotations

import asyncio
import threading

import pytest

from relay.doors.serving.work import WorkPool
from relay.errors import RelayBusy


async def test_limit() -> None:
    """One running and one waiting fill a pool of one worker and a queue of one."""
    pool = WorkPool(workers=1, queue=1)
    go = threading.Event()
    tasks = [asyncio.create_task(pool.run(go.wait, abandoned=lambda: None)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(RelayBusy):
        await pool.run(go.wait, abandoned=lambda: None)
    go.set()
    assert await asyncio.gather(*tasks) == [True, True]
    assert await pool.run(lambda: 7, abandoned=lambda: None) == 7
    pool.close()


async def test_failure_frees_the_place() -> None:
    """An exception comes out, and the place is free again."""
    pool = WorkPool(workers=1, queue=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 // 0, abandoned=lambda: None)
    pool.close()


async def test_abandoned_only_after_the_call_has_ended() -> None:
    """When the caller goes, the running call ends first, and only then is its work abandoned."""
    pool = WorkPool(workers=1, queue=0)
    started, go, order = threading.Event(), threading.Event(), []

    def call() -> None:
        started.set()
        go.wait()
        order.append("call")

    task = asyncio.create_task(pool.run(call, abandoned=lambda: order.append("abandoned")))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(RelayBusy):  # the thread is still taken
        await pool.run(lambda: None, abandoned=lambda: None)
    assert order == []
    go.set()
    async with asyncio.timeout(3):
        while len(order) < 2:  # noqa: ASYNC110 - another thread does it
            await asyncio.sleep(0.01)
    assert order == ["call", "abandoned"]
    await asyncio.sleep(0.01)
    await pool.run(lambda: None, abandoned=lambda: None)
    pool.close()
