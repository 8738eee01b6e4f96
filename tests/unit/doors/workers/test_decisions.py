"""One decision log for several workers."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from relay.doors.workers.decisions import DecisionDesk, TaskedLog, pair
from relay.errors import NotRecorded
from relay.observe.decision_log import DecisionLog
from relay.observe.decision_record import check_chain
from tests.unit.observe.test_decision_record import decision

DECISION = decision(1)


async def test_one_chain(tmp_path: Path) -> None:
    """Records of two workers, written at once, are one chain; nothing else is recorded."""
    path = tmp_path / "log"
    with path.open("ab") as file:
        desk = DecisionDesk(DecisionLog(file.fileno(), lambda: 7.0, threaded=False), file.fileno())
        ends = [pair() for _ in range(2)]
        for ours, _ in ends:
            desk.attend(ours)
        logs = [TaskedLog(theirs, ()) for _, theirs in ends]
        await asyncio.gather(*(asyncio.to_thread(log.append, DECISION) for log in logs for _ in range(50)))
        ends[0][1].send(b"\0" * 8 + b"[]")
        ends[0][1].send(b"\0" * 8 + b'{"id":7}')
        assert len(path.read_text().splitlines()) == 100
        await asyncio.to_thread(logs[0].append, DECISION)
        for ours, theirs in ends:
            desk.leave(ours)
            theirs.close()
        desk.close()
    checked = check_chain(path.read_text().splitlines())
    assert (checked.records, checked.chains, checked.others) == (101, 1, 0)


async def test_what_cannot_be_recorded() -> None:
    """A reader that is gone, a supervisor that is gone: the request does not leave."""
    reader, writer = os.pipe()
    desk = DecisionDesk(DecisionLog(writer, lambda: 7.0, threaded=False), writer)
    ours, theirs = pair()
    desk.attend(ours)
    log = TaskedLog(theirs, ())
    await asyncio.to_thread(log.append, DECISION)
    os.close(reader)
    await asyncio.to_thread(log.append, DECISION)  # this one finds out
    with pytest.raises(NotRecorded):
        await asyncio.to_thread(log.append, DECISION)
    desk.leave(ours)
    with pytest.raises(NotRecorded):
        await asyncio.to_thread(log.append, DECISION)
    desk.close()
    theirs.close()
    os.close(writer)


async def test_a_slow_reader_delays_nobody() -> None:
    """What a pipe does not take yet waits in memory, up to a limit, and is written when there is room."""
    reader, writer = os.pipe()
    desk = DecisionDesk(DecisionLog(writer, lambda: 7.0, threaded=False, limit_lines=300), writer)
    ours, theirs = pair()
    desk.attend(ours)
    log, done = TaskedLog(theirs, ()), 0
    with pytest.raises(NotRecorded):
        for done in range(10_000):  # noqa: B007
            await asyncio.to_thread(log.append, DECISION)
    data = b""
    while data.count(b"\n") < done:
        await asyncio.sleep(0)
        if desk._waiting or data.count(b"\n") < done:
            data += await asyncio.to_thread(os.read, reader, 65_536)
    checked = check_chain(data.decode().splitlines())
    assert (checked.records, checked.chains) == (done, 1)
    desk.leave(ours)
    desk.close()
    for fd in (reader, writer):
        os.close(fd)
    theirs.close()
