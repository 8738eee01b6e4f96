"""Compare two states of relay: `python -m benchmarks.compare OLD NEW [--quick]`.

OLD and NEW are folders with a checkout or revisions of this repository. A relay of each serves the same requests in
turn, in one run, model on, hardened, with the default policy, so that a busy machine is busy for both; every request
is new to both. Medians are printed, and their ratio. The "edited" row is a document that was sent before, with a
sentence put into its middle. Takes some six minutes, with `--quick` one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.latency.load import Connection, hammer, request_bytes
from benchmarks.latency.servers import ROOT, cpu_s, environment, line, process
from benchmarks.model.texts import edited, texts

__all__ = ["main"]

_DOCUMENT = "50 KB document"
_PROSE = "20 KB prose about people"
_CLIENTS = 16
_SIDES = ("old", "new")


@dataclass(frozen=True, slots=True)
class _Relay:
    """A relay that serves. `start_s`: the processor time of its start."""

    port: int
    start_s: float


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("old", help="folder or revision")
    parser.add_argument("new", help="folder or revision")
    parser.add_argument("--quick", action="store_true", help="fewer requests, and no text of 1 MB")
    options = parser.parse_args()
    with ExitStack() as stack:
        folders = {side: stack.enter_context(_checkout(getattr(options, side))) for side in _SIDES}
        for folder in folders.values():
            _compile(folder)
        upstream = stack.enter_context(process(sys.executable, "-m", "benchmarks.latency.upstream"))
        url = f"http://127.0.0.1:{line(upstream)}/v1"
        relays = {side: stack.enter_context(_serving(folder, url)) for side, folder in folders.items()}
        rows = asyncio.run(_measured(relays, quick=options.quick))
    table = Table("request", "old", "new", "new / old", title=f"{options.old} and {options.new}")
    start = {side: [relay.start_s] for side, relay in relays.items()}
    for name, found in {**rows, "start, processor time": start}.items():
        old, new = (median(found[side]) for side in _SIDES)
        table.add_row(name, f"{1e3 * old:,.1f} ms", f"{1e3 * new:,.1f} ms", f"{new / old:.3f}")
    Console(width=max(Console().width, 110)).print(table)


async def _measured(relays: dict[str, _Relay], *, quick: bool) -> dict[str, dict[str, list[float]]]:
    """Return seconds by request and side; of 16 clients the seconds that each request takes of all."""
    connections = {side: Connection(relay.port) for side, relay in relays.items()}
    rows: dict[str, dict[str, list[float]]] = {}

    async def ask(name: str, text: str, number: int) -> None:
        request = request_bytes(_body(text))
        for side in _SIDES if number % 2 else reversed(_SIDES):
            sample = await connections[side].send(request)
            if number:  # the first is for warming up
                rows.setdefault(name, {}).setdefault(side, []).append(sample.total_s)

    for number in range(6 if quick else 11):
        for name, text in texts(seed=number).items():
            for turn in range(8 if len(text) < 5_000 else 1):
                await ask(name, f"{number}-{turn} {text}" if turn else text, number)
            if name == _DOCUMENT:
                await ask(f"{_DOCUMENT}, edited", edited(text), number)
    if not quick:
        for number in range(2):
            prose = "".join(texts(seed=1_000 + 60 * number + part)[_PROSE] for part in range(50))
            await ask("1 MB prose about people", prose, number)
    shorts = [texts(seed=9_000 + turn)["300 characters"] for turn in range(200)]
    for number in range(2 if quick else 6):
        requests = [request_bytes(_body(f"{number}-{turn} {text}")) for turn, text in enumerate(shorts)]
        for side in _SIDES if number % 2 else reversed(_SIDES):
            begun = time.perf_counter()
            count = len(await hammer(relays[side].port, requests, _CLIENTS, 2.0))
            spent = (time.perf_counter() - begun) / count
            rows.setdefault(f"{_CLIENTS} clients, a request", {}).setdefault(side, []).append(spent)
    return rows


def _body(text: str) -> bytes:
    return json.dumps({"model": "bench", "messages": [{"role": "user", "content": text}]}).encode()


@contextmanager
def _checkout(name: str) -> Iterator[Path]:
    """Yield the folder of a checkout, made for this run where `name` is a revision."""
    if Path(name).is_dir():
        yield Path(name).resolve()
        return
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "checkout")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, name], check=True, cwd=ROOT)
        try:
            yield folder
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", folder], check=True, cwd=ROOT)


def _compile(folder: Path) -> None:
    """Make what `make` makes once, or the start of one side would pay for it."""
    for arguments in (("compileall", "-q", "relay"), ("relay.detect.prebuild",)):
        subprocess.run([sys.executable, "-m", *arguments], cwd=folder, env=environment(folder), check=True)


@contextmanager
def _serving(checkout: Path, upstream: str) -> Iterator[_Relay]:
    command = (sys.executable, "-m", "relay", "serve", "--port", "0", "--admin-port", "0", "--upstream", upstream)
    with process(*command, checkout=checkout) as relay:
        port = int(line(relay).rsplit(":", 1)[1])
        yield _Relay(port, cpu_s(relay.pid))


if __name__ == "__main__":
    main()
