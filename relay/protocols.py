"""The contracts of every plug-in kind and of the few parts that cross a layer.

A new provider, recognizer, operator, placeholder style or route is one file whose class satisfies one of these. One
shared test holds every plug-in to its contract.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

from relay.errors import RelayFault
from relay.types import (
    JSON,
    Action,
    Candidate,
    CitationOffset,
    ContractHeaders,
    Event,
    Family,
    Headers,
    Leaf,
    LogProbabilities,
    Outbound,
    Pattern,
    RouteKind,
    Segment,
    Span,
    UpstreamStats,
)

__all__ = [
    "AssistantText",
    "Document",
    "Endpoint",
    "EntityModel",
    "Format",
    "Operator",
    "Recognizer",
    "Restoring",
    "Route",
    "Sealing",
    "StreamReader",
    "Style",
    "Writer",
]


# ---------------------------------------------------------------------------------------------------------- detection


@runtime_checkable
class Recognizer(Protocol):
    """Finds spans of some entity types in one text.

    It declares patterns and does not scan: `check` is called for each candidate of its own patterns and looks at the
    candidate and the few characters around it. It returns the spans it stands by (none for a near miss). `context`
    gives for an entity type the words, in lower case, that raise a span's score when they stand beside it; `source`
    says where the rule comes from, with a date.
    """

    name: ClassVar[str]
    entity_types: ClassVar[tuple[str, ...]]
    patterns: ClassVar[tuple[Pattern, ...]]
    context: ClassVar[Mapping[str, tuple[str, ...]]]
    source: ClassVar[str]

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the spans that `candidate` really is."""
        ...


