"""Ollama's chat and generate, whole and by the line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.scripted.turn import Call, Pieces, Turn
from tests.scripted.voices.base import TOOLS, Delta, Row, Voice

__all__ = ["OllamaChat", "OllamaGenerate"]

_HEAD = {"model": "m", "created_at": "2026-01-01T00:00:00Z"}
_END = {"done": True, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 5}


class _Lines(Voice):
    stream_type = "application/x-ndjson"

    def frame(self, rows: Iterable[Row]) -> bytes:
        return "".join(json.dumps(row.tree, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "surrogatepass")

    def parse(self, data: bytes) -> list[Row]:
        return [Row(None, json.loads(line)) for line in data.split(b"\n") if line]

    def closes(self, tree: Any) -> tuple[Any, ...] | None:
        return () if tree["done"] else None


class OllamaChat(_Lines):
    """`POST /api/chat`."""

    name = "ollama_chat"
    path = "/api/chat"

    def user(self, text: str) -> list[Any]:
        return [{"role": "user", "content": text}]

    def results(self, results: Sequence[tuple[Call, str]]) -> list[Any]:
        return [{"role": "tool", "tool_name": call.name, "content": text} for call, text in results]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        tools = [
            {"type": "function", "function": {"name": name, "description": "A tool.", "parameters": schema}}
            for name, schema in TOOLS.items()
        ]
        return {"model": "m", "messages": list(history), "tools": tools, "stream": stream}

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": turn.text}
        if turn.thinking:
            message["thinking"] = turn.thinking
        if turn.calls:
            message["tool_calls"] = _calls(turn)
        return {**_HEAD, "message": message, **_END}

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        def line(**fields: Any) -> Row:
            return Row(None, {**_HEAD, "message": {"role": "assistant", "content": "", **fields}, "done": False})

        if turn.thinking:
            for piece in pieces(turn.thinking):
                yield line(thinking=piece)
        if turn.text:
            for piece in pieces(turn.text):
                yield line(content=piece)
        if turn.calls:
            yield line(tool_calls=_calls(turn))
        yield Row(None, {**_HEAD, "message": {"role": "assistant", "content": ""}, **_END})

    def said(self, rows: Sequence[Row]) -> list[Any]:
        message: dict[str, Any] = {"role": "assistant", "content": ""}
        for _, tree in rows:
            for key, value in tree["message"].items():
                if key in ("content", "thinking"):
                    message[key] = message.get(key, "") + value
                else:
                    message[key] = value
        return [message]

    def deltas(self, tree: Any) -> list[Delta]:
        message = tree.get("message", {})
        return [Delta((key,), message[key]) for key in ("thinking", "content") if message.get(key)]

    def only_deltas(self, tree: Any) -> bool:
        return not tree["done"] and "tool_calls" not in tree["message"]


class OllamaGenerate(_Lines):
    """`POST /api/generate`."""

    name = "ollama_generate"
    path = "/api/generate"
    has_tools = False

    def user(self, text: str) -> list[Any]:
        return [text]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        return {"model": "m", "prompt": "\n\n".join(history), "stream": stream}

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        thinking = {"thinking": turn.thinking} if turn.thinking else {}
        return {**_HEAD, "response": turn.text, **thinking, **_END}

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        if turn.thinking:
            for piece in pieces(turn.thinking):
                yield Row(None, {**_HEAD, "response": "", "thinking": piece, "done": False})
        for piece in pieces(turn.text):
            yield Row(None, {**_HEAD, "response": piece, "done": False})
        yield Row(None, {**_HEAD, "response": "", **_END})

    def said(self, rows: Sequence[Row]) -> list[Any]:
        return ["".join(row.tree["response"] for row in rows)]

    def deltas(self, tree: Any) -> list[Delta]:
        return [Delta((key,), tree[key]) for key in ("thinking", "response") if tree.get(key)]

    def only_deltas(self, tree: Any) -> bool:
        return not tree["done"]


def _calls(turn: Turn) -> list[dict[str, Any]]:
    return [{"function": {"name": call.name, "arguments": call.arguments}} for call in turn.calls]
