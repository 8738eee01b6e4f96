"""Clients with limits and policies of their own, and a file of clients that changes while relay serves."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx

from relay.upstream.mirror import Mirror
from tests.e2e.support import chat
from tests.e2e.test_reload import MAIL, PLACEHOLDER, REDACT, relay


def entry(key: str, more: str = "") -> str:
    """Return the line of a key's entry; the client is called as the key is."""
    return f'- {{name: {key}, key_sha256: "{hashlib.sha256(key.encode()).hexdigest()}"{more}}}\n'


async def said(url: str, key: str) -> httpx.Response:
    """Call as a client that passes the upstream's key on."""
    headers = {"x-relay-key": key, "authorization": "Bearer sk-test"}
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        return await client.post("/v1/chat/completions", json=chat(f"Write to {MAIL}."))


async def test_each_client_has_its_policy_and_its_limit(mirror: Mirror, tmp_path: Path) -> None:
    """The policy is named in each answer; SIGHUP reads all of them; a key that was taken out is refused."""
    policy, own, clients = (tmp_path / name for name in ("policy.yaml", "own.yaml", "clients.yaml"))
    policy.write_text(PLACEHOLDER)
    own.write_text(REDACT)
    clients.write_text(
        entry("first") + entry("second", f", policy: {own}") + entry("third", ", requests_per_minute: 1")
    )
    async with relay(mirror, policy, more=f"clients_file: {clients}\n") as process:
        first, second = await said(process.url, "first"), await said(process.url, "second")
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.headers["x-relay-policy"] != second.headers["x-relay-policy"]
        bodies = [str(received.body) for received in mirror.received]
        assert "EMAIL_ADDRESS_1" in bodies[0]
        assert "EMAIL_ADDRESS_1" not in bodies[1]
        assert MAIL not in bodies[1]

        assert (await said(process.url, "third")).status_code == 200
        refused = await said(process.url, "third")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert "requests a minute" in refused.json()["error"]["message"]

        own.write_text(PLACEHOLDER)
        clients.write_text(entry("second", f", policy: {own}"))
        await process.reload("done")
        assert (await said(process.url, "first")).status_code == 401
        assert (await said(process.url, "second")).headers["x-relay-policy"] == first.headers["x-relay-policy"]

        own.write_text("version: 1\nmodel: none\nstyle: xml\n")
        await process.reload("failed")
        assert (await said(process.url, "second")).headers["x-relay-policy"] == first.headers["x-relay-policy"]
