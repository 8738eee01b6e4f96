"""What nobody planned, wherever it can happen: nothing is sent unscrubbed, nothing is said, nothing hangs."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from relay.config import ShapingConfig
from relay.doors.http import body
from relay.exchange import Core
from relay.upstream.mirror import Mirror
from relay.vault.sessions import Session
from relay.wire.vendors import Directory
from tests.e2e.conftest import Serve, Stage, upstream
from tests.e2e.support import PLANTED, PROMPT, chat, exchange_bytes, open_raw, post_bytes, until
from tests.support import with_parts

KEY = {"authorization": "Bearer sk-test"}


class Unplanned(Exception):
    """Its text is a planted value, as an exception's often is."""


class Broken:
    """Does what `whole` does, except for one method, which fails."""

    def __init__(self, whole: Any, method: str) -> None:
        self._whole = whole
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            return self._fail
        return getattr(self._whole, name)

    def _fail(self, *args: Any, **kw: Any) -> Any:
        raise Unplanned(PLANTED[0])


def _without(core: Core, part: str, method: str) -> Core:
    found = getattr(core, part)
    broken = tuple(Broken(item, method) for item in found) if isinstance(found, tuple) else Broken(found, method)
    if part == "formats":
        return dataclasses.replace(core, formats=broken, directory=Directory(broken))
    if part in ("analyzer", "engine"):
        return with_parts(core, **{part: broken})
    return dataclasses.replace(core, **{part: broken})


@pytest.mark.parametrize(
    ("part", "method"),
    [
        ("directory", "find"),
        ("formats", "read"),
        ("analyzer", "read"),
        ("engine", "decide"),
        ("sessions", "ephemeral"),
        ("metrics", "scrubbed"),
    ],
)
async def test_before_anything_is_sent(
    serve: Serve, mirror: Mirror, core: Core, caplog: pytest.LogCaptureFixture, part: str, method: str
) -> None:
    """A failure before forwarding is 500, nothing reaches the upstream, and its text goes nowhere."""
    caplog.set_level(logging.DEBUG)
    relay = serve(from_core=_without(core, part, method))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "scrub_failed"
    assert PLANTED[0] not in answer.text
    assert not mirror.received
    assert "Unplanned" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


@pytest.mark.parametrize(("method", "stream"), [("reader", True), ("response_leaves", False)])
async def test_after_sending(serve: Serve, mirror: Mirror, core: Core, method: str, stream: bool) -> None:
    """A failure while restoring is an honest 502 as long as no byte is out."""
    relay = serve(from_core=_without(core, "formats", method))
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post("/v1/chat/completions", json=chat(stream=stream))
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "upstream_bad_stream"
    assert PLANTED[0] not in answer.text


async def test_while_saying_that_something_failed(serve: Serve, mirror: Mirror, core: Core) -> None:
    """Where even the error event cannot be made, the connection is dropped, and relay goes on."""
    relay = serve(from_core=_without(core, "formats", "error_event"))
    raw = await asyncio.to_thread(exchange_bytes, relay.url, post_bytes(chat(f"{PROMPT} mirror: cut", stream=True)))
    assert raw.startswith(b"HTTP/1.1 200")
    assert not raw.endswith(b"0\r\n\r\n")
    assert raw.count(b"HTTP/1.1") == 1
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        assert (await client.post("/v1/chat/completions", json=chat())).status_code == 200


@asynccontextmanager
async def _raw_upstream(*parts: bytes) -> AsyncIterator[str]:
    """Serve the same bytes to every request, then hang up; yield the base URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
CHUNK = b"%x\r\n%b\r\n" % (len(EVENT), EVENT)


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"SSH-2.0-OpenSSH\r\n",),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello",),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\n{}",),
        (SSE,),
        (SSE, b"0\r\n\r\n"),
        (SSE, b"zz\r\n"),
        (SSE, b"d\r\ndata: {broken\r\n0\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_upstream_that_is_none(stage: Stage, serve: Serve, parts: tuple[bytes, ...], stream: bool) -> None:
    """Whatever an upstream says before the first event, the client gets a whole 502 in the provider's shape."""
    context = _raw_upstream(*parts)
    base_url = stage.enter(context)
    try:
        relay = serve(upstreams={"raw": upstream(base_url)})
        async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
            for _ in range(2):  # also on a connection that has served an error
                answer = await client.post("/v1/chat/completions", json=chat(stream=stream))
                assert answer.status_code == 502, answer.text
                assert answer.json()["error"]["message"]
    finally:
        stage.leave(context)


