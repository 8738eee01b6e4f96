"""Filled up to a multiple of a size without changing what any parser reads."""

from __future__ import annotations

import json
from typing import Any

import anthropic._streaming
import openai._streaming
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.doors.http.shaping import padded

SSE, LINES, WHOLE = "text/event-stream; charset=utf-8", "application/x-ndjson", "application/json"
TREES = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), min_size=1), min_size=1, max_size=3)
SIZES = st.sampled_from([1, 2, 3, 16, 512])


@given(TREES, SIZES, st.booleans())
def test_events(trees: list[dict[str, str]], size: int, done: bool) -> None:
    """The SDKs read the same events, each of whose data is the same JSON."""
    rows = [json.dumps(tree) for tree in trees] + (["[DONE]"] if done else [])
    data = "".join(f"data: {row}\n\n" for row in rows).encode()
    filled = padded(data, size, SSE)
    assert len(filled) % size == 0
    assert len(filled) - len(data) < size + 3
    for decoder in (openai._streaming.SSEDecoder(), anthropic._streaming.SSEDecoder()):
        events: list[Any] = list(decoder.iter_bytes(iter([filled])))
        assert [event.data.strip() for event in events] == rows
        assert [json.loads(event.data) for event in events[: len(trees)]] == trees
        assert not done or events[-1].data == "[DONE]"


@given(TREES, SIZES)
def test_lines_and_whole_answers(trees: list[dict[str, str]], size: int) -> None:
    """Line by line, and as one document, the JSON is the same."""
    lines = padded("".join(json.dumps(tree) + "\n" for tree in trees).encode(), size, LINES)
    assert len(lines) % size == 0
    assert [json.loads(line) for line in lines.splitlines()] == trees
    whole = padded(json.dumps(trees).encode(), size, WHOLE)
    assert len(whole) % size == 0
    assert json.loads(whole) == trees
    pieces = [padded(piece.encode(), size, WHOLE) for piece in ("[", json.dumps(trees[0]), ",\r\n", "1", "]")]
    assert json.loads(b"".join(pieces)) == [trees[0], 1]


@pytest.mark.parametrize(
    ("data", "size", "kind"),
    [(b"", 16, SSE), (b"data: {}\n\n", 0, SSE), (b"<html>", 16, "text/html"), (b"cut off", 16, LINES)],
)
def test_left_alone(data: bytes, size: int, kind: str) -> None:
    """Nothing, what needs no filling, and what nobody knows how to fill."""
    assert padded(data, size, kind) == data
