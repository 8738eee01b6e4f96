"""Event streams: the same events however the bytes are cut, and none that the standard does not see."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.errors import UpstreamBadStream
from relay.types import Event
from relay.wire.sse import SseParser, encode_event

# (stream, events): the examples of the standard and the ways servers bend it.
STREAMS = [
    (b"data: a\n\n", [Event("a")]),
    (b"data:a\n\n", [Event("a")]),
    (b"data:  a\n\n", [Event(" a")]),
    (b"data: a\r\n\r\n", [Event("a")]),
    (b"data: a\r\r", [Event("a")]),
    (b"event: x\r\ndata: a\r\ndata: b\r\n\r\n", [Event("a\nb", "x")]),
    (b"data: a\rdata: b\n\r\n", [Event("a\nb")]),
    (b"event: x\ndata: {}\n\n", [Event("{}", "x")]),
    (b"data: a\nevent: x\n\n", [Event("a", "x")]),
    (b"data: YHOO\ndata: +2\ndata: 10\n\n", [Event("YHOO\n+2\n10")]),
    (b": keep\n\ndata: a\n\n", [Event(comment="keep"), Event("a")]),
    (b":\n\n", [Event(comment="")]),
    (b"data: a\n: mid\ndata: b\n\n", [Event(comment="mid"), Event("a\nb")]),
    (b"event: x\n\ndata: a\n\n", [Event("a")]),
    (b"data\n\ndata\ndata\n\n", [Event("\n")]),
    (b"id: 1\nretry: 5\nfoo: bar\ndata: a\n\n", [Event("a")]),
    (b"\xef\xbb\xbfdata: a\n\n", [Event("a")]),
    (b"data: \xef\xbb\xbfa\n\n", [Event("\ufeffa")]),
    (b"\n\n\ndata: a\n\n\n", [Event("a")]),
    (b"data: [DONE]\n\n", [Event("[DONE]")]),
    # What the stream ends in is kept.
    (b"data: a", [Event("a")]),
    (b"data: a\n", [Event("a")]),
    (b"event: x\n", []),
    # These end lines for str.splitlines and for some clients, and not for the standard.
    ("data: a\u2028b\u2029c\u0085d\x0b\x0c\x1c\n\n".encode(), [Event("a\u2028b\u2029c\u0085d\x0b\x0c\x1c")]),
    ("data: Zoë \N{GRINNING FACE}\n\n".encode(), [Event("Zoë \N{GRINNING FACE}")]),
    (b"", []),
]


def whole(stream: bytes) -> list[Event]:
    parser = SseParser()
    return [*parser.feed(stream), *parser.finish()]


def cut(stream: bytes, *positions: int) -> list[Event]:
    parser = SseParser()
    edges = [0, *sorted(positions), len(stream)]
    events = [event for start, end in pairwise(edges) for event in parser.feed(stream[start:end])]
    return [*events, *parser.finish()]


@pytest.mark.parametrize("stream, events", STREAMS)
def test_parses_whole_and_byte_by_byte(stream, events):
    """A stream means the same in one chunk and in chunks of one byte."""
    assert whole(stream) == events
    assert cut(stream, *range(len(stream))) == events


@pytest.mark.parametrize("stream, events", STREAMS)
def test_parses_with_a_tail(stream, events):
    """What follows a stream neither changes nor joins its events."""
    assert whole(stream + b"\n\ndata: tail\n\n") == [*events, Event("tail")]


def reference(stream: bytes) -> list[Event]:
    """The standard, word by word and slowly, with this parser's two deviations."""
    text = stream.decode().removeprefix("\ufeff")
    lines, line, index = [], "", 0
    while index < len(text):
        if text[index] in "\r\n":
            index += 2 if text[index : index + 2] == "\r\n" else 1
            lines.append(line)
            line = ""
        else:
            line += text[index]
            index += 1
    events, data, name = [], [], None
    for each in [*lines, line, ""]:
        if not each:
            if data and "\n".join(data):
                events.append(Event("\n".join(data), name))
            data, name = [], None
        elif each.startswith(":"):
            events.append(Event(comment=each[2:] if each.startswith(": ") else each[1:]))
        else:
            field, _, value = each.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if field == "data":
                data.append(value)
            elif field == "event":
                name = value
    return events


