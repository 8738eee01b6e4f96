"""Calls over a pair of sockets: answers, faults, cancelling, and frames of another form."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import orjson
import pytest

from relay.errors import RelayBusy
from relay.process import line
from relay.process.line import Answer, Line, LineEnded, LineFault, Message


@asynccontextmanager
async def pair(answers: Mapping[str, Answer], on_end: Callable[[], None] | None = None) -> AsyncIterator[Line]:
    """Yield the end that asks; the other one has `answers`."""
    ours, theirs = socket.socketpair()
    other = await Line.on(theirs, answers, on_end)
    one = await Line.on(ours, {})
    try:
        yield one
    finally:
        await one.close()
        await other.close()


async def echo(message: Message) -> Message:
    return Message(tuple(reversed(message.arguments)), tuple(reversed(message.parts)))


async def test_a_call_is_answered() -> None:
    """Values that JSON has and bytes come back whole, also many at once and large ones."""
    async with pair({"echo": echo}) as asking:
        found = await asking.call("echo", Message((1, "a", None), (b"", b"\0\xff")))
        assert (found.arguments, found.parts) == ((None, "a", 1), (b"\0\xff", b""))
        large = [asking.call("echo", Message((number,), (bytes([number]) * 300_000,))) for number in range(20)]
        assert [message.parts[0][:1] for message in await asyncio.gather(*large)] == [bytes([n]) for n in range(20)]


async def test_faults() -> None:
    """A fault says its code and what clients may see; anything unplanned says nothing of its text."""

    async def busy(_: Message) -> Message:
        raise RelayBusy("Too many.")

    async def broken(_: Message) -> Message:
        raise KeyError("maria@example.org")

    async with pair({"busy": busy, "broken": broken}) as asking:
        for name, code, said in (
            ("busy", "relay_busy", "Too many."),
            ("broken", "failed", ""),
            ("other", "failed", ""),
        ):
            with pytest.raises(LineFault) as caught:
                await asking.call(name)
            assert (caught.value.code, caught.value.said) == (code, said)


async def test_cancelled() -> None:
    """Who is asked learns that nobody waits any more; what was done nevertheless is handed on."""
    begun, cancelled, go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def wait(_: Message) -> Message:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return Message()

    async def stubborn(_: Message) -> Message:
        begun.set()
        try:
            await go.wait()
        except asyncio.CancelledError:
            return Message(("done",))
        return Message()

    late: list[Message] = []
    async with pair({"wait": wait, "stubborn": stubborn}) as asking:
        for name in ("wait", "stubborn"):
            begun.clear()
            task = asyncio.create_task(asking.call(name, late=late.append))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.wait_for(cancelled.wait(), 5)
        while not late:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert [message.arguments for message in late] == [("done",)]


async def test_time_is_up() -> None:
    """A call that takes too long raises; the line goes on."""

    async def wait(_: Message) -> Message:
        await asyncio.Event().wait()
        return Message()

    async with pair({"wait": wait, "echo": echo}) as asking:
        with pytest.raises(TimeoutError):
            await asking.call("wait", timeout_s=0.01)
        assert (await asking.call("echo", Message((1,)))).arguments == (1,)


async def test_the_other_side_is_gone() -> None:
    """Who waits and who asks afterwards are told."""
    ours, theirs = socket.socketpair()
    ended = asyncio.Event()
    asking = await Line.on(ours, {}, ended.set)
    task = asyncio.create_task(asking.call("anything"))
    await asyncio.sleep(0)
    theirs.close()
    with pytest.raises(LineEnded):
        await task
    await ended.wait()
    with pytest.raises(LineEnded):
        await asking.call("anything")
    asking.tell("anything")


def frame(header: object, rest: bytes = b"", size: int | None = None) -> bytes:
    head = header if isinstance(header, bytes) else orjson.dumps(header)
    data = len(head).to_bytes(4, "big") + head + rest
    return (len(data) if size is None else size).to_bytes(4, "big") + data


@pytest.mark.parametrize(
    "data",
    [
        frame(b"{"),
        frame({}),
        frame(["call", 1, "echo", []]),
        frame(["shout", 1, "echo", [], []]),
        frame(["call", -1, "echo", [], []]),
        frame(["call", 1.5, "echo", [], []]),
        frame(["call", 1, "e" * 65, [], []]),
        frame(["call", 1, "echo", {}, []]),
        frame(["call", 1, "echo", [], [1]]),
        frame(["call", 1, "echo", [], [2]], b"a"),
        frame(["call", 1, "echo", [], [-1, 2]], b"a"),
        frame(["call", 1, "echo", [], [True]], b"a"),
        frame(["call", 1, "echo", [], []], b"a"),
        (4).to_bytes(4, "big") + bytes(4),
        (line.LIMIT_BYTES + 1).to_bytes(4, "big"),
        (8).to_bytes(4, "big") + (900).to_bytes(4, "big") + b"abcd",
    ],
)
async def test_another_form_ends_the_line(data: bytes) -> None:
    """Nothing of it is answered."""
    ours, theirs = socket.socketpair()
    ended = asyncio.Event()
    await Line.on(theirs, {"echo": echo}, ended.set)
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(ours, data)
    await asyncio.wait_for(ended.wait(), 5)
    assert await loop.sock_recv(ours, 100) == b""
    ours.close()


async def test_too_long_to_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other side would not take is not sent."""
    monkeypatch.setattr(line, "LIMIT_BYTES", 1000)
    async with pair({"echo": echo}) as asking:
        with pytest.raises(ValueError, match="expected at most 1000"):
            await asking.call("echo", Message((), (bytes(1000),)))
        assert (await asking.call("echo", Message((1,)))).arguments == (1,)
