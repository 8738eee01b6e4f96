"""What each vendor's SDK needs of a stream's framing, as bytes: keep-alives, a lost upstream, and the end.

The rows follow what the SDKs did when they were tried with each form (openai 3.52 and 7.55, anthropic 2.11 and 1.11,
google-genai 3.4 and 3.1, ollama 0.6, Vercel's ai 7; 2026-11-20): OpenAI's and Anthropic's parsers take comments and
pings, Gemini's and Ollama's nothing but data; none takes `id:`, `retry:` or a byte order mark everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from relay.doors.http.app import Running
from tests.e2e.conftest import Serve
from tests.e2e.support import PROMPT, chat, exchange_bytes, open_raw, post_bytes


@dataclass(frozen=True)
class Case:
    """How a format asks for a stream, what keeps it alive, how an error comes and what only a whole stream says."""

    path: str
    ask: Callable[[str], dict[str, Any]]
    alive: bytes
    error: re.Pattern[bytes]
    end: bytes
    last: bytes  # the very end of a whole stream
    head: str = ""


def _gemini(text: str) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}


OPENAI_ERROR = re.compile(
    rb'data: \{"error":\{"message":"[^"]+","type":"[a-z_]+","param":null,"code":"[a-z_]+"\}\}\n\n\Z'
)
KEY = "x-goog-api-key: k\r\n"
CASES = {
    "chat": Case(
        "/v1/chat/completions",
        lambda text: chat(text, stream=True),
        b": keep-alive\n\n",
        OPENAI_ERROR,
        b"[DONE]",
        b"data: [DONE]\n\n",
    ),
    "completions": Case(
        "/v1/completions",
        lambda text: {"model": "m", "prompt": text, "stream": True},
        b": keep-alive\n\n",
        OPENAI_ERROR,
        b"[DONE]",
        b"data: [DONE]\n\n",
    ),
    "responses": Case(
        "/v1/responses",
        lambda text: {"model": "m", "input": text, "stream": True},
        b": keep-alive\n\n",
        OPENAI_ERROR,
        b"response.completed",
        b"}\n\n",
    ),
    "messages": Case(
        "/v1/messages",
        lambda text: chat(text, stream=True, max_tokens=99),
        b'event: ping\ndata: {"type": "ping"}\n\n',
        re.compile(rb'event: error\ndata: \{"type":"error","error":\{"type":"[a-z_]+","message":"[^"]+"\}\}\n\n\Z'),
        b"message_stop",
        b"}\n\n",
        "anthropic-version: 2023-06-01\r\n",
    ),
    "gemini": Case(
        "/v1beta/models/m:streamGenerateContent?alt=sse",
        _gemini,
        b"",
        re.compile(rb'data: \{"error":\{"code":502,"message":"[^"]+","status":"UNAVAILABLE"\}\}\n\n\Z'),
        b"finishReason",
        b"}\n\n",
        KEY,
    ),
    "gemini, array": Case(
        "/v1beta/models/m:streamGenerateContent",
        _gemini,
        b"",
        re.compile(rb',\r\n\{"error":\{"code":502,"message":"[^"]+","status":"UNAVAILABLE"\}\}\Z'),
        b"finishReason",
        b"}]",
        KEY,
    ),
    "ollama": Case("/api/chat", chat, b"", re.compile(rb'\{"error":"[^"]+"\}\n\Z'), b'"done":true', b"}\n"),
}


def unchunk(data: bytes) -> bytes:
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        out += data[:length]
        data = data[length + 2 :]
    return out


@pytest.mark.parametrize("name", CASES)
def test_keep_alives_take_the_form_that_the_format_allows(serve: Serve, name: str) -> None:
    """While the upstream is silent: comments for OpenAI, pings for Anthropic, nothing for Gemini and Ollama."""
    case = CASES[name]
    relay = serve(keepalive_s=0.05)
    raw = b""
    with open_raw(relay.url) as connection:
        connection.sendall(post_bytes(case.ask(f"{PROMPT} mirror: silent 0.4"), path=case.path, head=case.head))
        while chunk := connection.recv(65_536):
            raw += chunk
    body = unchunk(raw.partition(b"\r\n\r\n")[2])
    if case.alive:
        assert body.count(case.alive) >= 3
    else:
        assert b"ping" not in body
        assert b": " not in re.sub(rb'^data: |"(?:[^"\\]|\\.)*"', b"", body, flags=re.MULTILINE)
    assert body.endswith(case.last)


@pytest.mark.parametrize("name", CASES)
def test_a_lost_upstream_is_an_error_and_a_dropped_connection(serve: Serve, name: str) -> None:
    """The vendor's error event comes last, no event says that the answer is whole, and no final chunk marks an end."""
    case = CASES[name]
    relay = serve()  # one of its own, which may think as ill of the upstream as it likes
    raw = exchange_bytes(
        relay.url, post_bytes(case.ask(f"{PROMPT} mirror: cut"), path=case.path, head=case.head, keep=True)
    )
    assert raw.startswith(b"HTTP/1.1 200")
    assert not raw.endswith(b"0\r\n\r\n")
    body = unchunk(raw.partition(b"\r\n\r\n")[2])
    assert case.error.search(body), body[-300:]
    assert case.end not in body.replace(b" ", b"")


@pytest.mark.parametrize("name", CASES)
def test_a_whole_stream_is_framed_as_every_sdk_reads_it(relay: Running, name: str) -> None:
    """One line of data for each event, LF alone, no `id:` or `retry:`, no byte order mark, and a clean end."""
    case = CASES[name]
    raw = exchange_bytes(
        relay.url, post_bytes(case.ask(f"{PROMPT} é\u2028 mirror: echo"), path=case.path, head=case.head)
    )
    head, _, rest = raw.partition(b"\r\n\r\n")
    assert raw.endswith(b"0\r\n\r\n")
    body = unchunk(rest)
    assert body.endswith(case.last)
    assert not body.startswith(b"\xef\xbb\xbf")
    if name == "gemini, array":
        assert b"content-type: application/json" in head.lower()
        assert all("candidates" in row for row in json.loads(body))
        return
    assert b"\r" not in body
    if name == "ollama":
        assert body.isascii()  # Python's client splits lines at U+2028
        assert all(json.loads(line) for line in body.splitlines())
        return
    for event in body.removesuffix(b"\n\n").split(b"\n\n"):
        lines = event.split(b"\n")
        named = name in ("responses", "messages")
        assert len(lines) == 1 + named
        assert lines[-1].startswith(b"data: ")
        assert not named or lines[0] == b"event: " + json.loads(lines[1][6:])["type"].encode()
