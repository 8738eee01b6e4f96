"""A URL of media in a part that no table knows is refused like one that a table knows; other fields are text."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from relay.errors import OpaqueRefused
from relay.exchange import Core
from relay.wire.media import opaque
from tests.conftest import MakeCore
from tests.support import chat, sent
from tests.unit.exchange.support import CHAT, MESSAGES

RESPONSES, EMBEDDINGS, GENERATE = "/v1/responses", "/v1/embeddings", "/v1beta/models/m:generateContent"
URL = "https://files.example.net/a.mp4"
TEXT = {"type": "text", "text": "hello"}


def gemini(part: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [part]}]}


def given(*items: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "input": list(items), **fields}


def said(part: Any) -> dict[str, Any]:
    return given({"role": "user", "content": [part]})


def blocks(*parts: Any) -> dict[str, Any]:
    return {**chat(list(parts)), "max_tokens": 5}


@pytest.mark.parametrize(
    "path, body",
    [
        (CHAT, chat([{"type": "document_url", "document_url": URL}])),
        (CHAT, chat([{"type": "document_url", "document_url": {"url": URL}}])),
        (CHAT, chat([{"type": "video", "video": URL}])),
        (CHAT, chat([{"type": "video", "video": [URL, URL]}])),
        (CHAT, chat([{"type": "video", "video": {"source": f" {URL}\n", "sourceURL": URL}}])),
        (CHAT, chat([{"type": "image", "source": {"type": "url", "url": URL}}])),
        (CHAT, chat([{"type": "image", "image": "gs://bucket/a.png"}])),
        (CHAT, chat([{"type": "file", "file": {"url": URL}}])),
        (CHAT, chat([{"type": "input_file", "file_url": URL}])),
        (CHAT, chat([{"type": "media", "fileUri": "s3://bucket/a.pdf"}])),
        (CHAT, chat([{**TEXT, "images": [URL]}])),
        (EMBEDDINGS, given({"image": URL})),
        (EMBEDDINGS, given({"type": "image_url", "image_url": {"url": URL}})),
        (RESPONSES, said({"type": "input_video", "video_url": URL})),
        (RESPONSES, given({"type": "input_video", "video_url": URL})),
        (MESSAGES, blocks({"type": "video", "source": {"type": "url", "url": URL}})),
        (MESSAGES, blocks({"type": "image_url", "image_url": {"url": URL}})),
        (GENERATE, gemini({"media": {"uri": "gs://bucket/a.png"}})),
        (CHAT, chat("hello", tools=[{"type": "mcp", "server_label": "a", "server_url": URL}])),
        (CHAT, chat("hello", tools=[{"type": "other", "server_url": URL}])),
        (CHAT, chat("hello", tools=[{"type": "file_search", "vector_store_ids": ["vs_1"]}])),
        (CHAT, chat("hello", tools={"type": "file_search", "vector_store_ids": ["vs_1"]})),
        (CHAT, chat("hello", previous_response_id="resp_1")),
    ],
)
def test_what_the_provider_would_fetch_is_refused(core: Core, path: str, body: Any) -> None:
    """By the key and the scheme, since servers of one format know many types."""
    with pytest.raises(OpaqueRefused):
        sent(core, path, body, x_goog_api_key="k")


@pytest.mark.parametrize(
    "path, body",
    [
        (CHAT, chat([{**TEXT, "text": URL}])),
        (CHAT, chat([{**TEXT, "note": URL}])),
        (CHAT, chat([{**TEXT, "image": "a picture of https"}])),
        (CHAT, chat([{**TEXT, "image": f"see {URL}"}])),
        (CHAT, chat([{**TEXT, "curl": URL, "url_note": URL, "fileid": URL}])),
        (CHAT, chat("hello", homepage={"url": URL})),
        (CHAT, chat("hello", tools=[{"type": "function", "function": {"name": "file_search", "parameters": {}}}])),
        (RESPONSES, given({"type": "web_search_call", "id": "ws_1", "action": {"type": "open_page", "url": URL}})),
        (MESSAGES, blocks({"type": "tool_use", "id": "toolu_1", "name": "get", "input": {"url": URL, "image": URL}})),
        (GENERATE, gemini({"functionCall": {"name": "get", "args": {"url": URL}}})),
        (GENERATE, gemini({"functionResponse": {"name": "get", "response": {"image": {"url": URL}}}})),
    ],
)
def test_urls_elsewhere_are_text(core: Core, path: str, body: Any) -> None:
    """In text, in arguments and results of tools, and in fields beside the messages."""
    assert sent(core, path, body, x_goog_api_key="k").body


def test_a_dropped_part_leaves_a_note(make_core: MakeCore) -> None:
    """The same as for media that a table knows."""
    core = make_core("version: 1\nmodel: none\nopaque: {remote_urls: drop}\n")
    body = sent(core, CHAT, chat([{"type": "video", "video": URL}, TEXT])).body
    assert b"(remote url removed)" in body
    assert URL.encode() not in body


DATA = bytes(range(256)) * 8


@pytest.mark.parametrize(
    "text, kind",
    [
        (base64.b64encode(DATA).decode(), "file"),
        (base64.encodebytes(DATA).decode(), "file"),
        (base64.encodebytes(DATA).decode().replace("\n", "\r\n"), "file"),
        ("  data:image/png;base64,AAAA", "image"),
        ("\ndata:audio/wav;name=" + "a" * 500 + ";base64,AAAA", "audio"),
        (base64.encodebytes(DATA[:300]).decode(), ""),
        ("words that are long enough " * 60, ""),
        ("word\n" * 400, ""),
        ("a/path/of/forty/characters/or/a/few/more\n" * 40, ""),
        ("about data:image/png;base64,AAAA", ""),
    ],
)
def test_content_in_disguise(text: str, kind: str) -> None:
    """Base64 in one line or in lines of 60 signs and more, and data URLs behind blanks or with long parameters."""
    assert opaque(text) == kind
