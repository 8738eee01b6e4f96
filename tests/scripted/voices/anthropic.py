"""Anthropic messages, with thinking that is signed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.scripted.turn import Call, Pieces, Turn, signature, written
from tests.scripted.voices.base import TOOLS, Delta, Row, Voice

__all__ = ["Anthropic"]

_USAGE = {"input_tokens": 7, "output_tokens": 5}


class Anthropic(Voice):
    """`POST /v1/messages`."""

    name = "anthropic_messages"
    path = "/v1/messages"
    signs = True

    def user(self, text: str) -> list[Any]:
        return [{"role": "user", "content": [{"type": "text", "text": text}]}]

    def results(self, results: Sequence[tuple[Call, str]]) -> list[Any]:
        blocks = [{"type": "tool_result", "tool_use_id": call.id, "content": text} for call, text in results]
        return [{"role": "user", "content": blocks}]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        system = {"type": "text", "text": "You are a careful assistant.", "cache_control": {"type": "ephemeral"}}
        tools = [{"name": name, "description": "A tool.", "input_schema": schema} for name, schema in TOOLS.items()]
        return {
            "model": "m",
            "max_tokens": 4096,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "system": [system],
            "tools": tools,
            "messages": list(history),
            "stream": stream,
        }

    def fault(self, body: dict[str, Any]) -> str:
        for message in body["messages"]:
            for block in message["content"] if isinstance(message["content"], list) else ():
                if block["type"] == "thinking" and block["signature"] != signature(block["thinking"]):
                    return "invalid signature in a thinking block"
        return ""

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        return {**_head(number), "content": list(_blocks(turn)), "stop_reason": _stop(turn)}

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        def event(**tree: Any) -> Row:
            return Row(tree["type"], tree)

        yield event(type="message_start", message={**_head(number), "content": [], "stop_reason": None})
        for index, block in enumerate(_blocks(turn)):
            deltas: list[dict[str, Any]]
            match block["type"]:
                case "thinking":
                    empty = {**block, "thinking": "", "signature": ""}
                    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
                    deltas.append({"type": "signature_delta", "signature": block["signature"]})
                case "text":
                    empty = {**block, "text": ""}
                    deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
                case _:
                    empty = {**block, "input": {}}
                    call = next(call for call in turn.calls if call.id == block["id"])
                    texts = ["", *pieces(written(call))]
                    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in texts]
            yield event(type="content_block_start", index=index, content_block=empty)
            if index == 0:
                yield event(type="ping")
            for delta in deltas:
                yield event(type="content_block_delta", index=index, delta=delta)
            yield event(type="content_block_stop", index=index)
        ended = {"stop_reason": _stop(turn), "stop_sequence": None}
        yield event(type="message_delta", delta=ended, usage={"output_tokens": 5})
        yield event(type="message_stop")

    def said(self, rows: Sequence[Row]) -> list[Any]:
        if len(rows) == 1:
            return [{"role": "assistant", "content": rows[0].tree["content"]}]
        blocks: list[dict[str, Any]] = []
        pieces: list[str] = []
        for _, tree in rows:
            match tree["type"]:
                case "content_block_start":
                    blocks.append(dict(tree["content_block"]))
                    pieces = []
                case "content_block_delta":
                    delta = tree["delta"]
                    if delta["type"] == "input_json_delta":
                        pieces.append(delta["partial_json"])
                    else:
                        key = delta["type"].removesuffix("_delta")
                        blocks[tree["index"]][key] += delta[key]
                case "content_block_stop" if pieces:
                    blocks[tree["index"]]["input"] = json.loads("".join(pieces))
                    pieces = []
        return [{"role": "assistant", "content": blocks}]

    def deltas(self, tree: Any) -> list[Delta]:
        delta = tree.get("delta", {})
        match delta.get("type"):
            case "text_delta":
                return [Delta((tree["index"], "text"), delta["text"])]
            case "input_json_delta":
                return [Delta((tree["index"], "json"), delta["partial_json"])]
        return []

    def only_deltas(self, tree: Any) -> bool:
        return tree["type"] == "content_block_delta" and bool(self.deltas(tree))

    def closes(self, tree: Any) -> tuple[Any, ...] | None:
        match tree["type"]:
            case "content_block_stop":
                return (tree["index"],)
            case "message_delta" | "message_stop":
                return ()
        return None

    def signed(self, tree: Any) -> list[str]:
        blocks = [*tree.get("content", ()), tree.get("delta", {}), tree.get("content_block", {})]
        found = []
        for block in blocks:
            for key in ("thinking", "signature"):
                if key in block:
                    found.append(block[key])
                    block[key] = ""
        return found


def _head(number: int) -> dict[str, Any]:
    return {
        "id": f"msg_{number:06}",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "stop_sequence": None,
        "usage": _USAGE,
    }


def _blocks(turn: Turn) -> Iterator[dict[str, Any]]:
    if turn.thinking:
        yield {"type": "thinking", "thinking": turn.thinking, "signature": signature(turn.thinking)}
    if turn.text:
        yield {"type": "text", "text": turn.text}
    for call in turn.calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}


def _stop(turn: Turn) -> str:
    return "tool_use" if turn.calls else "end_turn"
