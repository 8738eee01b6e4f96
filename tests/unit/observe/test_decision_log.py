"""The decision log: every decision is written in one chain, or the request does not leave."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from relay.errors import ConfigFault, NotRecorded
from relay.observe.decision_log import DecisionLog
from relay.observe.decision_record import check_chain
from relay.types import Decision, RouteKind


def decision(number: int = 0) -> Decision:
    return Decision(
        id=f"d{number}", policy="p", route=RouteKind.FRONTIER, data_classes=(), actions=(), reasons=("r" * 200,)
    )


class Pipe:
    """Both ends of a pipe, each closed once."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self._open = {self.reader, self.writer}

    def close(self, *ends: int) -> None:
        for end in self._open & set(ends):
            self._open.discard(end)
            os.close(end)

    def lines(self) -> list[str]:
        """Return everything that is or will be in it."""
        data = b""
        while chunk := os.read(self.reader, 65_536):
            data += chunk
        return data.decode().splitlines()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close(made.reader, made.writer)


def finish(log: DecisionLog, pipe: Pipe) -> list[str]:
    """Close the log while somebody reads, and return what was read."""
    lines: list[str] = []
    reading = threading.Thread(target=lambda: lines.extend(pipe.lines()))
    reading.start()
    log.close()
    pipe.close(pipe.writer)
    reading.join()
    return lines


def test_what_threads_append_becomes_one_chain(pipe: Pipe) -> None:
    """Whole lines in one order, whoever appends."""
    log = DecisionLog(pipe.writer, lambda: 1.5)
    threads = [threading.Thread(target=lambda: [log.append(decision(n)) for n in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checked = check_chain(finish(log, pipe))
    assert (checked.records, checked.chains, checked.others) == (160, 1, 0)


def test_a_slow_reader_is_waited_for_up_to_the_limit_and_then_refused(pipe: Pipe) -> None:
    """Nothing is dropped quietly: what no longer fits is refused, and what was taken in is written in the end."""
    log = DecisionLog(pipe.writer, lambda: 1.5, limit_lines=5)
    taken = 0
    with pytest.raises(NotRecorded, match="too slow"):
        for _ in range(2000):
            log.append(decision())
            taken += 1
    assert taken >= 5
    assert check_chain(finish(log, pipe)).records == taken


def test_without_a_reader_nothing_more_leaves(pipe: Pipe) -> None:
    """The first line that cannot be written stops the next request."""
    pipe.close(pipe.reader)
    log = DecisionLog(pipe.writer, lambda: 1.5)
    with pytest.raises(NotRecorded, match="cannot be written"):
        for _ in range(100_000):
            log.append(decision())
    log.close()


def test_a_descriptor_that_somebody_made_non_blocking_is_waited_for(pipe: Pipe) -> None:
    """A full pipe is no error."""
    os.set_blocking(pipe.writer, False)
    log = DecisionLog(pipe.writer, lambda: 1.5)
    for number in range(500):
        log.append(decision(number))
    assert check_chain(finish(log, pipe)).records == 500


@pytest.mark.parametrize("kind", ["closed", "for reading"])
def test_a_descriptor_that_cannot_be_written_stops_the_start(kind: str, pipe: Pipe) -> None:
    """One line that names the key."""
    fd = pipe.reader if kind == "for reading" else 1023
    with pytest.raises(ConfigFault, match="decision_log: nothing can be written to descriptor"):
        DecisionLog(fd, lambda: 0.0)
