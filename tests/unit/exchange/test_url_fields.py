"""Fields of an answer that are one URL, as clients put them into links, whole and streamed."""

import json
from typing import Any

import pytest

from relay.errors import UpstreamBadStream
from relay.exchange import Core
from tests.support import chat
from tests.unit.exchange.support import CHAT, JSON_HEAD, MAIL, MESSAGES, STREAM_HEAD, opened, sse

RESPONSES, GEMINI = "/v1/responses", "/v1beta/models/g:generateContent"
STREAM_GEMINI = "/v1beta/models/g:streamGenerateContent"
ASKED = f"mail {MAIL}, open https://good.example/, found https://seen.example/u/{MAIL}/x"
BODIES: dict[str, dict[str, Any]] = {
    CHAT: chat(ASKED),
    RESPONSES: {"model": "m", "input": ASKED},
    MESSAGES: {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": ASKED}]},
    GEMINI: {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]},
}
URL = "URL"  # stands for the URL in an answer


def message(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": "ok", **fields}}]}


def output(*items: Any) -> dict[str, Any]:
    return {"id": "r", "object": "response", "status": "completed", "output": list(items)}


def said(**part: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok", **part}]}


def block(**fields: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [fields]}


def candidate(**fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, **fields}]}


WEB = {"type": "web_search_call", "action": {"type": "search", "query": "q", "sources": [{"type": "url", "url": URL}]}}
FETCHED = {"type": "web_fetch_result", "url": URL}
PLACES = [
    (CHAT, message(annotations=[{"type": "url_citation", "url_citation": {"url": URL, "title": "t"}}])),
    (CHAT, message(images=[{"type": "image_url", "image_url": {"url": URL}}])),
    (CHAT, message(new={"href": URL})),
    (CHAT, message(new=[{"source_urls": [URL]}])),
    (CHAT, {**message(), "citations": [URL]}),
    (CHAT, {**message(), "search_results": [{"title": "t", "url": URL}]}),
    (RESPONSES, output(said(annotations=[{"type": "url_citation", "url": URL, "title": "t"}]))),
    (RESPONSES, output(WEB)),
    (MESSAGES, block(type="text", text="ok", citations=[{"type": "web_search_result_location", "url": URL}])),
    (MESSAGES, block(type="text", text="ok", citations=[{"type": "search_result_location", "source": URL}])),
    (MESSAGES, block(type="web_search_tool_result", content=[{"type": "web_search_result", "url": URL}])),
    (MESSAGES, block(type="web_fetch_tool_result", content=FETCHED)),
    (GEMINI, candidate(groundingMetadata={"groundingChunks": [{"web": {"uri": URL, "title": "t"}}]})),
    (GEMINI, candidate(groundingMetadata={"groundingChunks": [{"maps": {"uri": URL}}]})),
    (GEMINI, candidate(groundingMetadata={"groundingChunks": [{"retrievedContext": {"uri": URL}}]})),
    (GEMINI, candidate(citationMetadata={"citationSources": [{"uri": URL}]})),
    (GEMINI, candidate(urlContextMetadata={"urlMetadata": [{"retrievedUrl": URL}]})),
]
STREAMS = [
    (
        CHAT,
        {"choices": [{"index": 0, "delta": {"annotations": [{"type": "url_citation", "url_citation": {"url": URL}}]}}]},
    ),
    (CHAT, {"choices": [{"index": 0, "delta": {"images": [{"type": "image_url", "image_url": {"url": URL}}]}}]}),
    (CHAT, {"choices": [{"index": 0, "delta": {"link": URL}}]}),
    (
        RESPONSES,
        {"type": "response.output_text.annotation.added", "annotation": {"type": "url_citation", "url": URL}},
    ),
    (
        MESSAGES,
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "citations_delta", "citation": {"type": "web_search_result_location", "url": URL}},
        },
    ),
    (STREAM_GEMINI, PLACES[12][1]),
]
END = {CHAT: ({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},)}
HELD = "[EMAIL_ADDRESS_1]"
NOWHERE = [
    "https://evil.example/{}",
    "https://evil.example/\t{}",
    "https://evil.example/\n{}",
    "https://evil.example/ {}",
    "http:\\\\evil.example\\{}",
    "\\\\evil.example\\{}",
    "/\\evil.example/{}",
    "\t//evil.example/{}",
    " ht\ntps:evil.example/{}",
    "https:evil.example/{}",
    "http:\\\\evil.example\\ https://good.example/{}",
    "http:\\\\evil.example\\ https://seen.example/u/{}/x",
    "https://good.example\\@evil.example/{}",
    "https://good.example/) [x](//evil.example/{}",
    "https://{}@good.example/",  # an address as user info: readers differ on which sign ends it
    "javascript:fetch({})",
    "data:text/html,{}",
]
SOMEWHERE = [
    "https://good.example/?q={}",
    "https://seen.example/u/{}/x",
    "notes of {}",
    "{}",
    "files/{}.txt",
    "mailto:{}",
]


def answered(core: Core, path: str, answer: dict[str, Any], url: str) -> str:
    exchange = opened(core, path, BODIES[path])
    exchange.start(200, JSON_HEAD)
    exchange.feed(json.dumps(answer).replace(json.dumps(URL), json.dumps(url)).encode())
    return exchange.finish().decode()


@pytest.mark.parametrize(("path", "answer"), PLACES)
@pytest.mark.parametrize("url", NOWHERE)
def test_no_value_goes_to_an_unnamed_host(core: Core, path: str, answer: dict[str, Any], url: str) -> None:
    """However a browser would read it."""
    assert MAIL not in answered(core, path, answer, url.format(HELD))


@pytest.mark.parametrize(("path", "answer"), PLACES)
@pytest.mark.parametrize("url", SOMEWHERE)
def test_values_come_back(core: Core, path: str, answer: dict[str, Any], url: str) -> None:
    """To hosts that the user named, in URLs of the request, and where the text is no URL."""
    assert json.dumps(url.format(MAIL)) in answered(core, path, answer, url.format(HELD))


@pytest.mark.parametrize(("path", "event"), STREAMS)
def test_streamed(core: Core, path: str, event: dict[str, Any]) -> None:
    """An event holds such a field whole."""
    for url in (*NOWHERE, *SOMEWHERE):
        exchange = opened(core, path, BODIES[GEMINI] if path == STREAM_GEMINI else {**BODIES[path], "stream": True})
        exchange.start(200, STREAM_HEAD)
        filled = json.loads(json.dumps(event).replace(json.dumps(URL), json.dumps(url.format(HELD))))
        came = exchange.feed(sse(filled, *END.get(path, ()))) + exchange.fail(UpstreamBadStream("cut off"))
        assert (MAIL in came.decode()) is (url in SOMEWHERE), url
