"""One client cannot take from others what they need: time, places, bytes, sessions, connections."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from relay.config import ClientConfig
from relay.doors.http import body, connections, server
from relay.doors.http.app import Running
from relay.exchange import Core
from relay.process import slices
from relay.upstream.mirror import Mirror
from relay.vault.vault import Vault
from tests.e2e.conftest import Serve
from tests.e2e.support import PROMPT, chat, port_of, post_bytes, until

KEY = {"authorization": "Bearer sk-test"}
MIB = 1024 * 1024
OTHER = "127.0.0.2"  # a second client, where clients have no names


# A body small enough to be gone from the buffers in a moment takes no room.
ROOMY = "word " * 20_000


def connect(relay: Running, address: str = "127.0.0.1") -> socket.socket:
    """Connect from `address`."""
    return socket.create_connection(("127.0.0.1", port_of(relay.url)), timeout=10, source_address=(address, 0))


def ask(relay: Running, data: bytes, address: str = "127.0.0.1") -> tuple[int, Any]:
    """Send a whole request; return the status and the decoded body."""
    with connect(relay, address) as connection:
        connection.sendall(data)
        found = b""
        while chunk := connection.recv(65_536):
            found += chunk
    head, _, rest = found.partition(b"\r\n\r\n")
    return int(head[9:12]), json.loads(rest)


@contextmanager
def opened(relay: Running, count: int, data: bytes, address: str = "127.0.0.1") -> Iterator[list[socket.socket]]:
    """Have `count` connections open that have sent `data`."""
    with ExitStack() as stack:
        found = [stack.enter_context(connect(relay, address)) for _ in range(count)]
        for connection in found:
            connection.sendall(data)
        yield found


def large(words: int, path: str = "/v1/chat/completions") -> bytes:
    """Return a request with many words and some values."""
    return post_bytes(chat("lorem ipsum dolor maria@example.org " * words), path=path)


def bomb(inflated: int) -> bytes:
    """Return a request whose body is `inflated` blanks, compressed twice to some hundred bytes."""
    body = gzip.compress(gzip.compress(b" " * inflated))
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-encoding: gzip, gzip\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def resident_mb() -> float:
    """Return the resident memory of this process, in which the relay runs."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / MIB


# ------------------------------------------------------------------------------------------------------------- waiting


def test_inflating_is_done_in_turns(serve: Serve) -> None:
    """A compressed body of one client does not wait behind those of another that take long."""
    relay = serve(threads=1)
    small = post_bytes(chat(PROMPT))
    head, _, body = small.partition(b"\r\n\r\n")
    packed = gzip.compress(body)
    head = re.sub(rb"(?i)content-length: [0-9]+", b"content-encoding: gzip\r\ncontent-length: %d" % len(packed), head)
    ask(relay, head + b"\r\n\r\n" + packed, OTHER)
    with opened(relay, 30, bomb(30 * MIB)):
        time.sleep(0.2)
        begun = time.monotonic()
        assert ask(relay, head + b"\r\n\r\n" + packed, OTHER)[0] == 200
        waited_s = time.monotonic() - begun
        assert relay.handler.in_flight >= 5, "the large ones were done before"
        assert waited_s < 2  # a slice of inflating is a millisecond; all of them take many seconds


def test_refused_bodies_leave_no_memory(serve: Serve) -> None:
    """What was refused is gone with its answer, and does not wait for a collection."""
    relay = serve(threads=1)
    for _ in range(3):
        assert ask(relay, bomb(16 * MIB))[0] == 400
    gc.collect()
    before_mb = resident_mb()
    gc.disable()
    try:
        for _ in range(12):
            ask(relay, bomb(16 * MIB))
        assert resident_mb() - before_mb < 64
    finally:
        gc.enable()


