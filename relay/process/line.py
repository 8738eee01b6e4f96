"""Calls between two processes of one relay over a stream socket, both ways, for one event loop on each side.

A frame is two lengths (4 bytes each, big-endian), a header in JSON and bytes:

    length of all that follows | length of the header | [kind, number, name, arguments, [sizes]] | bytes of those sizes

    call    asks; `done` or `fault` with the same number answers, once
    cancel  the caller wants no answer any more; the answer says what happened nevertheless
    tell    wants no answer

A frame that is too long or of another form ends the line: what is on the other side is not what it should be.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from relay.errors import RelayFault

__all__ = ["LIMIT_BYTES", "Answer", "Line", "LineEnded", "LineFault", "Message"]

LIMIT_BYTES = 64 * 1024 * 1024
_SIZE_BYTES = 4
_LONGEST_NAME = 64
_FAILED, _CANCELLED = "failed", "cancelled"


class LineEnded(Exception):
    """The other side is gone, or does not keep to the form of frames."""


class LineFault(Exception):
    """The other side could not do what was asked: the `code` of a RelayFault with what it says to clients."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = said


@dataclass(frozen=True, slots=True)
class Message:
    """What a call or its answer holds: values that JSON has, and bytes."""

    arguments: Sequence[Any] = ()
    parts: Sequence[bytes] = field(default=(), repr=False)


Answer = Callable[[Message], Awaitable[Message]]
_NOTHING = Message()


@dataclass(frozen=True, slots=True)
class _Frame:
    kind: str
    number: int
    name: str
    message: Message


class Line:
    """One end. `answers` are what the other side may ask for, by name; `on_end` is called when the line has ended."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: Mapping[str, Answer],
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._answers = answers
        self._on_end = on_end
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Message]] = {}
        self._late: dict[int, Callable[[Message], None]] = {}
        self._working: dict[int, asyncio.Task[None]] = {}
        self._ended = False
        self._task = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def on(
        cls, end: socket.socket, answers: Mapping[str, Answer], on_end: Callable[[], None] | None = None
    ) -> Line:
        """Return a line over one end of a pair of stream sockets, which it owns from now on."""
        end.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=end)
        return cls(reader, writer, answers, on_end)

    async def call(
        self,
        name: str,
        message: Message = _NOTHING,
        *,
        timeout_s: float | None = None,
        late: Callable[[Message], None] | None = None,
    ) -> Message:
        """Ask and return the answer. Raises LineFault, LineEnded, and TimeoutError after `timeout_s`.

        `late` gets the answer of a call that was cancelled and was nevertheless done.
        """
        if self._ended:
            raise LineEnded
        number = next(self._numbers)
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        self._send(_Frame("call", number, name, message))
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except (asyncio.CancelledError, TimeoutError):
            if late is not None and number in self._asked:
                self._late[number] = late
            self._send(_Frame("cancel", number, "", _NOTHING))
            raise
        finally:
            self._asked.pop(number, None)

    def tell(self, name: str, message: Message = _NOTHING) -> None:
        """Say something that wants no answer. Does nothing when the line has ended."""
        self._send(_Frame("tell", 0, name, message))

    async def ended(self) -> None:
        """Wait until the line has ended and all that came over it is done."""
        await asyncio.wait([self._task, *self._working.values()])

    async def close(self) -> None:
        """End the line; who waits for an answer gets LineEnded."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def _send(self, frame: _Frame) -> None:
        if not self._ended:
            self._writer.write(_encoded(frame))

    # --------------------------------------------------------------------------------------------------------- reading

    async def _read(self) -> None:
        try:
            while True:
                self._take(await _next_frame(self._reader))
        except (OSError, EOFError, ValueError):
            pass
        finally:
            self._end()

    def _end(self) -> None:
        self._ended = True
        self._writer.close()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(LineEnded())
        for number, task in self._working.items():
            if number > 0:  # nobody is there for its answer
                task.cancel()
        if self._on_end is not None:
            self._on_end()

    def _take(self, frame: _Frame) -> None:
        match frame.kind:
            case "call" | "tell":
                task = asyncio.get_running_loop().create_task(self._answer(frame))
                key = frame.number or -id(task)
                self._working[key] = task
                task.add_done_callback(lambda _: self._working.pop(key, None))
            case "cancel":
                if (working := self._working.get(frame.number)) is not None:
                    working.cancel()
            case "done":
                self._settle(frame.number, frame.message)
            case "fault":
                self._settle(frame.number, _fault(frame))

    def _settle(self, number: int, found: Message | LineFault) -> None:
        late, future = self._late.pop(number, None), self._asked.get(number)
        if late is not None:
            if isinstance(found, Message):
                late(found)
        elif future is not None and not future.done():
            if isinstance(found, Message):
                future.set_result(found)
            else:
                future.set_exception(found)

    async def _answer(self, frame: _Frame) -> None:
        kind, message = "fault", Message((_FAILED, ""))
        try:
            message = await self._answers[frame.name](frame.message)
            kind = "done"
        except RelayFault as fault:
            message = Message((fault.code, fault.public))
        except asyncio.CancelledError:
            message = Message((_CANCELLED, ""))
        except Exception:
            # Its text may hold anything, so nothing of it goes to the other side.
            message = Message((_FAILED, ""))
        if frame.kind == "call":
            try:
                self._send(_Frame(kind, frame.number, "", message))
            except ValueError:  # too long
                self._send(_Frame("fault", frame.number, "", Message((_FAILED, ""))))
            with suppress(OSError):
                await self._writer.drain()


def _fault(frame: _Frame) -> LineFault:
    code, said = (*frame.message.arguments, "", "")[:2]
    return LineFault(str(code), str(said))


def _encoded(frame: _Frame) -> bytes:
    parts = frame.message.parts
    header = orjson.dumps(
        [frame.kind, frame.number, frame.name, list(frame.message.arguments), [len(part) for part in parts]]
    )
    size = _SIZE_BYTES + len(header) + sum(map(len, parts))
    if size > LIMIT_BYTES:
        raise ValueError(f"a frame of {size} bytes, expected at most {LIMIT_BYTES}")
    lengths = size.to_bytes(_SIZE_BYTES, "big") + len(header).to_bytes(_SIZE_BYTES, "big")
    return b"".join((lengths, header, *parts))


async def _next_frame(reader: asyncio.StreamReader) -> _Frame:
    """Return the next frame. Raises ValueError for another form, EOFError at the end."""
    size = int.from_bytes(await reader.readexactly(_SIZE_BYTES), "big")
    if not _SIZE_BYTES < size <= LIMIT_BYTES:
        raise ValueError(f"a frame of {size} bytes, expected more than {_SIZE_BYTES} and at most {LIMIT_BYTES}")
    return _decoded(await reader.readexactly(size))


def _decoded(data: bytes) -> _Frame:
    start = _SIZE_BYTES + int.from_bytes(data[:_SIZE_BYTES], "big")
    if start > len(data):
        raise ValueError("a header that is longer than its frame")
    tree = orjson.loads(data[_SIZE_BYTES:start])
    match tree:
        case [("call" | "tell" | "cancel" | "done" | "fault") as kind, int(number), str(name), list(rest), list(sizes)]:
            pass
        case _:
            raise ValueError("a header of another form")
    if number < 0 or len(name) > _LONGEST_NAME or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("a header of another form")
    if start + sum(sizes) != len(data):
        raise ValueError("parts that do not fill their frame")
    parts = []
    for size in sizes:
        parts.append(data[start : start + size])
        start += size
    return _Frame(kind, number, name, Message(tuple(rest), tuple(parts)))
