"""How a stream's events are framed: server-sent events, JSON by the line, or the elements of one JSON array.

The upstream's content type tells how it frames; the array is only written, for clients that ask Gemini without
`alt=sse`.

    framing = framing_of(content_type)          # None: a whole body
    for event in framing.feed(chunk): …
    data = framing.encode(event)
    data = framing.end()                        # after the last event of a stream that is whole

In JSON by the line an event is a line: its data is the line's text, and it has no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from relay.errors import UpstreamBadStream
from relay.types import Event
from relay.wire import ndjson, sse, strict_json

__all__ = ["ArrayStream", "EventStream", "Framing", "LineStream", "framing_of", "is_mark"]

# Ends the streams of OpenAI's formats; servers of other formats put it behind their last event, too.
_MARK: Final = "[DONE]"


class Framing(Protocol):
    """Turns chunks into events, however they were cut, and events into bytes."""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events complete with `chunk`, all of which are taken. Raises UpstreamBadStream behind the good."""
        ...

    def finish(self) -> Iterator[Event]:
        """Yield what the stream ended in."""
        ...

    def encode(self, event: Event) -> bytes:
        """Return the bytes of one event."""
        ...

    def end(self) -> bytes:
        """Return what a complete stream ends in."""
        ...


class EventStream(sse.SseParser):
    """`text/event-stream`."""

    def encode(self, event: Event) -> bytes:
        """Return the event as every SDK reads it."""
        return sse.encode_event(event)

    def end(self) -> bytes:
        """Return nothing: the last event says that it is the last."""
        return b""


class LineStream:
    """`application/x-ndjson`."""

    def __init__(self) -> None:
        self._parser = ndjson.NdjsonParser()

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the lines complete with `chunk`. Raises UpstreamBadStream behind the good ones."""
        return map(_event, self._parser.feed(chunk))

    def finish(self) -> Iterator[Event]:
        """Yield the line that the stream ended in, if any."""
        return map(_event, self._parser.finish())

    def encode(self, event: Event) -> bytes:
        """Return the event's data as a line of ASCII; nothing for an event without data or for the mark."""
        if event.data is None or is_mark(event):
            return b""
        return ndjson.encode_line(strict_json.decode(event.data.encode("utf-8", "surrogatepass")))

    def end(self) -> bytes:
        """Return nothing: the last line says that it is the last."""
        return b""


class ArrayStream:
    """Events of another framing, written as the elements of one JSON array, each as soon as it is there.

    What the stream never said to its end has no closing bracket, so no client takes it for whole.
    """

    content_type: Final = "application/json; charset=UTF-8"

    def __init__(self, events: Framing) -> None:
        self._events = events
        self._before = b"["

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events complete with `chunk`. Raises UpstreamBadStream behind the good ones."""
        return self._events.feed(chunk)

    def finish(self) -> Iterator[Event]:
        """Yield what the stream ended in."""
        return self._events.finish()

    def encode(self, event: Event) -> bytes:
        """Return the event's data as an element; nothing for an event without data or for the mark."""
        if event.data is None or is_mark(event):
            return b""
        before, self._before = self._before, b",\r\n"
        return before + event.data.encode("utf-8", "surrogatepass")

    def end(self) -> bytes:
        """Return the closing bracket."""
        return b"[]" if self._before == b"[" else b"]"


def is_mark(event: Event) -> bool:
    """Tell whether this is `[DONE]`, which ends a stream and is not JSON."""
    return event.data is not None and event.data.strip() == _MARK


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
