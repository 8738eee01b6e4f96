"""Requests with a canary in every place that a client or an upstream can write to, and where canaries came out.

A canary is a word of letters that stands nowhere else. It comes as a name, an e-mail address, a key, a header, a path,
a query, a model, a session, a file, a tool, its arguments, a `traceparent`, and in errors of an upstream that echoes.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Callable
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from relay import build
from relay.config import Config, RoutingConfig, ServerConfig, TelemetryConfig, UpstreamConfig
from relay.doors.http import app
from relay.observe import logs
from relay.types import RouteKind
from relay.upstream.mirror import Mirror
from tests.collector import FakeCollector

__all__ = ["Findings", "Source", "canary", "run", "stands"]

_AT_ONCE = 16
_WARM = 150  # requests after which every series is there that a request can bring about
_LETTERS = "bcdfghjklmnpqrstvwxz"
_WORDS = re.compile(f"zq[{_LETTERS}]{{5,10}}")
_DIGITS = re.compile(r"7a71(?:6[2-9a-f]|7[0-9a]){5,10}")
_RULES = ("echo", "mangle", "error 400", "error 401", "error 404", "error 429", "error 500", "redirect", "gzip", "cut")
# Paths of formats, and what a client may have got wrong.
_PATHS = (
    "/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings", "/v1/moderations", "/v1/completions",
    "/api/chat", "/api/generate", "/v1beta/models/{canary}:generateContent", "/v1/models/{canary}", "/v1/{canary}",
    "/relay/v1/sessions/{canary}", "/openai/v1/chat/completions", "/v1/messages/count_tokens",
)  # fmt: skip
_METHODS = ("POST",) * 12 + ("GET", "PUT", "DELETE", "OPTIONS", "HEAD", "{canary}")


@dataclass(slots=True)
class Findings:
    """What was found. `traces`, `metrics`, `log`: canaries in each; `series`: how many there were, early and late."""

    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    canaries: int = 0
    spans: int = 0
    messages: int = 0
    lines: int = 0
    traces: int = 0
    metrics: int = 0
    log: int = 0
    series: tuple[int, int] = (0, 0)
    dropped: int = 0


def canary(random: Random) -> str:
    """Return a word that stands nowhere else."""
    return "zq" + "".join(random.choices(_LETTERS, k=10))


def request(random: Random, canaries: list[str]) -> dict[str, Any]:
    """Return the arguments of a request with canaries in it; they are added to `canaries`."""

    def new() -> str:
        canaries.append(canary(random))
        return canaries[-1]

    path = random.choice(_PATHS).format(canary=new())
    headers = {
        "authorization": f"Bearer sk-{new()}",
        "x-api-key": new(),
        "user-agent": new(),
        "x-forwarded-for": new(),
        "cookie": f"id={new()}",
        "baggage": f"user={new()}",
        "traceparent": f"00-{new().encode().hex():f<32.32}-{new().encode().hex():f<16.16}-01",
        f"x-{new()}": new(),
        "anthropic-beta": new(),
    }
    if random.random() < 0.2:
        headers["x-relay-session"] = new()
    if random.random() < 0.05:
        headers["origin"] = f"https://{new()}.example.com"
    query = {new(): new()} if random.random() < 0.3 else {}
    text = (
        f"I am {new().capitalize()} {new().capitalize()}, {new()}@example.org, see {new()}.pdf. "
        f"mirror: {random.choice(_RULES)}"
    )
    body = random.choice((_openai, _openai, _openai, _broken))(new, text, random)
    return {
        "method": random.choice(_METHODS).format(canary=new().upper()),
        "url": path,
        "params": query,
        "headers": headers,
        **body,
    }


def _openai(new: Callable[[], str], text: str, random: Random) -> dict[str, Any]:
    tool = {"name": new(), "description": new(), "parameters": {"type": "object", "properties": {new(): {}}}}
    call = {"id": new(), "type": "function", "function": {"name": new(), "arguments": f'{{"{new()}": "{new()}"}}'}}
    model = random.choice(("mirror", new()))
    return {
        "json": {
            "model": model,
            "messages": [
                {"role": "system", "content": new()},
                {"role": "user", "content": text, "name": new()},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": call["id"], "content": new()},
                {"role": "user", "content": text},
            ],
            "max_tokens": 20,
            "input": text,
            "prompt": text,
            "contents": [{"role": "user", "parts": [{"text": text}]}],
            "tools": [{"type": "function", "function": tool}],
            "user": new(),
            "metadata": {new(): new()},
            "stream": random.random() < 0.3,
            new(): new(),
        }
    }


def _broken(new: Callable[[], str], text: str, random: Random) -> dict[str, Any]:
    content = random.choice((f'{{"messages": "{new()}', f"{new()}\xff", f'["{new()}"]', f'{{"{new()}": 1e999}}'))
    kind = random.choice(("application/json", f"text/{new()}"))
    return {"content": content.encode("latin-1"), "headers_": {"content-type": kind}}


async def run(count: int, seed: int = 1, *, policy: str = "default", model: bool = False) -> Findings:
    """Send `count` requests through a relay with tracing, metrics and the JSON log at DEBUG, and look for canaries."""
    random, found, canaries = Random(seed), Findings(), list[str]()
    collector = FakeCollector()
    with _log() as log:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(collector.running())
            mirror = await stack.enter_async_context(Mirror().running())
            config = Config(
                server=ServerConfig(port=0, admin_port=0, drain_s=2, queue=4 * _AT_ONCE),
                upstreams={"mirror": UpstreamConfig(kind=RouteKind.FRONTIER, base_url=mirror.base_url)},
                routing=RoutingConfig(probe_s=0, retries=0, failures=1_000_000),
                telemetry=TelemetryConfig(otlp=collector.url, interval_s=1),
            )
            core = build.core(config, {}, source=Source(model))
            served = await stack.enter_async_context(app.running(core, config, build.client(config)))
            metrics = await stack.enter_async_context(httpx.AsyncClient(base_url=served.admin_url))
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=served.url, timeout=60))
            exposed = ""
            for begin in range(0, count, _AT_ONCE):
                batch = [request(random, canaries) for _ in range(min(_AT_ONCE, count - begin))]
                for status in await asyncio.gather(*(_send(client, one) for one in batch)):
                    found.statuses[status] = found.statuses.get(status, 0) + 1
                found.requests += len(batch)
                if found.requests >= _WARM and not found.series[0]:
                    exposed = (await metrics.get("/metrics")).text
                    found.series = (_series(exposed), 0)
            exposed += (last := (await metrics.get("/metrics")).text)
            found.series = (found.series[0], _series(last))
        _count(found, canaries, collector, exposed, log.getvalue())
        found.dropped = int(core.metrics._traces_dropped._value.get())
    return found


class Source:
    """The default policy, with the model or without: `build.core` asks for no more of a source."""

    def __init__(self, model: bool) -> None:
        self.added = build.NOTHING_ADDED
        self._model = model

    def read(self) -> Any:
        policy = build.read_policy(build.DEFAULT_POLICY)
        return policy if self._model else policy.model_copy(update={"model": "none"})


async def _send(client: httpx.AsyncClient, asked: dict[str, Any]) -> int:
    headers = {**asked["headers"], **asked.pop("headers_", {})}
    try:
        return (await client.request(**{**asked, "headers": headers})).status_code
    except httpx.HTTPError:
        return 0  # the mirror cut its answer, and relay the client's


def _series(text: str) -> int:
    return sum(1 for line in text.splitlines() if line and line[0] != "#")


def _count(found: Findings, canaries: list[str], collector: FakeCollector, exposed: str, log: str) -> None:
    # Ids stand in the messages as bytes, and those of a `traceparent` spell a canary.
    found.canaries = len({*canaries})
    found.traces = stands(b"".join(collector.raw).decode("latin-1"))
    found.metrics = stands(exposed)
    found.log = stands(log)
    found.spans, found.messages, found.lines = len(collector.spans), len(collector.raw), log.count("\n")


def stands(text: str) -> int:
    """Return how many canaries stand in `text`, in letters or as the hexadecimal digits of these, whole or cut."""
    lower = text.lower()
    return len(_WORDS.findall(lower)) + len(_DIGITS.findall(lower))


@contextmanager
def _log() -> Any:
    """Collect the log as relay writes it, at DEBUG."""
    handlers, level, propagates = [*logs.logger.handlers], logs.logger.level, logs.logger.propagate
    logs.configure(logging.DEBUG)
    stream = io.StringIO()
    handler = logs.logger.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        yield stream
    finally:
        logs.logger.handlers[:] = handlers
        logs.logger.setLevel(level)
        logs.logger.propagate = propagates
