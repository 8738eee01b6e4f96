"""A stream means the same to relay and to the vendors' SDKs, before relay wrote it anew and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic._streaming
import openai._streaming
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relay.wire import sse

DECODERS = {"openai": openai._streaming.SSEDecoder, "anthropic": anthropic._streaming.SSEDecoder}

_TEXT = st.text(st.sampled_from("ab {}:\u2028\u0085\x0b\x0c\x1cé日😀"), max_size=8)
_LINES = st.one_of(
    _TEXT.map(lambda text: f"data: {text}"),
    _TEXT.map(lambda text: f"data:{text}"),
    st.sampled_from(["event: message", "event:delta", ": comment", "id: 7", "retry: 10", "data", "unknown: x", ""]),
)
_ENDS = st.sampled_from(["\n", "\r\n"])


def sdk(decoder: Any, data: bytes) -> list[tuple[str | None, str]]:
    """Return the events, by name and data, that an SDK reads."""
    return [(event.event or None, event.data) for event in decoder().iter_bytes(iter([data])) if event.data]


def relay(data: bytes, cuts: list[int]) -> tuple[list[tuple[str | None, str]], bytes]:
    """Return the events that relay reads from `data`, cut anywhere, and what it writes of them."""
    parser = sse.SseParser()
    places = sorted({min(cut, len(data)) for cut in cuts})
    pieces = [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
    events = [event for piece in pieces for event in parser.feed(piece)]
    events += parser.finish()
    said = [event for event in events if event.data]
    return [(event.event or None, event.data or "") for event in said], b"".join(map(sse.encode_event, said))


@pytest.mark.parametrize("name", DECODERS)
@given(rows=st.lists(st.tuples(_LINES, _ENDS), max_size=20), cuts=st.lists(st.integers(0, 400), max_size=6))
@example(rows=[("data: a\u2028b", "\n"), ("data: \u0085c", "\r\n"), ("", "\n")], cuts=[8, 9])
@example(rows=[("event: x", "\n"), ("data: 1", "\n"), ("data: 2", "\n"), ("", "\n")], cuts=[])
@settings(max_examples=150, deadline=None)
def test_relay_reads_what_the_sdk_reads(name: str, rows: list[tuple[str, str]], cuts: list[int]) -> None:
    """Event for event, however the bytes are cut; and what relay writes reads the same once more."""
    # An event is complete with the blank line behind it.
    data = "".join(line + end for line, end in rows).encode() + b"\n\n"
    expected = sdk(DECODERS[name], data)
    events, written = relay(data, cuts)
    assert events == expected
    assert sdk(DECODERS[name], written) == expected


def _pieces(data: bytes) -> Iterator[bytes]:
    yield from (data[at : at + 1] for at in range(len(data)))


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=DECODERS)
def test_line_separators_inside_data_are_data(decoder: Any) -> None:
    """U+2028, U+0085, VT and FF end no line: the text arrives whole at the SDK, byte by byte, too."""
    text = "a\u2028b\u0085c\x0bd\x0ce"
    events, written = relay(f"data: {text}\n\n".encode(), [])
    assert events == [(None, text)]
    assert [event.data for event in decoder().iter_bytes(_pieces(written))] == [text]
