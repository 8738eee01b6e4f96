"""Measure what relay adds: `python -m benchmarks.latency [--quick]`, also `make bench-latency`.

The upstream and a relay answer the same requests in turn, in one run, so that a busy machine is busy for both: once
with a relay that has patterns only, once with one that has the model. What is reported as added is the difference of
the quantiles. With 16 clients the load comes from a process of its own. Takes about three minutes, with `--quick` one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from benchmarks.latency import report
from benchmarks.latency.load import Connection, Sample, request_bytes
from benchmarks.latency.prompts import SHAPES, bodies
from benchmarks.latency.servers import ROOT, Servers, import_s, running

__all__ = ["main"]

RELAYS = ("patterns", "model")
TARGETS = ("direct", *RELAYS)
CLIENTS = 16
_EVENTS = (100, 2_000)  # two lengths of a stream: the slope between them is the cost of an event


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one minute instead of three")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the results")
    options = parser.parse_args()
    console = Console(width=max(Console().width, 124))
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as work, running(Path(work)) as servers:
        result = _measure(servers, console, quick=options.quick)
    result["seconds"] = round(time.perf_counter() - begun, 1)
    report.show(result, console)
    report.write(result, options.out)
    report.plot(result, options.out)
    console.print(f"{result['seconds']:.0f} s; wrote latency.json, latency.svg and latency.png to {options.out}")


def _measure(servers: Servers, console: Console, *, quick: bool) -> dict[str, Any]:
    budget_s = 1.5 if quick else 6.0
    cases: list[dict[str, Any]] = []
    idle_mb = {name: round(servers.memory_mb(name), 1) for name in servers.pids}
    for shape in SHAPES:
        for stream in (False, True):
            requests = bodies(shape, 400, stream=stream)
            for clients in (1, CLIENTS):
                if quick and clients > 1 and (stream or shape in SHAPES[2:]):
                    continue
                answer = "streamed" if stream else "whole"
                with console.status(f"{shape}, {answer}, {clients} clients"):
                    cases += [
                        _row(shape, answer, clients, relay, *_run(servers, relay, requests, clients, budget_s / 2))
                        for relay in RELAYS
                    ]
    with console.status("cost of an event"):
        event_us = asyncio.run(_event_cost(servers, repeats=int(8 * budget_s)))
    memory = {
        name: {
            "ready": idle_mb[name],
            "after": round(servers.memory_mb(name), 1),
            "peak": round(servers.memory_mb(name, "VmHWM"), 1),
        }
        for name in servers.pids
    }
    result: dict[str, Any] = {
        "machine": {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version(), "date": _today()},
        "cases": cases,
        "event_us": event_us,
        "import_s": round(import_s("relay.doors.cli"), 3),
        "ready_s": {name: round(value, 3) for name, value in servers.ready_s.items()},
        "memory_mb": memory,
    }
    result["goals"] = _goals(result)
    return result


def _run(
    servers: Servers, relay: str, requests: Sequence[bytes], clients: int, budget_s: float
) -> tuple[dict[str, list[Sample]], dict[str, float], float]:
    """Return the samples of `direct` and `relay`, the seconds each was busy, and the relay's processor seconds."""
    before = servers.cpu_s(relay)
    if clients == 1:
        samples = asyncio.run(_one_client(servers, relay, requests, budget_s))
        busy_s = {name: sum(sample.total_s for sample in found) for name, found in samples.items()}
    else:
        samples, busy_s = _many_clients(servers, relay, requests, clients, budget_s)
    return samples, busy_s, servers.cpu_s(relay) - before


async def _one_client(
    servers: Servers, relay: str, requests: Sequence[bytes], budget_s: float
) -> dict[str, list[Sample]]:
    names = ("direct", relay)
    connections = {name: Connection(servers.ports[name]) for name in names}
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    end = time.perf_counter() + budget_s
    for number, body in enumerate(requests):
        if time.perf_counter() > end and number > 20:
            break
        request = request_bytes(body)
        for name in names if number % 2 else reversed(names):  # nobody is always first
            sample = await connections[name].send(request)
            if number >= 3:
                samples[name].append(sample)
    for connection in connections.values():
        connection.close()
    return samples


