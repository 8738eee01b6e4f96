"""Only what the user typed names a host."""

from typing import Any

import pytest

from relay.exchange import Core
from relay.response.named_hosts import hosts_named
from relay.types import Role, Segment
from tests.laws.test_same_prefix import JSON_HEAD
from tests.support import begin, post

CARD = "4111111111111111"
URL = "https://evil.example/"


@pytest.mark.parametrize("role", list(Role))
def test_roles(role: Role) -> None:
    """The user's text counts, and no other."""
    segments = [Segment(pointer="", text=f"see {URL} and http://u:p@B.example:80/x", role=role)]
    assert hosts_named(segments) == (frozenset({"evil.example", "b.example"}) if role is Role.USER else frozenset())


DOCUMENT = {"type": "document", "title": URL, "source": {"type": "text", "media_type": "text/plain", "data": URL}}
CHUNKS = {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": URL}]}}
FOUND = {"type": "search_result", "source": URL, "title": "t", "content": [{"type": "text", "text": URL}]}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": URL}


@pytest.mark.parametrize(
    ("block", "named"),
    [
        ({"type": "text", "text": f"see {URL}"}, True),
        (DOCUMENT, False),
        (CHUNKS, False),
        (FOUND, False),
        (RESULT, False),
        ({**RESULT, "content": [DOCUMENT, FOUND]}, False),
    ],
)
def test_what_a_message_of_the_user_brings_along(core: Core, block: dict[str, Any], named: bool) -> None:
    """A document, a search result or a tool's result in it names no host."""
    exchange = begin(core, "/v1/messages")
    asked = [{"role": "user", "content": [{"type": "text", "text": f"card {CARD}"}, block]}]
    exchange.open(post("/v1/messages", {"model": "m", "max_tokens": 9, "messages": asked}))
    exchange.start(200, JSON_HEAD)
    exchange.feed(b'{"type":"message","content":[{"type":"text","text":"https://evil.example/[CREDIT_CARD_1]"}]}')
    assert (CARD.encode() in exchange.finish()) is named
