"""A load generator with next to no cost of its own: bare sockets, prepared request bytes, no HTTP library.

`python -m benchmarks.latency.load` keeps many connections busy in a process of its own: a JSON object on stdin names
the targets, a JSON object on stdout gives the samples. The targets take turns, so that they meet the same machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Connection", "Sample", "hammer", "request_bytes"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: seconds to the first body byte and to the last."""

    first_s: float
    total_s: float


def request_bytes(body: bytes, path: str = "/v1/chat/completions") -> bytes:
    """Return a whole POST request."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer bench\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class Connection:
    """One keep-alive connection to 127.0.0.1."""

    port: int
    _reader: asyncio.StreamReader | None = field(default=None, repr=False)
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    async def send(self, request: bytes) -> Sample:
        """Send `request` and read its response. Raises RuntimeError for anything but status 200."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        begun = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"status {head[9:12].decode()}: {(await self._reader.read(2000))[:500]!r}")
        lowered = head.lower()
        place = lowered.find(b"content-length: ")
        if place >= 0:
            length = int(lowered[place + 16 : lowered.index(b"\r", place)])
            await self._reader.readexactly(length)
            first = time.perf_counter()
        else:
            first = 0.0
            while True:
                size = int(await self._reader.readline(), 16)
                await self._reader.readexactly(size + 2)
                first = first or time.perf_counter()
                if not size:
                    break
        return Sample(first - begun, time.perf_counter() - begun)

    def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()


async def hammer(port: int, requests: Sequence[bytes], clients: int, duration_s: float) -> list[Sample]:
    """Keep `clients` connections busy for `duration_s` and return every sample."""
    samples: list[Sample] = []
    end = time.perf_counter() + duration_s

    async def one(offset: int) -> None:
        connection = Connection(port)
        number = offset
        while time.perf_counter() < end:
            samples.append(await connection.send(requests[number % len(requests)]))
            number += clients
        connection.close()

    await asyncio.gather(*(one(offset) for offset in range(clients)))
    return samples


async def _main() -> None:
    spec = json.load(sys.stdin)
    requests = [request_bytes(body.encode()) for body in spec["bodies"]]
    rounds: dict[str, list[list[float]]] = {name: [] for name in spec["ports"]}
    busy: dict[str, float] = dict.fromkeys(spec["ports"], 0.0)
    for number in range(spec["rounds"]):
        names = list(spec["ports"])
        for name in names[number % len(names) :] + names[: number % len(names)]:
            begun = time.perf_counter()
            samples = await hammer(spec["ports"][name], requests, spec["clients"], spec["seconds"])
            busy[name] += time.perf_counter() - begun
            rounds[name].extend([sample.first_s, sample.total_s] for sample in samples)
    json.dump({"samples": rounds, "busy_s": busy}, sys.stdout)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_main())
