"""Web pages, foreign names and strangers are kept out; browsers that may call can."""

from __future__ import annotations

import hashlib
import json
import logging

import httpx
import pytest

from relay.config import ClientConfig
from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, upstream
from tests.e2e.support import assert_clean, chat, port_of

KEY = {"authorization": "Bearer sk-test"}
PAGE = "http://localhost:3000"


def _client(name: str, key: str) -> ClientConfig:
    return ClientConfig(name=name, key_sha256=hashlib.sha256(key.encode()).hexdigest())


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:{port}", 200),
        ("127.0.0.1:{port}", 200),
        ("relay.localhost", 200),
        ("[::1]:{port}", 200),
        ("LOCALHOST", 200),
        ("evil.example.com", 403),
        ("localhost.evil.example.com", 403),
        ("127.0.0.1.evil.example.com", 403),
        ("169.254.169.254", 403),
        ("203.0.113.5", 403),
    ],
)
async def test_host(relay: Running, mirror: Mirror, host: str, status: int) -> None:
    """Only names of this machine are answered: DNS rebinding finds nobody."""
    headers = {**KEY, "host": host.format(port=port_of(relay.url))}
    async with httpx.AsyncClient(base_url=relay.url) as client:
        assert (await client.post("/v1/chat/completions", json=chat(), headers=headers)).status_code == status
    assert bool(mirror.received) == (status == 200)


async def test_configured_host(serve: Serve) -> None:
    """A host on the list is answered."""
    relay = serve(allowed_hosts=("relay.example.com",))
    async with httpx.AsyncClient(base_url=relay.url) as client:
        assert (await client.get("/", headers={"host": "relay.example.com:8080"})).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example.com", "null", "http://localhost:3000", "file://"])
async def test_origin_not_listed(relay: Running, mirror: Mirror, origin: str) -> None:
    """No web page may call unless its origin is on the list; the preflight says so too."""
    async with httpx.AsyncClient(base_url=relay.url, headers={**KEY, "origin": origin}) as client:
        answer = await client.post("/v1/chat/completions", json=chat())
        asked = await client.options("/v1/chat/completions", headers={"access-control-request-method": "POST"})
    assert [answer.status_code, asked.status_code] == [403, 403]
    assert "access-control-allow-origin" not in answer.headers
    assert not mirror.received


async def test_listed_origin(serve: Serve) -> None:
    """A page on the list is told what it may send and read; errors are readable for it as well."""
    relay = serve(allowed_origins=(PAGE, "http://127.0.0.1:*"))
    wanted = "authorization, content-type, x-stainless-os, x-stainless-helper-method, anthropic-version, x-evil"
    async with httpx.AsyncClient(base_url=relay.url, headers={"origin": PAGE}) as client:
        asked = await client.options(
            "/v1/chat/completions",
            headers={"access-control-request-method": "POST", "access-control-request-headers": wanted},
        )
        answer = await client.post("/v1/chat/completions", json=chat(), headers=KEY)
        failed = await client.post(
            "/v1/chat/completions", content=b"{", headers={**KEY, "content-type": "application/json"}
        )
        other = await client.get("/", headers={"origin": "http://127.0.0.1:5173"})
    assert asked.status_code == 204
    granted = asked.headers["access-control-allow-headers"].split(", ")
    assert set(granted) == set(wanted.split(", ")) - {"x-evil"}
    for response in (asked, answer, failed):
        assert response.headers["access-control-allow-origin"] == PAGE
        assert response.headers["vary"] == "Origin"
    assert "x-relay-decision" in answer.headers["access-control-expose-headers"]
    assert answer.status_code == 200
    assert failed.status_code == 400
    assert other.headers["access-control-allow-origin"] == "http://127.0.0.1:5173"


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_content_type(relay: Running, mirror: Mirror, content_type: str | None) -> None:
    """What a page could send without asking is not read, even where its origin is not told."""
    headers = {**KEY, "sec-fetch-site": "cross-site", **({"content-type": content_type} if content_type else {})}
    async with httpx.AsyncClient(base_url=relay.url) as client:
        answer = await client.post("/v1/chat/completions", content=b"{}", headers=headers)
        session = await client.post("/relay/v1/sessions", content=b"{}", headers=headers)
    assert [answer.status_code, session.status_code] == [415, 415]
    assert not mirror.received


