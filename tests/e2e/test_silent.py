"""All loggers at DEBUG, every error path: no planted value in any line."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.e2e.support import PLANTED, PROMPT, chat, exchange_bytes, post_bytes

KEY = {"authorization": "Bearer sk-silent-key-4711"}
RULES = ("echo", "mangle", "error 400", "error 500", "cut", "gzip", "redirect", "cookie", "bomb")


async def test_nothing_is_said(relay: Running, mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    """No value, key, path or address of a client is in a log line, whatever went wrong."""
    levels = {name: logging.getLogger(name).level for name in ("aiohttp.server", "aiohttp.client", "asyncio", "relay")}
    caplog.set_level(logging.DEBUG)  # first, so that it restores the level that was there
    logging.getLogger().setLevel(logging.DEBUG)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        async with httpx.AsyncClient(base_url=relay.url, headers=KEY) as client:
            for rule in RULES:
                for stream in (False, True):
                    try:
                        await client.post("/v1/chat/completions", json=chat(f"{PROMPT} mirror: {rule}", stream=stream))
                    except httpx.RemoteProtocolError:
                        assert rule == "cut"
            await client.post(
                "/v1/chat/completions", content=PROMPT.encode(), headers={"content-type": "application/json"}
            )
            await client.get(f"/v1/{PLANTED[0]}")
            await client.get("/relay/v1/sessions/" + PLANTED[0])
        await asyncio.to_thread(exchange_bytes, relay.url, f"GARBAGE {PLANTED[0]}\r\n\r\n".encode())
        await asyncio.to_thread(
            exchange_bytes, relay.url, post_bytes(PROMPT.encode(), head="Transfer-Encoding: chunked\r\n")
        )
    finally:
        logging.getLogger().setLevel(logging.WARNING)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    said = "\n".join(
        f"{record.name} {record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}"
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore"))  # the test's own client
    )
    assert "sk-silent-key" not in said
    for value in PLANTED:
        assert value not in said
