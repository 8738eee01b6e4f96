"""Upstreams over TLS and HTTP/2, and names that lead where they must not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from relay.upstream.mirror import Mirror
from tests.certificate import self_signed, server_tls
from tests.e2e.conftest import Serve, Stage, upstream
from tests.e2e.support import PLANTED, PROMPT, assert_clean, chat

KEY = {"authorization": "Bearer sk-test"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for this machine, with its key, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls") / "certificate.pem")


async def _ask(url: str, **fields: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, headers=KEY) as client:
        return await client.post("/v1/chat/completions", json=chat(**fields))


@pytest.mark.parametrize("http2", [False, True])
async def test_tls(stage: Stage, serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch, http2: bool) -> None:
    """An upstream with a certificate that the machine trusts is used; one without is never sent anything."""
    mirror = Mirror()
    context = mirror.running(tls=server_tls(certificate))
    stage.enter(context)
    try:
        there = {"mirror": upstream(mirror.base_url, http2=http2)}
        stranger = serve(upstreams=there)
        answer = await _ask(stranger.url)
        assert answer.status_code == 502
        assert answer.json()["error"]["code"] == "upstream_unreachable"
        assert not mirror.received
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        for base_url in (mirror.base_url, mirror.base_url.replace("127.0.0.1", "localhost")):
            trusted = serve(upstreams={"mirror": upstream(base_url, http2=http2)})
            answer = await _ask(trusted.url)
            assert answer.status_code == 200
            assert all(value in answer.text for value in PLANTED)
        assert_clean(mirror)
    finally:
        stage.leave(context)


@pytest.mark.parametrize("rule", ["echo", "cut", "gzip", "bomb", "cookie", "redirect", "error 429"])
async def test_httpx_behaves_like_aiohttp(serve: Serve, mirror: Mirror, rule: str) -> None:
    """Both clients give the same answers to the same misbehaviour, and send the same headers."""
    plain = serve(upstreams={"mirror": upstream(mirror.base_url)})
    other = serve(upstreams={"mirror": upstream(mirror.base_url, http2=True)})
    for stream in (False, True):
        found = []
        for relay in (plain, other):
            try:
                answer = await _ask(relay.url, text=f"{PROMPT} mirror: {rule}", stream=stream)
            except httpx.RemoteProtocolError:
                found.append((0, b""))
            else:
                # The mirror numbers its answers.
                found.append((answer.status_code, answer.content if answer.status_code != 200 else b""))
                assert "set-cookie" not in answer.headers
        assert found[0] == found[1]
    assert len({frozenset(name for name, _ in received.headers) for received in mirror.received}) == 1
    assert all(received.header("cookie") is None for received in mirror.received)
    assert all(received.header("user-agent") == "relay" for received in mirror.received)
    assert all(received.header("accept-encoding") == "identity" for received in mirror.received)


async def test_httpx_timeouts(serve: Serve, mirror: Mirror) -> None:
    """An HTTP/2 upstream that is down or slow gives the same faults."""
    slow = serve(upstreams={"mirror": upstream(mirror.base_url, http2=True)}, read_timeout_s=0.2)
    assert (await _ask(slow.url, text="mirror: slow 1")).status_code == 504
    down = serve(upstreams={"down": upstream("http://127.0.0.1:9", http2=True)})
    assert (await _ask(down.url)).json()["error"]["code"] == "upstream_unreachable"


async def test_http2(stage: Stage, serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real HTTP/2 upstream answers, whole and streamed, and is shown the name and not the address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    seen: list[dict[str, str]] = []
    context = _http2_server(server_tls(certificate, "h2"), seen)
    port = stage.enter(context)
    try:
        relay = serve(upstreams={"h2": upstream(f"https://localhost:{port}/v1", http2=True)})
        whole = await _ask(relay.url)
        assert whole.json()["choices"][0]["message"]["content"] == "[PERSON_9] over HTTP/2"
        streamed = await _ask(relay.url, stream=True)
        assert "over HTTP/2" in streamed.text
        assert streamed.text.endswith("data: [DONE]\n\n")
    finally:
        stage.leave(context)
    assert {headers[":authority"] for headers in seen} == {f"localhost:{port}"}
    assert {headers[":path"] for headers in seen} == {"/v1/chat/completions"}


@pytest.mark.parametrize("http2", [False, True])
async def test_name_that_leads_to_metadata(serve: Serve, monkeypatch: pytest.MonkeyPatch, http2: bool) -> None:
    """A name that resolves to a metadata service is never connected to."""

    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **kw: Any) -> Any:
        if host != "upstream.example.com":
            return real(host, port, *args, **kw)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port or 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    relay = serve(upstreams={"evil": upstream("http://upstream.example.com", http2=http2)}, connect_timeout_s=1)
    answer = await _ask(relay.url)
    assert answer.status_code == 502
    assert "address that relay does not connect to" in answer.json()["error"]["message"]


@asynccontextmanager
async def _http2_server(tls: ssl.SSLContext, seen: list[dict[str, str]]) -> AsyncIterator[int]:
    """Serve chat completions over HTTP/2 and yield the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        bodies: dict[int, bytes] = {}
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    seen.append(dict(event.headers))
                    bodies[event.stream_id] = b""
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    stream = b'"stream":true' in bodies.pop(event.stream_id)
                    kind = "text/event-stream" if stream else "application/json"
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", kind)])
                    connection.send_data(event.stream_id, _STREAM if stream else _WHOLE, end_stream=True)
            writer.write(connection.data_to_send())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


_WHOLE = (
    b'{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",'
    b'"message":{"role":"assistant","content":"[PERSON_9] over HTTP/2"}}]}'
)
_STREAM = (
    b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"finish_reason":'
    b'"stop","delta":{"content":"over HTTP/2"}}]}\n\ndata: [DONE]\n\n'
)
