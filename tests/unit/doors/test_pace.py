"""What a busy relay says of how long it needs, and whom it refuses at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from relay.config import ServerConfig, UpstreamConfig
from relay.doors.serving import faults
from relay.doors.serving.slots import Slots
from relay.doors.serving.work import WorkPool, _Pace
from relay.errors import RelayBusy, TooManyRequests, UpstreamUnreachable
from relay.exchange import Core
from relay.routing.choose import Load
from relay.types import RouteKind

KIB = 1_024


def test_pace_follows_what_was_done_lately() -> None:
    """It begins with the guess, and is what calls have taken after some twenty of them."""
    pace = _Pace(1e-5)
    assert pace.of(100 * KIB) == pytest.approx(1.024)
    for _ in range(100):
        pace.done(10 * KIB, 1.0)
    assert pace.of(10 * KIB) == pytest.approx(1.0, rel=0.01)
    assert pace.of(1) == pace.of(KIB)  # a call costs something however small it is


class Queue:
    """A pool of one worker, which does nothing until it is told; calls are estimated at a second each KiB."""

    def __init__(self, **fields: Any) -> None:
        self.go = threading.Event()
        self.pool = WorkPool(**{"threads": 1, "queue": 7, "clock": lambda: 0.0, **fields})
        self.pool._pace = _Pace(1 / KIB)
        self.tasks: list[asyncio.Task[Any]] = []

    async def ask(self, client: str, size: int, times: int = 1) -> None:
        for _ in range(times):
            self.tasks.append(asyncio.create_task(self.pool.run(self.go.wait, client=client, size=size)))
            await asyncio.sleep(0)

    async def refused(self, client: str, size: int) -> RelayBusy:
        with pytest.raises(RelayBusy) as caught:
            await self.pool.run(self.go.wait, client=client, size=size)
        return caught.value

    async def end(self) -> None:
        self.go.set()
        await asyncio.gather(*self.tasks)
        self.pool.close()


async def test_a_full_queue_says_how_long_it_needs() -> None:
    """All that is there, divided by the workers."""
    queue = Queue()
    await queue.ask("a", 2 * KIB, 4)
    await queue.ask("b", 2 * KIB, 4)
    assert (await queue.refused("c", KIB)).wait_s == pytest.approx(16)
    await queue.end()


async def test_one_clients_share_is_its_own_wait() -> None:
    """What it has itself, in turns with the others, and not what those have."""
    queue = Queue()
    await queue.ask("a", KIB, 6)
    fault = await queue.refused("a", KIB)
    assert isinstance(fault, TooManyRequests)
    assert fault.wait_s == pytest.approx(6)
    await queue.ask("b", 2 * KIB)
    assert (await queue.refused("a", KIB)).wait_s == pytest.approx(8)  # two clients: all is done before twice six
    await queue.end()


async def test_who_would_wait_too_long_is_refused_at_once() -> None:
    """By what is its own and comes before; others find their turn, and so do small calls and parts of what began."""
    queue = Queue(max_wait_s=3)
    await queue.ask("a", KIB, 3)
    await queue.ask("a", KIB)  # waits three seconds
    fault = await queue.refused("a", 4 * KIB)
    assert (fault.status, fault.wait_s) == (503, pytest.approx(4))
    assert "server.max_wait_s" in fault.public
    await queue.ask("a", 512)
    await queue.ask("b", 4 * KIB)
    part = asyncio.create_task(queue.pool.run(int, client="a", size=9 * KIB, begun=True))
    await queue.end()
    assert await part == 0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_an_upstreams_queue_says_how_long_it_needs() -> None:
    """From how often a place became free while all were taken."""
    load, clock = Load(), Clock()
    config = UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", max_concurrent=2, max_queue=3)
    slots = Slots({"one": config}, {"one": load}, max_wait_s=10, clock=clock)
    for client in "ab":
        await slots.acquire("one", client)
    waiting = [asyncio.create_task(slots.acquire("one", client)) for client in "abc"]
    await asyncio.sleep(0)
    with pytest.raises(RelayBusy) as caught:
        await slots.acquire("one", "d")
    assert caught.value.wait_s == 0  # nothing is known yet
    clock.now = 4.0
    slots.release("one", "a")
    await asyncio.sleep(0)
    assert (load.waiting, load.wait_s) == (2, 12.0)
    with pytest.raises(RelayBusy, match=r"server\.max_wait_s"):
        await slots.acquire("one", "d")
    for task in waiting:
        task.cancel()


async def test_an_idle_upstream_teaches_nothing() -> None:
    """A place that becomes free while others are free says nothing of how long one waits."""
    load, clock = Load(), Clock()
    config = UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", max_concurrent=2)
    slots = Slots({"one": config}, {"one": load}, clock=clock)
    await slots.acquire("one", "a")
    clock.now = 100.0
    slots.release("one", "a")
    assert load.wait_s == 0


@pytest.mark.parametrize(
    ("wait_s", "jitter", "seconds", "milliseconds"),
    [
        (0.0, 0.0, "1", "1000"),
        (0.0, 1.0, "2", "1500"),
        (7.2, 0.5, "9", "9000"),
        (600.0, 0.0, "20", "20000"),
        (600.0, 1.0, "30", "30000"),
    ],
)
def test_headers_of_a_busy_relay(wait_s: float, jitter: float, seconds: str, milliseconds: str) -> None:
    """From one to thirty seconds, with up to half as much added."""
    found = dict(faults.headers(RelayBusy("busy", wait_s), jitter))
    assert (found["retry-after"], found["retry-after-ms"]) == (seconds, milliseconds)
    assert "x-should-retry" not in found


def test_other_refusals_ask_for_no_wait() -> None:
    """Where relay knows of none."""
    assert "retry-after" not in dict(faults.headers(UpstreamUnreachable("gone"), 0.5))


@pytest.mark.parametrize("fault", [RelayBusy("busy", 7.2), TooManyRequests("too many", 7.2)], ids=lambda one: one.code)
def test_in_every_providers_shape(core: Core, fault: RelayBusy) -> None:
    """The header stands beside each provider's error body, which holds the code or its sentence."""
    families = {format.family.name for format in core.formats}
    for format in core.formats:
        assert dict(faults.headers(fault, 0.0))["retry-after"] == "8"
        assert fault.told in faults.body(fault, format).decode()
    assert {"openai", "anthropic", "gemini", "ollama"} <= families


@pytest.mark.parametrize("sdk", [openai.OpenAI, anthropic.Anthropic])
@pytest.mark.parametrize("fault", [RelayBusy("busy", 7.2), TooManyRequests("too many", 7.2)], ids=lambda one: one.code)
def test_sdks_wait_as_long_as_they_are_told(sdk: Callable[..., Any], fault: RelayBusy) -> None:
    """OpenAI's and Anthropic's read the header themselves: they retry, after the milliseconds."""
    client = sdk(api_key="sk-test", base_url="http://127.0.0.1:9")
    answer = httpx2.Response(fault.status, headers=dict(faults.headers(fault, 0.1)))
    assert client._should_retry(answer)
    options = openai._models.FinalRequestOptions.construct(method="post", url="/")
    assert client._calculate_retry_timeout(2, options, answer.headers) == pytest.approx(7.56)


def test_the_default_is_a_minute() -> None:
    assert ServerConfig().max_wait_s == 60
