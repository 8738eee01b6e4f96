"""OpenAI Responses, with reasoning that comes back encrypted, and tools whose input is not JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.scripted.turn import Call, Pieces, Turn, signature, written
from tests.scripted.voices.base import TOOLS, Delta, Row, Voice

__all__ = ["OpenAIResponses"]

_USAGE = {
    "input_tokens": 7,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 12,
}


class OpenAIResponses(Voice):
    """`POST /v1/responses`, stateless as agents use it."""

    name = "openai_responses"
    path = "/v1/responses"
    signs = True

    def user(self, text: str) -> list[Any]:
        return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}]

    def results(self, results: Sequence[tuple[Call, str]]) -> list[Any]:
        return [{"type": "function_call_output", "call_id": call.id, "output": text} for call, text in results]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        tools = [
            {"type": "function", "name": name, "description": "A tool.", "parameters": schema, "strict": False}
            for name, schema in TOOLS.items()
        ]
        return {
            "model": "m",
            "instructions": "You are a careful assistant.",
            "input": list(history),
            "tools": tools,
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "stream": stream,
        }

    def fault(self, body: dict[str, Any]) -> str:
        for item in body["input"]:
            if item["type"] == "reasoning":
                text = "".join(part["text"] for part in item["summary"])
                if item["encrypted_content"] != signature(text):
                    return "the encrypted content could not be verified"
        return ""

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        return _response(number, _items(turn, number), "completed")

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        for sequence, tree in enumerate(_events(turn, number, pieces)):
            yield Row(tree["type"], {**tree, "sequence_number": sequence})

    def said(self, rows: Sequence[Row]) -> list[Any]:
        if len(rows) == 1:
            found = rows[0].tree["output"]
        else:  # clients read the items that are done, or the response at the end: both must be true
            found = [row.tree["item"] for row in rows if row.name == "response.output_item.done"]
            assert found == rows[-1].tree["response"]["output"]
        return list(found)

    def deltas(self, tree: Any) -> list[Delta]:
        kind = tree.get("type", "")
        if not kind.endswith(".delta") or "reasoning" in kind:
            return []
        return [Delta((tree["item_id"], tree.get("content_index")), tree["delta"])]

    def only_deltas(self, tree: Any) -> bool:
        return bool(self.deltas(tree))

    def closes(self, tree: Any) -> tuple[Any, ...] | None:
        if tree["type"] == "response.completed":
            return ()
        return (tree["item_id"],) if tree["type"].endswith(".done") and "item_id" in tree else None

    def signed(self, tree: Any) -> list[str]:
        found: list[str] = []
        items = [*tree.get("output", ()), *(tree.get("response") or {}).get("output", ()), tree.get("item") or {}]
        for item in items:
            if item.get("type") == "reasoning":
                for holder in (*item["summary"], item):
                    for key in ("text", "encrypted_content"):
                        if key in holder:
                            found.append(holder[key])
                            holder[key] = ""
        if "reasoning" in tree.get("type", ""):
            part = tree.get("part") or {}
            for holder, key in ((tree, "delta"), (tree, "text"), (part, "text")):
                if key in holder:
                    found.append(holder[key])
                    holder[key] = ""
        return found


def _items(turn: Turn, number: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if turn.thinking:
        items.append(
            {
                "type": "reasoning",
                "id": f"rs_{number:06}",
                "summary": [{"type": "summary_text", "text": turn.thinking}],
                "encrypted_content": signature(turn.thinking),
            }
        )
    if turn.text:
        part = {"type": "output_text", "text": turn.text, "annotations": [], "logprobs": []}
        head = {"type": "message", "id": f"msg_{number:06}", "role": "assistant", "status": "completed"}
        items.append({**head, "content": [part]})
    for call in turn.calls:
        head = {"type": "function_call", "id": f"fc_{call.id}", "call_id": call.id, "name": call.name}
        items.append({**head, "arguments": written(call), "status": "completed"})
    return items


def _events(turn: Turn, number: int, pieces: Pieces) -> Iterator[dict[str, Any]]:
    begun = _response(number, [], "in_progress")
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    items = _items(turn, number)
    for index, item in enumerate(items):
        at = {"output_index": index}
        inside = {**at, "item_id": item["id"]}
        match item["type"]:
            case "reasoning":
                text = item["summary"][0]["text"]
                inside["summary_index"] = 0
                started = {**item, "summary": [], "encrypted_content": ""}
                yield {"type": "response.output_item.added", **at, "item": started}
                for piece in pieces(text):
                    yield {"type": "response.reasoning_summary_text.delta", **inside, "delta": piece}
                yield {"type": "response.reasoning_summary_text.done", **inside, "text": text}
            case "message":
                (part,) = item["content"]
                started = {**item, "status": "in_progress", "content": []}
                yield {"type": "response.output_item.added", **at, "item": started}
                inside["content_index"] = 0
                yield {"type": "response.content_part.added", **inside, "part": {**part, "text": ""}}
                for piece in pieces(part["text"]):
                    yield {"type": "response.output_text.delta", **inside, "delta": piece, "logprobs": []}
                yield {"type": "response.output_text.done", **inside, "text": part["text"], "logprobs": []}
                yield {"type": "response.content_part.done", **inside, "part": part}
            case _:
                started = {**item, "status": "in_progress", "arguments": ""}
                yield {"type": "response.output_item.added", **at, "item": started}
                for piece in pieces(item["arguments"]):
                    yield {"type": "response.function_call_arguments.delta", **inside, "delta": piece}
                done = {"name": item["name"], "arguments": item["arguments"]}
                yield {"type": "response.function_call_arguments.done", **inside, **done}
        yield {"type": "response.output_item.done", **at, "item": item}
    yield {"type": "response.completed", "response": _response(number, items, "completed")}


def _response(number: int, output: list[dict[str, Any]], status: str) -> dict[str, Any]:
    return {
        "id": f"resp_{number:06}",
        "object": "response",
        "created_at": 1,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "m",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": _USAGE if status == "completed" else None,
    }
