"""Server-sent events: bytes to complete events, however the bytes were cut, and back.

Follows the WHATWG HTML standard, "Server-sent events", section 9.2.6 "Interpreting an event stream" (read 2026-11-20):

* the stream is UTF-8; one leading byte order mark is ignored;
* lines end with CR LF, LF or CR, and with nothing else. U+2028, U+0085 or a vertical tab inside JSON text is text;
* a line that starts with a colon is a comment; `field: value` loses one space after the colon; a line without a
  colon is a field with an empty value; unknown fields are ignored;
* an empty line dispatches the event, if it has data. Data lines are joined with LF.

Where this parser is stricter: bytes that are not UTF-8 raise UpstreamBadStream, where the standard puts U+FFFD, and an
event longer than the limit raises instead of growing. Where it is looser: data that the stream ends in, without the
empty line, is dispatched by `finish` rather than dropped, because some servers leave the last empty line out.
`id` and `retry` are dropped: an SDK that sees them alone fails, and a relay does not resume streams.

Time is linear in the number of bytes, also when they come one by one: only new bytes are searched for a line end.
"""

from __future__ import annotations

from collections.abc import Iterator

from relay.errors import UpstreamBadStream
from relay.types import Event

__all__ = ["LIMIT_BYTES", "SseParser", "encode_event"]

# One event. The longest real ones carry a base64 image of a few MB.
LIMIT_BYTES = 32 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"


class SseParser:
    """Turn chunks into events. After UpstreamBadStream the parser is not used again."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._line_begun = bytearray()  # the line that has not ended yet
        self._data_size = 0  # bytes in the data lines of the event that has not ended yet
        self._after_cr = False  # an LF that comes next belongs to the CR before it
        self._start = True  # the byte order mark may still come
        self._data: list[bytes] = []
        self._event: str | None = None

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take bytes and yield the events that are complete with them. Raises UpstreamBadStream behind the good ones.

        Bytes are taken as far as the events are: whoever feeds a chunk takes all of them, or no further chunk.
        """
        if not chunk:
            return
        if self._after_cr:
            self._after_cr = False
            if chunk[0] == 0x0A:
                chunk = chunk[1:]
                if not chunk:
                    return
        if b"\r" in chunk:
            # A CR at the very end may be half of a CR LF. Its line has ended either way.
            self._after_cr = chunk[-1] == 0x0D
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = chunk.split(b"\n")
        rest = lines.pop()
        for line in lines:
            if self._line_begun:
                line = bytes(self._line_begun + line)
                self._line_begun.clear()
            event = self._line(line)
            if event is not None:
                yield event
        self._line_begun += rest
        self._check_size(len(self._line_begun))

    def finish(self) -> Iterator[Event]:
        """Yield what the stream ended in. The parser is empty afterwards."""
        line = bytes(self._line_begun)
        self._line_begun.clear()
        for event in (self._line(line) if line else None, self._dispatch()):
            if event is not None:
                yield event

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise UpstreamBadStream(f"the upstream sent an event of more than {self._limit} bytes")

    def _line(self, line: bytes) -> Event | None:
        """Take a line and return the event that it ends or, as a comment, is."""
        # A line is as long as it is, whether it came in one piece or in several.
        self._check_size(len(line))
        if self._start:
            self._start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        name, colon, value = line.partition(b":")
        if colon and value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
            self._data_size += len(value) + 1
            self._check_size(self._data_size)
        elif name == b"event":
            self._event = _text(value)
        elif not name:
            return Event(comment=_text(value))
        else:
            # The standard ignores other fields, but what is not UTF-8 is no event stream.
            _text(line)
        return None

    def _dispatch(self) -> Event | None:
        # "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and
        # return." An event whose data lines are all empty is dropped with it.
        data, event = self._data, self._event
        self._data, self._event, self._data_size = [], None, 0
        if data:
            text = _text(b"\n".join(data) if len(data) > 1 else data[0])
            if text:
                return Event(text, event)
        return None


def encode_event(event: Event) -> bytes:
    """Return `event` in the one form that every tested SDK reads: an event line if it has a name, one data line.

    Data of several lines (JSON never needs them) is written as several data lines. A comment becomes a comment line.
    """
    if event.data is None:
        comment = event.comment or ""
        return b"".join(b": " + line.encode() + b"\n" for line in _lines(comment)) + b"\n"
    data = event.data
    if "\n" in data or "\r" in data:
        written = "\n".join(f"data: {line}" for line in _lines(data))
    else:
        written = f"data: {data}"
    if event.event is not None:
        written = f"event: {event.event}\n{written}"
    return written.encode() + b"\n\n"


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        pass
    raise UpstreamBadStream("the upstream sent an event that is not UTF-8")
