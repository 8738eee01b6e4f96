"""Disconnects, drains and the operator's port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from relay.doors.http.app import Running
from relay.errors import ConfigFault
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Serve, Stage, upstream
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat, open_raw, port_of, post_bytes, until

KEY = {"authorization": "Bearer sk-test"}


async def test_disconnect_cancels_the_upstream(relay: Running, mirror: Mirror) -> None:
    """A client that hangs up, before the answer or within it, ends the upstream call too."""
    for number, fields in enumerate(({"rule": "slow 30"}, {"rule": "silent 30", "stream": True}), start=1):
        text = f"{PROMPT} mirror: {fields.pop('rule')}"
        with open_raw(relay.url) as connection:
            connection.sendall(post_bytes(chat(text, **fields)))
            await until(lambda: len(mirror.received) == number)  # noqa: B023
            await asyncio.sleep(0.05)
        await until(lambda: mirror.disconnects == number)  # noqa: B023
    await asyncio.wait_for(asyncio.to_thread(_idle, relay), 3)


def _idle(relay: Running) -> None:
    while relay.handler.in_flight:
        pass


async def test_hundred_at_once(relay: Running, mirror: Mirror) -> None:
    """Interleaved exchanges never cross: everybody gets the own value back."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30) as client:

        async def one(number: int) -> bool:
            value = f"user{number:04}@example.org"
            body = chat(f"Write to {value}. mirror: echo", stream=bool(number % 2))
            answer = await client.post("/v1/chat/completions", json=body)
            text = answer.text if number % 2 == 0 else "".join(_deltas(answer.text))
            return value in text and sum(text.count(f"user{n:04}@") for n in range(100)) == 1

        assert all(await asyncio.gather(*(one(number) for number in range(100))))


def _deltas(text: str) -> list[str]:
    import json

    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    return [choice["delta"].get("content") or "" for event in events for choice in event["choices"]]


async def test_admin(relay: Running) -> None:
    """The operator's port says that relay is alive and ready, and counts without values."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        await client.post("/v1/chat/completions", json=chat())
        await client.get("/v1/unknown-path-4711")
    async with httpx.AsyncClient(base_url=relay.admin_url) as admin:
        assert (await admin.get("/livez")).status_code == 200
        ready = await admin.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        metrics = (await admin.get("/metrics")).text
        assert "relay_exchanges_total" in metrics
        assert not any(value in metrics for value in (*PLANTED, "unknown-path-4711"))
        assert (await admin.get("/other")).status_code == 404
        assert (await admin.post("/livez")).status_code == 405
        assert (await admin.get("/metrics", headers={"host": "evil.example.com"})).status_code == 403
    async with httpx.AsyncClient(base_url=relay.url) as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_not_ready_without_an_upstream(serve: Serve) -> None:
    """Relay is not ready while no upstream takes connections."""
    relay = serve(admin_port=0, upstreams={"down": upstream("http://127.0.0.1:9")})
    async with httpx.AsyncClient(base_url=relay.admin_url) as admin:
        ready = await admin.get("/readyz")
    assert (ready.status_code, ready.json()["upstreams"]) == (503, {"down": False})


async def test_not_ready_while_draining(serve: Serve) -> None:
    """A balancer hears it at once; relay is alive, and whoever still asks is told when to ask again."""
    relay = serve(admin_port=0)
    async with httpx.AsyncClient(base_url=relay.admin_url) as admin, httpx.AsyncClient(base_url=relay.url) as client:
        assert (await admin.get("/readyz")).status_code == 200
        relay.handler.service.draining = True
        ready = await admin.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "draining": True})
        assert (await admin.get("/livez")).status_code == 200
        refused = await client.post("/v1/chat/completions", json=chat(), headers=KEY)
        assert (refused.status_code, refused.headers["retry-after"] in ("1", "2")) == (503, True)
        assert len(refused.headers["x-relay-exchange"]) == 32


async def test_port_in_use(serve: Serve, relay: Running) -> None:
    """A port that is taken is said in one line, and nothing is left behind."""
    with pytest.raises(ConfigFault, match=f"cannot listen on 127.0.0.1:{port_of(relay.url)}"):
        serve(port=port_of(relay.url))


async def test_name_that_does_not_resolve_in_time(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking a name up counts as connecting."""
    real = socket.getaddrinfo

    def slow(host: Any, *args: Any, **kw: Any) -> Any:
        if host == "slow.example.com":
            time.sleep(0.6)
            raise socket.gaierror("no such name")
        return real(host, *args, **kw)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    relay = serve(upstreams={"slow": upstream("http://slow.example.com")}, connect_timeout_s=0.1)
    begun = time.monotonic()
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "upstream_unreachable"
    assert time.monotonic() - begun < 0.5


async def test_sigterm_drains(mirror: Mirror, stage: Stage, tmp_path: Path) -> None:
    """SIGTERM lets a stream in work finish, refuses new connections, and ends with status 0."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nmodel: none\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relay", "serve", "--port", "0", "--no-harden"),
        *("--upstream", f"{mirror.base_url}/v1", "--policy", str(policy)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        assert line.startswith("ready http://127.0.0.1:")
        url = line.split()[1]
        async with httpx.AsyncClient(base_url=url, headers=KEY) as client:
            body = chat(f"{PROMPT} mirror: silent 0.5", stream=True)
            async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
                assert answer.status_code == 200
                process.send_signal(signal.SIGTERM)
                text = "".join([part async for part in answer.aiter_text()])
            assert "[DONE]" in text
        out, err = await asyncio.wait_for(process.communicate(), 10)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err
    assert not any(value.encode() in out + err for value in PLANTED)
    assert_clean(mirror)


async def test_sigterm_serves_on_until_a_balancer_has_asked(mirror: Mirror, tmp_path: Path) -> None:
    """For `drain_wait_s` after SIGTERM `/readyz` fails and new requests are answered; then relay ends."""
    (tmp_path / "policy.yaml").write_text("version: 1\nmodel: none\n")
    config = tmp_path / "relay.yaml"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        admin_port = free.getsockname()[1]
    config.write_text(
        f"server: {{port: 0, admin_port: {admin_port}, drain_wait_s: 1}}\n"
        f"upstreams: {{mirror: {{kind: frontier, base_url: {mirror.base_url}/v1}}}}\npolicy: {tmp_path}/policy.yaml\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relay", "serve", "--no-harden", "--config", str(config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
    )
    try:
        assert process.stdout is not None
        url = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().split()[1]
        async with httpx.AsyncClient() as admin:
            readyz = f"http://127.0.0.1:{admin_port}/readyz"
            assert (await admin.get(readyz)).status_code == 200
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(1):
                while (await admin.get(readyz)).status_code != 503:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.01)
            async with httpx.AsyncClient(base_url=url, headers=KEY) as client:
                assert (await client.post("/v1/chat/completions", json=chat())).status_code == 200
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
