"""What the mirror says as OpenAI: chat and legacy completions, whole and streamed; embeddings, moderations, models.

Shapes as the `openai` package 3.52 reads them (openai-python, api_resources, 2026-11-20).
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from typing import Any

import orjson

from relay.wire.speech import Ask, Tool, Turn, pieces

__all__ = [
    "embeddings",
    "error",
    "models",
    "moderations",
    "read",
    "read_completion",
    "stream",
    "stream_completion",
    "whole",
    "whole_completion",
]

_CREATED = 1_700_000_000
_FINGERPRINT = "fp_mirror"
_TYPES = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error"}


def read(tree: dict[str, Any]) -> Ask:
    """Read a chat completions request."""
    messages = tree.get("messages") or []
    users = [_text(message) for message in messages if message.get("role") == "user"]
    choice = tree.get("tool_choice", "auto")
    must_use = None
    if isinstance(choice, dict):
        must_use = choice.get("function", {}).get("name", "*")
    elif choice == "required":
        must_use = "*"
    shape = tree.get("response_format") or {}
    schema = None
    if shape.get("type") == "json_object":
        schema = {}
    elif shape.get("type") == "json_schema":
        schema = shape["json_schema"].get("schema", {})
    return Ask(
        text=users[-1] if users else "",
        prompt="\n".join(_text(message) for message in messages),
        model=str(tree.get("model", "mirror")),
        stream=bool(tree.get("stream")),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"].get("parameters") or {})
            for tool in tree.get("tools") or []
            if tool.get("type") == "function"
        ),
        must_use=must_use,
        may_use=choice != "none",
        after_tool=bool(messages) and messages[-1].get("role") == "tool",
        json_schema=schema,
        choices=int(tree.get("n") or 1),
        usage=bool((tree.get("stream_options") or {}).get("include_usage")),
    )


def whole(ask: Ask, turn: Turn, number: int) -> bytes:
    """Return a whole chat completion."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": _content(turn),
        "refusal": None,
        "annotations": [],
    }
    if _calls(turn):
        message["tool_calls"] = [
            {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
            for call_id, name, arguments in _calls(turn)
        ]
    return orjson.dumps(
        {
            **_head(ask, number, "chat.completion"),
            "choices": [
                {"index": index, "message": message, "logprobs": None, "finish_reason": _finish(turn)}
                for index in range(ask.choices)
            ],
            "usage": _usage(ask, turn),
        }
    )


def stream(ask: Ask, turn: Turn, number: int) -> Iterator[bytes]:
    """Yield the events of a streamed chat completion; the choices interleave."""
    head = _head(ask, number, "chat.completion.chunk")

    def chunk(index: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        tree: dict[str, Any] = {**head, "choices": [choice]}
        if ask.usage:
            tree["usage"] = None
        return _event(tree)

    choices = range(ask.choices)
    for index in choices:
        yield chunk(index, {"role": "assistant", "content": None if _calls(turn) else "", "refusal": None})
    for piece in pieces(_content(turn) or ""):
        for index in choices:
            yield chunk(index, {"content": piece})
    for index in choices:
        for place, (call_id, name, arguments) in enumerate(_calls(turn)):
            start = {"index": place, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
            yield chunk(index, {"tool_calls": [start]})
            for piece in pieces(arguments):
                yield chunk(index, {"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
    for index in choices:
        yield chunk(index, {}, _finish(turn))
    if ask.usage:
        yield _event({**head, "choices": [], "usage": _usage(ask, turn)})
    yield b"data: [DONE]\n\n"


def read_completion(tree: dict[str, Any]) -> Ask:
    """Read a legacy completions request."""
    prompt = tree.get("prompt") or ""
    text = prompt if isinstance(prompt, str) else "\n".join(map(str, prompt))
    return Ask(text=text, prompt=text, model=str(tree.get("model", "mirror")), stream=bool(tree.get("stream")))


def whole_completion(ask: Ask, turn: Turn, number: int) -> bytes:
    """Return a whole legacy completion."""
    return orjson.dumps({**_completion(ask, number, turn.text, "stop"), "usage": _usage(ask, turn)})


def stream_completion(ask: Ask, turn: Turn, number: int) -> Iterator[bytes]:
    """Yield the events of a streamed legacy completion."""
    for piece in pieces(turn.text):
        yield _event(_completion(ask, number, piece, None))
    yield _event(_completion(ask, number, "", "stop"))
    yield b"data: [DONE]\n\n"


def embeddings(tree: dict[str, Any]) -> bytes:
    """Return one embedding for each input."""
    given = tree.get("input") or []
    inputs = [given] if isinstance(given, str) else given
    vector: Any = [0.25, -0.5, 0.75]
    if tree.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack("<3f", *vector)).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(inputs))]
    usage = {"prompt_tokens": len(inputs), "total_tokens": len(inputs)}
    return orjson.dumps({"object": "list", "model": tree.get("model"), "data": data, "usage": usage})


def moderations(tree: dict[str, Any]) -> bytes:
    """Return one harmless verdict for each input."""
    given = tree.get("input") or []
    inputs = [given] if isinstance(given, str) else given
    verdict = {"flagged": False, "categories": {}, "category_scores": {}, "category_applied_input_types": {}}
    return orjson.dumps(
        {"id": "modr-mirror", "model": tree.get("model") or "mirror", "results": [verdict] * len(inputs)}
    )


def models() -> bytes:
    """Return the list of models."""
    names = ("mirror", "mirror-large")
    data = [{"id": name, "object": "model", "created": _CREATED, "owned_by": "relay"} for name in names]
    return orjson.dumps({"object": "list", "data": data})


def error(status: int, message: str) -> bytes:
    """Return an error body."""
    kind = _TYPES.get(status, "server_error")
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": None}})


def _event(tree: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(tree) + b"\n\n"


def _head(ask: Ask, number: int, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-mirror{number:06}",
        "object": kind,
        "created": _CREATED,
        "model": ask.model,
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }


def _completion(ask: Ask, number: int, text: str, finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    head = {"id": f"cmpl-mirror{number:06}", "object": "text_completion", "created": _CREATED, "model": ask.model}
    return {**head, "choices": [choice]}


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def _content(turn: Turn) -> str | None:
    for name, value in turn.calls:
        if not name:  # structured output: the answer is the JSON text itself
            return orjson.dumps(value).decode()
    return None if turn.calls else turn.text


def _calls(turn: Turn) -> list[tuple[str, str, str]]:
    return [
        (f"call_mirror{place}", name, orjson.dumps(value).decode())
        for place, (name, value) in enumerate(turn.calls)
        if name
    ]


def _finish(turn: Turn) -> str:
    return "tool_calls" if _calls(turn) else "stop"


def _usage(ask: Ask, turn: Turn) -> dict[str, Any]:
    sent, said = len(ask.prompt) // 4 + 1, len(turn.text) // 4 + 1
    return {
        "prompt_tokens": sent,
        "completion_tokens": said,
        "total_tokens": sent + said,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
