"""Only what the user typed names a host."""

from typing import Any

import pytest

from relay.exchange import Core
from relay.response.named_hosts import hosts_named, mail_hosts_named
from relay.types import Role, Segment
from tests.laws.test_same_prefix import JSON_HEAD
from tests.support import begin, post

CARD = "4111111111111111"
URL = "https://evil.example/"


@pytest.mark.parametrize("typed", [True, False])
def test_what_was_typed(typed: bool) -> None:
    """It counts, and nothing else does, whoever speaks. A mailbox is no URL."""
    text = f"see {URL} and http://u:p@B.example:80/x, mail a@C.example.com or root@db"
    segments = [Segment(pointer="", text=text, role=Role.USER, typed=typed)]
    assert hosts_named(segments) == (frozenset({"evil.example", "b.example"}) if typed else frozenset())
    assert mail_hosts_named(segments) == (frozenset({"b.example", "c.example.com"}) if typed else frozenset())


DOCUMENT = {"type": "document", "title": URL, "source": {"type": "text", "media_type": "text/plain", "data": URL}}
CHUNKS = {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": URL}]}}
FOUND = {"type": "search_result", "source": URL, "title": "t", "content": [{"type": "text", "text": URL}]}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": URL}


UNKNOWN = {"type": "new", "text": URL, "content": [{"type": "text", "text": URL}]}
CITED = {"type": "search_result_location", "source": URL, "title": URL, "cited_text": URL}
MESSAGES, CHAT, RESPONSES = "/v1/messages", "/v1/chat/completions", "/v1/responses"
GEMINI, OLLAMA = "/v1beta/models/g:generateContent", "/api/chat"


def said(content: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": content, **fields}]}


def items(*given: Any) -> dict[str, Any]:
    return {"model": "m", "input": list(given)}


def parts(*given: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": list(given)}]}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        (MESSAGES, said(URL), True),
        (MESSAGES, said([{"type": "text", "text": f"see {URL}"}]), True),
        (MESSAGES, said([DOCUMENT]), False),
        (MESSAGES, said([CHUNKS]), False),
        (MESSAGES, said([FOUND]), False),
        (MESSAGES, said([RESULT]), False),
        (MESSAGES, said([{**RESULT, "content": [DOCUMENT, FOUND]}]), False),
        (MESSAGES, said([UNKNOWN]), False),
        (MESSAGES, said([{"type": "text", "text": "see", "citations": [CITED]}]), False),
        (CHAT, said(URL), True),
        (CHAT, said([{"type": "text", "text": URL}]), True),
        (CHAT, said([{"text": URL}]), True),
        (CHAT, said([{"type": "tool_result", "text": URL}]), False),
        (CHAT, said([{"type": "document", "text": URL, "document": {"text": URL}}]), False),
        (CHAT, said("see", annotations=[{"type": "url_citation", "url_citation": {"url": URL, "title": URL}}]), False),
        (CHAT, said("see", reasoning=URL, refusal=URL, new=URL), False),
        (RESPONSES, {"model": "m", "input": URL}, True),
        (RESPONSES, items({"role": "user", "content": URL}), True),
        (RESPONSES, items({"type": "message", "role": "user", "content": URL}), True),
        (RESPONSES, items({"role": "user", "content": [{"type": "input_text", "text": URL}]}), True),
        (RESPONSES, items({"role": "user", "content": [{"type": "output_text", "text": URL}]}), False),
        (RESPONSES, items({"role": "user", "content": [{"type": "new", "text": URL}]}), False),
        (RESPONSES, items({"type": "new", "role": "user", "content": URL}), False),
        (GEMINI, parts({"text": URL}), True),
        (GEMINI, parts({"new": {"text": URL}}), False),
        (GEMINI, parts({"type": "new", "text": URL}), False),
        (GEMINI, parts({"functionResponse": {"name": "f", "response": {"text": URL}}}), False),
        (OLLAMA, said(URL), True),
        (OLLAMA, said("see", thinking=URL, new=URL), False),
    ],
)
def test_what_a_message_of_the_user_brings_along(core: Core, path: str, body: dict[str, Any], named: bool) -> None:
    """A document, a search result, a tool's result or a part that relay does not know names no host."""
    exchange = begin(core, path)
    exchange.open(post(path, body))
    restorers = exchange._restoring(exchange._prepared)  # type: ignore[arg-type]
    assert ("evil.example" in restorers._hosts) is named


@pytest.mark.parametrize("named", [True, False])
def test_values_follow_to_named_hosts(core: Core, named: bool) -> None:
    """In the answer."""
    exchange = begin(core, MESSAGES)
    exchange.open(post(MESSAGES, said([{"type": "text", "text": f"card {CARD} {URL if named else ''}"}])))
    exchange.start(200, JSON_HEAD)
    exchange.feed(b'{"type":"message","content":[{"type":"text","text":"https://evil.example/[CREDIT_CARD_1]"}]}')
    assert (CARD.encode() in exchange.finish()) is named
