"""Measure what one client's work costs another: `python -m benchmarks.fairness [--quick]`, also `make bench-fairness`.

From one run, against a relay with the model and one with patterns only:

* the latency of a 300-character request, alone and while two prompts of 1 MB of another client are in work;
* the same while another client's slow connections have announced bodies that they do not send;
* how much the relay still computes after the client of the two prompts has hung up;
* the memory that a body of 32 MB takes at its peak;
* in this process: the processor time of the worst of some hundred texts of 64 KB, and how long one call holds the
  interpreter while the worst of 1 MB are read.

The clients differ in their address (127.0.0.1 and 127.0.0.2), so this needs Linux. Takes about four minutes, with
`--quick` half of that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.fairness import holds
from benchmarks.latency.load import request_bytes
from benchmarks.latency.prompts import bodies
from benchmarks.latency.servers import ROOT, Servers, running

__all__ = ["main"]

GOALS = {"cpu_s": 0.3, "hold_ms": 50.0, "p99_ms": 150.0, "body_mb": 350.0, "after_hang_up_ms": 200.0}
_OTHER, _SMALL = "127.0.0.1", "127.0.0.2"
_LARGE_BYTES = 1_000_000
_BODY_BYTES = 32 * 1024 * 1024 - 1024
_SLOW = 64
_TURN = b"turn ...."
_PAUSE_S = 0.02  # between two small requests: what is measured is waiting, not throughput
_SETTLE_S = 0.2


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="half the time")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the results")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("needs Linux: a second address on loopback, and /proc")
    count = 150 if options.quick else 400
    with tempfile.TemporaryDirectory() as work, running(Path(work)) as servers:
        result = asyncio.run(_measure(servers, count))
        result["memory"] = _memory(servers, "patterns", _body(0, _BODY_BYTES - 2_000_000))
    result["texts"] = holds.measured(quick=options.quick)
    _show(result, Console())
    options.out.mkdir(exist_ok=True)
    (options.out / "fairness.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


async def _measure(servers: Servers, count: int) -> dict[str, Any]:
    small = [request_bytes(body) for body in bodies("300 characters", count, stream=False)]
    result: dict[str, Any] = {"latency": {}, "memory": {}, "after_hang_up_ms": {}}
    for name, port in servers.ports.items():
        if name == "direct":
            continue
        await _latencies(port, small[:50])  # warm
        rows = {"alone": await _latencies(port, small)}
        async with _large(port, 2):
            await asyncio.sleep(_SETTLE_S)
            rows["two prompts of 1 MB"] = await _latencies(port, small)
            begun = servers.cpu_s(name)
        await asyncio.sleep(_SETTLE_S)
        left = servers.cpu_s(name)
        await asyncio.sleep(1)
        result["after_hang_up_ms"][name] = round(1000 * (servers.cpu_s(name) - left), 1)
        assert left >= begun
        async with _slow(port, _SLOW):
            await asyncio.sleep(_SETTLE_S)
            rows[f"{_SLOW} slow connections"] = await _latencies(port, small[: count // 2])
        alone = rows["alone"]["p99_ms"]
        result["latency"][name] = {key: {**row, "ratio": round(row["p99_ms"] / alone, 1)} for key, row in rows.items()}
    return result


async def _latencies(port: int, requests: list[bytes]) -> dict[str, float]:
    """Send the requests one after the other; return quantiles in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(_SMALL, 0))
    samples = []
    for request in requests:
        begun = time.perf_counter()
        writer.write(request)
        await _answer(reader)
        samples.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(_PAUSE_S)
    writer.close()
    samples.sort()
    return {
        "p50_ms": round(median(samples), 1),
        "p99_ms": round(samples[min(len(samples) - 1, int(0.99 * len(samples)))], 1),
        "max_ms": round(samples[-1], 1),
    }


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"status {head[9:12].decode()}")
    place = head.lower().index(b"content-length: ") + 16
    await reader.readexactly(int(head[place : head.index(b"\r", place)]))


