"""The mirror's Gemini voice: generateContent, whole, as events and as a JSON array; tokens, embeddings, models.

Shapes as Google's reference of the Gemini API gives them (2026-11-20).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import orjson

from relay.wire.speech import EVENTS, Ask, Call, Speech, Tool, Turn, pieces

__all__ = ["error", "route"]

_PATH = re.compile(r".*/v1(?:beta|alpha)?/models(?:/[^:/]+:(?P<call>\w+))?")

_VECTOR = [0.25, -0.5, 0.75]
_STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


def route(call: Call) -> bytes | Speech | None:
    """Return the answer to a request, the speech to make, or None for a path that is not Gemini's."""
    found = _PATH.fullmatch(call.path)
    if found is None or not (found["call"] or "x-goog-api-key" in call.names):
        return None
    ask = read(call.body)
    match found["call"]:
        case None:
            return models(call.query)
        case "generateContent" | "streamGenerateContent":
            as_events = "alt=sse" in call.query
            frame = _events if as_events else _array
            return Speech(
                ask=dataclasses.replace(ask, stream=found["call"] == "streamGenerateContent"),
                whole=lambda turn: whole(ask, turn, call.number),
                stream=lambda turn: frame(stream(ask, turn, call.number)),
                error=error,
                stream_type=EVENTS if as_events else "application/json; charset=utf-8",
            )
        case "countTokens":
            return count_tokens(ask)
        case "embedContent":
            return embedding()
        case "batchEmbedContents":
            return embeddings(call.body)
    return None


def read(tree: dict[str, Any]) -> Ask:
    """Read a generateContent request; both spellings of a field are taken."""
    contents = tree.get("contents") or []
    users = [_text(content) for content in contents if content.get("role", "user") == "user"]
    users = [text for text in users if text]
    system = _either(tree, "systemInstruction", "system_instruction") or {}
    declared = [
        function
        for tool in tree.get("tools") or []
        for function in _either(tool, "functionDeclarations", "function_declarations") or []
    ]
    last = contents[-1].get("parts", []) if contents else []
    return Ask(
        text=users[-1] if users else "",
        prompt="\n".join([_text(system), *map(_text, contents)]),
        model="mirror",
        stream=False,
        tools=tuple(Tool(function["name"], _lower(_parameters(function))) for function in declared),
        after_tool=any(_either(part, "functionResponse", "function_response") for part in last),
    )


def whole(ask: Ask, turn: Turn, number: int) -> bytes:
    """Return a whole answer."""
    return orjson.dumps(_answer(ask, _parts(turn), number, finish="STOP"))


def stream(ask: Ask, turn: Turn, number: int) -> Iterator[dict[str, Any]]:
    """Yield the trees of a streamed answer, without a framing."""
    for piece in pieces(turn.text):
        yield _answer(ask, [{"text": piece}], number, finish=None)
    calls = [part for part in _parts(turn) if "functionCall" in part]
    yield _answer(ask, calls or [{"text": ""}], number, finish="STOP")


def count_tokens(ask: Ask) -> bytes:
    """Return a token count."""
    return orjson.dumps({"totalTokens": len(ask.prompt) // 4 + 1})


def embedding() -> bytes:
    """Return an embedding."""
    return orjson.dumps({"embedding": {"values": _VECTOR}})


def embeddings(tree: dict[str, Any]) -> bytes:
    """Return one embedding for each request of a batch."""
    return orjson.dumps({"embeddings": [{"values": _VECTOR} for _ in tree.get("requests") or []]})


def models(query: str) -> bytes:
    """Return a page of the list of models: one model, and the other after it."""
    second = "pageToken=more" in query
    name = "mirror-large" if second else "mirror"
    entry = {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": ["generateContent"]}
    return orjson.dumps({"models": [entry], **({} if second else {"nextPageToken": "more"})})


def error(status: int, message: str) -> bytes:
    """Return an error body."""
    return orjson.dumps({"error": {"code": status, "message": message, "status": _STATUSES.get(status, "INTERNAL")}})


def _events(trees: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(b"data: " + orjson.dumps(tree) + b"\r\n\r\n" for tree in trees)


def _array(trees: Iterator[dict[str, Any]]) -> bytes:
    return b"[" + b",\r\n".join(map(orjson.dumps, trees)) + b"]"


def _answer(ask: Ask, parts: list[dict[str, Any]], number: int, *, finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    sent = len(ask.prompt) // 4 + 1
    usage = {"promptTokenCount": sent, "candidatesTokenCount": 1, "totalTokenCount": sent + 1}
    version = {"modelVersion": "mirror", "responseId": f"mirror{number:06}"}
    return {"candidates": [candidate], "usageMetadata": usage, **version}


def _parts(turn: Turn) -> list[dict[str, Any]]:
    texts = [{"text": turn.text}] if turn.text else []
    return [*texts, *({"functionCall": {"name": name, "args": value}} for name, value in turn.calls)]


def _text(content: dict[str, Any]) -> str:
    found = []
    for part in content.get("parts") or []:
        answered = _either(part, "functionResponse", "function_response")
        found.append("\n".join(_strings(answered.get("response"))) if answered else part.get("text", ""))
    return "".join(found)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _strings(child)


def _parameters(function: dict[str, Any]) -> Any:
    as_json_schema = _either(function, "parametersJsonSchema", "parameters_json_schema")
    return as_json_schema or function.get("parameters") or {}


def _either(tree: dict[str, Any], camel: str, snake: str) -> Any:
    return tree.get(camel, tree.get(snake))


def _lower(schema: Any) -> Any:
    """Return a schema with its types in the lower case that JSON Schema has."""
    if isinstance(schema, dict):
        return {
            key: value.lower() if key == "type" and isinstance(value, str) else _lower(value)
            for key, value in schema.items()
        }
    return schema
