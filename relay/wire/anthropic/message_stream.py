"""A streamed message of Anthropic's, and the citations that count in documents of the request.

Source: anthropic-python 2.11.0 (`types/raw_message_stream_event.py`, `types/text_citation.py`), read 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from relay.protocols import Document
from relay.types import JSON, CitationOffset, Event
from relay.wire import strict_json
from relay.wire.citations import dicts, ranges
from relay.wire.nodes import Node
from relay.wire.stream import Lane, TableReader

__all__ = ["MessagesReader", "in_documents"]

_NAME = re.compile("[a-z_]{1,64}")
_STOP = re.compile(r'\s*\{\s*"type"\s*:\s*"message_stop"')
_HOSTED_TOOLS = frozenset({"server_tool_use", "mcp_tool_use"})


class MessagesReader(TableReader):
    """Lanes are (content block, kind). `content_block_stop` ends a block's lanes."""

    def __init__(self, document: Document, node: Node, *, json_mode: bool = False) -> None:
        super().__init__(node, json_mode=json_mode)
        self._document = document

    def citations(self, tree: JSON) -> Sequence[CitationOffset]:
        """Return the range of a citation, and of those that a block begins with."""
        if type(tree) is not dict or tree.get("type") not in ("content_block_start", "content_block_delta"):
            return ()
        found = (*dicts(tree, "delta", "citation"), *dicts(tree, "content_block", "citations"))
        return in_documents(found, self._document) if found else ()

    def note(self, tree: JSON) -> None:
        """Remember which tool a block's JSON pieces are for, and whether the message is finished.

        Servers that only imitate the API may leave out `message_stop`; its `stop_reason` says the same.
        """
        if type(tree) is not dict:
            return
        kind = tree.get("type")
        if kind == "message_delta":
            delta = tree.get("delta")
            self.whole = self.whole or (type(delta) is dict and delta.get("stop_reason") is not None)
        elif kind == "message_stop" or kind == "error":
            self.whole = True
        if kind != "content_block_start":
            return
        block = tree.get("content_block")
        if type(block) is dict and type(block.get("name")) is str and type(block.get("type")) is str:
            # Only blocks of tools have a lane of this name.
            self._tools[_index(tree), "json"] = (block["name"], block["type"] in _HOSTED_TOOLS)

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return the block that this event closes; the message's end and errors close all."""
        if type(tree) is not dict:
            return
        match tree.get("type"):
            case "content_block_stop":
                yield (_index(tree),)
            case "message_delta" | "message_stop" | "error":
                yield ()

    def flush(self, lane: Lane, text: str) -> Event:
        """Return a `content_block_delta` of the lane's kind."""
        index, kind = lane
        delta: dict[str, Any] = (
            {"type": "text_delta", "text": text}
            if kind == "text"
            else {"type": "input_json_delta", "partial_json": text}
        )
        tree = {"type": "content_block_delta", "index": index, "delta": delta}
        return Event(strict_json.encode(tree).decode(), "content_block_delta")

    def name(self, event: Event, tree: JSON) -> str | None:
        """Return the event's name, which the SDKs go by, or its type where the upstream left the name out."""
        kind = tree.get("type") if type(tree) is dict else None
        return event.event or (kind if type(kind) is str and _NAME.fullmatch(kind) else None)

    def is_end(self, event: Event) -> bool:
        """Tell whether this is `message_stop`; an event without a name says it in its data."""
        if event.event is not None:
            return event.event == "message_stop"
        return event.data is not None and _STOP.match(event.data) is not None


def in_documents(citations: Iterable[dict[str, JSON]], document: Document | None) -> list[CitationOffset]:
    """Return the ranges of citations that count characters of a document that was sent as text."""
    found: list[CitationOffset] = []
    texts: list[JSON] | None = None
    for citation in citations:
        at = citation.get("document_index")
        if citation.get("type") != "char_location" or type(at) is not int or document is None:
            continue
        if texts is None:
            texts = list(_documents(dicts(document.tree, "messages", "content")))
        if 0 <= at < len(texts):
            found += ranges(texts[at], citation, ("start_char_index", "end_char_index"), asked=True)
    return found


def _documents(blocks: Iterable[dict[str, JSON]]) -> Iterator[JSON]:
    """Yield, for each document among blocks and in tool results, in order: its text, or None where it is no text."""
    for block in blocks:
        if block.get("type") == "document":
            source = block.get("source")
            yield source.get("data") if type(source) is dict and source.get("type") == "text" else None
        elif block.get("type") == "tool_result":
            yield from _documents(dicts(block, "content"))


def _index(tree: dict[str, JSON]) -> int | str:
    index = tree.get("index")
    return index if type(index) is int or type(index) is str else ""


PLUGINS = ()  # no format of its own
