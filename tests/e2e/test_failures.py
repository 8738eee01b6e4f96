"""What goes wrong becomes a clear error in the provider's own shape, and nothing is forwarded unscrubbed."""

from __future__ import annotations

import gzip
import socket
from functools import partial
from typing import Any

import brotli
import httpx
import pytest
from backports import zstd

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Serve, upstream
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat, exchange_bytes, open_raw, post_bytes, until

KEY = {"authorization": "Bearer sk-test"}
JSON = {**KEY, "content-type": "application/json"}


def _error(answer: httpx.Response) -> dict[str, Any]:
    """Return the error object, which every shape has."""
    found: dict[str, Any] = answer.json()["error"]
    assert found["message"]
    return found


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe{}", 400),
        (b'{"model":"m","model":"n","messages":[]}', 400),
        (b'{"model":"m","messages":NaN}', 400),
        (b'{"model":"m","messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400),
    ],
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_malformed_body(relay: Running, mirror: Mirror, path: str, body: bytes, status: int) -> None:
    """A body that is not a request is refused with the reason, and nothing is sent."""
    async with httpx.AsyncClient(base_url=relay.url) as client:
        answer = await client.post(path, content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert _error(answer)
    assert answer.headers["x-should-retry"] == "false"
    assert not mirror.received


async def test_error_shapes(relay: Running) -> None:
    """An unknown path is refused in the shape of the provider whose SDK seems to be calling."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        openai = await client.get("/v1/unknown")
        anthropic = await client.get("/v1/unknown", headers={"anthropic-version": "2023-06-01"})
    assert openai.status_code == anthropic.status_code == 404
    assert "type" not in openai.json()
    assert anthropic.json()["type"] == "error"


async def test_wrong_method(relay: Running, mirror: Mirror) -> None:
    """A known path with another method is 405."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        assert (await client.get("/v1/chat/completions")).status_code in (404, 405)
    assert not mirror.received


async def test_missing_key(relay: Running, mirror: Mirror) -> None:
    """Where the upstream takes the client's own key, a request without one is 401."""
    async with httpx.AsyncClient(base_url=relay.url) as client:
        answer = await client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 401
    assert not mirror.received


async def test_oversize(serve: Serve, mirror: Mirror) -> None:
    """More bytes than allowed are 413, announced or not, compressed or not; nothing is sent."""
    relay = serve(max_body_mb=1)
    big = b"x" * (1024 * 1024 + 1)

    async def chunks() -> Any:
        for _ in range(3):
            yield big[: 512 * 1024]

    async with httpx.AsyncClient(base_url=relay.url, headers=JSON) as client:
        announced = await client.post("/v1/chat/completions", content=big)
        chunked = await client.post("/v1/chat/completions", content=chunks())
        bomb = await client.post(
            "/v1/chat/completions", content=gzip.compress(bytes(50_000_000)), headers={"content-encoding": "gzip"}
        )
    assert [announced.status_code, chunked.status_code, bomb.status_code] == [413, 413, 413]
    assert _error(announced)["code"] == "body_too_large"
    assert not mirror.received


PACK: dict[str, Any] = {"gzip": gzip.compress, "br": partial(brotli.compress, quality=3), "zstd": zstd.compress}


@pytest.mark.parametrize("codings", ["gzip", "br", "zstd", "gzip, zstd", "zstd, br"])
async def test_compressed_request(relay: Running, mirror: Mirror, codings: str) -> None:
    """A compressed body is scrubbed like any other, and a broken one is refused; a bomb is too large."""
    body = post_bytes(chat()).partition(b"\r\n\r\n")[2]
    bomb = bytes(50_000_000)
    for coding in codings.split(", "):
        body, bomb = PACK[coding](body), PACK[coding](bomb)
    async with httpx.AsyncClient(base_url=relay.url, headers={**JSON, "content-encoding": codings}) as client:
        answers = [await client.post("/v1/chat/completions", content=sent) for sent in (body, body[:-4], bomb)]
    assert [answer.status_code for answer in answers] == [200, 400, 413]
    assert all(value in answers[0].text for value in PLANTED)
    assert len(mirror.received) == 1
    assert_clean(mirror)


@pytest.mark.parametrize("codings", ["compress", "lz4", "gzip, gzip, gzip"])
async def test_a_coding_that_nobody_reads(relay: Running, mirror: Mirror, codings: str) -> None:
    """It is 415, and the message says what relay reads."""
    body = post_bytes(chat()).partition(b"\r\n\r\n")[2]
    async with httpx.AsyncClient(base_url=relay.url, headers={**JSON, "content-encoding": codings}) as client:
        answer = await client.post("/v1/chat/completions", content=body)
    assert answer.status_code == 415
    assert "relay" in _error(answer)["message"]
    assert not mirror.received


async def test_upstream_down(serve: Serve) -> None:
    """An upstream that takes no connection is 502, and an SDK may try again."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        relay = serve(upstreams={"down": upstream(f"http://127.0.0.1:{unused.getsockname()[1]}")})
        async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
            answer = await client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 502
    assert _error(answer)["code"] == "upstream_unreachable"
    assert "x-should-retry" not in answer.headers
    assert answer.headers["x-relay-decision"]


async def test_upstream_slow(serve: Serve) -> None:
    """An upstream that does not answer in time is 504."""
    relay = serve(read_timeout_s=0.2)
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post("/v1/chat/completions", json=chat("mirror: slow 1"))
    assert answer.status_code == 504
    assert _error(answer)["code"] == "upstream_timeout"


async def test_upstream_falls_silent(serve: Serve) -> None:
    """An upstream that stops in the middle of a stream ends as an error event and a broken connection."""
    relay = serve(read_timeout_s=0.2)
    seen = b""
    async with (
        httpx.AsyncClient(base_url=relay.url, headers=KEY) as client,
        client.stream("POST", "/v1/chat/completions", json=chat("mirror: silent 2", stream=True)) as answer,
    ):
        with pytest.raises(httpx.RemoteProtocolError):
            async for chunk in answer.aiter_raw():
                seen += chunk
    assert b'"error"' in seen
    assert b"[DONE]" not in seen


@pytest.mark.parametrize(
    ("rule", "stream", "status"),
    [
        ("cut", False, 502),
        ("redirect", False, 502),
        ("redirect", True, 502),
        ("bomb", False, 502),
        ("gzip", False, 200),
    ],
)
async def test_upstream_misbehaves(relay: Running, rule: str, stream: bool, status: int) -> None:
    """Half an answer, a redirect or a bomb is 502; a body compressed unasked is read."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
        answer = await client.post("/v1/chat/completions", json=chat(f"{PROMPT} mirror: {rule}", stream=stream))
    assert answer.status_code == status, answer.text
    assert "location" not in answer.headers


def test_cut_stream_is_dropped(relay: Running) -> None:
    """After a lost upstream comes the error event, no finish, and no final chunk marker."""
    raw = exchange_bytes(relay.url, post_bytes(chat(f"{PROMPT} mirror: cut", stream=True)))
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b'"error"' in body
    assert b"[DONE]" not in body
    assert not raw.endswith(b"0\r\n\r\n")


async def test_too_many_at_once(serve: Serve, mirror: Mirror) -> None:
    """More requests than the pool and its queue hold are 503 with a hint, not queued for ever."""
    import asyncio

    relay = serve(workers=1, queue=1)
    body = chat("lorem ipsum dolor " * 20_000)
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30) as client:
        answers = await asyncio.gather(*(client.post("/v1/chat/completions", json=body) for _ in range(8)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 503}
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert busy.headers["retry-after"] in ("1", "2")
    assert _error(busy)["code"] == "relay_busy"


async def test_too_much_arriving_at_once(serve: Serve, mirror: Mirror) -> None:
    """What has arrived of one client's bodies has a bound, and the room is free again when they are through."""
    relay = serve(max_body_mb=1)
    mebibyte = 1024 * 1024
    started = [open_raw(relay.url) for _ in range(12)]  # three quarters of 16
    try:
        for connection in started:
            connection.sendall(post_bytes(b"x" * mebibyte)[:-1])
        await until(lambda: relay.handler.in_flight == 12)
        async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
            large = chat("word " * 20_000)  # a small body that is here already takes no room
            refused = await client.post("/v1/chat/completions", json=large)
            assert (refused.status_code, _error(refused)["code"]) == (429, "too_many_requests")
            assert refused.headers["retry-after"] in ("1", "2")
            started[0].close()
            await until(lambda: relay.handler.in_flight == 11)
            assert (await client.post("/v1/chat/completions", json=large)).status_code == 200
    finally:
        for connection in started:
            connection.close()
