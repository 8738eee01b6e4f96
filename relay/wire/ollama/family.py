"""What Ollama's formats share: paths, headers, the shape of errors, and streams of JSON by the line.

Sources: ollama-python 0.6.3 (`_types.py`, `_client.py`) and Ollama's API description, read 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from relay.errors import RelayFault
from relay.protocols import ContractWords, Document, Endpoint, Family, LogProbabilities, TokenFields
from relay.types import JSON, Event, Headers
from relay.wire import strict_json
from relay.wire.document import read_document
from relay.wire.stream import Lane, TableReader
from relay.wire.table_format import TableFormat, header

__all__ = ["LINE_LOG_PROBABILITIES", "OLLAMA", "LineReader", "OllamaFormat", "api_path"]

OLLAMA = Family(
    name="ollama",
    # Its documentation, "OpenAI compatibility" and "Anthropic compatibility", read 2026-11-29.
    under_prefix=("ollama", "openai", "anthropic"),
    client_headers=frozenset(),
    client_paths=re.compile("^/api/"),
    page_headers=frozenset(),
    keyless=True,  # its own server asks for no key, and its clients send none unless they are told to
    keep_alive=b"",  # its SDKs accept nothing (tried 2026-11-20)
    tokens=TokenFields(
        usage=((),),
        input=("prompt_eval_count",),
        output=("eval_count",),
        limits=(("options", "num_predict"),),
    ),
)

# Its versions of OpenAI's paths have none, its own paths do (its docs/openapi.yaml and issue 16117, read 2026-11-26).
LINE_LOG_PROBABILITIES = LogProbabilities(
    ask={"logprobs": True}, holders=(), field="logprobs", values=(("logprob",),), nullable=False
)


class OllamaFormat(TableFormat):
    """Base of the Ollama formats."""

    family: ClassVar[Family] = OLLAMA
    contract_words: ClassVar[Mapping[str, ContractWords]] = {}

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint whose path this is, whatever the method."""
        asked = api_path(path)
        return next((endpoint for endpoint in self.endpoints if endpoint.upstream_path == asked), None)

    def read(
        self,
        endpoint: Endpoint,
        body: bytes,
        pseudonym: Callable[[str], str],
        wrote: Callable[[str], bool] | None = None,
    ) -> Document:
        """Decode and read a request. What can stream does, unless `stream` is false."""
        document = read_document(body, self.table, pseudonym, wrote)
        document.stream = endpoint.name in ("chat", "generate") and document.tree.get("stream") is not False
        return document

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether `format` asks for JSON: the word, or a schema."""
        stated = document.tree.get("format") if document is not None else None
        return stated == "json" or type(stated) is dict

    def credential(self, headers: Headers, query: str) -> str | None:
        """Return the key from `Authorization: Bearer`; a server at home has none."""
        scheme, _, key = (header(headers, "authorization") or "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None

    def credential_headers(self, key: str) -> Headers:
        """Present `key` as a bearer token."""
        return (("authorization", f"Bearer {key}"),)

    def error_body(self, fault: RelayFault) -> bytes:
        """Return `{"error": message}`."""
        return strict_json.encode({"error": fault.told})

    def error_event(self, fault: RelayFault) -> Event:
        """Return the same as a line, which the SDKs raise as ResponseError."""
        return Event(strict_json.encode({"error": fault.told}).decode())


class LineReader(TableReader):
    """Each field is one lane. The line that is `done` ends the stream."""

    said: ClassVar[frozenset[str]] = frozenset({"thinking", "content", "response"})

    def __init__(self, *arguments: object, **options: bool) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._head: dict[str, JSON] = {}

    def note(self, tree: JSON) -> None:
        """Remember what every line says of itself."""
        if type(tree) is dict:
            self._head = {key: tree[key] for key in ("model", "created_at") if key in tree} or self._head
            self.whole = self.whole or _is_last(tree)

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return `()`, which is all lanes, for the last line and for an error."""
        if _is_last(tree):
            yield ()

    def calling(self, tree: JSON) -> Iterable[int | None]:
        """Tell a line that calls a tool."""
        message = tree.get("message") if type(tree) is dict else None
        if type(message) is dict and message.get("tool_calls"):
            yield None

    def flush(self, lane: Lane, text: str) -> Event:
        """Return a line that carries `text`."""
        return Event(strict_json.encode({**self._head, **self.line(str(lane[-1]), text), "done": False}).decode())

    def line(self, field: str, text: str) -> dict[str, JSON]:
        """Return the part of a line that carries `text` in `field`."""
        raise NotImplementedError

    def is_end(self, event: Event) -> bool:
        """Tell whether this line says that it is the last."""
        data = event.data or ""
        if '"done"' not in data and '"error"' not in data:
            return False
        try:
            tree = strict_json.decode(data.encode("utf-8", "surrogatepass"))
        except RelayFault:
            return False
        return _is_last(tree)


def _is_last(tree: JSON) -> bool:
    return type(tree) is dict and (tree.get("done") is True or tree.get("error") is not None)


def api_path(path: str) -> str:
    """Return `path` without doubled or trailing slashes."""
    return "/" + "/".join(part for part in path.split("/") if part)


PLUGINS = ()  # no format of its own
