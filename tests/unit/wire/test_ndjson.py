"""Lines of JSON: the same lines however the bytes are cut."""

from __future__ import annotations

import json

import pytest

from relay.errors import UpstreamBadStream
from relay.wire.ndjson import NdjsonParser, encode_line

STREAMS = [
    (b'{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
    (b'{"a":1}\r\n\n  \n{"b":2}', [b'{"a":1}\r', b'{"b":2}']),
    ('{"a":"\u2028\u0085é"}\n'.encode(), ['{"a":"\u2028\u0085é"}'.encode()]),
    (b"", []),
    (b"\n\n", []),
]


@pytest.mark.parametrize("stream, lines", STREAMS)
def test_parses_whole_and_byte_by_byte(stream, lines):
    """A stream means the same in one chunk and in chunks of one byte."""
    parser = NdjsonParser()
    assert [*parser.feed(stream), *parser.finish()] == lines
    parser = NdjsonParser()
    assert [*(line for byte in stream for line in parser.feed(bytes((byte,)))), *parser.finish()] == lines


def test_refuses_a_line_beyond_the_limit():
    """Memory is bounded."""
    parser = NdjsonParser(limit_bytes=10)
    assert len(list(parser.feed(b"0123456789\n" * 5))) == 5
    with pytest.raises(UpstreamBadStream, match="10 bytes"):
        list(parser.feed(b"01234567890"))


@pytest.mark.parametrize("end", [b"", b"\n", b"\n0\n"])
def test_what_came_before_the_fault_is_there(end):
    """Wherever the bytes were cut, the same lines come before the error, and a line is as long as it is."""
    stream = b"one\n\n2\n" + b"x" * 11 + end
    for at in range(len(stream) + 1):
        parser, lines = NdjsonParser(limit_bytes=10), []
        with pytest.raises(UpstreamBadStream, match="10 bytes"):
            for piece in (stream[:at], stream[at:]):
                lines.extend(parser.feed(piece))
        assert lines == [b"one", b"2"]


def test_writes_one_ascii_line():
    """Python's Ollama client splits on U+2028, so it never appears raw."""
    line = encode_line({"a": "\u2028é\n\ud800"})
    assert line == b'{"a":"\\u2028\\u00e9\\n\\ud800"}\n'
    assert json.loads(line) == {"a": "\u2028é\n\ud800"}
