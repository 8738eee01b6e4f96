"""What a refusal says: relay's name, what was refused, and which rule or setting would allow it."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from relay import errors
from relay.config import UpstreamConfig
from relay.errors import RelayFault
from relay.exchange import Core
from relay.types import RouteKind
from tests.conftest import LOCAL, MakeCore
from tests.support import begin, chat, post, sent

CHAT, MESSAGES, RESPONSES, GEMINI = (
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1/models/m:generateContent",
)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def said(core: Core, path: str, body: Any) -> str:
    """Return what the client is told, from the provider's own shape."""
    with pytest.raises(RelayFault) as caught:
        sent(core, path, body, x_goog_api_key="k")
    matched = core.directory.find(path, ())
    assert matched is not None
    error = json.loads(matched[0].error_body(caught.value))["error"]
    found: str = error if isinstance(error, str) else error["message"]
    return found


def part(**fields: Any) -> Any:
    return chat([{"type": "text", "text": "what is this?"}, fields])


def block(kind: str, **source: Any) -> Any:
    return {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": [{"type": kind, "source": source}]}],
    }


IMAGE = part(type="image_url", image_url={"url": f"data:image/png;base64,{PNG}"})
REMOTE = part(type="image_url", image_url={"url": "https://example.com/a.png"})


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (
            CHAT,
            IMAGE,
            "relay refuses images because it cannot read them (/messages/0/content/1/image_url); the policy key "
            "opaque.images allows them (drop, reencode, pass)",
        ),
        (
            MESSAGES,
            block("image", type="base64", media_type="image/png", data=PNG),
            "relay refuses images because it cannot read them (/messages/0/content/0/source/data); the policy key "
            "opaque.images allows them (drop, reencode, pass)",
        ),
        (
            "/api/chat",
            {"model": "m", "messages": [{"role": "user", "content": "x", "images": [PNG]}]},
            "relay refuses images because it cannot read them (/messages/0/images); the policy key opaque.images "
            "allows them (drop, reencode, pass)",
        ),
        (
            GEMINI,
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": PNG}}]}]},
            "relay refuses images because it cannot read them (/contents/0/parts/0/inlineData/data); the policy key "
            "opaque.images allows them (drop, reencode, pass)",
        ),
        (
            MESSAGES,
            block("document", type="base64", media_type="application/pdf", data="JVBERi0xLjQK"),
            "relay refuses files because it cannot read them (/messages/0/content/0/source/data); the policy key "
            "opaque.files allows them (drop, scrub, pass)",
        ),
        (
            CHAT,
            part(type="input_audio", input_audio={"data": "AAAA", "format": "wav"}),
            "relay refuses audio because it cannot read it (/messages/0/content/1/input_audio); the policy key "
            "opaque.audio allows it (drop, pass)",
        ),
        (
            CHAT,
            REMOTE,
            "relay refuses remote URLs because it cannot read them (/messages/0/content/1/image_url); the policy key "
            "opaque.remote_urls allows them (drop, pass)",
        ),
        (
            RESPONSES,
            {"model": "m", "input": "x", "previous_response_id": "resp_1"},
            "relay refuses references to what the provider stores because it cannot read them (/previous_response_id); "
            "the policy key opaque.stored_state allows them (drop, pass)",
        ),
        (
            MESSAGES,
            {"model": "m", "max_tokens": 9, "messages": [], "mcp_servers": [{"url": "https://example.com"}]},
            "relay refuses tools that the provider calls elsewhere because it cannot read them (/mcp_servers); the "
            "policy key opaque.third_party_tools allows them (drop, pass)",
        ),
        (
            "/v1/embeddings",
            {"model": "m", "input": [1, 2, 3]},
            "relay refuses token ids because it cannot read them (/input); the policy key opaque.other allows them "
            "(drop, pass)",
        ),
        (
            CHAT,
            chat("x", chat_template="{{ x }}"),
            "relay refuses templates because it cannot read them (/chat_template); the policy key opaque.other allows "
            "them (drop, pass)",
        ),
    ],
)
def test_unreadable_content(core: Core, path: str, body: Any, message: str) -> None:
    """One row for each kind, in the words that its key is called."""
    assert said(core, path, body) == message


