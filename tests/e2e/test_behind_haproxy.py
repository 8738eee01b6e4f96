"""The shipped HAProxy configuration in front of two relays, which are started anew one by one under load."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from relay.upstream.mirror import Mirror
from tests.conftest import ROOT
from tests.e2e.support import chat

# Debian keeps it where only root's path leads.
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
pytestmark = pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not there; Debian's package haproxy has it")
CLIENTS = 6


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Node:
    """One relay with ports of its own, which outlive its process."""

    def __init__(self, folder: Path, mirror: Mirror) -> None:
        self.port, self.admin_port = free_port(), free_port()
        folder.mkdir()
        (folder / "policy.yaml").write_text("version: 1\nmodel: none\n", encoding="utf-8")
        self._config = folder / "relay.yaml"
        self._config.write_text(
            f"server: {{port: {self.port}, admin_port: {self.admin_port}, drain_wait_s: 2}}\n"
            f"upstreams: {{mirror: {{kind: frontier, base_url: {mirror.base_url}/v1}}}}\n"
            f"policy: {folder / 'policy.yaml'}\n",
            encoding="utf-8",
        )

    async def start(self) -> None:
        """Start relay and wait until it takes connections."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "relay", "serve", "--no-harden", "--config", str(self._config)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
        )
        assert self._process.stdout is not None
        assert (await asyncio.wait_for(self._process.stdout.readline(), 30)).startswith(b"ready ")

    async def leave(self) -> None:
        """Tell relay to leave, and wait until it has."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self._process.wait(), 30) == 0


def of_test(text: str, port: int, nodes: list[Node]) -> str:
    """Return the shipped configuration with the test's ports, without TLS and without the engine's names."""
    text = re.sub(r"bind .*", f"bind 127.0.0.1:{port}", text)
    text = re.sub(r" init-addr \S+ resolvers \w+|\nresolvers (.|\n)*|check port \d+ ", "", text)
    servers = [
        f"    server relay{number} 127.0.0.1:{node.port} check port {node.admin_port}"
        for number, node in enumerate(nodes)
    ]
    return re.sub(r"    server-template .*", "\n".join(servers), text) + "\n"


@asynccontextmanager
async def haproxy(config: Path) -> AsyncIterator[None]:
    """Run HAProxy in the foreground."""
    assert HAPROXY is not None
    process = await asyncio.create_subprocess_exec(HAPROXY, "-db", "-q", "-f", str(config))
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def answers(client: httpx.AsyncClient) -> bool:
    """Tell whether HAProxy listens and has found a relay."""
    try:
        return (await client.get("/")).status_code == 200
    except httpx.ConnectError:
        return False


async def test_restart_one_by_one_loses_no_request(mirror: Mirror, tmp_path: Path) -> None:
    """While each relay leaves and comes back, every request is answered whole, streams too, with its own values."""
    nodes = [Node(tmp_path / name, mirror) for name in ("a", "b")]
    port = free_port()
    config = tmp_path / "haproxy.cfg"
    shipped = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    config.write_text(of_test(shipped, port, nodes), encoding="utf-8")
    over, answered, lost = asyncio.Event(), 0, list[str]()

    async def use(client: httpx.AsyncClient, number: int) -> None:
        nonlocal answered
        turn = 0
        while not over.is_set():
            turn += 1
            value = f"user{number}.{turn}@example.org"
            body = chat(f"Write to {value}. mirror: echo", stream=bool(turn % 2))
            try:
                answer = await client.post("/v1/chat/completions", json=body, timeout=30)
            except httpx.HTTPError as error:
                lost.append(type(error).__name__)
                continue
            text = "".join(re.findall(r'"content":\s*"(.*?)"', answer.text))
            if answer.status_code != 200 or value not in text:
                lost.append(str(answer.status_code))
            answered += 1

    async with AsyncExitStack() as stack:
        for node in nodes:
            await node.start()
            stack.push_async_callback(node.leave)
        await stack.enter_async_context(haproxy(config))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"authorization": "Bearer k"})
        )
        async with asyncio.timeout(30):
            while not await answers(client):  # noqa: ASYNC110 - HAProxy asks relay in its own time
                await asyncio.sleep(0.1)
        async with asyncio.TaskGroup() as load:
            for number in range(CLIENTS):
                load.create_task(use(client, number))
            for node in nodes:
                before = answered
                await node.leave()
                await node.start()
                assert answered > before
                # HAProxy sends to it again only after it has asked.
                await asyncio.sleep(1.5)
            over.set()
    assert lost == []
    assert all(received.header("x-forwarded-for") is None for received in mirror.received)
