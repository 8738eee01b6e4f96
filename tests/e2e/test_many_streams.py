"""Many at once: nobody ever gets a value that is not the own one."""

from __future__ import annotations

import asyncio
import json
import random
import re

import httpx

from relay.doors.http.app import Running
from relay.exchange import Core, Exchange
from relay.upstream.mirror import Mirror
from tests.e2e.support import chat
from tests.support import begin, post
from tests.support import chat as body_of

KEY = {"authorization": "Bearer sk-test"}
STREAMS = 500
SESSIONS, TURNS = 100, 100
_VALUE = re.compile(r"user\d{3}-\d{3}@example\.org")


async def test_five_hundred_streams(relay: Running, mirror: Mirror) -> None:
    """Five hundred open streams, in fifty sessions and without: each says its own value, and no other."""
    limits = httpx.Limits(max_connections=STREAMS, max_keepalive_connections=0)
    arrived = asyncio.Event()
    open_streams = 0

    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=60, limits=limits) as client:
        sessions = [(await client.post("/relay/v1/sessions", json={})).json()["id"] for _ in range(50)]

        async def one(number: int) -> str:
            nonlocal open_streams
            value = f"user{number:03}-000@example.org"
            headers = {"x-relay-session": sessions[number // 2 % 50]} if number % 2 else {}
            body = chat(f"Write to {value}. mirror: echo mirror: pace 0.002", stream=True)
            async with client.stream("POST", "/v1/chat/completions", json=body, headers=headers) as response:
                assert response.status_code == 200
                open_streams += 1
                if open_streams == STREAMS:
                    arrived.set()
                await arrived.wait()  # all are open before any is read to its end
                lines = [line async for line in response.aiter_lines()]
                return "".join(map(_said, lines))

        said = await asyncio.gather(*(one(number) for number in range(STREAMS)))
    for number, text in enumerate(said):
        assert _VALUE.findall(text) == [f"user{number:03}-000@example.org"]
    assert not any(_VALUE.search(received.raw.decode()) for received in mirror.received)


def test_a_hundred_sessions_of_a_hundred_interleaved_exchanges(core: Core) -> None:
    """In every turn all sessions' exchanges are open at once and fed in turns, in any order."""
    order = random.Random(1)
    sessions = [core.sessions.open() for _ in range(SESSIONS)]
    try:
        for turn in range(TURNS):
            opened: list[tuple[int, Exchange, list[bytes]]] = []
            for number in order.sample(range(SESSIONS), SESSIONS):
                exchange = begin(core, "/v1/chat/completions", sessions[number])
                value = f"user{number:03}-{turn:03}@example.org"
                sent = exchange.open(post("/v1/chat/completions", body_of(f"Write to {value}", stream=True))).body
                assert _VALUE.search(sent.decode()) is None
                text = json.loads(sent)["messages"][0]["content"]
                exchange.start(200, (("content-type", "text/event-stream"),))
                opened.append((number, exchange, _stream(text)))
            out = dict.fromkeys(range(SESSIONS), b"")
            for step in range(max(len(pieces) for _, _, pieces in opened)):
                for number, exchange, pieces in order.sample(opened, SESSIONS):
                    out[number] += exchange.feed(pieces[step]) if step < len(pieces) else b""
            for number, exchange, _ in opened:
                out[number] += exchange.finish()
                text = "".join(map(_said, out[number].decode().splitlines()))
                assert _VALUE.findall(text) == [f"user{number:03}-{turn:03}@example.org"]
    finally:
        for session in sessions:
            core.sessions.close(session.id)


def _stream(text: str) -> list[bytes]:
    """Return a stream that says `text`, in pieces that are cut within events and placeholders."""
    pieces = [text[at : at + 9] for at in range(0, len(text), 9)]
    rows = [json.dumps({"choices": [{"index": 0, "delta": {"content": piece}}]}) for piece in pieces]
    data = "".join(f"data: {row}\n\n" for row in [*rows, "[DONE]"]).encode()
    return [data[at : at + 50] for at in range(0, len(data), 50)]


def _said(line: str) -> str:
    if not line.startswith("data: {"):
        return ""
    return "".join(choice["delta"].get("content") or "" for choice in json.loads(line[6:])["choices"])
