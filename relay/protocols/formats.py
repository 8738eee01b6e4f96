"""Contracts of a wire format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

from relay.errors import RelayFault
from relay.protocols.documents import Document, Endpoint
from relay.protocols.families import ContractHeaders, ContractWords, Family, LogProbabilities
from relay.types import (
    JSON,
    CitationOffset,
    Event,
    Headers,
    Leaf,
    Outbound,
)

__all__ = ["Format", "StreamReader"]


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
    contract_words: ClassVar[Mapping[str, ContractWords]]  # what each header may hold that passes
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
