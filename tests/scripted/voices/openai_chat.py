"""OpenAI chat completions, with `reasoning_content` as local servers have it, and legacy completions."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from tests.scripted.turn import Call, Pieces, Turn, written
from tests.scripted.voices.base import TOOLS, Delta, Row, Voice

__all__ = ["OpenAIChat", "OpenAICompletions"]

_USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}


class OpenAIChat(Voice):
    """`POST /v1/chat/completions`."""

    name = "openai_chat"
    path = "/v1/chat/completions"

    def user(self, text: str) -> list[Any]:
        return [{"role": "user", "content": text}]

    def results(self, results: Sequence[tuple[Call, str]]) -> list[Any]:
        return [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text in results]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        tools = [
            {"type": "function", "function": {"name": name, "description": "A tool.", "parameters": schema}}
            for name, schema in TOOLS.items()
        ]
        system = {"role": "system", "content": "You are a careful assistant."}
        options = {"stream_options": {"include_usage": True}} if stream else {}
        return {"model": "m", "messages": [system, *history], "tools": tools, "stream": stream, **options}

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        choice = {"index": 0, "message": _message(turn), "logprobs": None, "finish_reason": _finish(turn)}
        return {**_head(number, "chat.completion"), "choices": [choice], "usage": _USAGE}

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        head = _head(number, "chat.completion.chunk")

        def chunk(delta: dict[str, Any], finish: str | None = None) -> Row:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return Row(None, {**head, "choices": [choice], "usage": None})

        yield chunk({"role": "assistant", "content": ""})
        if turn.thinking:
            for piece in pieces(turn.thinking):
                yield chunk({"reasoning_content": piece})
        if turn.text:
            for piece in pieces(turn.text):
                yield chunk({"content": piece})
        for index, call in enumerate(turn.calls):
            start = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
            yield chunk({"tool_calls": [{"index": index, **start}]})
            for piece in pieces(written(call)):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield chunk({}, _finish(turn))
        yield Row(None, {**head, "choices": [], "usage": _USAGE})
        yield Row(None, "[DONE]")

    def said(self, rows: Sequence[Row]) -> list[Any]:
        if len(rows) == 1:
            return [rows[0].tree["choices"][0]["message"]]
        message: dict[str, Any] = {"role": "assistant", "content": ""}
        calls: list[dict[str, Any]] = []
        for _, tree in rows:
            for choice in tree["choices"] if isinstance(tree, dict) else ():
                delta = copy.deepcopy(choice["delta"])
                for key in ("content", "reasoning_content"):
                    if key in delta:
                        message[key] = message.get(key, "") + delta[key]
                for call in delta.get("tool_calls", ()):
                    if "id" in call:
                        calls.append({key: value for key, value in call.items() if key != "index"})
                    else:
                        calls[call["index"]]["function"]["arguments"] += call["function"]["arguments"]
        return [{**message, "tool_calls": calls} if calls else message]

    def deltas(self, tree: Any) -> list[Delta]:
        found = []
        for choice in tree["choices"] if isinstance(tree, dict) else ():
            delta = choice["delta"]
            found += [Delta((0, key), delta[key]) for key in ("reasoning_content", "content") if delta.get(key)]
            for call in delta.get("tool_calls", ()):
                if call["function"].get("arguments"):
                    found.append(Delta((0, call["index"], "arguments"), call["function"]["arguments"]))
        return found

    def only_deltas(self, tree: Any) -> bool:
        if not isinstance(tree, dict) or len(tree["choices"]) != 1:
            return False
        (choice,) = tree["choices"]
        delta = choice["delta"]
        named = any("id" in call for call in delta.get("tool_calls", ()))
        return choice.get("finish_reason") is None and "role" not in delta and bool(delta) and not named

    def closes(self, tree: Any) -> tuple[Any, ...] | None:
        ended = tree == "[DONE]" or any(choice.get("finish_reason") for choice in tree["choices"])
        return () if ended else None


class OpenAICompletions(Voice):
    """`POST /v1/completions`: the prompt is all there is."""

    name = "openai_completions"
    path = "/v1/completions"
    has_tools = False

    def user(self, text: str) -> list[Any]:
        return [text]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        return {"model": "m", "prompt": "\n\n".join(history), "stream": stream}

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        return {**_completion(number, turn.text, "stop"), "usage": _USAGE}

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        for piece in pieces(turn.text):
            yield Row(None, _completion(number, piece, None))
        yield Row(None, _completion(number, "", "stop"))
        yield Row(None, "[DONE]")

    def said(self, rows: Sequence[Row]) -> list[Any]:
        return ["".join(row.tree["choices"][0]["text"] for row in rows if isinstance(row.tree, dict))]

    def deltas(self, tree: Any) -> list[Delta]:
        return [Delta((0,), tree["choices"][0]["text"])] if isinstance(tree, dict) else []

    def only_deltas(self, tree: Any) -> bool:
        return isinstance(tree, dict) and tree["choices"][0].get("finish_reason") is None

    def closes(self, tree: Any) -> tuple[Any, ...] | None:
        return None if self.only_deltas(tree) else ()


def _head(number: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number:06}", "object": kind, "created": 1, "model": "m", "service_tier": "default"}


def _message(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": turn.text}
    if turn.thinking:
        message["reasoning_content"] = turn.thinking
    if turn.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": written(call)}}
            for call in turn.calls
        ]
    return message


def _finish(turn: Turn) -> str:
    return "tool_calls" if turn.calls else "stop"


def _completion(number: int, text: str, finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    return {"id": f"cmpl-{number:06}", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}
