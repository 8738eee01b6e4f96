"""How a stream's events are framed: server-sent events, or JSON by the line. The response's content type tells.

    framing = framing_of(content_type)          # None: a whole body
    events = framing.feed(chunk)
    data = framing.encode(event)

In JSON by the line an event is a line: its data is the line's text, and it has no name.
"""

from __future__ import annotations

from typing import Protocol

from relay.errors import UpstreamBadStream
from relay.types import Event
from relay.wire import ndjson, sse, strict_json

__all__ = ["EventStream", "Framing", "LineStream", "framing_of"]


class Framing(Protocol):
    """Turns chunks into events, however they were cut, and events into bytes."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events complete with `chunk`. Raises UpstreamBadStream."""
        ...

    def finish(self) -> list[Event]:
        """Return what the stream ended in."""
        ...

    def encode(self, event: Event) -> bytes:
        """Return the bytes of one event."""
        ...


class EventStream(sse.Parser):
    """`text/event-stream`."""

    def encode(self, event: Event) -> bytes:
        """Return the event as every SDK reads it."""
        return sse.encode_event(event)


class LineStream:
    """`application/x-ndjson`."""

    def __init__(self) -> None:
        self._parser = ndjson.Parser()

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the lines complete with `chunk`. Raises UpstreamBadStream."""
        return [_event(line) for line in self._parser.feed(chunk)]

    def finish(self) -> list[Event]:
        """Return the line that the stream ended in, if any."""
        return [_event(line) for line in self._parser.finish()]

    def encode(self, event: Event) -> bytes:
        """Return the event's data as a line of ASCII; nothing for an event without data."""
        if event.data is None:
            return b""
        return ndjson.encode_line(strict_json.decode(event.data.encode("utf-8", "surrogatepass")))


def framing_of(content_type: str) -> Framing | None:
    """Return a new framing for a response of this content type, or None when it is not a stream."""
    match content_type.partition(";")[0].strip().lower():
        case "text/event-stream":
            return EventStream()
        case "application/x-ndjson" | "application/jsonl" | "application/ndjson":
            return LineStream()
    return None


def _event(line: bytes) -> Event:
    try:
        return Event(line.decode())
    except UnicodeDecodeError:
        pass
    raise UpstreamBadStream("the upstream sent a line that is not UTF-8")
