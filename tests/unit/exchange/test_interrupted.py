"""A text that is interrupted by another field lets its value go, and what goes on with it makes no host of it."""

import json
from typing import Any

import pytest

from relay.exchange import Core
from tests.support import chat
from tests.unit.exchange.support import CHAT, MAIL, STREAM_HEAD, delta, events, opened, sse, text_of

HELD = "[EMAIL_ADDRESS_1]"
CALL = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": "{"}}
BETWEEN: list[dict[str, Any]] = [{"reasoning_content": "Let me see."}, {"tool_calls": [CALL]}]


def said(core: Core, first: str, between: dict[str, Any], rest: list[str]) -> str:
    exchange = opened(core, CHAT, chat(f"mail {MAIL}", stream=True))
    exchange.start(200, STREAM_HEAD)
    middle = {"choices": [{"index": 0, "delta": between}]}
    rows = [delta(first), middle, *map(delta, rest), delta("", finish_reason="stop"), "[DONE]"]
    return text_of(exchange.feed(sse(*rows)) + exchange.finish())


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize(
    "rest", [".evil.example/ now", "@evil.example now", "-x.evil.com", "\\.evil.example/a", "x@a.com"]
)
@pytest.mark.parametrize("step", [1, 100])
def test_nothing_goes_on_with_a_value(core: Core, between: dict[str, Any], rest: str, step: int) -> None:
    """A blank parts the two."""
    pieces = [rest[at : at + step] for at in range(0, len(rest), step)]
    assert said(core, f"go {HELD}", between, pieces) == f"go {MAIL} {rest}"


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize(
    ("first", "rest", "expected"),
    [
        (f"go {HELD}", " and more", f"go {MAIL} and more"),
        (f"go {HELD}", ", and more", f"go {MAIL}, and more"),
        (f"go {HELD}", "\nand more", f"go {MAIL}\nand more"),
        (f"go {HELD} ", ".evil.example/ now", f"go {MAIL} .evil.example/ now"),
        ("go", ".evil.example/ now", "go.evil.example/ now"),
        (f"go {HELD}", ".", f"go {MAIL}."),
        (f"go {HELD}", "", f"go {MAIL}"),
    ],
)
def test_other_text_goes_on_as_it_came(
    core: Core, between: dict[str, Any], first: str, rest: str, expected: str
) -> None:
    """Nothing is put in where no host could come of it."""
    assert said(core, first, between, [rest] if rest else []) == expected


def test_the_value_is_there_before_the_call(core: Core) -> None:
    """A client shows what was said before it runs the tool."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}", stream=True))
    exchange.start(200, STREAM_HEAD)
    rows = events(exchange.feed(sse(delta(f"I write to {HELD}"), {"choices": [{"index": 0, "delta": BETWEEN[1]}]})))
    assert MAIL in json.dumps(rows[:-1])
    assert "tool_calls" in rows[-1]["choices"][0]["delta"]