@asynccontextmanager
async def _large(port: int, count: int) -> AsyncIterator[None]:
    """Have `count` prompts of 1 MB in work; at the end, hang up. One that is answered is followed by another.

    They are made beforehand, up to a number at their front: the clock of the small requests runs in this process.
    """
    made = [request_bytes(_body(number, _LARGE_BYTES)) for number in range(count)]

    async def one(number: int) -> None:
        for turn in range(10_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(_OTHER, 0), limit=1 << 24)
            try:
                writer.write(made[number].replace(_TURN, b"turn %04d" % turn, 1))
                await _answer(reader)
            finally:
                writer.transport.abort()

    tasks = [asyncio.create_task(one(number)) for number in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(outcome, asyncio.CancelledError | None):
                raise outcome


@asynccontextmanager
async def _slow(port: int, count: int) -> AsyncIterator[None]:
    """Have `count` connections open that announce 32 MB each and send a byte."""
    head = request_bytes(b"").replace(b"content-length: 0", b"content-length: %d" % _BODY_BYTES)
    writers = []
    for _ in range(count):
        _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(_OTHER, 0))
        writer.write(head + b"{")
        writers.append(writer)
    try:
        yield
    finally:
        for writer in writers:
            writer.transport.abort()


def _body(number: int, size: int) -> bytes:
    """Return a chat request with one message of about `size` characters, a third of it about people."""
    texts = (json.loads(body)["messages"][0]["content"] for body in _endless(number))
    content, length = [], 0
    for text in texts:
        content.append(text)
        length += len(text) + 1
        if length >= size:
            break
    message = {"role": "user", "content": "\n".join([_TURN.decode(), *content])[:size]}
    return json.dumps({"model": "bench", "max_tokens": 40, "messages": [message]}).encode()


def _endless(number: int) -> Any:
    made = bodies("20 KB", 60, stream=False)
    while True:
        for body in made:
            yield body.replace(b"order 1", b"order %d" % (number * 7 + 1))


def _memory(servers: Servers, name: str, body: bytes) -> dict[str, float]:
    """Return the MiB of a body, and how many times its size the relay grew while it was in work."""
    before = servers.memory_mb(name)
    Path(f"/proc/{servers.pids[name]}/clear_refs").write_text("5")  # proc(5): resets the peak
    begun = time.perf_counter()
    asyncio.run(_once(servers.ports[name], request_bytes(body)))
    grown = servers.memory_mb(name, "VmHWM") - before
    size = len(body) / 1024 / 1024
    return {
        "body_mb": round(size, 1),
        "grown_mb": round(grown, 1),
        "times": round(grown / size, 1),
        "seconds": round(time.perf_counter() - begun, 1),
    }


async def _once(port: int, request: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
    writer.write(request)
    await _answer(reader)
    writer.close()


def _show(result: dict[str, Any], console: Console) -> None:
    table = Table("relay", "300 characters, beside", "p50, ms", "p99, ms", "most, ms", "p99 to alone")
    for name, rows in result["latency"].items():
        for key, row in rows.items():
            table.add_row(name, key, *(f"{row[column]:.1f}" for column in ("p50_ms", "p99_ms", "max_ms", "ratio")))
    console.print(table)
    console.print(f"goal: p99 of at most {GOALS['p99_ms']:.0f} ms")
    for name, spent in result["after_hang_up_ms"].items():
        console.print(f"{name}: {spent:.0f} ms of processor time in the second after {_SETTLE_S} s after a hang-up")
    memory = result["memory"]
    console.print(
        f"a body of {memory['body_mb']:.0f} MB: {memory['grown_mb']:.0f} MB more memory at the peak, "
        f"{memory['times']:.1f} times its size, {memory['seconds']:.0f} s (goal: at most {GOALS['body_mb']:.0f} MB)"
    )
    for name, row in result["texts"].items():
        console.print(
            f"{name}: of {row['texts']} texts of 64 KB the worst takes {row['cpu_s']:.2f} s of processor time "
            f"({row['cpu_text']!r}); at 1 MB the longest hold is {row['hold_ms']:.0f} ms ({row['hold_text']!r})",
            markup=False,
        )
    console.print(f"goals: at most {GOALS['cpu_s']} s and {GOALS['hold_ms']:.0f} ms")


if __name__ == "__main__":
    main()
