"""The mirror's Ollama voice: chat and generate, whole and as lines of JSON; embeddings and models.

Shapes as Ollama's API reference gives them (2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson

from relay.wire.speech import Ask, Call, Speech, Tool, Turn, pieces

__all__ = ["error", "route"]

_CREATED = "2026-01-01T00:00:00Z"


def route(call: Call) -> bytes | Speech | None:
    """Return the answer to a request, the speech to make, or None for a path that is not Ollama's."""
    match call.path.rpartition("/api")[2] if "/api/" in call.path else "":
        case "/chat" | "/generate" as path:
            ask = read(call.body)
            chat = path == "/chat"
            return Speech(
                ask=ask,
                whole=partial(whole, ask, chat=chat),
                stream=lambda turn: b"".join(stream(ask, turn, chat=chat)),
                error=error,
                stream_type="application/x-ndjson",
            )
        case "/embed" | "/embeddings":
            return embeddings(call.body)
        case "/tags" | "/ps":
            return models()
        case "/version":
            return version()
    return None


def read(tree: dict[str, Any]) -> Ask:
    """Read a chat or generate request. Ollama streams unless told not to."""
    messages = tree.get("messages")
    if messages is None:
        messages = [
            {"role": "system", "content": tree.get("system") or ""},
            {"role": "user", "content": tree.get("prompt") or ""},
        ]
    users = [message.get("content") or "" for message in messages if message.get("role") == "user"]
    shape = tree.get("format")
    return Ask(
        text=users[-1] if users else "",
        prompt="\n".join(message.get("content") or "" for message in messages),
        model=str(tree.get("model", "mirror")),
        stream=bool(tree.get("stream", True)),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"].get("parameters") or {}) for tool in tree.get("tools") or []
        ),
        after_tool=bool(messages) and messages[-1].get("role") == "tool",
        json_schema=shape if isinstance(shape, dict) else ({} if shape == "json" else None),
    )


def whole(ask: Ask, turn: Turn, *, chat: bool) -> bytes:
    """Return a whole answer."""
    return orjson.dumps({**_line(ask, _text(turn), _calls(turn), chat=chat), **_end(ask)})


def stream(ask: Ask, turn: Turn, *, chat: bool) -> Iterator[bytes]:
    """Yield the lines of a streamed answer."""
    for piece in pieces(_text(turn)):
        yield orjson.dumps({**_line(ask, piece, [], chat=chat), "done": False}) + b"\n"
    if _calls(turn):
        yield orjson.dumps({**_line(ask, "", _calls(turn), chat=chat), "done": False}) + b"\n"
    yield orjson.dumps({**_line(ask, "", [], chat=chat), **_end(ask)}) + b"\n"


def embeddings(tree: dict[str, Any]) -> bytes:
    """Return one embedding for each input."""
    given = tree.get("input", tree.get("prompt", ""))
    vectors = [[0.25, -0.5, 0.75] for _ in ([given] if isinstance(given, str) else given)]
    return orjson.dumps({"model": tree.get("model"), "embeddings": vectors, "embedding": vectors[0] if vectors else []})


def models() -> bytes:
    """Return the list of models."""
    return orjson.dumps(
        {"models": [{"name": "mirror:latest", "model": "mirror:latest", "size": 1, "digest": "mirror"}]}
    )


def version() -> bytes:
    """Return the version."""
    return orjson.dumps({"version": "0.0.0"})


def error(status: int, message: str) -> bytes:
    """Return an error body."""
    return orjson.dumps({"error": message})


def _line(ask: Ask, text: str, calls: list[dict[str, Any]], *, chat: bool) -> dict[str, Any]:
    head: dict[str, Any] = {"model": ask.model, "created_at": _CREATED}
    if not chat:
        return {**head, "response": text}
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = calls
    return {**head, "message": message}


def _end(ask: Ask) -> dict[str, Any]:
    return {"done": True, "done_reason": "stop", "prompt_eval_count": len(ask.prompt) // 4 + 1, "eval_count": 1}


def _text(turn: Turn) -> str:
    return next((orjson.dumps(value).decode() for name, value in turn.calls if not name), turn.text)


def _calls(turn: Turn) -> list[dict[str, Any]]:
    return [{"function": {"name": name, "arguments": value}} for name, value in turn.calls if name]
