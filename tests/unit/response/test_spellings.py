"""A value comes back as it was written in the JSON of the request, and what stood in plain text is escaped."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.exchange import Core
from relay.response.restore import Restorer
from relay.response.spellings import Spellings, written
from relay.types import Encoding, Segment
from tests.support import chat, sent
from tests.unit.exchange.support import CHAT, JSON_HEAD, opened

HELD = "[PASSWORD_1]"
VALUES = st.text(st.sampled_from('ab"\\/\n\t\u00eb\u4e2d\U0001f600uU9{}[]: '), min_size=1, max_size=8)
ASCII = st.booleans()


class Issued:
    """A vault with one value."""

    def __init__(self, value: str) -> None:
        self._value = value

    def placeholders(self) -> Sequence[str]:
        return (HELD,)

    def forms(self) -> Sequence[str]:
        return ()

    def open(self, placeholder: str) -> str:
        return self._value


def nested(text: str, depth: int, *, ascii_only: bool) -> str:
    """Return JSON with `text` in as many strings, one inside the other."""
    for _ in range(depth):
        text = json.dumps({"key": text, "n": 1}, ensure_ascii=ascii_only)
    return text


def request(value: str, depth: int, *, ascii_only: bool) -> tuple[str, str, Spellings, Issued]:
    """Return a text of a request, what the model saw of it, how values were written in it, and the vault."""
    spelled = value
    for _ in range(depth):
        spelled = json.dumps(spelled, ensure_ascii=ascii_only)[1:-1]
    text = nested(f"it is {value} ok", depth, ascii_only=ascii_only)
    scrubbed = nested(f"it is {HELD} ok", depth, ascii_only=ascii_only)
    assert scrubbed.replace(HELD, spelled) == text
    return text, scrubbed, Spellings([Segment(pointer="", text=text)], {0: scrubbed}), Issued(spelled)


def pieces(restorer: Restorer, text: str, size: int) -> str:
    fed = [restorer.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join(fed) + restorer.finish()


@given(VALUES, st.integers(0, 3), ASCII, ASCII, st.integers(1, 40))
def test_an_echo_gives_the_bytes_back(value: str, depth: int, ascii_only: bool, escapes: bool, size: int) -> None:
    """In a text, in a string of arguments, as a leaf of arguments, and as an answer that is JSON."""
    text, scrubbed, spellings, vault = request(value, depth, ascii_only=ascii_only)
    assert Restorer(vault, spellings=spellings).restore(scrubbed) == text
    if depth:  # else it is no JSON
        document = Restorer(vault, encoding=Encoding.JSON, spellings=spellings)
        assert pieces(document, scrubbed, size) == text
        leaf = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings)
        assert leaf.restore(scrubbed) == text
    arguments = json.dumps({"path": "a", "content": scrubbed}, ensure_ascii=escapes)
    tool = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings, within=1)
    assert json.loads(pieces(tool, arguments, size)) == {"path": "a", "content": text}


@given(VALUES, st.integers(0, 3), ASCII)
def test_a_string_that_is_the_value_means_it(value: str, depth: int, ascii_only: bool) -> None:
    """A tool gets what the user's JSON means, as a string of arguments and as a leaf."""
    _, _, spellings, vault = request(value, depth, ascii_only=ascii_only)
    tool = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings, within=1)
    assert json.loads(tool.restore(json.dumps({"to": HELD}))) == {"to": value}
    assert Restorer(vault, tool=True, spellings=spellings).restore(HELD) == value


@given(VALUES, st.integers(1, 3))
def test_a_plain_value_is_escaped(value: str, depth: int) -> None:
    """As often as strings are open, also where a text of the request was JSON without it."""
    spellings = Spellings([Segment(pointer="", text='{"a": 1}'), Segment(pointer="", text=value)], {0: "{}", 1: HELD})
    restored = Restorer(Issued(value), encoding=Encoding.JSON, tool=True, spellings=spellings, within=1).restore(
        nested(f"it is {HELD} ok", depth, ascii_only=True)
    )
    for _ in range(depth):
        restored = json.loads(restored)["key"]
    assert restored == f"it is {value} ok"


@pytest.mark.parametrize(
    ("value", "depth", "spelled", "alone", "within", "expected"),
    [
        ('a"b', 1, 0, False, 1, 'a\\"b'),
        ("a\\\\b", 2, 1, False, 1, "a\\\\\\\\b"),
        ("a\\\\b", 1, 1, True, 1, "a\\\\b"),
        ("a\\\\b", 1, 1, False, 1, "a\\\\\\\\b"),
        ("a\\\\b", 1, 1, False, 0, "a\\\\b"),
        ("a\\\\b", 0, 1, True, 0, "a\\b"),
        ("a\\\\b", 0, 1, False, 0, "a\\\\b"),
        # What means nothing is written as it stood in what was nearly JSON, but never so that JSON breaks here.
        ("a\\d", 2, 1, False, 1, "a\\\\d"),
        ("a\\d", 1, 1, True, 1, "a\\\\d"),
        ("a\\d", 1, 1, False, 0, "a\\\\d"),
        ("a\nd", 2, 1, False, 1, "a\\nd"),
        # A quote ends a string, so this was not written in one.
        ('a"b', 2, 1, False, 1, 'a\\\\\\"b'),
        ('a\\\\"b', 2, 1, False, 1, "a" + "\\" * 8 + '\\\\\\"b'),
        ('a\\"b', 2, 1, False, 1, 'a\\\\\\"b'),
        ('a"\\\\', 1, 1, True, 1, 'a\\"\\\\\\\\'),
        ("a\ud800", 1, 1, True, 1, "a\\ud800"),
    ],
)
def test_levels(value: str, depth: int, spelled: int, alone: bool, within: int, expected: str) -> None:
    """How often a value is escaped."""
    assert written(value, depth, spelled=spelled, alone=alone, within=within) == expected


@pytest.mark.parametrize(
    "text", ['{"password": "ab\\\\c9X!z"}', '{"password": "\\u00e9X9!kk"}', "password: ab\\c9X!z ok"]
)
def test_through_an_exchange(core: Core, text: str) -> None:
    """A file that is written with the text of the request is the text of the request."""
    body: dict[str, Any] = chat(text)
    scrubbed = json.loads(sent(core, CHAT, body).body)["messages"][0]["content"]
    assert scrubbed != text
    exchange = opened(core, CHAT, body)
    exchange.start(200, JSON_HEAD)
    call = {"type": "function", "id": "c", "function": {"name": "w", "arguments": json.dumps({"content": scrubbed})}}
    exchange.feed(json.dumps({"choices": [{"index": 0, "message": {"content": None, "tool_calls": [call]}}]}).encode())
    answer = json.loads(exchange.finish())["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(answer) == {"content": text}