async def test_curl(relay: Running, mirror: Mirror) -> None:
    """A program that does not say that its body is JSON is understood all the same, as curl's are."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        for kind in ({}, {"content-type": "application/x-www-form-urlencoded"}):
            content = json.dumps(chat()).encode()
            assert (await client.post("/v1/chat/completions", content=content, headers=kind)).status_code == 200
    assert_clean(mirror)


async def test_client_keys(serve: Serve, mirror: Mirror) -> None:
    """With clients configured, a key of relay's is required, wherever the SDK puts it, and never leaves."""
    relay = serve(
        clients=(_client("desktop", "relay-key-1"), _client("server", "relay-key-2")),
        upstreams={"mirror": upstream(mirror.base_url, credential="none")},
    )
    async with httpx.AsyncClient(base_url=relay.url) as client:

        async def status(**headers: str) -> int:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            return (await client.post("/v1/chat/completions", json=chat(), headers=fields)).status_code

        assert await status() == 401
        assert await status(authorization="Bearer wrong") == 401
        assert await status(authorization="relay-key-1") == 401
        assert not mirror.received
        assert await status(authorization="Bearer relay-key-1") == 200
        assert await status(x_api_key="relay-key-2") == 200
        assert await status(x_goog_api_key="relay-key-2") == 200
        assert await status(x_relay_key="relay-key-1") == 200
        assert await status(x_relay_key="wrong", authorization="Bearer relay-key-1") == 401
        assert (await client.get("/")).status_code == 200
        assert (await client.post("/relay/v1/sessions", json={})).status_code == 401
    assert all("relay-key" not in repr(received.headers) for received in mirror.received)


async def test_relay_key_beside_the_upstreams(serve: Serve, mirror: Mirror) -> None:
    """A client that names its relay key apart keeps its SDK's header for the upstream's key."""
    relay = serve(clients=(_client("desktop", "relay-key-1"),))
    headers = {"x-relay-key": "relay-key-1", "authorization": "Bearer sk-mine"}
    async with httpx.AsyncClient(base_url=relay.url) as client:
        answer = await client.post("/v1/chat/completions", json=chat(), headers=headers)
        only_ours = await client.post(
            "/v1/chat/completions", json=chat(), headers={"authorization": "Bearer relay-key-1"}
        )
    assert answer.status_code == 200
    assert mirror.received[-1].header("authorization") == "Bearer sk-mine"
    assert only_ours.status_code == 401
    assert len(mirror.received) == 1


async def test_root(relay: Running) -> None:
    """Clients that look whether somebody is there find relay."""
    async with httpx.AsyncClient(base_url=relay.url) as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.head("/")).status_code == 200


async def test_websocket(relay: Running) -> None:
    """A client that tries a WebSocket first is told to use HTTP."""
    headers = {**KEY, "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    async with httpx.AsyncClient(base_url=relay.url, headers=headers) as client:
        answer = await client.get("/v1/responses")
    assert answer.status_code == 426
    assert answer.json()["error"]["message"]


async def test_a_policy_knows_its_clients(serve: Serve, mirror: Mirror, make_core: MakeCore) -> None:
    """A rule for one client holds for that client's key and for no other."""
    rule = "{clients: [kiosk], entity: EMAIL_ADDRESS, action: block, why: a public terminal}"
    relay = serve(
        clients=(_client("kiosk", "key-of-the-kiosk"), _client("desk", "key-of-the-desk")),
        upstreams={"mirror": upstream(mirror.base_url, credential="none")},
        from_core=make_core(f"version: 1\nmodel: none\nrules:\n  - {rule}\n"),
    )
    async with httpx.AsyncClient(base_url=relay.url) as client:
        for key, status in (("key-of-the-kiosk", 403), ("key-of-the-desk", 200)):
            answer = await client.post(
                "/v1/chat/completions", json=chat("mail maria@example.org"), headers={"authorization": f"Bearer {key}"}
            )
            assert answer.status_code == status
    assert len(mirror.received) == 1


@pytest.mark.parametrize(
    ("headers", "content", "code"),
    [
        ({"content-type": "text/plain"}, b"{}", "unsupported_media_type"),
        ({"content-encoding": "gzip"}, b"no gzip", "invalid_request"),
        ({"content-encoding": "snappy"}, b"{}", "unsupported_media_type"),
        ({"origin": "http://evil.example.com"}, b"{}", "origin_refused"),
        ({"x-relay-session": "of-somebody-else"}, b"{}", "session_closed"),
        ({"upgrade": "websocket", "connection": "upgrade"}, b"{}", "upgrade_refused"),
    ],
)
async def test_a_refusal_at_the_door_is_logged_with_the_clients_name(
    serve: Serve, caplog: pytest.LogCaptureFixture, headers: dict[str, str], content: bytes, code: str
) -> None:
    """Its key is in the headers, which are here whatever else is wrong."""
    caplog.set_level(logging.INFO, "relay")
    relay = serve(clients=(_client("desktop", "relay-key-1"),))
    sent = {"content-type": "application/json", "authorization": "Bearer relay-key-1", **headers}
    async with httpx.AsyncClient(base_url=relay.url) as client:
        await client.post("/v1/chat/completions", content=content, headers=sent)
        await client.post("/v1/chat/completions", content=content, headers={**sent, "authorization": "Bearer wrong"})
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "relay"]
    refused = [line for line in lines if line["event"] == "refused"]
    assert (refused[0]["code"], refused[0]["client"]) == (code, "desktop")
    assert "client" not in refused[1]
