"""Count what a relay still holds of a request, by state, and what forgetting costs: `python -m benchmarks.memory`.

Also `make bench-memory`. The same states as in `tests/memory`, with the process hardened and not; each figure is the
number of copies of three planted values, the larger of two rounds, half a second after the state was reached. Needs
Linux and the right to read the relay's memory (root, for a hardened one). Takes two minutes.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

from relay.process.memory_scan import ScanRefused, scan
from tests.memory.target import Relay, Upstream, planted, relay, upstream
from tests.memory.test_states import EXCEPTIONS, STATES

__all__ = ["main"]

_RESULTS = Path(__file__).parents[1] / "results"
_SETTLE_S = 0.5
_ROUNDS = 2
_REQUESTS = 150
_SPEED_ROUNDS = 5


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=_RESULTS, help="folder for the results")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("needs Linux: another process's memory is read through /proc")
    with tempfile.TemporaryDirectory() as work, upstream() as server:
        directory = Path(work)
        with (
            relay(server, directory, harden=True, program=EXCEPTIONS) as hardened,
            relay(server, directory, harden=False, program=EXCEPTIONS) as plain,
        ):
            try:
                hits = {name: _hits(target, server) for name, target in (("hardened", hardened), ("plain", plain))}
            except ScanRefused as error:
                sys.exit(f"the relay's memory cannot be read: {error}")
            speed = _speed(hardened, plain)
    table = Table("state", "hardened", "not hardened", title="copies of planted values, larger of two rounds")
    for state in STATES:
        table.add_row(state, str(hits["hardened"][state]), str(hits["plain"][state]))
    console = Console()
    console.print(table)
    cost = 1 - speed["hardened"] / speed["plain"]
    console.print(
        f"one client, patterns only: {speed['hardened']:.0f} requests/s hardened, {speed['plain']:.0f} not: "
        f"{cost:.0%} fewer (goal: at most 25 %)"
    )
    options.out.mkdir(exist_ok=True)
    result = {"hits": hits, "requests_per_s": {name: round(value, 1) for name, value in speed.items()}}
    (options.out / "memory.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _hits(target: Relay, server: Upstream) -> dict[str, int]:
    return {name: max(_once(target, server, state) for _ in range(_ROUNDS)) for name, state in STATES.items()}


def _once(target: Relay, server: Upstream, state: Callable[[Relay, Upstream, list[str]], None]) -> int:
    values = [planted() for _ in range(3)]
    with suppress(AssertionError):  # a state may check by itself that nothing is left; here it is counted
        state(target, server, values)
    time.sleep(_SETTLE_S)
    return scan(target.pid, values).get("utf-8", 0)


def _speed(hardened: Relay, plain: Relay) -> dict[str, float]:
    """Return requests per second of each, measured in turn so that a busy machine is busy for both."""
    best = {"hardened": 0.0, "plain": 0.0}
    text = "Write to maria@example.org and call +1 415 555 0132 about the report. " * 4
    for _ in range(_SPEED_ROUNDS):
        for name, target in (("hardened", hardened), ("plain", plain)):
            connection = target.connect()
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            begun = time.perf_counter()
            for _ in range(_REQUESTS):
                target.chat(text, on=connection)
            best[name] = max(best[name], _REQUESTS / (time.perf_counter() - begun))
            connection.close()
    return best


if __name__ == "__main__":
    main()
