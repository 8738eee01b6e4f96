"""Cycles go and the loop reads zeros, once for a burst, on either kind of loop."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
import uvloop

from relay.process import forget
from relay.process.forget import Forgetter, _Later
from relay.process.library_caches import LibraryCaches

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Cycle:
    """Refers to itself, as an exception and its frame do."""

    def __init__(self) -> None:
        self.itself = self


async def _done(forgetter: Forgetter) -> None:
    task = forgetter._works[0]._task
    assert task is not None
    await task


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.parametrize("new_loop", LOOPS.values(), ids=LOOPS)
def test_a_burst_is_forgotten_once(
    new_loop: Callable[[], asyncio.AbstractEventLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only a cycle kept is gone, and many calls in a moment are one."""
    read: list[int] = []
    monkeypatch.setattr(forget._Sink, "data_received", lambda self, data: read.append(len(data)), raising=False)
    monkeypatch.setattr(forget, "_DELAY_S", 0.001)

    async def scenario() -> None:
        forgetter = Forgetter(asyncio.get_running_loop(), LibraryCaches())
        gc.disable()
        try:
            kept = weakref.ref(Cycle())
            for _ in range(10):
                forgetter.soon()
            assert kept() is not None
            await asyncio.sleep(0.01)
            await _done(forgetter)
            assert kept() is None
        finally:
            gc.enable()
            forgetter.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(scenario())
    # One pair of sockets, filled as far as the system lets it be.
    assert 65_536 <= sum(read) <= 400_000


def test_what_ends_in_the_middle_is_forgotten_too() -> None:
    """A clearing that has begun does not stand for the next one."""
    done: list[str] = []

    async def scenario() -> None:
        middle = asyncio.Event()

        async def work() -> None:
            done.append("begun")
            await middle.wait()

        later = _Later(asyncio.get_running_loop(), 0.001, work)
        later.soon()
        await asyncio.sleep(0.01)
        later.soon()
        await asyncio.sleep(0.01)
        assert done == ["begun"]
        middle.set()
        await asyncio.sleep(0.01)
        assert done == ["begun", "begun"]

    asyncio.run(scenario())


def test_nothing_happens_after_close() -> None:
    """A loop that stops is not given new work."""

    async def scenario() -> None:
        forgetter = Forgetter(asyncio.get_running_loop(), LibraryCaches())
        forgetter.soon()
        forgetter.close()
        await asyncio.sleep(0)
        assert [work._task for work in forgetter._works] == [None, None]

    asyncio.run(scenario())