def test_a_small_request_overtakes_large_ones(serve: Serve, mirror: Mirror) -> None:
    """With more large requests in work than there are threads, a small one of another client is served at once."""
    relay = serve(threads=1)
    small = post_bytes(chat(f"{PROMPT} " * 50))  # not so small that no worker is asked
    ask(relay, small)
    with opened(relay, 4, large(60_000)):
        time.sleep(0.3)
        begun = time.monotonic()
        assert ask(relay, small, OTHER)[0] == 200
        waited_s = time.monotonic() - begun
        assert relay.handler.in_flight >= 3, "the large ones were done before"
        assert waited_s < 1  # a slice is some 10 ms; one large request takes seconds


async def test_hanging_up_stops_the_work(
    serve: Serve, core: Core, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fifth of a second after the client has gone no slice runs any more, and its vault is shredded."""
    shredded: list[bool] = []
    shred = Vault.shred
    monkeypatch.setattr(Vault, "shred", lambda self: (shred(self), shredded.append(True))[0])
    relay = serve(threads=1)
    slice_at = [0.0]
    between = slices.end_slice

    def counted() -> None:
        slice_at[0] = time.monotonic()
        between()

    monkeypatch.setattr("relay.detect.pattern_layer.end_slice", counted)
    monkeypatch.setattr("relay.detect.known.end_slice", counted)
    connection = connect(relay)
    connection.sendall(large(100_000))
    await until(lambda: slice_at[0] > 0)
    connection.close()
    gone = time.monotonic()
    await until(lambda: relay.handler.in_flight == 0)
    await until(lambda: time.monotonic() - slice_at[0] > 0.5)
    assert slice_at[0] < gone + 0.2
    assert not mirror.received
    assert len(relay.handler.service._pool._running) == 0


# -------------------------------------------------------------------------------------------------------------- bodies


def test_slow_bodies_refuse_no_other(serve: Serve, mirror: Mirror) -> None:
    """Connections that announce as much as they may, and send a byte, hold a byte each."""
    relay = serve(max_body_mb=1)
    head = post_bytes(b"").replace(b"Content-Length: 0", b"Content-Length: %d" % MIB)
    with opened(relay, 100, head + b"{"):
        for address in ("127.0.0.1", OTHER):
            assert ask(relay, post_bytes(chat()), address)[0] == 200


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 2000", b"Transfer-Encoding: chunked"], ids=["announced", "chunked"]
)
def test_a_body_that_trickles(serve: Serve, monkeypatch: pytest.MonkeyPatch, framing: bytes) -> None:
    """A body has a time for all of it, however regularly a byte comes."""
    monkeypatch.setattr(body, "_SILENCE_S", 0.5)
    monkeypatch.setattr(body, "_LEAST_BYTES_PER_S", 100 * MIB)
    relay = serve(max_body_mb=1)
    piece = b"1\r\n \r\n" if b"chunked" in framing else b" "
    begun = time.monotonic()
    with connect(relay) as connection:
        connection.sendall(post_bytes(b"").replace(b"Content-Length: 0", framing))
        connection.settimeout(0.1)
        found = b""
        while not found and time.monotonic() - begun < 5:
            connection.sendall(piece)
            try:
                found = connection.recv(65_536)
            except TimeoutError:
                continue
    assert found.startswith(b"HTTP/1.1 408 ")
    assert b"body_timeout" in found


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/api/chat"])
def test_bytes_of_one_client(serve: Serve, mirror: Mirror, path: str) -> None:
    """What has arrived of one client's bodies leaves room for others', and the refusal has the provider's shape."""
    relay = serve(max_body_mb=1)
    with opened(relay, 12, post_bytes(b" " * MIB, path=path)[:-1]):  # three quarters of 16
        deadline = time.monotonic() + 5
        while relay.handler._bodies._total < 12 * (MIB - 1) and time.monotonic() < deadline:
            time.sleep(0.01)
        status, answer = ask(relay, post_bytes(chat(ROOMY, max_tokens=9), path=path))
        assert status == 429
        assert "server.max_body_mb" in json.dumps(answer["error"])
        assert ask(relay, post_bytes(chat()), OTHER)[0] == 200


# ------------------------------------------------------------------------------------------- sessions and connections


def test_sessions_of_one_client(serve: Serve, core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """One client cannot open all sessions, by address or by name; one that it closes is there again."""
    monkeypatch.setattr(core.sessions, "limit", len(core.sessions) + 4)
    relay = serve()
    opening = post_bytes({}, path="/relay/v1/sessions")
    ids = []
    for _ in range(core.sessions.limit):
        status, answer = ask(relay, opening)
        if status != 201:
            break
        ids.append(answer["id"])
    try:
        assert (status, answer["error"]["code"]) == (429, "too_many_requests")
        status, answer = ask(relay, opening, OTHER)
        assert status == 201
        core.sessions.close(answer["id"])
        core.sessions.close(ids.pop())
        status, answer = ask(relay, opening)
        assert status == 201
        ids.append(answer["id"])
    finally:
        for session_id in ids:
            core.sessions.close(session_id)


def test_a_client_counts_by_its_name(serve: Serve, mirror: Mirror) -> None:
    """Two clients with keys behind one address have a share each."""
    digests = {"a": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"}
    digests["b"] = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
    clients = tuple(ClientConfig(name=f"client {key}", key_sha256=digest) for key, digest in digests.items())
    relay = serve(max_body_mb=1, clients=clients)
    own = {key: f"X-Relay-Key: {key}\r\n" for key in digests}
    with opened(relay, 12, post_bytes(b" " * MIB, head=own["a"])[:-1]):
        deadline = time.monotonic() + 5
        while relay.handler._bodies._total < 12 * (MIB - 1) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert ask(relay, post_bytes(chat(ROOMY), head=own["a"]))[0] == 429
        assert ask(relay, post_bytes(chat(), head=own["b"]))[0] == 200


@pytest.mark.parametrize(
    ("path", "shape"),
    [("/v1/chat/completions", "code"), ("/v1/messages", "type"), ("/v1beta/models/m:generateContent", "status")],
)
def test_connections_of_one_address(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, mirror: Mirror, path: str, shape: str
) -> None:
    """One address cannot have all connections; one too many is told so in the provider's shape, others are served."""
    monkeypatch.setattr(connections, "_descriptors", lambda: 64 + 2 * 8)
    relay = serve()
    with opened(relay, 6, b""):
        status, answer = ask(relay, post_bytes(chat(PROMPT), path=path))
        assert status == 429
        assert shape in answer["error"]
        assert ask(relay, post_bytes(chat()), OTHER)[0] == 200
        with connect(relay) as silent:
            assert silent.recv(1) == b""  # one too many that says nothing is closed
    deadline = time.monotonic() + 5
    while ask(relay, post_bytes(chat()))[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ask(relay, post_bytes(chat()))[0] == 200


@pytest.mark.parametrize("before", [b"", post_bytes(chat(), keep=True)], ids=["first", "kept alive"])
def test_a_head_that_never_ends(serve: Serve, monkeypatch: pytest.MonkeyPatch, mirror: Mirror, before: bytes) -> None:
    """A connection that sends a byte of a head now and then is closed like one that sends nothing."""
    monkeypatch.setattr(server, "_IDLE_CONNECTION_S", 0.5)
    relay = serve()
    with connect(relay) as connection:
        connection.sendall(before)
        connection.settimeout(0.1)
        begun, open_ = time.monotonic(), True
        connection.sendall(b"POST / HTTP/1.1\r\nX-A: ")
        while open_ and time.monotonic() - begun < 5:
            try:
                connection.sendall(b"a")
                open_ = connection.recv(65_536) != b""
            except TimeoutError:
                continue
            except ConnectionError:
                open_ = False
    assert time.monotonic() - begun < 3


async def test_many_small_ones_of_one_client(relay: Running, mirror: Mirror) -> None:
    """A single client with much to ask is served all of it."""
    async with httpx.AsyncClient(base_url=relay.url, headers=KEY, timeout=30) as client:
        answers = await asyncio.gather(*(client.post("/v1/chat/completions", json=chat()) for _ in range(150)))
    assert {answer.status_code for answer in answers} == {200}
