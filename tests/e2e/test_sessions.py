"""Explicit sessions over HTTP: opened, used, described, closed, forgotten."""

from __future__ import annotations

import hashlib
import re

import httpx
import pytest

from relay.config import ClientConfig
from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat
from tests.support import VALUES

KEY = {"authorization": "Bearer sk-test"}


async def test_life(relay: Running, mirror: Mirror) -> None:
    """Placeholders are stable within a session; after DELETE it is gone for good."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        opened = await client.post("/relay/v1/sessions", json={})
        assert opened.status_code == 201
        assert opened.json()["expires_in_s"] > 0
        session = {"x-relay-session": opened.json()["id"]}
        for text in (PROMPT, f"Who is {VALUES['PHONE_NUMBER']}?"):
            assert (await client.post("/v1/chat/completions", json=chat(text), headers=session)).status_code == 200
        numbers = [re.findall(r"\[PHONE_NUMBER_\d+\]", received.raw.decode()) for received in mirror.received]
        assert numbers == [["[PHONE_NUMBER_1]"], ["[PHONE_NUMBER_1]"]]
        place = f"/relay/v1/sessions/{session['x-relay-session']}"
        described = (await client.get(place)).json()
        assert sum(described["entities"].values()) == 3
        receipt = (await client.delete(place)).json()
        assert receipt["shredded"] is True
        assert receipt["entities"] == 3
        assert not any(value in repr((described, receipt)) for value in PLANTED)
        gone = [
            (await client.get(place)).status_code,
            (await client.delete(place)).status_code,
            (await client.post("/v1/chat/completions", json=chat(), headers=session)).status_code,
        ]
    assert gone == [409, 409, 409]
    assert_clean(mirror)


async def test_one_session_cannot_read_another(relay: Running) -> None:
    """A placeholder of another session restores nothing."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        sessions = [(await client.post("/relay/v1/sessions", json={})).json()["id"] for _ in range(2)]
        await client.post("/v1/chat/completions", json=chat(), headers={"x-relay-session": sessions[0]})
        answer = await client.post(
            "/v1/chat/completions",
            json=chat("Say [EMAIL_ADDRESS_1] and [CREDIT_CARD_1]. mirror: echo"),
            headers={"x-relay-session": sessions[1]},
        )
    text = answer.json()["choices"][0]["message"]["content"]
    assert text == "Say [EMAIL_ADDRESS_1] and [CREDIT_CARD_1]."


async def test_without_a_session(relay: Running) -> None:
    """Without the header, a vault lives for one request."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        await client.post("/v1/chat/completions", json=chat())
        answer = await client.post("/v1/chat/completions", json=chat("Say [EMAIL_ADDRESS_1]. mirror: echo"))
    assert answer.json()["choices"][0]["message"]["content"] == "Say [EMAIL_ADDRESS_1]."


async def test_sessions_belong_to_a_client(serve: Serve) -> None:
    """Another client's session is as good as none."""
    keys = ("key-1", "key-2")
    relay = serve(
        clients=tuple(ClientConfig(name=key, key_sha256=hashlib.sha256(key.encode()).hexdigest()) for key in keys)
    )
    async with httpx.AsyncClient(base_url=relay.url) as client:
        opened = await client.post("/relay/v1/sessions", json={}, headers={"x-relay-key": keys[0]})
        place = f"/relay/v1/sessions/{opened.json()['id']}"
        assert (await client.get(place, headers={"x-relay-key": keys[1]})).status_code == 409
        assert (await client.delete(place, headers={"x-relay-key": keys[1]})).status_code == 409
        assert (await client.get(place, headers={"x-relay-key": keys[0]})).status_code == 200


async def test_wrong_paths(relay: Running) -> None:
    """What is not a session endpoint is refused."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        found = [
            (await client.get("/relay/v1/sessions")).status_code,
            (await client.put("/relay/v1/sessions/abc", json={})).status_code,
            (await client.get("/relay/v1/sessions/abc/def")).status_code,
            (await client.get("/relay/v1/sessionsabc")).status_code,
            (await client.get("/relay/v1/sessions/" + "a" * 5000)).status_code,
        ]
    assert found == [405, 405, 404, 404, 409]


async def test_closed_within_a_stream(relay: Running, mirror: Mirror) -> None:
    """A session that is closed while its stream runs ends the stream as a broken one; nothing more is restored."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        opened = (await client.post("/relay/v1/sessions", json={})).json()["id"]
        body = chat(f"{PROMPT} mirror: silent 0.3 mirror: pace 0.001", stream=True)
        seen = b""
        with pytest.raises(httpx.RemoteProtocolError):
            async with client.stream(
                "POST", "/v1/chat/completions", json=body, headers={"x-relay-session": opened}
            ) as answer:
                async for chunk in answer.aiter_raw():
                    if not seen:
                        assert (await client.delete(f"/relay/v1/sessions/{opened}")).json()["shredded"]
                    seen += chunk
        assert b'"error"' in seen
        assert b"[DONE]" not in seen
        assert (await client.get("/")).status_code == 200


async def test_a_policy_may_open_none(serve: Serve, make_core: MakeCore) -> None:
    """Then every vault ends with its request; what is asked without a session goes on as before."""
    relay = serve(from_core=make_core("version: 1\nmodel: none\nsessions: false\n"))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        refused = await client.post("/relay/v1/sessions", json={})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "policy_refused")
        assert (await client.post("/v1/chat/completions", json=chat())).status_code == 200
