"""The mirror's Anthropic voice: messages, whole and streamed, token counts and the list of models.

Shapes as the `anthropic` package 2.11 reads them (anthropic-sdk-python, 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from relay.wire.speech import Ask, Call, Speech, Tool, Turn, pieces

__all__ = ["error", "route"]

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def route(call: Call) -> bytes | Speech | None:
    """Return the answer to a request, the speech to make, or None for a path that is not Anthropic's."""
    match call.path.rpartition("/v1")[2]:
        case "/models" if "anthropic-version" in call.names:
            return models(call.query)
        case "/messages":
            ask = read(call.body)
            return Speech(
                ask=ask,
                whole=lambda turn: whole(ask, turn, call.number),
                stream=lambda turn: b"".join(stream(ask, turn, call.number)),
                error=error,
            )
        case "/messages/count_tokens":
            return count_tokens(read(call.body))
    return None


def read(tree: dict[str, Any]) -> Ask:
    """Read a messages request."""
    messages = tree.get("messages") or []
    users = [_text(message.get("content")) for message in messages if message.get("role") == "user"]
    users = [text for text in users if text]
    choice = tree.get("tool_choice") or {}
    must_use = {"any": "*", "tool": choice.get("name")}.get(choice.get("type", ""))
    prompt = [_text(tree.get("system")), *(_text(message.get("content"), everything=True) for message in messages)]
    last = messages[-1].get("content") if messages else None
    return Ask(
        text=users[-1] if users else "",
        prompt="\n".join(prompt),
        model=str(tree.get("model", "mirror")),
        stream=bool(tree.get("stream")),
        tools=tuple(
            Tool(tool["name"], tool.get("input_schema") or {})
            for tool in tree.get("tools") or []
            if tool.get("type", "custom") == "custom"
        ),
        must_use=must_use,
        may_use=choice.get("type") != "none",
        after_tool=isinstance(last, list) and any(block.get("type") == "tool_result" for block in last),
    )


def whole(ask: Ask, turn: Turn, number: int) -> bytes:
    """Return a whole message."""
    content: list[dict[str, Any]] = [{"type": "text", "text": turn.text}] if turn.text else []
    content += [_tool_use(place, name, value) for place, (name, value) in enumerate(turn.calls)]
    return orjson.dumps({**_head(ask, turn, number), "content": content, "stop_reason": _stop(turn)})


def stream(ask: Ask, turn: Turn, number: int) -> Iterator[bytes]:
    """Yield the events of a streamed message."""
    head = {**_head(ask, turn, number), "content": [], "stop_reason": None}
    yield _event({"type": "message_start", "message": head})
    index = 0
    if turn.text:
        yield _event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        yield _event({"type": "ping"})
        for piece in pieces(turn.text):
            yield _event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
        yield _event({"type": "content_block_stop", "index": 0})
        index = 1
    for place, (name, value) in enumerate(turn.calls):
        block = {**_tool_use(place, name, value), "input": {}}
        yield _event({"type": "content_block_start", "index": index + place, "content_block": block})
        for piece in ("", *pieces(orjson.dumps(value).decode())):
            delta = {"type": "input_json_delta", "partial_json": piece}
            yield _event({"type": "content_block_delta", "index": index + place, "delta": delta})
        yield _event({"type": "content_block_stop", "index": index + place})
    ended = {"stop_reason": _stop(turn), "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": ended, "usage": {"output_tokens": _tokens(turn.text)}})
    yield _event({"type": "message_stop"})


def models(query: str) -> bytes:
    """Return a page of the list of models: one model, and the other after it."""
    name = "claude-mirror-large" if "after_id=claude-mirror" in query else "claude-mirror"
    entry = {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
    return orjson.dumps({"data": [entry], "has_more": name == "claude-mirror", "first_id": name, "last_id": name})


def count_tokens(ask: Ask) -> bytes:
    """Return a token count."""
    return orjson.dumps({"input_tokens": _tokens(ask.prompt)})


def error(status: int, message: str) -> bytes:
    """Return an error body."""
    kind = _TYPES.get(status, "api_error")
    return orjson.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_mirror"})


def _event(tree: dict[str, Any]) -> bytes:
    name: str = tree["type"]
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(tree) + b"\n\n"


def _head(ask: Ask, turn: Turn, number: int) -> dict[str, Any]:
    return {
        "id": f"msg_mirror{number:06}",
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": _tokens(ask.prompt), "output_tokens": _tokens(turn.text)},
    }


def _tool_use(place: int, name: str, value: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_mirror{place}", "name": name, "input": value}


def _text(content: Any, *, everything: bool = False) -> str:
    if isinstance(content, str):
        return content
    found: list[str] = []
    for block in content or []:
        if block.get("type") == "text":
            found.append(block.get("text", ""))
        elif everything and block.get("type") == "tool_result":
            found.append(_text(block.get("content")))
    return "".join(found)


def _stop(turn: Turn) -> str:
    return "tool_use" if turn.calls else "end_turn"


def _tokens(text: str) -> int:
    return len(text) // 4 + 1
