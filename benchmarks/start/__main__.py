"""Measure what a start costs: `python -m benchmarks.start`, also `make bench-start`.

Processor time (user and system) of `relay serve` from its first instruction until it prints `ready`, hardened and
not, and of `relay.open_session`. The least of some runs counts: other work on the machine adds.
The figures of the last results stand beside the new ones. Needs Linux (`/proc`).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.latency.servers import cpu_s, line, process
from relay.process.harden import reexec_env

__all__ = ["main"]

RESULTS = Path(__file__).parents[1] / "results"
GOALS_MS = {"serve, hardened": 1500.0, "open_session, second": 5.0}
_RUNS = 5
_SERVE = ("-m", "relay", "serve", "--port", "0", "--admin-port", "0", "--upstream", "http://127.0.0.1:9/v1")
_STARTS = {"serve, hardened": (), "serve, not hardened": ("--no-harden",)}
_SESSIONS = """
import time
clock, times = time.process_time, [time.process_time()]
import relay
for _ in range(2):
    relay.open_session()
    times.append(clock())
print(*(1000 * (later - before) for before, later in zip(times, times[1:])))
"""
# A module's line of `-X importtime`: microseconds by itself, with what it imports, and its name.
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*\d+ \| \s*(\S+)")
_PLACES = 12


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the results")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("needs Linux: another process's times are read through /proc")
    times = {name: min(_start(*extra) for _ in range(_RUNS)) for name, extra in _STARTS.items()}
    sessions = [_sessions() for _ in range(_RUNS)]
    times["open_session, first"], times["open_session, second"] = (
        min(column) for column in zip(*sessions, strict=True)
    )
    path = options.out / "start.json"
    before = json.loads(path.read_text("utf-8"))["processor_ms"] if path.exists() else {}
    table = Table("what", "before, ms", "now, ms", "goal, ms", title="processor time of a start")
    for name, value in times.items():
        row = (before.get(name), value, GOALS_MS.get(name))
        table.add_row(name, *("" if figure is None else f"{figure:,.1f}" for figure in row))
    console = Console()
    console.print(table)
    imports = _imports()
    table = Table("package", "ms", title="where it goes, hardened: imports, without what they import in turn")
    for package, value in imports.items():
        table.add_row(package, f"{value:.0f}")
    console.print(table)
    options.out.mkdir(exist_ok=True)
    result = {"processor_ms": {name: round(value, 1) for name, value in times.items()}, "imports_ms": imports}
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _start(*extra: str) -> float:
    """Return the milliseconds that a relay took until it was ready."""
    with process(sys.executable, *_SERVE, *extra) as relay:
        if not line(relay).startswith("ready "):
            sys.exit("relay did not start")
        return 1000 * cpu_s(relay.pid)


def _sessions() -> tuple[float, float]:
    """Return the milliseconds of the first `open_session` of a process, with `import relay`, and of the second."""
    output = subprocess.run([sys.executable, "-c", _SESSIONS], stdout=subprocess.PIPE, text=True, check=True).stdout
    first, second = map(float, output.split())
    return first, second


def _imports() -> dict[str, float]:
    """Return the milliseconds that importing takes in a hardened start, by package, the longest first.

    Relay's own modules are counted by room. What is left to `ready` is the model, the grammar of placeholders and the
    collector's first run.
    """
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", *_SERVE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=reexec_env(os.environ),
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    _, lines = process.communicate()
    spent: Counter[str] = Counter()
    for microseconds, name in _IMPORT.findall(lines):
        parts = name.split(".")
        spent[".".join(parts[: 2 if parts[0] == "relay" else 1])] += int(microseconds)
    return {"all imports": round(spent.total() / 1000, 1)} | {
        name: round(value / 1000, 1) for name, value in spent.most_common(_PLACES)
    }


if __name__ == "__main__":
    main()