@pytest.mark.parametrize("last", [b"", b"0\r\n\r\n", b"zz\r\n", b"10\r\ndata: {broken}\n\n\r\n"])
@pytest.mark.parametrize("at_once", [False, True], ids=["in-parts", "at-once"])
@pytest.mark.parametrize("shaping", [ShapingConfig(), ShapingConfig(interval_ms=100)], ids=["plain", "shaped"])
async def test_stream_that_breaks_later(
    stage: Stage, serve: Serve, last: bytes, at_once: bool, shaping: ShapingConfig
) -> None:
    """After the first event, a broken stream ends as an error event and a dropped connection, however it came."""
    parts = (CHUNK + CHUNK + last,) if at_once else (CHUNK, CHUNK, last)
    context = _raw_upstream(SSE, *parts)
    base_url = stage.enter(context)
    try:
        relay = serve(upstreams={"raw": upstream(base_url)}, shaping=shaping)
        raw = await asyncio.to_thread(exchange_bytes, relay.url, post_bytes(chat(stream=True)))
    finally:
        stage.leave(context)
    assert raw.count(b'"content":"Hi"') == 2
    assert b'"error"' in raw
    assert b"[DONE]" not in raw
    assert not raw.endswith(b"0\r\n\r\n")


async def test_large_answer(serve: Serve, mirror: Mirror) -> None:
    """A large whole answer is restored off the loop, and is right."""
    relay = serve()
    text = f"{PROMPT} " + "lorem ipsum " * 5_000
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30) as client:
        answer = await client.post("/v1/chat/completions", json=chat(f"{text} mirror: echo"))
    assert answer.json()["choices"][0]["message"]["content"].strip() == text.strip()


async def test_body_that_never_ends(serve: Serve, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that stops in its body is told so after a while; one that frames it wrongly at once."""
    monkeypatch.setattr(body, "_SILENCE_S", 0.2)
    relay = serve()
    stopped = await asyncio.to_thread(exchange_bytes, relay.url, post_bytes(chat())[:-10])
    assert stopped.startswith(b"HTTP/1.1 408")
    chunked = post_bytes(b"", head="Transfer-Encoding: chunked\r\n").replace(b"Content-Length: 0\r\n", b"")
    broken = await asyncio.to_thread(exchange_bytes, relay.url, chunked + b"5\r\nhello\r\nzz\r\n")
    assert broken.partition(b" ")[2].startswith(b"400")
    with open_raw(relay.url) as connection:
        connection.sendall(post_bytes(chat())[:-10])
    assert not mirror.received


async def test_disconnect_while_scrubbing(serve: Serve, mirror: Mirror, core: Core) -> None:
    """A client that hangs up while its request is being scrubbed: nothing is sent, and its vault is shredded."""
    started, go = threading.Event(), threading.Event()
    sessions: list[Session] = []

    class Slow(Broken):
        def _fail(self, *args: Any, **kw: Any) -> Any:
            started.set()
            go.wait(5)
            return self._whole.read(*args, **kw)

    class Watched(Broken):
        def _fail(self, *args: Any, **kw: Any) -> Any:
            sessions.append(self._whole.ephemeral(*args, **kw))
            return sessions[-1]

    slow = dataclasses.replace(
        with_parts(core, analyzer=Slow(core.analyzer, "read")),
        sessions=Watched(core.sessions, "ephemeral"),  # type: ignore[arg-type]
    )
    relay = serve(from_core=slow)
    large = chat(f"{PROMPT} " + "lorem ipsum " * 1_000)  # small ones may be scrubbed on the loop
    with open_raw(relay.url) as connection:
        connection.sendall(post_bytes(large))
        await asyncio.to_thread(started.wait, 5)
    await until(lambda: relay.handler.in_flight == 0)
    assert not sessions[0].closed
    go.set()
    await until(lambda: sessions[0].closed)
    assert not mirror.received
