"""Long work gives way: between two slices at most a few thousand characters, or a message, are read."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from relay.detect.borders import is_firm
from relay.exchange import Core
from relay.process import slices
from relay.request import egress
from relay.response.restore import Restorer
from relay.types import Encoding, Role, Segment
from tests.support import begin, patterns_only, post
from tests.table_vault import TableVault


def answer(size: int) -> None:
    """Restore one piece of an answer that is nothing but marks of destinations."""
    unit = "[]<ftp://[a]: www."
    restorer = Restorer(TableVault({"[PERSON_1]": "Maria"}), encoding=Encoding.TEXT)
    restorer.restore(unit * (size // len(unit)))


def messages(size: int) -> None:
    """Look across the borders of messages that each end and begin with a number."""
    texts = [f"+49 30 {number:07} and 536-22-{number:04}" for number in range(1_000, 1_000 + size // 64)]
    patterns_only().analyze(
        [
            Segment(pointer=f"/messages/{place}/content", text=text, message=place, role=Role.USER)
            for place, text in enumerate(texts)
        ]
    )


def occurrences(size: int) -> None:
    """Look for a value that stands glued to itself wherever one looks."""
    egress._occurs("a1b" * 20, "xa1b" + "a1b" * (size // 3) + "a")


def counted(work: Callable[[], object]) -> int:
    """Return how often `work` gives way."""
    count = 0

    def between() -> None:
        nonlocal count
        count += 1

    with slices.sliced(between):
        work()
    return count


@pytest.mark.parametrize(("work", "apart"), [(answer, 4_096), (messages, 64), (occurrences, 4_096)])
def test_slices(work: Callable[[int], None], apart: int) -> None:
    """The number of slices grows with the size of the work."""
    assert counted(lambda: work(64_000)) >= 64_000 // apart - 1


def test_many_events_in_one_chunk(core: Core) -> None:
    exchange = begin(core, "/api/chat")
    exchange.open(post("/api/chat", {"model": "m", "messages": [{"role": "user", "content": "I am ann@example.org"}]}))
    exchange.start(200, (("content-type", "application/x-ndjson"),))
    line = b'{"model":"m","message":{"role":"assistant","content":"to [EMAIL_ADDRESS_1] "},"done":false}\n'
    assert counted(lambda: exchange.feed(line * 500)) >= 500
    exchange.close()


def test_a_long_value_is_judged_by_its_beginning() -> None:
    """A value is asked about wherever it stands: nine digits are enough, whatever follows."""

    def seconds(value: str) -> float:
        begun = time.thread_time()
        for _ in range(100):
            assert is_firm(value)
        return time.thread_time() - begun

    assert seconds("K7" * 500_000) < 100 * seconds("K7" * 20)
