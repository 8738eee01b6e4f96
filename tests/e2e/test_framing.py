"""HTTP as bytes: what is refused, what is tolerated, and what leaves."""

from __future__ import annotations

import json
import time

import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Serve
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat, exchange_bytes, open_raw, post_bytes

HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "request_head",
    [
        HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        HEAD + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + "Content-Length: -5\r\n\r\nhello",
        HEAD + "Content-Length: +5\r\n\r\nhello",
        HEAD + "Content-Length : 5\r\n\r\nhello",
        HEAD + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        HEAD + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        HEAD + "X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + "Bad\0: a\r\n\r\n",
        "GET http://evil.example.com/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "CONNECT evil.example.com:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GARBAGE\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a" * 100_000 + "\r\n\r\n",
    ],
)
def test_refused(relay: Running, mirror: Mirror, request_head: str) -> None:
    """Ambiguous framing and forward-proxy requests are 400 with an error of relay's, and nothing is sent."""
    answer = exchange_bytes(relay.url, request_head.encode("latin-1"))
    assert answer.split(b" ")[1] == b"400", answer
    head, _, body = answer.partition(b"\r\n\r\n")
    assert "relay" in json.loads(body)["error"]["message"].lower()
    assert b"aiohttp" not in head
    assert b"evil" not in answer
    assert not mirror.received


def test_byte_by_byte(relay: Running, mirror: Mirror) -> None:
    """A request that arrives one byte at a time is the same request."""
    data = post_bytes(chat("Write to maria.gonzalez@example.org."))
    with open_raw(relay.url) as connection:
        for place in range(len(data)):
            connection.sendall(data[place : place + 1])
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"maria.gonzalez@example.org" in answer
    assert_clean(mirror)


def test_chunked_upload_and_expect(relay: Running, mirror: Mirror) -> None:
    """A chunked body is read, and a client that waits for leave to send gets it at once."""
    body = post_bytes(chat()).partition(b"\r\n\r\n")[2]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:10], body[10:])) + b"0\r\n\r\n"
    key = "Authorization: Bearer k\r\nConnection: close\r\n"
    assert b" 200 OK" in exchange_bytes(
        relay.url, (HEAD + key + "Transfer-Encoding: chunked\r\n\r\n").encode() + chunks
    )
    with open_raw(relay.url) as connection:
        head = f"{HEAD}{key}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")
    assert len(mirror.received) == 2


def test_streaming_head(relay: Running) -> None:
    """A stream has no length, asks proxies not to hold it, and ends with the final chunk."""
    answer = exchange_bytes(relay.url, post_bytes(chat(stream=True)))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"content-type: text/event-stream" in head
    assert b"cache-control: no-cache" in head
    assert b"x-accel-buffering: no" in head
    assert b"content-length" not in head
    assert b"content-encoding" not in head
    assert answer.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("stream", [False, True])
def test_http_1_0(relay: Running, stream: bool) -> None:
    """An HTTP/1.0 client gets a body that ends with the connection."""
    data = post_bytes(chat("Write to maria.gonzalez@example.org. mirror: echo", stream=stream))
    answer = exchange_bytes(relay.url, data.replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"chunked" not in head.lower()
    assert body.startswith(b"data: " if stream else b"{")


def test_pipelined(relay: Running, mirror: Mirror) -> None:
    """Requests sent at once are answered in order."""
    texts = ["one@example.org", "two@example.org", "three@example.org"]
    data = b"".join(post_bytes(chat(f"{text} mirror: echo"), keep=text != texts[-1]) for text in texts)
    answer = exchange_bytes(relay.url, data)
    places = [answer.find(text.encode()) for text in texts]
    assert -1 not in places
    assert places == sorted(places)


def test_keep_alive_comments(serve: Serve) -> None:
    """While the upstream is silent, comments keep an OpenAI stream alive, and never land inside an event."""
    relay = serve(keepalive_s=0.05)
    with open_raw(relay.url) as connection:
        connection.settimeout(3)
        connection.sendall(post_bytes(chat(f"{PROMPT} mirror: silent 0.5", stream=True)))
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):
            answer += connection.recv(65_536)
    events = _unchunk(answer.partition(b"\r\n\r\n")[2]).split(b"\n\n")
    assert events.count(b": keep-alive") >= 4
    assert all(event.startswith((b"data: ", b": keep-alive")) for event in events if event)


def test_slow_reader(relay: Running, mirror: Mirror) -> None:
    """A client that does not read for a while still gets everything."""
    value = "maria.gonzalez@example.org"
    text = f"{value} " + "word " * 6_000 + "mirror: echo"
    with open_raw(relay.url, 20) as connection:
        connection.sendall(post_bytes(chat(text, stream=True)))
        time.sleep(0.5)
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):
            answer += connection.recv(65_536)
    assert answer.count(b"data: ") > 6_000
    assert b"[DONE]" in answer


def test_planted_values_never_leave(relay: Running, mirror: Mirror) -> None:
    """The values come back to the client and are nowhere in what the upstream saw."""
    answer = exchange_bytes(relay.url, post_bytes(chat()))
    assert all(value.encode() in answer for value in PLANTED)
    assert_clean(mirror)


def _unchunk(data: bytes) -> bytes:
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        out += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]
    return out
