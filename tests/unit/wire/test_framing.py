"""Framing: the content type tells events from lines, and either is the same however it is cut."""

from __future__ import annotations

import pytest

from relay.errors import UpstreamBadStream
from relay.types import Event
from relay.wire.framing import ArrayStream, EventStream, LineStream, framing_of, is_mark


@pytest.mark.parametrize(
    "content_type, kind",
    [
        ("text/event-stream", EventStream),
        ("text/event-stream; charset=utf-8", EventStream),
        ("Text/Event-Stream;charset=utf-8", EventStream),
        ("application/x-ndjson", LineStream),
        ("application/x-ndjson; charset=utf-8", LineStream),
        ("application/json", type(None)),
        ("text/plain", type(None)),
        ("", type(None)),
    ],
)
def test_tells_framings(content_type, kind):
    """Only streams have one."""
    assert type(framing_of(content_type)) is kind


def test_lines_are_events_without_names():
    """A line's data is its text; what is written is one line of ASCII."""
    stream = '{"a": "é\u2028"}\n\n{"done":true}'.encode()
    for cuts in (range(len(stream)), [3], []):
        framing = LineStream()
        edges = [0, *cuts, len(stream)]
        events = [event for i in range(len(edges) - 1) for event in framing.feed(stream[edges[i] : edges[i + 1]])]
        events += framing.finish()
        assert events == [Event('{"a": "é\u2028"}'), Event('{"done":true}')]
    assert framing.encode(events[0]) == b'{"a":"\\u00e9\\u2028"}\n'
    assert framing.encode(Event(comment="ping")) == b""


def test_events_are_written_as_events():
    """Event streams keep names and comments."""
    framing = EventStream()
    assert list(framing.feed(b"event: x\ndata: 1\n\n")) == [Event("1", "x")]
    assert framing.encode(Event("1", "x")) == b"event: x\ndata: 1\n\n"


def test_refuses_lines_that_are_not_utf8():
    """Bad bytes are an error."""
    with pytest.raises(UpstreamBadStream, match="UTF-8"):
        list(LineStream().feed(b"\xff\n"))


@pytest.mark.parametrize(
    "data, mark", [("[DONE]", True), (" [DONE] ", True), ("[done]", False), ("{}", False), ("", False), (None, False)]
)
def test_the_mark_is_no_json(data, mark):
    """It is written where it can be read as the end, and nowhere where JSON is expected."""
    event = Event(data) if data is not None else Event(comment="[DONE]")
    assert is_mark(event) is mark
    if mark:
        array = ArrayStream(EventStream())
        assert EventStream().encode(event).startswith(b"data:")
        assert LineStream().encode(event) == array.encode(event) == b""
        assert array.end() == b"[]"