def _many_clients(
    servers: Servers, relay: str, requests: Sequence[bytes], clients: int, budget_s: float
) -> tuple[dict[str, list[Sample]], dict[str, float]]:
    rounds = 2 if len(requests[0]) < 10_000 else 1  # a round of long requests with the model overruns its time
    spec = {
        "ports": {name: servers.ports[name] for name in ("direct", relay)},
        "bodies": [body.decode() for body in requests],
        "clients": clients,
        "rounds": rounds,
        "seconds": budget_s / (rounds * 2),
    }
    command = [sys.executable, "-m", "benchmarks.latency.load"]
    done = subprocess.run(command, input=json.dumps(spec), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    found = json.loads(done.stdout)
    return {name: [Sample(*pair) for pair in pairs] for name, pairs in found["samples"].items()}, found["busy_s"]


async def _event_cost(servers: Servers, repeats: int) -> dict[str, float]:
    """Return microseconds that a relay adds to one event of a stream."""
    connections = {name: Connection(servers.ports[name]) for name in TARGETS}
    times: dict[tuple[str, int], list[float]] = {(name, events): [] for name in TARGETS for events in _EVENTS}
    requests = {events: bodies("300 characters", 3 + repeats, stream=True, events=events) for events in _EVENTS}
    for number in range(3 + repeats):
        for events in _EVENTS:
            for name in TARGETS:
                sample = await connections[name].send(request_bytes(requests[events][number]))
                if number >= 3:
                    times[name, events].append(sample.total_s)
    for connection in connections.values():
        connection.close()
    few, many = _EVENTS
    slope = {name: (median(times[name, many]) - median(times[name, few])) / (many - few) for name in TARGETS}
    return {name: round((slope[name] - slope["direct"]) * 1e6, 2) for name in TARGETS if name != "direct"}


def _row(
    shape: str,
    answer: str,
    clients: int,
    relay: str,
    samples: dict[str, list[Sample]],
    busy_s: dict[str, float],
    cpu_s: float,
) -> dict[str, Any]:
    total, direct = ([sample.total_s for sample in samples[name]] for name in (relay, "direct"))
    first, direct_first = ([sample.first_s for sample in samples[name]] for name in (relay, "direct"))
    quantiles = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        "shape": shape,
        "answer": answer,
        "clients": clients,
        "relay": relay,
        "requests": len(total),
        "added_ms": {key: _ms(_quantile(total, q) - _quantile(direct, q)) for key, q in quantiles.items()},
        "total_ms": {key: _ms(_quantile(total, q)) for key, q in quantiles.items()},
        "direct_ms": {key: _ms(_quantile(direct, q)) for key, q in quantiles.items()},
        "added_first_ms": _ms(median(first) - median(direct_first)),
        "cpu_ms": _ms(cpu_s / len(total)),
        "per_s": round(len(total) / busy_s[relay], 1),
        "direct_per_s": round(len(direct) / busy_s["direct"], 1),
    }


def _goals(result: dict[str, Any]) -> list[dict[str, Any]]:
    def case(shape: str, answer: str, clients: int, relay: str) -> dict[str, Any]:
        wanted = (shape, answer, clients, relay)
        return next(
            row for row in result["cases"] if (row["shape"], row["answer"], row["clients"], row["relay"]) == wanted
        )

    small, medium = SHAPES[:2]
    patterns = case(medium, "whole", 1, "patterns")
    many = case(small, "whole", CLIENTS, "model")
    # What streaming adds beyond scrubbing: a stream's first byte, compared with a whole answer to the same request.
    streaming_ms = case(medium, "streamed", 1, "patterns")["added_first_ms"] - patterns["added_first_ms"]
    model_ms = case(small, "whole", 1, "model")["added_ms"]["p50"]
    rows = [
        ("added p50, patterns only, 2 KB, 1 client", patterns["added_ms"]["p50"], "<=", 1.5, "ms"),
        ("added p50, with the model, 300 characters, 1 client", model_ms, "<=", 10, "ms"),
        ("16 clients, 300 characters, with the model", many["per_s"], ">=", 150, "requests/s"),
        ("streaming: first byte beyond scrubbing", streaming_ms, "<=", 1.0, "ms"),
        ("streaming: cost of an event", result["event_us"]["patterns"], "<=", 30, "µs"),
        ("import of relay.doors.cli", result["import_s"], "<=", 0.3, "s"),
        ("ready to serve, with the model", result["ready_s"]["model"], "<=", 2.0, "s"),
        ("resident memory with the model, after the run", result["memory_mb"]["model"]["after"], "<=", 400, "MiB"),
    ]
    return [
        {
            "what": what,
            "measured": round(measured, 3),
            "sign": sign,
            "goal": goal,
            "unit": unit,
            "met": measured <= goal if sign == "<=" else measured >= goal,
        }
        for what, measured, sign, goal, unit in rows
    ]


def _quantile(values: Sequence[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _today() -> str:
    return time.strftime("%Y-%m-%d")


if __name__ == "__main__":
    main()
