"""The upstream client's pure parts, and its behaviour against the mirror is in the end-to-end tests."""

from __future__ import annotations

import asyncio
import ssl
import zlib

import pytest

from relay.config import UpstreamConfig
from relay.errors import UpstreamCut
from relay.types import Outbound, RouteKind
from relay.upstream.client import UpstreamClient
from relay.upstream.transport import join, tls_context


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://api.example.com", "/v1/chat/completions", "https://api.example.com/v1/chat/completions"),
        ("https://api.example.com/v1", "/v1/chat/completions", "https://api.example.com/v1/chat/completions"),
        ("https://api.example.com/openai/v1", "/v1/models", "https://api.example.com/openai/v1/models"),
        ("https://api.example.com/api", "/v1/models", "https://api.example.com/api/v1/models"),
        ("http://127.0.0.1:11434/v1", "/api/chat", "http://127.0.0.1:11434/api/chat"),
        ("http://127.0.0.1:11434", "/api/chat", "http://127.0.0.1:11434/api/chat"),
        ("https://g.example.com/v1beta", "/v1beta/models/m:x", "https://g.example.com/v1beta/models/m:x"),
        ("https://g.example.com/v1", "/v1beta/models/m:x", "https://g.example.com/v1beta/models/m:x"),
        ("http://v1", "/v1/models", "http://v1/v1/models"),
    ],
)
def test_join(base: str, path: str, url: str) -> None:
    """The version stands in the URL exactly once, whether or not the base URL has it."""
    assert join(base, path) == url
    assert join(base, path, "alt=sse") == f"{url}?alt=sse"


def test_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates and names are checked, and the environment cannot have session keys written to a file."""
    monkeypatch.setenv("SSLKEYLOGFILE", "/nonexistent/keys")
    context = tls_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.keylog_filename is None


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
DEFLATED = zlib.compress(b"data: 2\n\n" * 9)[:-1]


@pytest.mark.parametrize("apart", [False, True], ids=["at-once", "apart"])
@pytest.mark.parametrize("end", [b"", b"zz\r\n", b"9\r\n"], ids=["cut", "no-chunk", "half-a-chunk"])
@pytest.mark.parametrize(
    ("coding", "second", "expected"),
    [(b"", b"data: 2\n\n", b"data: 2\n\n"), (b"content-encoding: deflate\r\n", DEFLATED, b"data: 2\n\n" * 9)],
    ids=["plain", "deflated"],
)
async def test_what_arrived_before_a_cut_is_handed_out(
    coding: bytes, second: bytes, expected: bytes, end: bytes, apart: bool
) -> None:
    """However late it is read, and whatever ends the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + coding + b"\r\n")
        await asyncio.sleep(0.02)
        chunk = b"%x\r\n%b\r\n" % (len(second), second)
        for piece in (chunk, end) if apart else (chunk + end,):
            writer.write(piece)
            await asyncio.sleep(0.02)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    upstreams = {"a": UpstreamConfig(kind=RouteKind.LOCAL, base_url=url)}
    got = b""
    async with server, UpstreamClient(upstreams, connect_timeout_s=5, read_timeout_s=5) as client:
        outbound = Outbound(upstream="a", route=RouteKind.LOCAL, method="GET", path="/v1/models")
        async with client.send(outbound) as response:
            await asyncio.sleep(0.1)  # as where a slow client holds the reading up
            with pytest.raises(UpstreamCut):
                async for piece in response.chunks():
                    got += piece
    assert got.startswith(expected)
