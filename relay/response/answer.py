"""Restore a response: a JSON body when it is complete, a stream event by event.

Each lane has one writer, which holds text back only while it may be part of a placeholder; a lane's carry is written
before the event that ends the lane. Where policy asks for it, the model's own text is scrubbed first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from relay.errors import ClientFault, UpstreamBadStream
from relay.process.slices import end_slice, in_slices
from relay.protocols import Document, Endpoint, Format, StreamReader, Writer
from relay.response.answer_scrubber import AnswerScrubber
from relay.types import JSON, CitationOffset, Event, Leaf
from relay.wire import sse, strict_json
from relay.wire.framing import Framing, is_mark

__all__ = ["Answer", "PassedAnswer", "ScrubbedThenRestored", "StreamedAnswer", "WholeAnswer", "Writers"]

# A whole (not streamed) answer is kept until it can be restored; larger ones are refused. Far above any model's
# longest answer with its tool calls.
# Each event looks at all that are open. A request asks for 128 choices at most, of a few texts each.
MOST_LANES = 1_024
MAX_ANSWER_BYTES = 64 * 1024 * 1024
# Objects and arrays of an answer or event, which cost much more than their text. The most that is asked for is 20
# alternatives for each token.
MAX_CONTAINERS = 1_000_000

# Marks the place in an event where text is inserted later.
_HERE = "relay-text-goes-here"

# Returns a new writer for the text of a leaf, or None where the text stays as it is.
Writers = Callable[[Leaf], Writer | None]
# Called with every decoded answer and event, and its texts, before it is changed.
Observe = Callable[[JSON, Sequence[Leaf]], None]
# Moves the offsets of an answer or event; tells whether any changed.
Move = Callable[[Sequence[CitationOffset]], bool]
Lane = tuple[Any, ...]


class ScrubbedThenRestored:
    """Scrub the model's own text first, so that restored values are never scanned."""

    def __init__(self, scrubber: AnswerScrubber, restorer: Writer | None) -> None:
        self._scrubber = scrubber
        self._restorer = restorer

    def feed(self, text: str) -> str:
        """Return what can be let go now."""
        clean = self._scrubber.feed(text)
        return clean if self._restorer is None else self._restorer.feed(clean)

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest."""
        clean = self._scrubber.finish(cut_off=cut_off)
        if self._restorer is None:
            return clean
        return self._restorer.feed(clean) + self._restorer.finish(cut_off=cut_off)

    def restore(self, text: str) -> str:
        """Return what becomes of a whole text."""
        clean = self._scrubber.scrub(text)
        return clean if self._restorer is None else self._restorer.restore(clean)


class Answer:
    """Base of the ways to restore response bytes."""

    @property
    def unsent(self) -> bool:
        """Whether `abandon` holds events that came before a fault and that no call has returned yet."""
        return False

    def feed(self, chunk: bytes) -> bytes:
        raise NotImplementedError

    def finish(self) -> bytes:
        raise NotImplementedError

    def abandon(self) -> bytes:
        """Return what was restored before a fault, and the carry of an answer that will not be completed."""
        return b""

    def encode(self, event: Event) -> bytes:
        """Return `event` in the framing of this answer."""
        return sse.encode_event(event)


class PassedAnswer(Answer):
    """Unchanged bytes, for a policy that only observes. A broken stream just ends: an error event would alter it."""

    def __init__(self, *, streaming: bool) -> None:
        self._streaming = streaming
        self._chunks: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> bytes:
        if self._streaming:
            return chunk
        self._size += len(chunk)
        if self._size > MAX_ANSWER_BYTES:
            raise UpstreamBadStream(f"the upstream's answer is larger than {MAX_ANSWER_BYTES} bytes")
        self._chunks.append(chunk)
        return b""

    def finish(self) -> bytes:
        body = b"".join(self._chunks)
        self._chunks.clear()
        return body

    def encode(self, event: Event) -> bytes:
        return b""


class WholeAnswer(Answer):
    """A JSON body, restored when it is complete. An error body is restored like an answer: it may quote the request."""

    def __init__(
        self,
        new_writer: Writers,
        format: Format,
        endpoint: Endpoint,
        document: Document | None,
        status: int,
        observe: Observe = lambda *_: None,
        move: Move = lambda _: False,
        *,
        note: str = "",
    ) -> None:
        self._move = move
        self._note = note  # appended to the message of an error
        self._new_writer = new_writer
        self._format = format
        self._endpoint = endpoint
        self._document = document
        self._status = status
        self._observe = observe
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
            tree = strict_json.decode(body, limit_containers=MAX_CONTAINERS)
        except ClientFault as fault:
            if self._status < 400:
                raise UpstreamBadStream(f"the upstream's answer {_why_unread(fault)}") from None
            return self._plain(body)
        leaves = list(self._format.response_leaves(self._endpoint, self._document, tree))
        self._observe(tree, leaves)
        self._move(self._format.citations(self._document, tree))
        for leaf in in_slices(leaves):
            _rewrite(leaf, self._new_writer)
        if self._note:
            _add_note(tree, self._note)
        return strict_json.encode(tree)

    def _plain(self, body: bytes) -> bytes:
        # A gateway's own error page, which may quote the request.
        text = body.decode("utf-8", "replace")
        holder = {"text": text}
        _rewrite(Leaf(holder, "text"), self._new_writer)
        return holder["text"].encode()


class StreamedAnswer(Answer):
    """Events: one writer a lane; text is held back only while it may be part of a placeholder or a value to scrub."""

    def __init__(
        self,
        new_writer: Writers,
        reader: StreamReader,
        framing: Framing,
        observe: Observe = lambda *_: None,
        move: Move = lambda _: False,
    ) -> None:
        self._move = move
        self._new_writer = new_writer
        self._reader = reader
        self._framing = framing
        self._observe = observe
        self._lanes: dict[Lane, Writer | None] = {}
        self._copies: dict[Lane, Event] = {}  # for lanes without an event in the format
        self._ended = False  # the format's last event has arrived
        self._marked = False  # and the mark that some servers send after it
        self._out: list[bytes] = []  # events that are restored and not returned; they outlast a fault

    def feed(self, chunk: bytes) -> bytes:
        """Return the restored events that `chunk` completes.

        Raises UpstreamBadStream; `abandon` then returns the events that came before the fault. So the client gets the
        same wherever the network cut the stream.
        """
        for event in self._framing.feed(chunk):
            end_slice()
            self._take(event)
        return self._let_go()

    def finish(self) -> bytes:
        """Return the last events. Raises UpstreamBadStream when the stream stopped before its end.

        A complete answer without the end mark stays without it: the client gets what the upstream sent.
        """
        for event in self._framing.finish():
            self._take(event)
        if not self._ended:
            if not self._reader.whole:
                raise UpstreamBadStream("the upstream's stream stopped before its end")
            self._flush(tuple(self._lanes))
        self._out.append(self._framing.end())
        return self._let_go()

    @property
    def unsent(self) -> bool:
        """Whether events came before a fault that no call has returned yet."""
        return any(self._out)

    def abandon(self) -> bytes:
        """Return what was restored before a fault, and the carry of a stream that will not be completed."""
        for lane in tuple(self._lanes):
            with suppress(Exception):  # a text that cannot be decided says no more; what others said still goes out
                self._flush((lane,), cut_off=True)
        return self._let_go()

    def _let_go(self) -> bytes:
        data = b"".join(self._out)
        self._out.clear()
        return data

    def encode(self, event: Event) -> bytes:
        """Return `event` as this stream writes events."""
        return self._framing.encode(event)

    def _take(self, event: Event) -> None:
        if event.data is None or self._marked:
            return  # comments are hop-by-hop; nothing follows the end
        if is_mark(event):
            self._ended = self._marked = True
        elif self._ended and not self._reader.goes_on:
            return
        self._ended = self._reader.is_end(event) or self._ended
        if self._marked:
            self._flush(tuple(self._lanes))
            self._out.append(self._framing.encode(event))
            return
        tree = self._decoded(event.data)
        closing = set(self._reader.closing(tree))
        interrupted = set(self._reader.interrupted(tree))
        leaves = list(self._reader.leaves(tree))
        self._observe(tree, leaves)
        last = {leaf.lane: leaf for leaf in leaves if leaf.lane is not None}
        self._copy(event, tree, leaves)
        if self._ended:
            closing.update(self._lanes, last)
        if closing or interrupted:
            # A lane that ends with this event, without text in it, first writes its carry.
            self._flush([lane for lane in self._lanes if lane in closing and lane not in last])
            self._flush([lane for lane in self._lanes if lane in interrupted and lane not in last], ends=False)
        changed = self._move(self._reader.citations(tree))
        try:
            for leaf in leaves:
                is_last = last.get(leaf.lane or ()) is leaf
                ends, pauses = is_last and leaf.lane in closing, is_last and leaf.lane in interrupted
                changed = self._rewrite_leaf(leaf, ends=ends, pauses=pauses) or changed
            self._out.append(self._written(event, tree, changed=changed))
        except BaseException:
            # Text is gone with the event. What is held of it, or would follow, must not stand where it is missing.
            for lane in last:
                self._lanes.pop(lane, None)
            raise

    def _decoded(self, data: str) -> JSON:
        try:
            return strict_json.decode(data.encode("utf-8", "surrogatepass"), limit_containers=MAX_CONTAINERS)
        except ClientFault as fault:
            raise UpstreamBadStream(f"the upstream sent an event that {_why_unread(fault)}") from None

    def _written(self, event: Event, tree: JSON, *, changed: bool) -> bytes:
        data = strict_json.encode(tree).decode() if changed else event.data
        return self._framing.encode(Event(data, self._reader.name(event, tree)))

    def _rewrite_leaf(self, leaf: Leaf, *, ends: bool, pauses: bool) -> bool:
        if leaf.lane is None:
            return _rewrite(leaf, self._new_writer)
        if leaf.lane not in self._lanes:
            if len(self._lanes) >= MOST_LANES:
                raise UpstreamBadStream(f"the upstream's stream has more than {MOST_LANES} texts open at once")
            self._lanes[leaf.lane] = self._new_writer(leaf)
        writer = self._lanes.pop(leaf.lane) if ends else self._lanes[leaf.lane]
        if writer is None:
            return False
        text = writer.feed(leaf.text)
        return _put(leaf, text + writer.finish() if ends or pauses else text)

    def _copy(self, event: Event, tree: JSON, leaves: list[Leaf]) -> None:
        """Keep an event, without its text, for each of its lanes without an event in the format."""
        unnamed = [leaf for leaf in leaves if leaf.unnamed and leaf.lane is not None]
        if not unnamed:
            return
        places = [(leaf.holder, leaf.key) for leaf in leaves if type(leaf.holder[leaf.key]) is str]
        texts = [holder[key] for holder, key in places]
        for holder, key in places:
            holder[key] = ""
        for leaf in unnamed:
            leaf.holder[leaf.key] = _HERE
            self._copies[leaf.lane or ()] = Event(strict_json.encode(tree).decode(), event.event)
            leaf.holder[leaf.key] = ""
        for (holder, key), text in zip(places, texts, strict=True):
            holder[key] = text

    def _flush(self, lanes: Iterable[Lane], *, cut_off: bool = False, ends: bool = True) -> None:
        for lane in lanes:
            writer = self._lanes.pop(lane, None) if ends else self._lanes.get(lane)
            if writer is not None and (text := writer.finish(cut_off=cut_off)):
                self._out.append(self._framing.encode(self._carrying(lane, text)))

    def _carrying(self, lane: Lane, text: str) -> Event:
        """Return an event that carries `text` on `lane`."""
        copy = self._copies.pop(lane, None)
        if copy is None or copy.data is None:
            return self._reader.flush(lane, text)
        return Event(copy.data.replace(f'"{_HERE}"', strict_json.encode_text(text)), copy.event)


def _why_unread(fault: ClientFault) -> str:
    """Return what is wrong with an answer or event whose JSON was not read. Only a bound is relay's own."""
    if isinstance(fault, strict_json.TooLarge):
        return f"is larger than relay reads: it holds more than {MAX_CONTAINERS} objects and arrays"
    return "is not JSON, or none that every parser reads alike"


def _add_note(tree: JSON, note: str) -> None:
    """Append `note` to the message of an error body, in every provider's shape."""
    for holder in (tree, tree.get("error") if type(tree) is dict else None):
        for key in ("message", "error"):
            if type(holder) is dict and type(holder.get(key)) is str:
                holder[key] += note
                return


def _rewrite(leaf: Leaf, new_writer: Writers) -> bool:
    writer = new_writer(leaf)
    return writer is not None and _put(leaf, writer.restore(leaf.text))


def _put(leaf: Leaf, text: str) -> bool:
    """Write `text` where it differs, and tell whether it did."""
    if text == leaf.text:
        return False
    leaf.put(text)
    return True
