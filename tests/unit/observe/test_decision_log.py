"""The decision log: every decision is written in one chain, or the request does not leave."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

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


def test_what_is_lost_with_the_reader_is_counted(pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    """Lines that were accepted, and could not be written any more, leave their number in the log."""
    caplog.set_level(logging.INFO, "relay")
    log = DecisionLog(pipe.writer, lambda: 1.5)
    for number in range(2_000):  # more than a pipe holds
        log.append(decision(number))
    pipe.close(pipe.reader)
    log.close()
    events = [json.loads(record.getMessage()) for record in caplog.records]
    assert [event["count"] > 100 for event in events if event["event"] == "decisions_lost"] == [True]


def test_a_descriptor_that_somebody_made_non_blocking_is_waited_for(pipe: Pipe) -> None:
    """A full pipe is no error."""
    os.set_blocking(pipe.writer, False)
    log = DecisionLog(pipe.writer, lambda: 1.5)
    for number in range(500):
        log.append(decision(number))
    assert check_chain(finish(log, pipe)).records == 500


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


def write(path: Path, count: int, after: str | None = None) -> None:
    """Append to a file, opened as a shell's `3>>` does, as one run of relay."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        log = DecisionLog(fd, lambda: 1.5, after=after)
        for number in range(count):
            log.append(decision(number))
        log.close()
    finally:
        os.close(fd)


def test_runs_on_one_file_are_one_chain(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each goes on where the one before ended, whatever else stands there; the log says where that is."""
    caplog.set_level(logging.INFO, "relay")
    for run in range(3):
        write(path, 300)
        with path.open("a") as file:
            file.write("ready http://127.0.0.1:8080\n" + ("x" * 100_000 + "\n") * (run == 1))
    lines = path.read_text().splitlines()
    checked = check_chain(lines)
    assert (checked.records, checked.chains, checked.others) == (900, 1, 4)
    heads = [json.loads(record.getMessage())["head"] for record in caplog.records]
    assert heads[-1] == checked.head
    assert len(set(heads)) == 3
    del lines[250:301]
    with pytest.raises(ConfigFault, match="does not follow"):
        check_chain(lines)


def test_a_record_that_was_cut_short_keeps_its_line(path: Path) -> None:
    """A process that was killed while it wrote leaves half a line, which does not take the next record with it."""
    write(path, 3)
    path.write_bytes(path.read_bytes()[:-40])
    write(path, 2)
    checked = check_chain(path.read_text().splitlines())
    assert (checked.records, checked.others) == (4, 1)


def test_a_log_that_lost_its_end_stops_the_start_of_who_kept_the_hash(path: Path) -> None:
    """The hash that the log ended with must still be its last."""
    write(path, 3)
    head = check_chain(path.read_text().splitlines()).head
    write(path, 2, after=head)
    with pytest.raises(ConfigFault, match=r"decision_log\.after: the log does not end with this hash"):
        write(path, 1, after=head)
    assert check_chain(path.read_text().splitlines()).records == 5


def test_behind_a_pipe_a_run_goes_on_with_the_hash_that_it_is_told(pipe: Pipe) -> None:
    """And begins anew without one."""
    log = DecisionLog(pipe.writer, lambda: 1.5, after="ab" * 32)
    log.append(decision())
    (line,) = finish(log, pipe)
    assert json.loads(line)["previous"] == "ab" * 32


@pytest.mark.parametrize("kind", ["closed", "for reading"])
def test_a_descriptor_that_cannot_be_written_stops_the_start(kind: str, pipe: Pipe) -> None:
    """One line that names the key."""
    fd = pipe.reader if kind == "for reading" else 1023
    with pytest.raises(ConfigFault, match="decision_log: nothing can be written to descriptor"):
        DecisionLog(fd, lambda: 0.0)