_pieces = st.sampled_from(
    [
        "data",
        "data: ",
        "data:",
        "event: x",
        ":",
        " ",
        "{}",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "é",
        "\u2028",
        "\ufeff",
        "id: 1",
        "\x85",
    ]
)


@given(st.lists(_pieces, max_size=25).map("".join), st.lists(st.integers(0, 60), max_size=6))
@settings(max_examples=500, deadline=None)
def test_any_cut_gives_what_the_slow_reference_reads(text, cuts):
    """No chunking changes the events."""
    stream = text.encode()
    expected = reference(stream)
    assert whole(stream) == expected
    assert cut(stream, *(min(each, len(stream)) for each in cuts)) == expected


@pytest.mark.parametrize(
    "stream", [b"data: \xff\n\n", b"data: \xc3\n\n", b": \xff\n", b"event: \xff\n", b"foo: \xff\n"]
)
def test_refuses_what_is_not_utf8(stream):
    """Bad bytes are an error, not a replacement character in somebody's answer."""
    with pytest.raises(UpstreamBadStream, match="UTF-8"):
        whole(stream)


@pytest.mark.parametrize(
    "fault", [b"data: \xff\n\n", b": \xff\n", b"event: \xff\n", b"data: \xff", b"y" * 99, b"id: " + b"1" * 99 + b"\n\n"]
)
def test_what_came_before_the_fault_is_there(fault):
    """Wherever the bytes were cut, the same events come before the error."""
    stream = b": c\n\ndata: a\n\nevent: x\ndata: b\n\n" + fault
    for at in range(len(stream) + 1):
        parser, events = SseParser(limit_bytes=50), []
        with pytest.raises(UpstreamBadStream):
            for piece in (stream[:at], stream[at:]):
                events.extend(parser.feed(piece))
            events.extend(parser.finish())
        assert events == [Event(comment="c"), Event("a"), Event("b", "x")]


def test_a_character_may_be_cut():
    """A character of four bytes arrives whole from four chunks."""
    assert cut("data: \N{GRINNING FACE}\n\n".encode(), 7, 8, 9) == [Event("\N{GRINNING FACE}")]


@pytest.mark.parametrize(
    "stream",
    [b"data: " + b"x" * 200, b"data: xxxxxxxxx\n" * 20, b"y" * 200, b":" + b"z" * 200, b"event: " + b"x" * 200],
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_refuses_an_event_beyond_the_limit(stream, step):
    """Memory is bounded whatever grows: a line, or the lines of one event."""
    parser = SseParser(limit_bytes=100)
    with pytest.raises(UpstreamBadStream, match="100 bytes"):
        for start in range(0, len(stream), step):
            list(parser.feed(stream[start : start + step]))


def test_many_small_events_are_no_large_one():
    """The limit is for one event."""
    parser = SseParser(limit_bytes=100)
    assert sum(len(list(parser.feed(b"data: 12345678\n\n: c\n\n"))) for _ in range(100)) == 200


def test_no_buffer_is_read_twice():
    """300 KB one by one take a fraction of a second; a buffer read anew for each of them is 45 GB. Processor time."""
    parser = SseParser()
    begun = time.process_time()
    for byte in b"data: " + b"x" * 300_000 + b"\n\n":
        assert len(list(parser.feed(bytes((byte,))))) <= 1
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "event, data",
    [
        (Event("{}"), b"data: {}\n\n"),
        (Event("{}", "ping"), b"event: ping\ndata: {}\n\n"),
        (Event("a\nb"), b"data: a\ndata: b\n\n"),
        (Event("a\r\nb\rc"), b"data: a\ndata: b\ndata: c\n\n"),
        (Event(" a"), b"data:  a\n\n"),
        (Event(comment="keep-alive"), b": keep-alive\n\n"),
        (Event("a\u2028b"), "data: a\u2028b\n\n".encode()),
    ],
)
def test_writes(event, data):
    """Events are written in the one form every SDK reads."""
    assert encode_event(event) == data


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1))
def test_what_is_written_is_read_back(text):
    """Writing and parsing are inverse for data."""
    if text.strip("\n"):
        assert whole(encode_event(Event(text, "x"))) == [Event(text, "x")]
