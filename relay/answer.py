"""Restore a response on its way back: a JSON body when it is complete, a stream event by event.

Text is held back only while it may be part of a placeholder, one restorer a lane, and a lane's carry goes out before
the event that ends the lane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from relay.errors import RelayFault, UpstreamBadStream
from relay.protocols import Document, Endpoint, Format, StreamReader
from relay.restore import Restorer
from relay.types import Event, Leaf
from relay.wire import sse, strict_json

__all__ = ["Answer", "Restorers", "StreamedAnswer", "WholeAnswer"]

# A whole (not streamed) answer is held until it can be restored; more than this is refused. Far above any model's
# longest answer with its tool calls.
MAX_ANSWER_BYTES = 64 * 1024 * 1024

# Returns a restorer for the text of a leaf, or None where nothing may be restored.
Restorers = Callable[[Leaf], Restorer | None]


class Answer:
    """How response bytes are restored."""

    def feed(self, chunk: bytes) -> bytes:
        raise NotImplementedError

    def finish(self) -> bytes:
        raise NotImplementedError

    def abandon(self) -> bytes:
        """Return what was held back, when the answer will never be complete."""
        return b""


class WholeAnswer(Answer):
    """A JSON body, restored when it is complete. An error body is restored like an answer: it may quote the request."""

    def __init__(
        self,
        restorer: Restorers,
        format: Format,
        endpoint: Endpoint,
        document: Document | None,
        status: int,
    ) -> None:
        self._restorer = restorer
        self._format = format
        self._endpoint = endpoint
        self._document = document
        self._status = status
        self._chunks: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> bytes:
        self._size += len(chunk)
        if self._size > MAX_ANSWER_BYTES:
            raise UpstreamBadStream(f"the upstream's answer is larger than {MAX_ANSWER_BYTES} bytes")
        self._chunks.append(chunk)
        return b""

    def finish(self) -> bytes:
        body = b"".join(self._chunks)
        self._chunks.clear()
        try:
            tree = strict_json.decode(body)
        except RelayFault:
            if self._status < 400:
                raise UpstreamBadStream("the upstream's answer is not JSON") from None
            return self._plain(body)
        for leaf in self._format.response_leaves(self._endpoint, self._document, tree):
            _restore(leaf, self._restorer)
        return strict_json.encode(tree)

    def _plain(self, body: bytes) -> bytes:
        # A gateway's own error page, which may still quote what it was sent.
        text = body.decode("utf-8", "replace")
        holder = {"text": text}
        _restore(Leaf(holder, "text"), self._restorer)
        return holder["text"].encode()


class StreamedAnswer(Answer):
    """Server-sent events: one restorer a lane, text held back only while it may be part of a placeholder."""

    def __init__(self, restorer: Restorers, reader: StreamReader) -> None:
        self._new_restorer = restorer
        self._reader = reader
        self._parser = sse.Parser()
        self._lanes: dict[tuple[Any, ...], Restorer | None] = {}
        self._ended = False

    def feed(self, chunk: bytes) -> bytes:
        out: list[bytes] = []
        for event in self._parser.feed(chunk):
            self._take(event, out)
        return b"".join(out)

    def finish(self) -> bytes:
        out: list[bytes] = []
        for event in self._parser.finish():
            self._take(event, out)
        if not self._ended:
            raise UpstreamBadStream("the upstream's stream stopped before its end")
        return b"".join(out)

    def abandon(self) -> bytes:
        out: list[bytes] = []
        self._flush(tuple(self._lanes), out)
        return b"".join(out)

    def _take(self, event: Event, out: list[bytes]) -> None:
        if event.data is None or self._ended:
            return  # comments are hop-by-hop; after the end there is nothing more to say
        if self._reader.is_end(event):
            self._flush(tuple(self._lanes), out)
            self._ended = True
            out.append(sse.encode_event(event))
            return
        try:
            tree = strict_json.decode(event.data.encode("utf-8", "surrogatepass"))
        except RelayFault:
            raise UpstreamBadStream("the upstream sent an event that is not JSON") from None
        self._flush(self._reader.closing(tree), out)
        changed = False
        for leaf in self._reader.leaves(tree):
            changed = self._restore_leaf(leaf) or changed
        data = strict_json.encode(tree).decode() if changed else event.data
        out.append(sse.encode_event(Event(data, event.event)))

    def _restore_leaf(self, leaf: Leaf) -> bool:
        if leaf.lane is None:
            return _restore(leaf, self._new_restorer)
        if leaf.lane not in self._lanes:
            self._lanes[leaf.lane] = self._new_restorer(leaf)
        restorer = self._lanes[leaf.lane]
        return restorer is not None and _put(leaf, restorer.feed(leaf.text))

    def _flush(self, lanes: Iterable[tuple[Any, ...]], out: list[bytes]) -> None:
        for lane in lanes:
            restorer = self._lanes.pop(lane, None)
            if restorer is not None and (text := restorer.finish()):
                out.append(sse.encode_event(self._reader.flush(lane, text)))


def _restore(leaf: Leaf, new_restorer: Restorers) -> bool:
    restorer = new_restorer(leaf)
    return restorer is not None and _put(leaf, restorer.restore(leaf.text))


def _put(leaf: Leaf, text: str) -> bool:
    """Write `text` where it differs, and tell whether it did."""
    if text == leaf.text:
        return False
    leaf.put(text)
    return True
