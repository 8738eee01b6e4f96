"""The way to upstreams: through a proxy with CONNECT, and to a server whose authority the system does not know."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from relay.config import Config, OutboundConfig, UpstreamConfig
from relay.errors import ConfigFault, UpstreamUnreachable
from relay.types import Outbound, RouteKind
from relay.upstream.client import UpstreamClient
from relay.upstream.credentials import way
from relay.upstream.way import DIRECT, Way
from tests.certificate import authority, server_tls

NAME = "upstream.example.com"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@asynccontextmanager
async def server(certificate: Path) -> AsyncIterator[int]:
    """Answer every request with two letters, over TLS; yield the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    made = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_tls(certificate))
    try:
        yield made.sockets[0].getsockname()[1]
    finally:
        made.close()


@asynccontextmanager
async def proxy(leads_to: int, heads: list[bytes]) -> AsyncIterator[str]:
    """Take CONNECT and carry bytes to the port `leads_to`, whatever was asked for; yield the URL."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", leads_to)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer))

    made = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}"
    finally:
        made.close()


async def said(base_url: str, by: Way, *, kind: RouteKind = RouteKind.FRONTIER, http2: bool = False) -> bytes:
    """Send one request and return the answer."""
    upstream = UpstreamConfig(kind=kind, base_url=base_url, http2=http2)
    async with UpstreamClient({"u": upstream}, connect_timeout_s=2, way=by) as client:
        outbound = Outbound(upstream="u", route=kind, method="GET", path="/v1/models", headers=(), body=b"")
        async with client.send(outbound) as response:
            return b"".join([chunk async for chunk in response.chunks()])


@pytest.mark.parametrize("http2", [False, True])
async def test_through_a_proxy(http2: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy learns host and port and its own credential, and nothing of the request; the name is its to look up."""
    ca, heads = authority(tmp_path, NAME), list[bytes]()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with server(tmp_path / f"{NAME}.pem") as port, proxy(port, heads) as url:
        by = Way(proxy=url, credential=("user", "secret-word"), ca=ca)
        assert await said(f"https://{NAME}", by, http2=http2) == b"ok"
        assert heads[0].startswith(f"CONNECT {NAME}:443 HTTP/1.1\r\n".encode())
        credential = base64.b64encode(b"user:secret-word")
        assert b"proxy-authorization: basic " + credential.lower() in heads[0].lower()
        assert b"/v1/models" not in heads[0]
        assert "secret-word" not in repr(by)


@pytest.mark.parametrize("http2", [False, True])
async def test_only_the_stated_authority_and_way_count(
    http2: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `ca` the server is not trusted; a local upstream is reached directly; the environment is not asked."""
    ca, heads = authority(tmp_path, "localhost"), list[bytes]()
    async with server(tmp_path / "localhost.pem") as port, proxy(port, heads) as url:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, url)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
        base = f"https://127.0.0.1:{port}"
        with pytest.raises(UpstreamUnreachable):
            await said(base, DIRECT, http2=http2)
        assert await said(base, Way(ca=ca), http2=http2) == b"ok"
        assert await said(base, Way(proxy=url, ca=ca), kind=RouteKind.LOCAL, http2=http2) == b"ok"
        assert not heads


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
    writer.close()


async def test_what_cannot_be_reached(tmp_path: Path) -> None:
    """A proxy that is down is no reason to go without it, and a file that holds no certificate stops the start."""
    ca = authority(tmp_path, "localhost")
    async with server(tmp_path / "localhost.pem") as port:
        with pytest.raises(UpstreamUnreachable):
            await said(f"https://127.0.0.1:{port}", Way(proxy="http://127.0.0.1:9", ca=ca))
        asked = await asyncio.start_server(_refuse, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{asked.sockets[0].getsockname()[1]}"
        with pytest.raises(UpstreamUnreachable, match="proxy"):
            await said(f"https://127.0.0.1:{port}", Way(proxy=url, ca=ca))
        asked.close()
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(ConfigFault, match=r"outbound\.ca"):
        await said("https://127.0.0.1:9", Way(ca=tmp_path / "empty.pem"))


def test_the_credential_is_a_reference() -> None:
    """Never in the URL, and of two parts."""
    with pytest.raises(ValueError, match="proxy_credential"):
        Config.model_validate({"outbound": {"proxy": "http://user:word@proxy.example.com:3128"}})
    stated = OutboundConfig.model_validate(
        {"proxy": "http://proxy.example.com:3128", "proxy_credential": {"env": "PROXY"}}
    )
    assert way(stated, {"PROXY": "user:a:b"}).credential == ("user", "a:b")
    with pytest.raises(ConfigFault) as caught:
        way(stated, {"PROXY": "secret-word"})
    assert "secret-word" not in caught.value.public
