"""Measure reloading under load: a relay in a process of its own, eight clients, and a policy of 200 rules read anew.

The same load runs with and without reloads in turn, so that a busy machine is busy for both. A request that fails or
that no policy's digest answers for counts as dropped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.policy.decision import policy_text
from relay.policy.loader import load
from relay.upstream.mirror import Mirror

CLIENTS = 8
PART_S = 4.0
EVERY_S = 0.25
BODY = {"model": "mirror", "messages": [{"role": "user", "content": "Write to maria@example.org about the invoice."}]}


@dataclass(slots=True)
class Part:
    """What happened in one stretch of time."""

    what: str
    reloads: int = 0
    requests: int = 0
    dropped: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0


def measure() -> list[Part]:
    """Return one row without reloads and one with."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder) / "policy.yaml"))


async def _measure(policy: Path) -> list[Part]:
    texts = [policy_text(200) + "\nmodel: none\n", policy_text(199) + "\nmodel: none\n"]
    digests = set()
    for text in texts:
        policy.write_text(text, encoding="utf-8")  # noqa: ASYNC240 - a small file
        digests.add(load(policy).digest)
    async with Mirror(keep=1).running() as mirror:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "relay", "serve", "--no-harden", "--port", "0", "--policy", str(policy)),
            *("--upstream", f"{mirror.base_url}/v1"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
        )
        try:
            assert process.stdout is not None
            url = (await process.stdout.readline()).decode().split()[1]
            parts = [Part("without"), Part("with reloads")]
            await _run(Part("warm"), url, digests, [], policy, process)
            for part, reloads in zip(parts, ([], texts), strict=True):
                await _run(part, url, digests, reloads, policy, process)
            return parts
        finally:
            process.terminate()
            await process.wait()


async def _run(
    part: Part, url: str, digests: set[str], texts: list[str], policy: Path, process: asyncio.subprocess.Process
) -> None:
    until = time.perf_counter() + PART_S
    taken: list[float] = []

    async def send(client: httpx.AsyncClient) -> None:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            try:
                answer = await client.post("/v1/chat/completions", json=BODY)
                part.dropped += answer.status_code != 200 or answer.headers["x-relay-policy"] not in digests
            except httpx.HTTPError:
                part.dropped += 1
            taken.append((time.perf_counter() - begun) * 1000)

    async def reload() -> None:
        while texts and time.perf_counter() < until - EVERY_S:
            await asyncio.sleep(EVERY_S)
            policy.write_text(texts[part.reloads % len(texts)], encoding="utf-8")  # noqa: ASYNC240
            process.send_signal(signal.SIGHUP)
            part.reloads += 1

    async with httpx.AsyncClient(base_url=url, headers={"authorization": "Bearer k"}, timeout=30) as client:
        await asyncio.gather(reload(), *(send(client) for _ in range(CLIENTS)))
    part.requests = len(taken)
    part.p50_ms = statistics.median(taken)
    part.p99_ms = statistics.quantiles(taken, n=100)[98]
