"""What the tests of exchanges share: heads, events, and an exchange that is open."""

import json
from typing import Any

from relay.exchange import Core, Exchange
from tests.support import begin, post

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
JSON_HEAD = (("content-type", "application/json"),)
STREAM_HEAD = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("set-cookie", "__cf_bm=1"),
    ("x-request-id", "r1"),
)
MAIL = "maria@example.org"


def opened(core: Core, path: str, body: Any, session: Any = None) -> Exchange:
    exchange = begin(core, path, session)
    exchange.open(post(path, body))
    return exchange


def sse(*events: Any) -> bytes:
    lines = []
    for event in events:
        name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        lines.append(f"{name}data: {data}\n\n")
    return "".join(lines).encode()


def delta(content: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": content}, **fields}],
    }


def events(data: bytes) -> list[Any]:
    rows = [line[6:] for line in data.decode().split("\n") if line.startswith("data: ")]
    return [row if row == "[DONE]" else json.loads(row) for row in rows]


def text_of(data: bytes) -> str:
    return "".join(
        choice["delta"].get("content") or ""
        for event in events(data)
        if event != "[DONE]"
        for choice in event["choices"]
    )
