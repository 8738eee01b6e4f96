"""Let conversations go on while nodes are killed: several relays, one store, HAProxy in front, no sticky sessions.

Every answer is checked where the client has it: it repeats what the client said, with its own values and nobody else's.
What the upstream got is checked for the numbers of placeholders: a value keeps its own in all turns and on all nodes,
and no two values of a conversation have one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.latency.servers import ROOT, environment
from benchmarks.scale.store_server import ValkeyProcess, free_port
from relay.upstream.mirror import Mirror

__all__ = ["Outcome", "conversations"]

_RELAY = """
server: {{port: {port}, admin_port: {admin}, drain_s: 5}}
upstreams: {{mirror: {{kind: frontier, base_url: "{upstream}", credential: none}}}}
policy: {policy}
session: {{store: "{store}"}}
"""
_POLICY = "version: 1\nmodel: none\n"
_HAPROXY = """
global
  maxconn 2000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  option redispatch 1
  retries 3
  retry-on conn-failure
frontend relay
  bind 127.0.0.1:{port}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
  timeout check 2s
  default-server check inter 500ms fall 2 rise 1
{servers}
"""
_CHAT = "/v1/chat/completions"
_SAID = re.compile(r"Talk (\d+): (\S+) writes to (\S+) about (\S+)\. mirror: echo")
_RETRIED = (502, 503, 504)
_PATIENCE_S = 120.0  # of a client that asks again and again: on a small machine all nodes may be down for a while
_PAUSE_S = 0.3
_FIRST_KILL_S = 0.5


@dataclass(slots=True)
class Outcome:
    """What happened. `wrong` must be empty: one line for each answer or number that is not as it has to be."""

    turns: int = 0
    kills: int = 0
    retried: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    config: Path
    process: subprocess.Popen[bytes]


async def conversations(folder: Path, *, talks: int, turns: int, nodes: int = 3, kill_every_s: float = 5.0) -> Outcome:
    """Have `talks` conversations of `turns` turns each, and kill a node every `kill_every_s` seconds, with SIGKILL."""
    outcome = Outcome()
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # the mirror's callers are killed
    async with _stage(folder, nodes) as (url, mirror, running):
        killing = asyncio.create_task(_kill(running, kill_every_s, outcome))
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:
            await asyncio.gather(*(_talk(http, number, turns, outcome) for number in range(talks)))
        killing.cancel()
        _check_numbers(mirror, talks, turns, outcome)
    return outcome


@asynccontextmanager
async def _stage(folder: Path, nodes: int) -> AsyncIterator[tuple[str, Mirror, list[_Node]]]:
    async with AsyncExitStack() as stack:
        mirror = await stack.enter_async_context(Mirror(keep=1_000_000).running())
        store = ValkeyProcess(folder)
        stack.callback(store.stop)
        policy = folder / "policy.yaml"
        policy.write_text(_POLICY, encoding="utf-8")
        running: list[_Node] = []
        servers = []
        for number in range(nodes):
            port, admin = free_port(), free_port()
            config = folder / f"node{number}.yaml"
            text = _RELAY.format(
                port=port, admin=admin, upstream=f"{mirror.base_url}/v1", policy=policy, store=store.url
            )
            config.write_text(text, encoding="utf-8")
            servers.append(f"  server n{number} 127.0.0.1:{port} port {admin}")
            node = _Node(config, _serve(config))
            running.append(node)
            stack.callback(_end, node)
        port = free_port()
        proxy = folder / "haproxy.cfg"
        proxy.write_text(_HAPROXY.format(port=port, servers="\n".join(servers)), encoding="utf-8")
        balancer = _started("haproxy", "-db", "-f", str(proxy))
        stack.callback(balancer.wait)
        stack.callback(balancer.kill)
        url = f"http://127.0.0.1:{port}"
        await _ready(url)
        yield url, mirror, running


def _serve(config: Path) -> subprocess.Popen[bytes]:
    return _started(sys.executable, "-m", "relay", "serve", "--config", str(config), "--no-harden")


def _started(*command: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=environment(ROOT), stdout=quiet, stderr=quiet)


def _end(node: _Node) -> None:
    node.process.kill()
    node.process.wait()


async def _ready(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as http:
        for _ in range(600):
            try:
                if (await http.get("/")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise RuntimeError("no node was ready within a minute")


async def _kill(running: list[_Node], every_s: float, outcome: Outcome) -> None:
    """Kill one node after the other, the first one soon, and begin it again at once."""
    await asyncio.sleep(min(_FIRST_KILL_S, every_s))
    while True:
        node = running[outcome.kills % len(running)]
        node.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(node.process.wait)
        outcome.kills += 1
        node.process = _serve(node.config)
        await asyncio.sleep(every_s)


async def _talk(http: httpx.AsyncClient, number: int, turns: int, outcome: Outcome) -> None:
    session = {"x-relay-session": (await _asked(http, "/relay/v1/sessions", {}, {}, outcome)).json()["id"]}
    messages: list[dict[str, str]] = []
    for turn in range(turns):
        writer, reader, subject = _values(number, turn)
        said = f"Talk {number}: {writer} writes to {reader} about {subject}. mirror: echo"
        messages.append({"role": "user", "content": said})
        body = {"model": "m", "messages": messages, "stream": turn % 2 == 1}
        expected = said.removesuffix(" mirror: echo")
        answer = _text(await _asked(http, _CHAT, body, session, outcome), streamed=turn % 2 == 1)
        outcome.turns += 1
        if answer != expected:
            outcome.wrong.append(f"talk {number}, turn {turn}: the answer is another one")
        messages.append({"role": "assistant", "content": answer})
    closed = await _asked(http, f"/relay/v1/sessions/{session['x-relay-session']}", None, {}, outcome)
    if closed.status_code not in (200, 409):  # 409: deleted by a try of which the answer was lost
        outcome.wrong.append(f"talk {number}: not closed")


def _values(talk: int, turn: int) -> tuple[str, str, str]:
    """Return one value that all turns of a talk have, one of this turn, and one that every talk has."""
    return f"writer{talk}@example.org", f"reader{talk}.{turn}@example.org", "office@example.org"


async def _asked(
    http: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str], outcome: Outcome
) -> httpx.Response:
    """Ask until there is a whole answer, as an SDK does; anything but a clean error that may be retried is wrong."""
    begun = time.monotonic()
    while time.monotonic() - begun < _PATIENCE_S:
        method = "DELETE" if body is None else "POST"
        try:
            answer = await http.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            outcome.retried[type(error).__name__] += 1
        else:
            if answer.status_code in _RETRIED:
                outcome.retried[str(answer.status_code)] += 1
            elif _is_cut(answer):
                outcome.retried["stream ended with an error"] += 1
            else:
                if answer.status_code >= 400 and body is not None:
                    outcome.wrong.append(f"{path}: {answer.status_code}")
                return answer
        await asyncio.sleep(_PAUSE_S)
    raise RuntimeError("no answer after many tries")


def _is_cut(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/event-stream") and "[DONE]" not in answer.text


def _text(answer: httpx.Response, *, streamed: bool) -> str:
    if not streamed:
        return str(answer.json()["choices"][0]["message"]["content"])
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    deltas = [choice["delta"].get("content") for line in lines for choice in json.loads(line)["choices"]]
    return "".join(delta for delta in deltas if delta)


def _check_numbers(mirror: Mirror, talks: int, turns: int, outcome: Outcome) -> None:
    """Check, of what the upstream got, that each value of a talk has one placeholder and each placeholder one value."""
    issued: list[dict[tuple[str, int], set[str]]] = [{} for _ in range(talks)]
    for received in mirror.received:
        said = [message["content"] for message in received.body["messages"] if message["role"] == "user"]
        for turn, text in enumerate(said):
            found = _SAID.fullmatch(text)
            if found is None:
                outcome.wrong.append("the upstream got something else")
                continue
            talk = int(found[1])
            for kind, placeholder in (("writer", found[2]), ("reader", found[3]), ("office", found[4])):
                place = (kind, turn if kind == "reader" else 0)
                issued[talk].setdefault(place, set()).add(placeholder)
    for talk, places in enumerate(issued):
        if any(len(placeholders) != 1 for placeholders in places.values()):
            outcome.wrong.append(f"talk {talk}: a value has several placeholders")
        if len(set().union(*places.values())) != turns + 2:
            outcome.wrong.append(f"talk {talk}: a placeholder has several values, or one is missing")
