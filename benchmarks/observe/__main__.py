"""Look for canaries in traces, metrics and log, and measure what tracing costs a warm request.

    python -m benchmarks.observe --count 10000 [--model] [--seed 1]
    python -m benchmarks.observe --cost 2000

The cost: the same small request, in turns to a relay without telemetry and to one that traces every exchange, both in
this process, one at a time; the collector is in it, too. CPU is of the whole process, sending included.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from contextlib import AsyncExitStack

import httpx

from benchmarks.observe.canaries import Source, run
from relay import build
from relay.config import Config, ServerConfig, TelemetryConfig, UpstreamConfig
from relay.doors.http import app
from relay.types import RouteKind
from relay.upstream.mirror import Mirror
from tests.collector import FakeCollector

_BODY = {"model": "mirror", "messages": [{"role": "user", "content": "Write to maria.gonzalez@example.org about it."}]}
_ROUND = 50


async def cost(count: int, *, model: bool) -> None:
    """Print the times of `count` requests without tracing and with it."""
    wall: dict[str, list[float]] = {"off": [], "on": []}
    cpu = {"off": 0.0, "on": 0.0}
    collector = FakeCollector()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(collector.running())
        mirror = await stack.enter_async_context(Mirror().running())
        clients = {}
        for name, telemetry in {"off": None, "on": TelemetryConfig(otlp=collector.url)}.items():
            config = Config(
                server=ServerConfig(port=0, drain_s=1),
                upstreams={"mirror": UpstreamConfig(kind=RouteKind.FRONTIER, base_url=mirror.base_url)},
                telemetry=telemetry,
            )
            core = build.core(config, {}, source=Source(model))
            served = await stack.enter_async_context(app.running(core, config, build.client(config)))
            headers = {"authorization": "Bearer sk-test"}
            clients[name] = await stack.enter_async_context(httpx.AsyncClient(base_url=served.url, headers=headers))
        for number in range(-1, count // _ROUND):
            for name in ("off", "on") if number % 2 else ("on", "off"):
                began_cpu = time.process_time()
                for _ in range(_ROUND):
                    began = time.perf_counter()
                    (await clients[name].post("/v1/chat/completions", json=_BODY)).raise_for_status()
                    if number >= 0:
                        wall[name].append((time.perf_counter() - began) * 1000)
                if name == "on":
                    await asyncio.sleep(1.2)  # the traces are sent in this time
                if number >= 0:
                    cpu[name] += time.process_time() - began_cpu
    for name, times in wall.items():
        tenths = statistics.quantiles(times, n=10)
        each = cpu[name] / len(times) * 1e3
        print(f"tracing {name:<3} p50 {tenths[4]:.2f} ms  p90 {tenths[8]:.2f} ms  cpu {each:.2f} ms a request")
    print(f"spans received: {len(collector.spans)}")


async def look(count: int, seed: int, *, model: bool) -> bool:
    """Print where canaries came out; return whether there were none."""
    found = await run(count, seed, model=model)
    print(f"requests {found.requests}, canaries {found.canaries}, statuses {dict(sorted(found.statuses.items()))}")
    print(f"spans {found.spans} in {found.messages} messages, log lines {found.lines}, traces dropped {found.dropped}")
    print(f"canaries in traces {found.traces}, in metrics {found.metrics}, in the log {found.log}")
    print(f"series: {found.series[0]} after the warm-up, {found.series[1]} at the end")
    return not (found.traces or found.metrics or found.log)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--cost", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", action="store_true")
    asked = parser.parse_args()
    if asked.cost or not asked.count:
        asyncio.run(cost(asked.cost or 1000, model=asked.model))
    if asked.count or not asked.cost:
        return 0 if asyncio.run(look(asked.count or 1000, asked.seed, model=asked.model)) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
