"""What all formats share: endpoints by path, reading and restoring by table. A format adds its table and its shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from relay.protocols import ContractHeaders, ContractWords, Document, Endpoint
from relay.types import JSON, CitationOffset, Headers, Leaf, Outbound
from relay.wire.contract_headers import NOTHING_PASSES, passing
from relay.wire.document import read_document
from relay.wire.leaves import collect
from relay.wire.nodes import FieldTable, Node
from relay.wire.paths import canonical

__all__ = ["PathEndpoint", "TableFormat", "header"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEndpoint:
    """A `relay.protocols.Endpoint`."""

    name: str
    upstream_path: str
    method: str = "POST"
    has_body: bool = True
    model: str | None = None  # where the path names it
    shared: bool = False  # with other vendors, whose headers tell the path apart
    stored_at: tuple[str, ...] = ()


class TableFormat:
    """Half of a `relay.protocols.Format`: the half that the table answers.

    What a format or its family has to state has no default here; a fact that is missing stops start-up
    (`relay.registry`).
    """

    table: ClassVar[FieldTable]
    endpoints: ClassVar[tuple[PathEndpoint, ...]]
    contract_words: ClassVar[Mapping[str, ContractWords]]
    citation_mark: ClassVar[bytes] = b""

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint whose path this is, whatever the method."""
        asked = canonical(path)
        return next((endpoint for endpoint in self.endpoints if endpoint.upstream_path == asked), None)

    def read(
        self,
        endpoint: Endpoint,
        body: bytes,
        pseudonym: Callable[[str], str],
        wrote: Callable[[str], bool] | None = None,
    ) -> Document:
        """Decode and read a request by the table's `request` section. Raises ClientFault."""
        return read_document(body, self.table, pseudonym, wrote)

    def rename(self, endpoint: Endpoint, document: Document, model: str) -> str:
        """Write `model` into the body, where it stands, and return the path as it is."""
        if "model" in document.tree:
            document.tree["model"] = model
        return endpoint.upstream_path

    def request_headers(self, headers: Headers) -> ContractHeaders:
        """Return what of a client's headers may pass upstream: the words of `contract_words`, and nothing else."""
        words = self.contract_words
        return passing(headers, words) if any(name in words for name, _ in headers) else NOTHING_PASSES

    def response_leaves(self, endpoint: Endpoint, document: Document | None, tree: JSON) -> Iterable[Leaf]:
        """Return what the table's `response` section restores; error bodies are in it."""
        return collect(tree, self.section("response"), json_mode=self.json_mode(document))

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether the request asked for JSON, so that text in the response is JSON text."""
        return False

    def citations(self, document: Document | None, tree: JSON) -> Sequence[CitationOffset]:
        """Return nothing: most answers cite nothing."""
        return ()

    def sent_citations(self, document: Document) -> Sequence[CitationOffset]:
        """Return nothing: most requests bring no citation back."""
        return ()

    def addressed(self, outbound: Outbound, addressing: str, model: str | None, query: str) -> Outbound:
        """Return `outbound` as it is: most providers' APIs are addressed in one way only."""
        return outbound

    def streams_array(self, query: str) -> bool:
        """Tell that streams are events or lines."""
        return False

    def section(self, name: str) -> Node:
        """Return a section of the table."""
        return self.table.sections[name]


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of header `name` (in lower case), or None."""
    return next((value for key, value in headers if key == name), None)


def by_status(table: Mapping[int, str], status: int) -> str:
    """Return what `table` calls `status`, or what it calls 400 or 500 when it does not know it."""
    return table.get(status) or table[400 if status < 500 else 500]
