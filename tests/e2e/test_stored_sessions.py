"""Two relays and one store: a session is the same on both, and nothing goes wrong unseen when the store does."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.scale.store_server import ValkeyProcess
from relay import build
from relay.config import ClientConfig, SessionConfig
from relay.doors.http.app import Running
from relay.exchange import Core
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Serve
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat
from tests.support import VALUES

KEY = {"authorization": "Bearer sk-test"}
CHAT = "/v1/chat/completions"
SESSIONS = "/relay/v1/sessions"

Node = Callable[..., Running]


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    process = ValkeyProcess(tmp_path_factory.mktemp("valkey"))
    yield process
    process.stop()


@pytest.fixture
def node(serve: Serve, core: Core, shared_store: ValkeyProcess) -> Node:
    """Return what starts a relay that keeps its sessions in a store: several of them are nodes."""

    def start(store: ValkeyProcess = shared_store, **fields: object) -> Running:
        limits = SessionConfig(store=store.url)
        stored = build.stored_sessions(core.engine.policy, limits)
        return serve(from_core=dataclasses.replace(core, stored=stored), **fields)

    return start


def client(relay: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30)


async def opened(http: httpx.AsyncClient) -> dict[str, str]:
    answer = await http.post(SESSIONS, json={})
    assert answer.status_code == 201, answer.text
    return {"x-relay-session": answer.json()["id"]}


async def test_life_on_two_nodes(node: Node, mirror: Mirror, shared_store: ValkeyProcess) -> None:
    """Opened on one, used on both, whole and streamed, described and deleted on the other, gone on the first."""
    async with client(node()) as one, client(node()) as two:
        session = await opened(one)
        asked = f"Who is {VALUES['PHONE_NUMBER']}?"
        for http, text in ((one, PROMPT), (two, asked), (one, asked)):
            answer = await http.post(CHAT, json=chat(text), headers=session)
            assert answer.status_code == 200
            assert VALUES["PHONE_NUMBER"] in answer.text
        streamed = await two.post(CHAT, json={**chat(asked), "stream": True}, headers=session)
        assert streamed.text.rstrip().endswith("data: [DONE]")
        numbers = [re.findall(r"\[PHONE_NUMBER_\d+\]", received.raw.decode()) for received in mirror.received]
        assert numbers == [["[PHONE_NUMBER_1]"]] * 4
        place = f"{SESSIONS}/{session['x-relay-session']}"
        described = (await two.get(place)).json()
        assert sum(described["entities"].values()) == 3
        assert 0 < described["expires_in_s"] <= 900
        receipt = (await two.delete(place)).json()
        assert (receipt["entities"], receipt["shredded"]) == (3, True)
        assert not any(value in repr((described, receipt)) for value in PLANTED)
        gone = [
            (await one.get(place)).status_code,
            (await one.delete(place)).status_code,
            (await one.post(CHAT, json=chat(), headers=session)).status_code,
        ]
    assert gone == [409, 409, 409]
    assert_clean(mirror)


async def test_turns_at_once(node: Node, mirror: Mirror) -> None:
    """Many of one session on two nodes: no number for two values, no two numbers for one, every answer its own."""
    async with client(node()) as one, client(node()) as two:
        session = await opened(one)
        people = [f"reader{number}@example.org" for number in range(8)]

        async def turn(number: int) -> None:
            text = f"Write to {people[number % 8]} and to shared@example.org. mirror: echo"
            answer = await (one, two)[number % 2].post(CHAT, json=chat(text), headers=session)
            assert answer.status_code == 200, answer.text
            assert answer.json()["choices"][0]["message"]["content"].startswith(text[:40])

        # As many as one client's share of tries allows: each round lets at least one of them through.
        for begin in range(0, 24, 4):
            await asyncio.gather(*(turn(number) for number in range(begin, begin + 4)))
        pairs = {}
        for received in mirror.received:
            found = re.search(r"Write to (\[EMAIL_ADDRESS_\d+\]) and to (\[EMAIL_ADDRESS_\d+\])", received.raw.decode())
            assert found is not None
            pairs.setdefault(found[2], set()).add(found[1])
        # One number for the shared one, and the eight others have theirs.
        assert len(pairs) == 1
        (others,) = pairs.values()
        assert len(others) == 8
        assert not others & set(pairs)


async def test_sessions_belong_to_a_client(node: Node) -> None:
    """With the id, but another client's key, there is none."""
    keys = ("key-1", "key-2")
    entries = tuple(ClientConfig(name=key, key_sha256=hashlib.sha256(key.encode()).hexdigest()) for key in keys)
    async with httpx.AsyncClient(base_url=node(clients=entries).url) as http:
        answer = await http.post(SESSIONS, json={}, headers={"x-relay-key": keys[0]})
        place = f"{SESSIONS}/{answer.json()['id']}"
        statuses = [(await http.get(place, headers={"x-relay-key": key})).status_code for key in keys]
    assert statuses == [200, 409]


