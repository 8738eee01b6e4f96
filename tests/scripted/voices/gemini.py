"""Gemini's generateContent and streamGenerateContent, as events and as an array, with signatures of thought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.scripted.turn import Call, Pieces, Turn, signature
from tests.scripted.voices.base import JSON_TYPE, TOOLS, Delta, Row, Voice

__all__ = ["Gemini", "GeminiArray"]

_USAGE = {"promptTokenCount": 7, "candidatesTokenCount": 5, "totalTokenCount": 12}


class Gemini(Voice):
    """`POST /v1beta/models/m:generateContent`, and its stream as events."""

    name = "gemini_generate"
    path = "/v1beta/models/m:generateContent"
    signs = True

    def stream_path(self) -> str:
        return "/v1beta/models/m:streamGenerateContent?alt=sse"

    def user(self, text: str) -> list[Any]:
        return [{"role": "user", "parts": [{"text": text}]}]

    def results(self, results: Sequence[tuple[Call, str]]) -> list[Any]:
        parts = [
            {"functionResponse": {"id": call.id, "name": call.name, "response": {"output": text}}}
            for call, text in results
        ]
        return [{"role": "user", "parts": parts}]

    def request(self, history: Sequence[Any], *, stream: bool) -> dict[str, Any]:
        declared = [
            {"name": name, "description": "A tool.", "parametersJsonSchema": schema} for name, schema in TOOLS.items()
        ]
        return {
            "systemInstruction": {"parts": [{"text": "You are a careful assistant."}]},
            "contents": list(history),
            "tools": [{"functionDeclarations": declared}],
            "generationConfig": {"thinkingConfig": {"includeThoughts": True}},
        }

    def fault(self, body: dict[str, Any]) -> str:
        for content in body["contents"]:
            for part in content["parts"]:
                if part.get("thought") and part["thoughtSignature"] != signature(part["text"]):
                    return "Thought signature is not valid"
        return ""

    def whole(self, turn: Turn, number: int) -> dict[str, Any]:
        return _answer(number, list(_parts(turn)), "STOP")

    def events(self, turn: Turn, number: int, pieces: Pieces) -> Iterator[Row]:
        for part in _parts(turn):
            if "text" in part and not part.get("thought"):
                for piece in pieces(part["text"]):
                    yield Row(None, _answer(number, [{"text": piece}], None))
            else:
                yield Row(None, _answer(number, [part], None))
        yield Row(None, _answer(number, [{"text": ""}], "STOP"))

    def said(self, rows: Sequence[Row]) -> list[Any]:
        parts: list[dict[str, Any]] = []
        for _, tree in rows:
            for part in tree["candidates"][0]["content"]["parts"]:
                if parts and part.keys() == {"text"} == parts[-1].keys():
                    parts[-1]["text"] += part["text"]
                elif part != {"text": ""}:
                    parts.append(dict(part))
        return [{"role": "model", "parts": parts}]

    def deltas(self, tree: Any) -> list[Delta]:
        parts = tree["candidates"][0]["content"]["parts"]
        return [Delta((0,), part["text"]) for part in parts if part.keys() == {"text"}]

    def only_deltas(self, tree: Any) -> bool:
        (candidate,) = tree["candidates"]
        plain = all(part.keys() == {"text"} for part in candidate["content"]["parts"])
        return plain and "finishReason" not in candidate

    def signed(self, tree: Any) -> list[str]:
        found = []
        for candidate in tree.get("candidates", ()):
            for part in candidate["content"]["parts"]:
                keys = ("text", "thoughtSignature") if part.get("thought") else ("thoughtSignature",)
                for key in keys:
                    if key in part:
                        found.append(part[key])
                        part[key] = ""
        return found


class GeminiArray(Gemini):
    """The same stream, asked for as one array."""

    name = "gemini_generate_array"
    stream_type = f"{JSON_TYPE}; charset=utf-8"

    def stream_path(self) -> str:
        return "/v1beta/models/m:streamGenerateContent"

    def frame(self, rows: Iterable[Row]) -> bytes:
        return json.dumps([row.tree for row in rows], ensure_ascii=False).encode("utf-8", "surrogatepass")

    def parse(self, data: bytes) -> list[Row]:
        return [Row(None, tree) for tree in json.loads(data)]


def _answer(number: int, parts: list[dict[str, Any]], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    version = {"modelVersion": "m", "responseId": f"r{number:06}"}
    return {"candidates": [candidate], "usageMetadata": _USAGE, **version}


def _parts(turn: Turn) -> Iterator[dict[str, Any]]:
    if turn.thinking:
        yield {"text": turn.thinking, "thought": True, "thoughtSignature": signature(turn.thinking)}
    if turn.text:
        yield {"text": turn.text}
    for call in turn.calls:
        called = {"id": call.id, "name": call.name, "args": call.arguments}
        yield {"functionCall": called, "thoughtSignature": signature(call.id)}
