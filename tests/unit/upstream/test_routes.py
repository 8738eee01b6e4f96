"""Which voice of the mirror answers which path."""

from __future__ import annotations

import orjson
import pytest

from relay.upstream.mirror.reply import Turn
from relay.upstream.mirror.routes import Speech, error_of, route

NONE: frozenset[str] = frozenset()
ANTHROPIC = frozenset({"anthropic-version"})
GOOGLE = frozenset({"x-goog-api-key"})


@pytest.mark.parametrize(
    ("path", "names", "key"),
    [
        ("/v1/models", NONE, "object"),
        ("/v1/models/", NONE, "object"),
        ("/openai/v1/models", NONE, "object"),
        ("/v1/models", ANTHROPIC, "has_more"),
        ("/v1/models", GOOGLE, "models"),
        ("/v1beta/models/m:countTokens", NONE, "totalTokens"),
        ("/v1/embeddings", NONE, "data"),
        ("/v1/moderations", NONE, "results"),
        ("/v1/responses/input_tokens", NONE, "input_tokens"),
        ("/v1/messages/count_tokens", NONE, "input_tokens"),
        ("/api/tags", NONE, "models"),
        ("/api/embed", NONE, "embeddings"),
        ("/api/version", NONE, "version"),
    ],
)
def test_answers(path: str, names: frozenset[str], key: str) -> None:
    """Fixed answers, told apart by path and by the headers that SDKs send."""
    found = route(path, "", names, {}, 1)
    assert isinstance(found, bytes)
    assert key in orjson.loads(found)


@pytest.mark.parametrize(
    ("path", "query", "stream_type"),
    [
        ("/v1/chat/completions", "", "text/event-stream; charset=utf-8"),
        ("/v1/completions", "", "text/event-stream; charset=utf-8"),
        ("/v1/responses", "", "text/event-stream; charset=utf-8"),
        ("/anthropic/v1/messages", "beta=true", "text/event-stream; charset=utf-8"),
        ("/v1beta/models/m:streamGenerateContent", "alt=sse", "text/event-stream; charset=utf-8"),
        ("/v1beta/models/m:streamGenerateContent", "", "application/json; charset=utf-8"),
        ("/api/chat", "", "application/x-ndjson"),
        ("/api/generate", "", "application/x-ndjson"),
    ],
)
def test_speeches(path: str, query: str, stream_type: str) -> None:
    """What is said can be said whole and as a stream."""
    found = route(path, query, NONE, {}, 1)
    assert isinstance(found, Speech)
    assert found.stream_type == stream_type
    turn = Turn(text="Hello [PERSON_1]")
    assert b"Hello [PERSON_1]" in found.whole(turn)
    assert len(found.stream(turn)) > len(turn.text)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/unknown", "/v1beta/models/m:unknown", "/api/unknown"])
def test_nothing(path: str) -> None:
    """Other paths are served by nobody, whose errors still have a shape."""
    assert route(path, "", NONE, {}, 1) is None
    assert orjson.loads(error_of(path, NONE)(404, "Nothing."))["error"]
