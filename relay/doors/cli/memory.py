"""`relay doctor --memory`: what a running relay still holds of a request, looked at from outside.

A relay of its own is started as `serve` starts one, hardened, with the policy in question and the embedded mirror as
upstream. Canaries that stand nowhere else are sent through it, and its memory is read through `/proc` in the states in
which nothing of them may be left. Needs Linux and, because the process is closed to its own user, root.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import string
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relay.errors import ConfigFault, ScrubFailed, UpstreamUnreachable

if TYPE_CHECKING:
    import httpx

__all__ = ["State", "states"]

_CANARIES = 3
_SETTLED_S = 5.0  # longest wait for buffers to be dropped; normally a fraction of a second
_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class State:
    """A state of the relay and how often each spelling of a canary stood in its memory then."""

    name: str
    hits: dict[str, int]

    def verdict(self) -> str:
        """Return what was found. Raises ScrubFailed when anything was."""
        if self.hits:
            found = ", ".join(f"{count} in {spelling}" for spelling, count in sorted(self.hits.items()))
            raise ScrubFailed(f"{self.name}: copies of canaries are left: {found}")
        return "no copy of a canary"


async def states(policy: Path | None) -> tuple[str, list[State]]:
    """Return what the relay says holds on this machine, and what was found in each state.

    Raises ConfigFault where its memory cannot be read, UpstreamUnreachable when it does not start.
    """
    from relay.upstream import mirror

    async with mirror.running(port=0) as upstream:
        command = [sys.executable, "-m", "relay", "serve", "--port", "0", "--upstream", upstream.base_url]
        command += ["--policy", str(policy)] if policy is not None else []
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
            if not line.startswith("ready "):
                raise UpstreamUnreachable("the relay to look at did not start; run `relay serve` to see why")
            holds = (await asyncio.wait_for(process.stderr.readline(), 10)).decode()
            found = [state async for state in _drive(line.split()[1], process.pid)]
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()
    return _holds(holds), found


async def _drive(url: str, process: int) -> AsyncIterator[State]:
    import httpx

    headers = {"content-type": "application/json", "authorization": "Bearer canary"}
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, headers=headers) as client:
        for name, stream in (("request answered, connection open", False), ("stream ended, connection open", True)):
            values = _canaries()
            await _send(client, values, stream=stream)
            yield await _state(name, process, values)
        opened = (await client.post("/relay/v1/sessions", content=b"{}")).json()["id"]
        values = _canaries()
        await _send(client, values, session=opened)
        yield await _state("session open and idle", process, values)
        await client.delete(f"/relay/v1/sessions/{opened}")
        yield await _state("session closed", process, values)
        values = _canaries()
        await client.post(_PATH, content=f'{{"model": "{values[0]}", bad'.encode())
        yield await _state("malformed request refused", process, values)


async def _send(
    client: httpx.AsyncClient, values: list[str], *, stream: bool = False, session: str | None = None
) -> None:
    text = f'Write to {values[0]} about {values[1]}, and "quote" {values[2]}.'
    body: dict[str, Any] = {"model": "canary", "stream": stream, "messages": [{"role": "user", "content": text}]}
    await client.post(_PATH, json=body, headers={"x-relay-session": session} if session else {})


async def _state(name: str, process: int, values: list[str]) -> State:
    from relay.process.memory_scan import ScanRefused, scan

    deadline = time.monotonic() + _SETTLED_S
    while True:
        try:
            hits = dict(await asyncio.to_thread(scan, process, values))
        except ScanRefused:
            raise ConfigFault(
                "this user may not read a hardened process's memory; run doctor --memory as root"
            ) from None
        if not hits or time.monotonic() > deadline:
            return State(name, hits)
        await asyncio.sleep(0.2)


def _canaries() -> list[str]:
    """Return e-mail addresses that stand nowhere else."""
    words = ["".join(secrets.choice(string.ascii_lowercase) for _ in range(12)) for _ in range(2 * _CANARIES)]
    return [f"{one}.{two}@example.org" for one, two in zip(words[::2], words[1::2], strict=True)]


def _holds(line: str) -> str:
    """Return what a relay's `ready` event says about its hardening."""
    event = json.loads(line)
    names = ("allocator", "not_dumpable", "no_core")
    said = [f"{name.replace('_', ' ')}: {'yes' if event.get(name) else 'NO'}" for name in names]
    return ", ".join([f"keys: {event.get('keys')}", *said])
