"""Which voice of the mirror answers which path."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import orjson
import pytest

from relay import build
from relay.errors import ConfigFault
from relay.protocols import Family
from relay.upstream.mirror.reply import Turn
from relay.upstream.mirror.routes import Speech, error_of, route, voice_of
from relay.wire.openai.family import OPENAI
from relay.wire.speech import Call
from relay.wire.vendors import families_of

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
    assert b"Not now." in found.error(429, "Not now.")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/unknown", "/v1beta/models/m:unknown", "/api/unknown"])
def test_nothing(path: str) -> None:
    """Errors for paths that no voice knows still have a shape."""
    assert route(path, "", NONE, {}, 1) is None
    assert orjson.loads(error_of(path, NONE)(404, "Nothing."))["error"]


@pytest.mark.parametrize("family", families_of(build.formats()).values(), ids=lambda family: family.name)
def test_every_family_has_a_voice(family: Family) -> None:
    """Its folder holds a package `mirror` that answers and errs."""
    voice = voice_of(family)
    nowhere = Call(path="/nowhere", query="", names=NONE, body={}, number=1)
    assert voice.route(nowhere) is None
    assert b"Not now." in voice.error(429, "Not now.")


def test_a_family_without_a_voice_is_named() -> None:
    """The complaint says which package is missing."""
    mute = dataclasses.replace(OPENAI, name="mute")
    with pytest.raises(ConfigFault, match=r"no voice for mute: there is no relay\.wire\.mute"):
        voice_of(mute)


def test_what_serves_requests_imports_no_voice() -> None:
    """Start-up does not pay for the mirror."""
    code = (
        "import sys; from relay import build; from relay.doors.http import app; build.formats(); "
        "print([name for name in sys.modules if 'mirror' in name or name == 'relay.wire.speech'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
