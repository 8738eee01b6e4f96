"""Start and stop what is measured: the fast upstream and relays, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = ["Servers", "cpu_s", "environment", "import_s", "line", "process", "running"]

ROOT = Path(__file__).resolve().parents[2]
# Everything but the model, so that the difference between the two relays is the model.
# Every request counts as new: with the span cache on, bodies that come round again would cost next to nothing.
_POLICIES = {"patterns": "version: 1\nmodel: none\nspan_cache: false\n", "model": "version: 1\nspan_cache: false\n"}
_RELAYS = ("patterns", "model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Ports by target name (`direct`, `patterns`, `model`); for the relays also process ids and seconds to ready."""

    ports: dict[str, int]
    pids: dict[str, int]
    ready_s: dict[str, float]

    def memory_mb(self, name: str, key: str = "VmRSS") -> float:
        """Return a relay's resident memory (`VmHWM`: its peak) in MiB."""
        for line in Path(f"/proc/{self.pids[name]}/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1]) / 1024
        raise KeyError(key)

    def cpu_s(self, name: str) -> float:
        """Return the processor time that a relay has used, which other programs on the machine do not disturb."""
        return cpu_s(self.pids[name])


def cpu_s(pid: int) -> float:
    """Return the processor time, user and system, that a process has used."""
    # proc(5): fields 14 and 15, utime and stime in clock ticks; field 2, the name, may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(work: Path) -> Iterator[Servers]:
    """Run the upstream and one relay with patterns only, one with the model; `work` takes their policy files."""
    with ExitStack() as stack:
        upstream = stack.enter_context(process(sys.executable, "-m", "benchmarks.latency.upstream"))
        ports = {"direct": int(line(upstream))}
        pids: dict[str, int] = {}
        ready_s: dict[str, float] = {}
        for name in _RELAYS:
            policy = work / f"{name}.yaml"
            policy.write_text(_POLICIES[name])
            url = f"http://127.0.0.1:{ports['direct']}/v1"
            begun = time.perf_counter()
            relay = stack.enter_context(
                process(
                    sys.executable,
                    "-m",
                    "relay",
                    "serve",
                    "--port",
                    "0",
                    "--upstream",
                    url,
                    "--no-harden",
                    "--policy",
                    str(policy),
                )
            )
            ready = line(relay)
            ready_s[name] = time.perf_counter() - begun
            ports[name] = int(ready.rsplit(":", 1)[1])
            pids[name] = relay.pid
        yield Servers(ports=ports, pids=pids, ready_s=ready_s)


def import_s(module: str, *, repeats: int = 5) -> float:
    """Return how much longer the interpreter takes to start when it imports `module`: the median of `repeats`."""

    def once(code: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
        return time.perf_counter() - begun

    return median(once(f"import {module}") - once("pass") for _ in range(repeats))


@contextmanager
def process(*command: str, checkout: Path = ROOT) -> Iterator[subprocess.Popen[str]]:
    """Run a command with the modules of a checkout until the block ends; `line` reads what it says."""
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=checkout, env=environment(checkout)
    )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def environment(checkout: Path) -> dict[str, str]:
    """Return the environment of a process with the modules of a checkout and no settings of relay."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RELAY")}
    return {**kept, "PYTHONPATH": str(checkout)}


def line(running: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    assert running.stdout is not None
    said = running.stdout.readline().strip()
    if not said:
        raise RuntimeError(f"{running.args!r} ended before it was ready")
    return said
