"""Measure what a second worker carries and costs: `python -m benchmarks.scale [--quick]`, also `make bench-scale`.

One relay with one worker and one with two, both with the model, meet the same load in turn, in one run: chat requests
of 300 characters over 16 connections, from a process of its own. The ratio of their requests a second is reported, and
of the processor time that a request takes, which a busy machine disturbs less. Then memory that a worker shares with
nobody (what a further one costs), and a plot of 1 to 32 workers simulated from the service times that were measured.
Then sessions in a store: bytes of one, what a turn takes longer, and, where HAProxy is installed, conversations on
three relays of which one is killed every five seconds. Says little while other programs have a core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.latency.load import Connection, request_bytes
from benchmarks.latency.prompts import bodies
from benchmarks.latency.servers import ROOT, cpu_s, line, process
from benchmarks.scale import nodes, store
from benchmarks.scale.simulate import requests_per_s

CONNECTIONS = 16
_POLICY = "version: 1\nspan_cache: false\n"  # every request counts as new
_UPSTREAM_S = 0.002
_WORKERS = (1, 2, 4, 8, 16, 32)
_COLOUR = "#2a7f9e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A running relay: its port, and the process that was started."""

    port: int
    pid: int

    def pids(self) -> list[int]:
        """Return it and its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def cpu_s(self) -> float:
        """Return the processor time of all."""
        return sum(map(cpu_s, self.pids()))

    def memory_mb(self, *keys: str) -> list[float]:
        """Return the memory of each, in MiB: the sum of some rows of `smaps_rollup`."""
        return [_memory_mb(pid, keys) for pid in self.pids()]


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="half a minute instead of two")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        result = measured(folder, rounds=2 if options.quick else 6, seconds=3 if options.quick else 8)
        result["store"] = asyncio.run(store.measured(folder, 1_000 if options.quick else 10_000))
        result["failures"] = _failures(folder, quick=options.quick)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "scale.json").write_text(json.dumps(result, indent=1) + "\n")
    plot(result, options.out)
    for name, value in result["ratios"].items():
        print(f"{name}: {value}")
    for name in ("store", "failures"):
        print(f"{name}: {result[name]}")
    print(f"wrote scale.json and scale.svg to {options.out}")


def _failures(folder: Path, *, quick: bool) -> dict[str, Any] | None:
    """Return what became of conversations while relays were killed, None without HAProxy."""
    if shutil.which("haproxy") is None:
        return None
    talks, turns = (30, 6) if quick else (200, 10)
    outcome = asyncio.run(nodes.conversations(folder, talks=talks, turns=turns))
    return {
        "talks": talks,
        "turns": outcome.turns,
        "kills": outcome.kills,
        "tried_again": dict(outcome.retried),
        "wrong": outcome.wrong,
    }


def measured(work: Path, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Return the figures of one run."""
    policy = work / "policy.yaml"
    policy.write_text(_POLICY)
    requests = bodies("300 characters", 400, stream=False)
    with ExitStack() as stack:
        upstream = stack.enter_context(process(sys.executable, "-m", "benchmarks.latency.upstream"))
        url = f"http://127.0.0.1:{int(line(upstream))}/v1"
        relays = {count: _started(stack, url, policy, count) for count in (1, 2)}
        service_s = asyncio.run(_service_times(relays[1], [request_bytes(body) for body in requests[:200]]))
        rates, cpu = _rates(relays, [body.decode() for body in requests], rounds, seconds)
        shared = [round(each, 1) for each in relays[2].memory_mb("Pss")]
        unique = [round(each, 1) for each in relays[2].memory_mb("Private_Clean", "Private_Dirty")]
    simulated = {
        count: round(requests_per_s(count, service_s, connections=CONNECTIONS * count, upstream_s=_UPSTREAM_S), 1)
        for count in _WORKERS
    }
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "date": time.strftime("%Y-%m-%d")},
        "ratios": {
            "requests/s, two workers over one": round(median(b / a for a, b in zip(*rates, strict=True)), 2),
            "processor time of a request, two workers over one": round(cpu[1] / cpu[0], 2),
            "MiB that a worker has for itself, after the load": max(unique[1:]),
            "simulated, 32 workers over one": round(simulated[32] / simulated[1], 1),
        },
        "requests_per_s": {"1": rates[0], "2": rates[1]},
        "cpu_ms": [round(value * 1e3, 3) for value in cpu],
        "pss_mb": shared,
        "unique_mb": unique,
        "service_ms": round(median(service_s) * 1e3, 3),
        "simulated_per_s": simulated,
    }


def _started(stack: ExitStack, url: str, policy: Path, workers: int) -> Relay:
    options = ("--port", "0", "--upstream", url, "--policy", str(policy), "--workers", str(workers))
    relay = stack.enter_context(process(sys.executable, "-m", "relay", "serve", *options))
    return Relay(port=int(line(relay).rsplit(":", 1)[1]), pid=relay.pid)


async def _service_times(relay: Relay, requests: list[bytes]) -> list[float]:
    """Return the processor seconds that requests take, ten at a time: the clock of processes has ticks of 10 ms."""
    connection, found = Connection(relay.port), []
    for start in range(0, len(requests), 10):
        before = relay.cpu_s()
        for request in requests[start : start + 10]:
            await connection.send(request)
        found.append((relay.cpu_s() - before) / 10)
    connection.close()
    return [value for value in found[1:] if value] or [0.01]


def _rates(
    relays: dict[int, Relay], texts: list[str], rounds: int, seconds: float
) -> tuple[tuple[list[float], list[float]], tuple[float, float]]:
    """Return requests a second of one and of two workers, by round, and the processor seconds of a request."""
    rates: tuple[list[float], list[float]] = ([], [])
    used, served = [0.0, 0.0], [0, 0]
    for number in range(rounds):
        for place in (0, 1) if number % 2 else (1, 0):
            relay = relays[place + 1]
            before = relay.cpu_s()
            spec = {"ports": {"relay": relay.port}, "bodies": texts, "clients": CONNECTIONS, "rounds": 1}
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.latency.load"],
                input=json.dumps({**spec, "seconds": seconds}),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                cwd=ROOT,
            )
            found = json.loads(done.stdout)
            count = len(found["samples"]["relay"])
            rates[place].append(round(count / found["busy_s"]["relay"], 1))
            used[place] += relay.cpu_s() - before
            served[place] += count
    return rates, (used[0] / served[0], used[1] / served[1])


def _memory_mb(pid: int, keys: Sequence[str]) -> float:
    """Return what Linux counts of a process's memory; of a hardened one only root may read it."""
    rows = [row.split() for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(row[1]) / 1024 for row in rows if row[0].rstrip(":") in keys)


def plot(result: dict[str, Any], folder: Path) -> None:
    """Draw `scale.svg`: simulated requests a second by workers, and the two that were measured."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.5, 4.2), layout="constrained")
    simulated = {int(count): value for count, value in result["simulated_per_s"].items()}
    axes.plot(list(simulated), list(simulated.values()), "o-", color=_COLOUR, label="simulated from service times")
    one = simulated[1]
    axes.plot(list(simulated), [one * count for count in simulated], ":", color="#888888", label="N times one worker")
    rates = result["requests_per_s"]
    axes.plot([1, 2], [median(rates["1"]), median(rates["2"])], "s", color="#c8553d", label="measured, two cores")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks(list(simulated), [str(count) for count in simulated])
    axes.set_xlabel("workers, a core each, 16 connections each")
    axes.set_ylabel("requests/s")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(folder / "scale.svg", metadata={"Date": None})
    pyplot.close(figure)


if __name__ == "__main__":
    main()
