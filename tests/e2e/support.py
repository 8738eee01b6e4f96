"""What the end-to-end tests share: prompts with planted values, and raw HTTP for what no client library would send."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

from relay.upstream.mirror import Mirror
from tests.support import VALUES, forms

__all__ = ["PROMPT", "assert_clean", "chat", "exchange_bytes", "open_raw", "port_of", "until"]

PROMPT = (
    f"Please write to {VALUES['EMAIL_ADDRESS']} that the card {VALUES['CREDIT_CARD']} was charged "
    f"and call {VALUES['PHONE_NUMBER']}."
)
PLANTED = (VALUES["EMAIL_ADDRESS"], VALUES["CREDIT_CARD"], VALUES["PHONE_NUMBER"])


def assert_clean(mirror: Mirror) -> None:
    """Check that no planted value is in anything the mirror received, in any common encoding."""
    assert mirror.received
    for received in mirror.received:
        seen = repr((received.path, received.query, received.headers)).encode() + received.raw
        for value in PLANTED:
            for name, form in forms(value).items():
                assert form not in seen, name


def chat(text: str = PROMPT, **fields: Any) -> dict[str, Any]:
    """Return an OpenAI chat request."""
    return {"model": "mirror", "messages": [{"role": "user", "content": text}], **fields}


def port_of(url: str) -> int:
    """Return the port of a base URL."""
    return int(url.rsplit(":", 1)[1])


def post_bytes(body: Any, *, path: str = "/v1/chat/completions", head: str = "", keep: bool = False) -> bytes:
    """Return a whole POST request; `head` holds more header lines. The connection ends with it unless `keep`."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\n"
    head += "" if keep else "Connection: close\r\n"
    return f"{lines}{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw


def open_raw(url: str, timeout_s: float = 5) -> socket.socket:
    """Connect to the relay at `url`."""
    return socket.create_connection(("127.0.0.1", port_of(url)), timeout=timeout_s)


def exchange_bytes(url: str, data: bytes, *, timeout_s: float = 10) -> bytes:
    """Send `data` and return everything that comes until the connection ends."""
    with open_raw(url, timeout_s) as connection:
        connection.sendall(data)
        found = b""
        while chunk := connection.recv(65_536):
            found += chunk
        return found


async def until(condition: Any, *, timeout_s: float = 3) -> None:
    """Wait until `condition()` is true. Fails after `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another thread
            await asyncio.sleep(0.01)
