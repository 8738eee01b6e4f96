"""Hide the rhythm and the sizes of an answer from observers of the client's connection.

The lengths of encrypted packets give away how long each token is, and with it often the topic ("Whisper Leak", 2025).
With `shaping` on,

* what a stream says is gathered and goes out on the beat of a clock, every `interval_ms`, whenever it came;
* each of these pieces, and each whole answer in JSON, is filled up to a multiple of `pad_to` bytes, with white space
  that every JSON parser skips, or with a comment where a stream's last event is no JSON.

Not hidden: how many beats an answer takes, its size in steps of `pad_to`, and when nothing is said for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from relay.config import ShapingConfig
from relay.doors.http.reply import Sent, Stream

__all__ = ["Shaped", "padded"]

# Shorter than this no comment can be: a colon and the blank line behind it.
_LEAST_COMMENT = 3
# More than this waits for the next beat before anything is added to it.
_HELD_BYTES = 1_000_000


def padded(data: bytes, pad_to: int, content_type: str) -> bytes:
    """Return `data`, whole events, lines or JSON of `content_type`, filled up to a multiple of `pad_to` (0: as it is).

    What relay does not know how to fill up stays as it is.
    """
    missing = -len(data) % pad_to if pad_to and data else 0
    if not missing:
        return data
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        if data.endswith(b"}\n\n"):
            return data[:-2] + b" " * missing + b"\n\n"
        while missing < _LEAST_COMMENT:
            missing += pad_to
        return data + b":" + b" " * (missing - _LEAST_COMMENT) + b"\n\n"
    if kind == "application/json":
        return data + b" " * missing
    if kind.endswith(("ndjson", "jsonl")) and data.endswith(b"\n"):
        return data[:-1] + b" " * missing + b"\n"
    return data


class Shaped:
    """A stream whose bytes go out on the beat, filled up. Has the methods of `Stream` that a response is written with.

    An error of the connection is raised by the call after the beat that met it.
    """

    def __init__(self, stream: Stream, shaping: ShapingConfig, content_type: str) -> None:
        self._stream = stream
        self._interval_s = shaping.interval_ms / 1000
        self._pad: Callable[[bytes], bytes] = lambda data: padded(data, shaping.pad_to, content_type)
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._held: list[bytes] = []
        self._size = 0
        self._beats: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Prepare the head, and start the clock."""
        await self._stream.open()
        if self._interval_s:
            self._beats = self._loop.create_task(self._beat())
            self._beats.add_done_callback(_seen)

    @property
    def begun(self) -> bool:
        """Whether bytes are out, or wait for the next beat."""
        return self._stream.begun or bool(self._held)

    async def write(self, data: bytes) -> None:
        """Send `data` with the next beat, and wait while too much is held."""
        if self._beats is None:
            await self._stream.write(self._pad(data))
            return
        self._held.append(data)
        self._size += len(data)
        while self._size > _HELD_BYTES:
            await self._next()
        self._check()

    async def finish(self, data: bytes) -> Sent:
        """Send the last bytes with the next beat, and end the response."""
        await self._end()
        return await self._stream.finish(self._pad(self._take() + data))

    async def drop(self, data: bytes) -> Sent:
        """Send `data` and end the connection as a broken one."""
        await self._end()
        return await self._stream.drop(self._pad(self._take() + data))

    def stop(self) -> None:
        """Stop the clock. May be called more than once."""
        if self._beats is not None:
            self._beats.cancel()
        self._held.clear()
        self._stream.stop()

    async def _beat(self) -> None:
        while True:
            await self._next()
            if self._held:
                await self._stream.write(self._pad(self._take()))

    async def _next(self) -> None:
        """Wait for the next beat. Beats are counted from the start, so that being late once moves none."""
        passed = self._loop.time() - self._began
        await asyncio.sleep(self._interval_s - passed % self._interval_s)
        self._check()

    def _check(self) -> None:
        """Raise what the clock's task met."""
        task = self._beats
        if task is not None and task is not asyncio.current_task() and task.done() and not task.cancelled():
            task.result()

    async def _end(self) -> None:
        """Let no other beat follow but the next one, and wait for that."""
        if self._beats is None:
            return
        self._beats.cancel()  # what it has begun to write is with the transport already
        await asyncio.wait((self._beats,))
        self._check()
        self._beats = None
        await self._next()

    def _take(self) -> bytes:
        data = b"".join(self._held)
        self._held.clear()
        self._size = 0
        return data


def _seen(task: asyncio.Task[None]) -> None:
    """Look at how a task ended, so that an error whose request has ended is not logged."""
    if not task.cancelled():
        task.exception()