class EntityModel(Protocol):
    """A model that finds names, addresses and what only context gives away. Thread-safe."""

    labels: tuple[str, ...]
    version: str

    def find_all(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return disjoint, sorted spans for each text; a text's result does not depend on the others."""
        ...


# -------------------------------------------------------------------------------------------------------------- vault


class Sealing(Protocol):
    """What an operator may ask of a vault."""

    def seal(self, entity_type: str, value: str) -> str:
        """Seal `value` and return its placeholder; the same (type, value) gets the same one for the vault's life.

        Raises SessionClosed after shredding and VaultFull when no more fits.
        """
        ...

    def seal_behind(self, entity_type: str, value: str, stand_in: Callable[[int, str], str]) -> str:
        """Seal `value` behind a text that looks like one of its kind, and return that text.

        `stand_in` gets a number (from 1) and the form of a name (`FIRST`, `LAST`, … or ""), and returns a text of the
        kind, the same for the same arguments, or "" when it has none; a placeholder is issued then. No text is given
        out that stands for, or is, another value of the session.
        """
        ...

    def keyed_digest(self, entity_type: str, value: str) -> bytes:
        """Return 16 bytes that stand for (type, value) in this session and mean nothing in any other."""
        ...


class Restoring(Protocol):
    """What the restorer may ask of a vault."""

    def placeholders(self) -> Sequence[str]:
        """Return every placeholder issued so far, in order of issue."""
        ...

    def forms(self) -> Sequence[str]:
        """Return the placeholders of further forms of names that can be opened, though none was issued."""
        ...

    def open(self, placeholder: str) -> str:
        """Return the value behind an issued placeholder or one of `forms`.

        Raises KeyError for any other text, SessionClosed after shredding.
        """
        ...


class Writer(Protocol):
    """What the text of a leaf or lane goes through on its way back."""

    def feed(self, text: str) -> str:
        """Return what can be let go now."""
        ...

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest; with `cut_off` the end of the text is missing."""
        ...

    def restore(self, text: str) -> str:
        """Return what becomes of a whole text."""
        ...


@runtime_checkable
class Style(Protocol):
    """How placeholders are written, and how the altered forms that models produce are recognised."""

    name: ClassVar[str]

    def __init__(self, entity_types: Iterable[str] = ()) -> None:
        """Make a style that recognises what stands for the taxonomy's types and for `entity_types`."""

    def render(self, entity_type: str, number: int, form: str = "") -> str:
        """Return the placeholder for value `number` (from 1) of a type. ASCII, without quote, backslash, <, > and &.

        `form` (words of A to Z and digits joined by `_`) tells another form of the same entity, such as a last name.
        """
        ...

    def lookalikes(self, text: str) -> Iterable[tuple[int, int]]:
        """Return the ranges of `text` that anyone, or the restorer, could take for a placeholder of this style."""
        ...


@runtime_checkable
class Operator(Protocol):
    """How a span's text is replaced. `action` is the name policy uses for it, with what policy must know of it.

    An operator that takes parameters has them as `Parameters` (relay/replace/parameters.py).
    """

    name: ClassVar[str]
    action: ClassVar[Action]

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return what stands for `value` in the scrubbed text."""
        ...


# --------------------------------------------------------------------------------------------------------------- wire


class Endpoint(Protocol):
    """One path of a format.

    `upstream_path` is the provider's whole path with its version segment ("/v1/chat/completions"); the upstream client
    joins it to a base URL that may or may not end in that version already.
    """

    @property
    def name(self) -> str:
        """Return the endpoint's name within its format: "chat"."""
        ...

    @property
    def method(self) -> str:
        """Return the one HTTP method that it takes."""
        ...

    @property
    def upstream_path(self) -> str:
        """Return the path as described above."""
        ...

    @property
    def has_body(self) -> bool:
        """Tell whether requests carry a JSON body."""
        ...

    @property
    def model(self) -> str | None:
        """Return the model that the client's path names, if it names one."""
        ...

    @property
    def stored_at(self) -> tuple[str, ...]:
        """Return the domains whose servers keep what they are sent unless the request forbids it; `*` is every one."""
        ...

    @property
    def shared(self) -> bool:
        """Tell whether other vendors serve this path too, so that the client's headers tell whose it is."""
        ...


class AssistantText(Protocol):
    """A string that an assistant said earlier, and the segments that were made of it."""

    @property
    def text(self) -> str:
        """Return the whole string."""
        ...

    @property
    def segments(self) -> tuple[int, ...]:
        """Return the indices of its segments."""
        ...

    def put(self, text: str) -> None:
        """Write `text` in its place."""
        ...


class Document(Protocol):
    """A decoded request: its segments, what must not leave, and how to put replaced text back.

    `segments` follow the order in which the upstream's model reads them.
    """

    tree: dict[str, JSON]
    segments: tuple[Segment, ...]
    pinned: tuple[str, ...]  # texts that pass unchanged, to the provider that wrote them
    signatures: tuple[str, ...]  # and encrypted contents: what is pinned by them, or is one
    refused: tuple[tuple[str, str], ...]  # (pointer, kind) of content that cannot be inspected
    stops: tuple[int, ...]  # segments where an answer stops, should the model say them
    unknown: int  # string leaves that the field table does not name (they are among the segments)
    unknown_fields: int  # fields that it does not name, whatever they hold
    model: str | None
    stream: bool

    def drop_refused(self, kinds: Collection[str]) -> None:
        """Take out the refused content of `kinds`. Comes before `replace`."""
        ...

    def reencode_refused(self, kinds: Collection[str], reencode: Callable[[bytes], tuple[bytes, str]]) -> None:
        """Write inline content of `kinds` anew, by a function of data to new data and its media type."""
        ...

    def scrub_refused(self, kinds: Collection[str]) -> None:
        """Turn inline content of `kinds` that is text into segments. Comes before `replace`."""
        ...

    def drop_unknown(self) -> None:
        """Take out the fields that the table does not name. Comes before `replace`."""
        ...

    def said(self) -> Sequence[AssistantText]:
        """Return each string that an assistant said earlier. Comes before `replace`."""
        ...

    def force(self, wanted: bool | None) -> None:
        """Put in the fields that keep a provider from storing, or take them out; None: as the client has them."""
        ...

    def replace(self, texts: Mapping[int, str]) -> None:
        """Put new text in for the segments whose index is given; JSON text is re-escaped at its own depth."""
        ...

    def free_texts(self) -> Sequence[str]:
        """Return every string of the request as it is now that is neither the protocol's nor pinned, in no order."""
        ...

    def encode(self) -> bytes:
        """Serialise the tree as it is now."""
        ...


class StreamReader(Protocol):
    """Knows, for one streamed response, where text is in an event, and which lanes an event ends.

    `goes_on`: events may follow the one that looks like the last, as in a format that has no mark for its end.
    `whole`: the answer has said that it is finished, also where the mark for the stream's end has not come. Not every
    server sends the mark.
    """

    goes_on: bool
    whole: bool

    def interrupted(self, tree: JSON) -> Iterable[tuple[Any, ...]]:
        """Return the lanes that this event cuts off from what comes next on them: their carry must go out before it."""
        ...

    def closing(self, tree: JSON) -> Iterable[tuple[Any, ...]]:
        """Return the lanes that end with this event: their carry must go out before it.

        Some servers put the last delta and the end into one event. A lane that has a leaf in this very event therefore
        ends after that leaf: feed it, finish it, and write both into the leaf.
        """
        ...

    def leaves(self, tree: JSON) -> Iterable[Leaf]:
        """Return the event's restorable strings: deltas with a lane, whole texts without."""
        ...

    def citations(self, tree: JSON) -> Sequence[CitationOffset]:
        """Return the event's offsets into texts. Comes after `leaves`, before anything is put back."""
        ...

    def flush(self, lane: tuple[Any, ...], text: str) -> Event:
        """Return an event of the format that carries `text` on `lane`, which is none that its leaf calls unnamed."""
        ...

    def name(self, event: Event, tree: JSON) -> str | None:
        """Return what the event is called for the client; some servers leave the names out that SDKs go by."""
        ...

    def is_end(self, event: Event) -> bool:
        """Tell whether this event ends the stream for good (`[DONE]`, `message_stop`, `response.completed`).

        One whose data is JSON is restored like any other first: OpenAI's `response.completed` holds the whole answer.
        """
        ...


@runtime_checkable
class Format(Protocol):
    """One provider's wire format. It never translates: what comes in as one format leaves as the same one."""

    name: ClassVar[str]  # "openai_chat"
    family: ClassVar[Family]
    endpoints: ClassVar[Sequence[Endpoint]]  # those with a path of their own; others `match` makes of the path
    log_probabilities: ClassVar[LogProbabilities | None]  # None: answers have none that relay could ask for
    contract_words: ClassVar[Mapping[str, Any]]  # what each header that passes may hold (relay.wire.contract_headers)
    citation_mark: ClassVar[bytes]  # is in every body that brings offsets back; empty: the format has none

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint that serves `path` (prefix such as "/openai" already removed), whatever the method."""
        ...

    def read(
        self,
        endpoint: Endpoint,
        body: bytes,
        pseudonym: Callable[[str], str],
        wrote: Callable[[str], bool] | None = None,
    ) -> Document:
        """Decode a request body strictly, with what identifies the client already stripped from the tree.

        `pseudonym` turns an identifying string into a stable one for this session; `wrote` tells of a signature whether
        the request's destination can have written it (without: by its shape). Raises ClientFault.
        """
        ...

    def rename(self, endpoint: Endpoint, document: Document, model: str) -> str:
        """Let the request ask for `model`, wherever the format names it, and return the upstream path."""
        ...

    def response_leaves(self, endpoint: Endpoint, document: Document | None, tree: JSON) -> Iterable[Leaf]:
        """Return the restorable strings of a whole (not streamed) response or error body."""
        ...

    def citations(self, document: Document | None, tree: JSON) -> Sequence[CitationOffset]:
        """Return the offsets into texts of a whole response, before anything is put back."""
        ...

    def sent_citations(self, document: Document) -> Sequence[CitationOffset]:
        """Return the offsets into texts that a request brings back from an earlier answer. Comes after `replace`."""
        ...

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one streamed response to `document`."""
        ...

    def streams_array(self, query: str) -> bool:
        """Tell whether a request with this query wants its stream as one JSON array, written piece by piece."""
        ...

    def request_headers(self, headers: Headers) -> ContractHeaders:
        """Return what of a client's headers may pass upstream: the provider's own words, and nothing else."""
        ...

    def addressed(self, outbound: Outbound, addressing: str, model: str | None, query: str) -> Outbound:
        """Return `outbound` as an upstream of this `addressing` takes it ("": as the provider's own API is addressed).

        `model` is the upstream's name for the model, `query` the client's. Raises ClientFault.
        """
        ...

    def credential(self, headers: Headers, query: str) -> str | None:
        """Return the client's API key, wherever this provider's SDKs put it."""
        ...

    def credential_headers(self, key: str) -> Headers:
        """Return the headers that present `key` to the upstream in the form this kind of key needs."""
        ...

    def error_body(self, fault: RelayFault) -> bytes:
        """Return `fault` in the provider's error shape."""
        ...

    def error_event(self, fault: RelayFault) -> Event:
        """Return `fault` as an event inside a stream."""
        ...


# -------------------------------------------------------------------------------------------------------------- routes


@runtime_checkable
class Route(Protocol):
    """A kind of destination and what counts among its upstreams. It never leads to another kind."""

    name: ClassVar[str]
    kind: ClassVar[RouteKind]

    def rank(self, standing: UpstreamStats) -> tuple[float, ...]:
        """Return what orders the upstreams that qualify for a request: the least comes first."""
        ...
