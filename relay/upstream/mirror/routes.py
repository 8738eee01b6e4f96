"""Which voice answers which path. Pure: a request's parts in, an answer or a speech to be made out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from relay.upstream.mirror import anthropic, gemini, ollama, openai, responses
from relay.upstream.mirror.reply import Ask, Turn

__all__ = ["Error", "Speech", "error_of", "route"]

Error = Callable[[int, str], bytes]

_GEMINI = re.compile(r".*/v1(?:beta|alpha)?/models(?:/[^:/]+:(?P<call>\w+))?")
# Azure's paths, but for those of its `/v1`.
_AZURE = re.compile(r".*/openai(?:/deployments/[^/]+)?(?P<rest>/(?!v1/|deployments/).*)")
_EVENTS = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """An answer that is still to be given to `ask`, whole or as a stream of `stream_type`."""

    ask: Ask = field(repr=False)
    whole: Callable[[Turn], bytes]
    stream: Callable[[Turn], bytes]
    stream_type: str = _EVENTS


def route(path: str, query: str, names: frozenset[str], body: dict[str, Any], number: int) -> bytes | Speech | None:
    """Return the answer to a request, the speech to make, or None for a path that nobody serves.

    `names` are the request's header names, `number` makes ids.
    """
    path = path.rstrip("/")
    if "/api/" in path:
        return _ollama(path.rpartition("/api")[2], body)
    found = _GEMINI.fullmatch(path)
    if found is not None and (found["call"] or "x-goog-api-key" in names):
        return _gemini(found["call"], query, body, number)
    azure = _AZURE.fullmatch(path)
    match path.rpartition("/v1")[2] if azure is None else azure["rest"]:
        case "/models":
            return anthropic.models(query) if "anthropic-version" in names else openai.models()
        case "/chat/completions":
            return _speech(openai, openai.read(body), number)
        case "/completions":
            ask = openai.read_completion(body)
            return Speech(
                ask=ask,
                whole=lambda turn: openai.whole_completion(ask, turn, number),
                stream=lambda turn: b"".join(openai.stream_completion(ask, turn, number)),
            )
        case "/embeddings":
            return openai.embeddings(body)
        case "/moderations":
            return openai.moderations(body)
        case "/responses":
            return _speech(responses, responses.read(body), number)
        case "/responses/input_tokens":
            return responses.input_tokens(responses.read(body))
        case "/messages":
            return _speech(anthropic, anthropic.read(body), number)
        case "/messages/count_tokens":
            return anthropic.count_tokens(anthropic.read(body))
    return None


def error_of(path: str, names: frozenset[str]) -> Error:
    """Return how errors look to whoever asks for `path`."""
    if "/api/" in path:
        return ollama.error
    if "x-goog-api-key" in names or ":" in path:
        return gemini.error
    return anthropic.error if "anthropic-version" in names or "/messages" in path else openai.error


def _speech(voice: Any, ask: Ask, number: int) -> Speech:
    return Speech(
        ask=ask,
        whole=lambda turn: voice.whole(ask, turn, number),
        stream=lambda turn: b"".join(voice.stream(ask, turn, number)),
    )


def _gemini(call: str | None, query: str, body: dict[str, Any], number: int) -> bytes | Speech | None:
    ask = gemini.read(body)
    match call:
        case None:
            return gemini.models(query)
        case "generateContent" | "streamGenerateContent":
            as_events = "alt=sse" in query
            frame = _gemini_events if as_events else _gemini_array
            return Speech(
                ask=dataclasses.replace(ask, stream=call == "streamGenerateContent"),
                whole=lambda turn: gemini.whole(ask, turn, number),
                stream=lambda turn: frame(gemini.stream(ask, turn, number)),
                stream_type=_EVENTS if as_events else "application/json; charset=utf-8",
            )
        case "countTokens":
            return gemini.count_tokens(ask)
        case "embedContent":
            return gemini.embedding()
        case "batchEmbedContents":
            return gemini.embeddings(body)
    return None


def _gemini_events(trees: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(b"data: " + orjson.dumps(tree) + b"\r\n\r\n" for tree in trees)


def _gemini_array(trees: Iterator[dict[str, Any]]) -> bytes:
    return b"[" + b",\r\n".join(map(orjson.dumps, trees)) + b"]"


def _ollama(path: str, body: dict[str, Any]) -> bytes | Speech | None:
    match path:
        case "/chat" | "/generate":
            ask = ollama.read(body)
            chat = path == "/chat"
            return Speech(
                ask=ask,
                whole=partial(ollama.whole, ask, chat=chat),
                stream=lambda turn: b"".join(ollama.stream(ask, turn, chat=chat)),
                stream_type="application/x-ndjson",
            )
        case "/embed" | "/embeddings":
            return ollama.embeddings(body)
        case "/tags" | "/ps":
            return ollama.models()
        case "/version":
            return ollama.version()
    return None
