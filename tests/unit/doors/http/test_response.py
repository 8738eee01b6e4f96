"""A large event of a stream is restored beside the event loop, small ones in it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from relay.doors.serving.response import StreamedResponse
from relay.doors.serving.work import WorkPool
from relay.observe.logs import Id
from relay.observe.traces import Trace
from relay.types import Head


class Sending:
    """An upstream that sends `parts`; its own answer."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self.answer = self

    async def chunks(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part

    def first_token(self) -> None:
        """Note nothing."""

    def completed(self) -> None:
        """Note nothing."""


class Exchange:
    """Lets go of what came with every chunk that ends with a line's end, and notes who asked for it."""

    alters_nothing = False

    def __init__(self) -> None:
        self.threads: list[int] = []
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        self.threads.append(threading.get_ident())
        whole, self._held = self._held + chunk, b""
        if not whole.endswith(b"\n"):
            self._held, whole = whole, b""
        return whole

    def finish(self) -> bytes:
        self.threads.append(threading.get_ident())
        return self._held


@pytest.mark.parametrize(
    ("parts", "beside"),
    [
        ([b"a" * 99 + b"\n"] * 500, 0),
        ([b"a" * 8_191 + b"\n"] * 3, 0),
        ([b"a" * 65_535 + b"\n"], 1),
        ([b"a" * 3_000] * 4 + [b"\n"], 3),  # an event in several chunks: from 8 KiB on
        ([b"a" * 65_535 + b"\n", b"a\n"], 1),  # the next one is small again
    ],
)
async def test_where_an_event_is_restored(parts: list[bytes], beside: int) -> None:
    """What comes is the same, in the same order; what ends without a line's end is restored in the end."""
    pool = WorkPool(workers=1, queue=0)
    for cut in (0, 1):
        exchange: Any = Exchange()
        came = [*parts[:-1], parts[-1][: len(parts[-1]) - cut]]
        sending: Any = Sending(came)
        call: Any = SimpleNamespace(trace=Trace(Id("00")), describe_used=int)
        turn = partial(pool.run, client="a", abandoned=int, begun=True)
        response = StreamedResponse(Head(status=200, headers=()), exchange, sending, print, call, turn, keep_alive=b"")  # type: ignore[arg-type]
        chunks = [chunk async for chunk in response.chunks()]
        assert b"".join([*chunks, await response.finish()]) == b"".join(came)
        others = sum(thread != threading.get_ident() for thread in exchange.threads)
        assert others == beside + ((cut and len(parts[-1]) > 8_192) or (cut and beside == 3))
    pool.close()
