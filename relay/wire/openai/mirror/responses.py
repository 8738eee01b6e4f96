"""What the mirror says as OpenAI Responses, whole and streamed.

Shapes as the `openai` package 3.52 reads them (openai-python, resources/responses, 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from relay.wire.speech import Ask, Tool, Turn, pieces

__all__ = ["input_tokens", "read", "stream", "whole"]

_CREATED = 1_700_000_000


def read(tree: dict[str, Any]) -> Ask:
    """Read a Responses request. Tools may also come as an item of the input (Codex 0.169)."""
    items = tree.get("input") or []
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    users = [_text(item) for item in items if item.get("role") == "user"]
    choice = tree.get("tool_choice", "auto")
    must_use = choice.get("name", "*") if isinstance(choice, dict) else ("*" if choice == "required" else None)
    shape = (tree.get("text") or {}).get("format") or {}
    schema = {"json_object": {}, "json_schema": shape.get("schema") or {}}.get(shape.get("type", ""))
    return Ask(
        text=users[-1] if users else "",
        prompt="\n".join([tree.get("instructions") or "", *map(_text, items)]),
        model=str(tree.get("model", "mirror")),
        stream=bool(tree.get("stream")),
        tools=tuple(
            Tool(tool["name"], tool.get("parameters") or {})
            for tools in (tree.get("tools"), *(item.get("tools") for item in items))
            for tool in tools or []
            if tool.get("type") == "function"
        ),
        must_use=must_use,
        may_use=choice != "none",
        after_tool=bool(items) and items[-1].get("type") == "function_call_output",
        json_schema=schema,
    )


def whole(ask: Ask, turn: Turn, number: int) -> bytes:
    """Return a whole response."""
    return orjson.dumps(_response(ask, turn, number, _output(turn), "completed"))


def stream(ask: Ask, turn: Turn, number: int) -> Iterator[bytes]:
    """Yield the events of a streamed response, numbered."""
    for place, tree in enumerate(_events(ask, turn, number)):
        name: str = tree["type"]
        yield b"event: " + name.encode() + b"\ndata: " + orjson.dumps({**tree, "sequence_number": place}) + b"\n\n"


def input_tokens(ask: Ask) -> bytes:
    """Return a token count."""
    return orjson.dumps({"object": "response.input_tokens", "input_tokens": len(ask.prompt) // 4 + 1})


def _events(ask: Ask, turn: Turn, number: int) -> Iterator[dict[str, Any]]:
    begun = _response(ask, turn, number, [], "in_progress")
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    output = _output(turn)
    for index, item in enumerate(output):
        at = {"output_index": index}
        inside = {**at, "item_id": item["id"]}
        if item["type"] == "message":
            part = item["content"][0]
            empty = {**part, "text": ""}
            yield {"type": "response.output_item.added", **at, "item": {**item, "status": "in_progress", "content": []}}
            inside["content_index"] = 0
            yield {"type": "response.content_part.added", **inside, "part": empty}
            for piece in pieces(part["text"]):
                yield {"type": "response.output_text.delta", **inside, "delta": piece, "logprobs": []}
            yield {"type": "response.output_text.done", **inside, "text": part["text"], "logprobs": []}
            yield {"type": "response.content_part.done", **inside, "part": part}
        else:
            yield {
                "type": "response.output_item.added",
                **at,
                "item": {**item, "status": "in_progress", "arguments": ""},
            }
            for piece in pieces(item["arguments"]):
                yield {"type": "response.function_call_arguments.delta", **inside, "delta": piece}
            done = {"name": item["name"], "arguments": item["arguments"]}
            yield {"type": "response.function_call_arguments.done", **inside, **done}
        yield {"type": "response.output_item.done", **at, "item": item}
    yield {"type": "response.completed", "response": _response(ask, turn, number, output, "completed")}


def _output(turn: Turn) -> list[dict[str, Any]]:
    text = turn.text
    items: list[dict[str, Any]] = []
    for place, (name, value) in enumerate(turn.calls):
        if not name:  # structured output: the answer is the JSON text itself
            text = orjson.dumps(value).decode()
            continue
        call = {"id": f"fc_mirror{place}", "call_id": f"call_mirror{place}", "name": name}
        items.append(
            {"type": "function_call", **call, "arguments": orjson.dumps(value).decode(), "status": "completed"}
        )
    if text:
        part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        message = {"type": "message", "id": "msg_mirror", "role": "assistant", "status": "completed"}
        items.insert(0, {**message, "content": [part]})
    return items


def _response(ask: Ask, turn: Turn, number: int, output: list[dict[str, Any]], status: str) -> dict[str, Any]:
    sent, said = len(ask.prompt) // 4 + 1, len(turn.text) // 4 + 1
    usage = {
        "input_tokens": sent,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sent + said,
    }
    return {
        "id": f"resp_mirror{number:06}",
        "object": "response",
        "created_at": _CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": ask.model,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": usage if status == "completed" else None,
    }


def _text(item: dict[str, Any]) -> str:
    content = item.get("content", item.get("output", ""))
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [] if isinstance(part, dict))
