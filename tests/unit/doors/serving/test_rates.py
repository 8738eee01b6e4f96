"""Requests a minute: the bucket of a process, and what a store counts for several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.doors.serving.faults import headers
from relay.doors.serving.rates import Rates
from relay.errors import RateExceeded
from relay.store.memory import MemoryStore


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


async def taken(rates: Rates, client: str, per_minute: int, times: int) -> int:
    """Return how many of so many requests are let through."""
    passed = 0
    for _ in range(times):
        try:
            await rates.take(client, per_minute)
        except RateExceeded:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize("shared", [False, True])
async def test_a_client_sends_its_minute_and_then_waits(shared: bool) -> None:
    """Others are not touched, and when the time that was told has passed, one more goes through."""
    clock = Clock()
    rates = Rates(clock, clock, MemoryStore(clock) if shared else None)
    assert await taken(rates, "one", 6, 10) == 6
    assert await taken(rates, "two", 6, 10) == 6
    with pytest.raises(RateExceeded) as caught:
        await rates.take("one", 6)
    assert dict(headers(caught.value, 0.5))["retry-after"] == str(caught.value.retry_after_s)
    assert 0 < caught.value.retry_after_s <= 120
    clock.now += caught.value.retry_after_s
    await rates.take("one", 6)


async def test_processes_that_share_a_store_share_the_limit() -> None:
    """Wherever a request arrives it counts once."""
    clock = Clock()
    store = MemoryStore(clock)
    first, second = Rates(clock, clock, store), Rates(clock, clock, store)
    passed = [await taken(rates, "one", 6, 1) for rates in (first, second) * 5]
    assert passed == [1] * 6 + [0] * 4


@pytest.mark.parametrize("shared", [False, True])
@given(waits=st.lists(st.floats(0, 90), max_size=60), per_minute=st.integers(1, 20))
async def test_no_minute_has_more_than_twice_the_limit(shared: bool, waits: list[float], per_minute: int) -> None:
    """A full bucket and what flows in meanwhile; a client that keeps to the limit is not refused for ever."""
    clock = Clock()
    rates = Rates(clock, clock, MemoryStore(clock) if shared else None)
    passed: list[float] = []
    for wait in waits:
        clock.now += wait
        if await taken(rates, "one", per_minute, 1):
            passed.append(clock.now)
    for at in passed:
        assert sum(at <= other < at + 60 for other in passed) <= 2 * per_minute
    clock.now += 120
    assert await taken(rates, "one", per_minute, 1) == 1
