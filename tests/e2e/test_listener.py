"""Listening over TLS, with client certificates, and on a Unix socket; the operator's port beyond loopback."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import socket
import ssl
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from relay.config import TlsConfig
from relay.doors.http.listener import ListenerTls
from relay.errors import ConfigFault
from relay.upstream.mirror import Mirror
from tests.certificate import authority
from tests.e2e.conftest import Serve
from tests.e2e.support import chat

KEY = {"authorization": "Bearer sk-test"}
MAIL = "maria.gonzalez@example.org"


def tls(folder: Path, **more: Any) -> TlsConfig:
    """Return the configuration of a server called localhost."""
    return TlsConfig(certificate=folder / "localhost.pem", key=folder / "localhost.pem", **more)


def trusting(ca: Path, certificate: Path | None = None) -> ssl.SSLContext:
    """Return what a client trusts and shows."""
    context = ssl.create_default_context(cafile=str(ca))
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


def test_tls_with_the_sdk(serve: Serve, mirror: Mirror, tmp_path: Path) -> None:
    """The SDK needs the authority, and the answer holds the value again."""
    ca = authority(tmp_path, "localhost")
    url = serve(tls=tls(tmp_path)).url
    assert url.startswith("https://127.0.0.1:")
    with openai.OpenAI(
        base_url=f"{url}/v1", api_key="sk-test", http_client=openai.DefaultHttpxClient(verify=trusting(ca))
    ) as client:
        answer = client.chat.completions.create(
            model="mirror", messages=[{"role": "user", "content": f"Write to {MAIL}."}]
        )
    assert MAIL in (answer.choices[0].message.content or "")
    assert MAIL not in str(mirror.received[-1].body)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)  # without the authority
    with pytest.raises(httpx.HTTPError):
        httpx.get(url.replace("https:", "http:"))


def test_a_client_certificate_is_required(serve: Serve, tmp_path: Path) -> None:
    """One of the configured authority; another's, or none, ends the connection before a request."""
    ours, others = tmp_path / "ours", tmp_path / "others"
    ours.mkdir(), others.mkdir()
    ca = authority(ours, "localhost", "laptop")
    authority(others, "laptop")
    url = serve(tls=tls(ours, client_ca=ca)).url
    response = httpx.post(
        f"{url}/v1/chat/completions", json=chat("Hello"), headers=KEY, verify=trusting(ca, ours / "laptop.pem")
    )
    assert response.status_code == 200
    for certificate in (None, others / "laptop.pem"):
        with pytest.raises(httpx.HTTPError):
            httpx.get(url, verify=trusting(ca, certificate))


async def test_weak_ciphers_are_refused(serve: Serve, tmp_path: Path) -> None:
    """A cipher without forward secrecy, which TLS 1.2 still knows."""
    ca = authority(tmp_path, "localhost")
    port = urlsplit(serve(tls=tls(tmp_path)).url).port
    weak = trusting(ca)
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("AES128-GCM-SHA256")
    with pytest.raises(OSError):  # an alert, or the connection ends before it arrives
        await asyncio.open_connection("127.0.0.1", port, ssl=weak, server_hostname="localhost")


def test_a_certificate_is_replaced_while_connections_stand(serve: Serve, tmp_path: Path) -> None:
    """New handshakes show the new one; a pair that does not fit changes nothing."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    old, new = authority(first, "localhost"), authority(second, "localhost")
    running = serve(tls=tls(first))
    reload = running.handler.service.callers.reload_certificate
    with httpx.Client(base_url=running.url, verify=trusting(old)) as standing:
        assert standing.get("/").status_code == 200
        (first / "localhost.pem").write_text("no certificate")
        with pytest.raises(ConfigFault, match="certificate"):
            reload()
        assert httpx.get(running.url, verify=trusting(old)).status_code == 200
        shutil.copy(second / "localhost.pem", first / "localhost.pem")
        reload()
        assert httpx.get(running.url, verify=trusting(new)).status_code == 200
        assert standing.get("/").status_code == 200


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """With the key of the configuration, and nothing of the file's content."""
    authority(tmp_path, "localhost")
    with pytest.raises(ConfigFault, match=r"server\.tls\.client_ca"):
        ListenerTls(tls(tmp_path, client_ca=tmp_path / "none.pem"))


def test_a_unix_socket(serve: Serve, mirror: Mirror, tmp_path: Path) -> None:
    """For its owner only; a stale file makes way, anything else stays."""
    path = tmp_path / "relay.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    running = serve(unix=path)
    assert running.url == f"unix:{path}"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://relay", headers=KEY) as client:
        answer = client.post("/v1/chat/completions", json=chat(f"Write to {MAIL}."))
    assert MAIL in answer.text
    assert MAIL not in str(mirror.received[-1].body)
    with pytest.raises(ConfigFault, match="another process listens"):
        serve(unix=path)
    other = tmp_path / "file"
    other.write_text("kept")
    for wanted in (other, tmp_path / "no" / "folder.sock"):
        with pytest.raises(ConfigFault, match=r"server\.unix"):
            serve(unix=wanted)
    assert other.read_text() == "kept"


def test_the_operators_port_beyond_loopback_asks_for_a_key(serve: Serve, mirror: Mirror) -> None:
    """Probes learn a status; names and numbers are for the holder of the key."""
    digest = hashlib.sha256(b"relay-admin-key").hexdigest()
    for key in (digest, None):
        running = serve(admin_host="0.0.0.0", admin_port=0, admin_key_sha256=key)
        url = running.admin_url.replace("0.0.0.0", "127.0.0.1")
        for path, status in (("/livez", 200), ("/readyz", 200), ("/metrics", 401), ("/metrics?a", 401)):
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Bearer {digest}"}):
                answer = httpx.get(f"{url}{path}", headers=headers)
                assert (answer.status_code, answer.content) == (status, b"")
    url = serve(admin_host="0.0.0.0", admin_port=0, admin_key_sha256=digest).admin_url.replace("0.0.0.0", "127.0.0.1")
    answer = httpx.get(f"{url}/metrics", headers={"authorization": "Bearer relay-admin-key"})
    assert "relay_" in answer.text