@pytest.mark.parametrize(
    ("policy", "body", "ending"),
    [
        ("opaque: {images: reencode, remote_urls: pass}", IMAGE, None),
        (
            "opaque: {images: reencode}",
            part(type="image_url", image_url={"url": "data:image/png;base64,AAAA"}),
            "the policy key opaque.images allows it (drop, pass)",
        ),
        ("opaque: {images: drop}", IMAGE, None),
        (
            "opaque: {files: scrub}",
            part(type="file", file={"file_data": "JVBERi0xLjQK"}),
            "opaque.files allows them (drop, pass)",
        ),
        ("unknown_fields: refuse", chat("x", brand_new=1), "the policy key unknown_fields allows them (scrub, drop)"),
    ],
)
def test_content_that_cannot_be_opened(make_core: MakeCore, policy: str, body: Any, ending: str | None) -> None:
    """The choice that was tried is not offered again."""
    core = make_core(f"version: 1\nmodel: none\n{policy}\n")
    if ending is None:
        sent(core, CHAT, body)
    else:
        message = said(core, CHAT, body)
        assert message.startswith("relay refuses ")
        assert message.endswith(ending)


@pytest.mark.parametrize(
    ("upstreams", "path", "keys"),
    [
        (
            {"far": UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9", formats=("openai",))},
            MESSAGES,
            ("anthropic format", "upstreams.<name>.kind", "upstreams.<name>.formats"),
        ),
        (
            {"near": LOCAL.model_copy(update={"formats": ("ollama",)})},
            CHAT,
            ("openai format", "upstreams.<name>.kind", "upstreams.<name>.formats"),
        ),
    ],
)
def test_no_upstream(make_core: MakeCore, upstreams: Any, path: str, keys: tuple[str, ...]) -> None:
    """What is missing is a key of the configuration."""
    message = said(make_core("version: 1\nmodel: none\n", **upstreams), path, {"model": "m", "messages": []})
    assert message.startswith("relay")
    assert all(key in message for key in keys)


def answered(core: Core, path: str, body: Any, status: int, answer: Any) -> Any:
    exchange = begin(core, path)
    exchange.open(post(path, body, x_goog_api_key="k"))
    exchange.start(status, (("content-type", "application/json"),))
    exchange.feed(orjson.dumps(answer))
    return orjson.loads(exchange.finish())


NOTE = (
    " (relay asked its frontier upstream, which serves no such model; the configuration key upstreams.<name>.models "
    "says what a model is called there)"
)
CONTENTS = {"contents": [{"parts": [{"text": "x"}]}]}


@pytest.mark.parametrize(
    ("path", "body", "answer", "noted"),
    [
        (
            CHAT,
            chat("x"),
            {"error": {"message": "no m", "code": "model_not_found"}},
            {"error": {"message": "no m" + NOTE, "code": "model_not_found"}},
        ),
        (
            MESSAGES,
            {"model": "m", "max_tokens": 9, "messages": []},
            {"type": "error", "error": {"type": "not_found_error", "message": "model: m"}},
            {"type": "error", "error": {"type": "not_found_error", "message": "model: m" + NOTE}},
        ),
        (GEMINI, CONTENTS, {"error": {"code": 404, "message": "no"}}, {"error": {"code": 404, "message": "no" + NOTE}}),
        ("/api/chat", {"model": "m", "messages": []}, {"error": "no"}, {"error": "no" + NOTE}),
        (CHAT, chat("x"), {"object": "error", "message": "no"}, {"object": "error", "message": "no" + NOTE}),
        (CHAT, chat("x"), {"error": {"message": None}}, {"error": {"message": None}}),
        (CHAT, chat("x"), ["no"], ["no"]),
        (CHAT, {"messages": []}, {"error": {"message": "no"}}, {"error": {"message": "no"}}),
    ],
)
def test_a_model_that_the_upstream_does_not_serve(core: Core, path: str, body: Any, answer: Any, noted: Any) -> None:
    """A 404 says that relay chose the upstream and which key renames models; other errors are the upstream's own."""
    assert answered(core, path, body, 404, answer) == noted
    for status in (400, 429, 500):
        assert answered(core, path, body, status, answer) == answer


@pytest.mark.parametrize(
    ("public", "told"),
    [
        ("The upstream is busy.", "relay: The upstream is busy."),
        ("relay refuses images", "relay refuses images"),
        ("Relay is full", "Relay is full"),
        ("relayed badly", "relay: relayed badly"),
        ("", "relay: "),
    ],
)
@pytest.mark.parametrize("kind", [getattr(errors, name) for name in errors.__all__])
def test_every_fault_is_told_by_name(kind: type[RelayFault], public: str, told: str) -> None:
    """It stands where the provider's own message would, and so says whose it is."""
    assert kind(public).told == told
    assert kind(public).public == public