@pytest.mark.parametrize("session_id", ["", "x", "0" * 32, "A" * 43, "A" * 5000])
async def test_ids_that_open_nothing(node: Node, mirror: Mirror, session_id: str) -> None:
    """All are refused alike, and nothing is sent; without the header a vault lives for one request."""
    async with client(node()) as http:
        answer = await http.post(CHAT, json=chat(), headers={"x-relay-session": session_id})
    assert answer.status_code == (409 if session_id else 200)
    assert len(mirror.received) == (0 if session_id else 1)


async def test_a_store_that_goes_away(node: Node, mirror: Mirror, tmp_path: Path) -> None:
    """What needs it is refused and may be sent again; what does not goes on; when it is back, empty, it is used."""
    store = ValkeyProcess(tmp_path)
    try:
        async with client(node(store)) as http:
            session = await opened(http)
            assert (await http.post(CHAT, json=chat(), headers=session)).status_code == 200
            mirror.received.clear()
            store.stop()
            refused = [
                await http.post(CHAT, json=chat(), headers=session),
                await http.post(SESSIONS, json={}),
                await http.get(f"{SESSIONS}/{session['x-relay-session']}"),
                await http.delete(f"{SESSIONS}/{session['x-relay-session']}"),
            ]
            assert [answer.status_code for answer in refused] == [503] * 4
            assert {answer.json()["error"]["code"] for answer in refused} == {"session_store_unavailable"}
            assert all("retry-after" in answer.headers for answer in refused)
            assert not mirror.received
            assert (await http.post(CHAT, json=chat())).status_code == 200
            store.again()
            assert (await http.post(CHAT, json=chat(), headers=session)).status_code == 409
            session = await opened(http)
            assert (await http.post(CHAT, json=chat(), headers=session)).status_code == 200
    finally:
        store.stop()
    assert_clean(mirror)


async def test_a_store_that_goes_away_in_the_middle(node: Node, mirror: Mirror, tmp_path: Path) -> None:
    """While an answer streams: the client has all of it, for what was sent had been kept before."""
    store = ValkeyProcess(tmp_path)
    try:
        async with client(node(store)) as http:
            session = await opened(http)
            body = {**chat(PROMPT), "stream": True}
            text = ""
            async with http.stream("POST", CHAT, json=body, headers=session) as answer:
                async for part in answer.aiter_text():
                    store.stop()
                    text += part
            assert text.rstrip().endswith("data: [DONE]")
    finally:
        store.stop()


async def test_the_store_and_idle_nodes_hold_nothing(node: Node, mirror: Mirror, shared_store: ValkeyProcess) -> None:
    """Neither a value, nor an id, nor a name of a client is in anything that the store has."""
    async with client(node()) as http:
        session = await opened(http)
        await http.post(CHAT, json=chat(PROMPT), headers=session)
        from valkey import Valkey

        with Valkey(port=shared_store.port) as raw:
            keys = [key for key in raw.keys("*") if isinstance(key, bytes)]
            dump = b"".join(keys) + b"".join(raw.dump(key) for key in keys)
        for canary in (*PLANTED, session["x-relay-session"], "127.0.0.1", "EMAIL"):
            assert canary.encode() not in dump
