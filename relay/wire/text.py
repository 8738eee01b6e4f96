"""A plain text as a document of one segment, for doors that take texts instead of a provider's requests."""

from __future__ import annotations

from relay.protocols import Document
from relay.wire.document import TreeDocument, read_tree
from relay.wire.fields import compile_table

__all__ = ["read_text", "text_of"]

_TABLE = compile_table("[request]\ntext   S\n")


def read_text(text: str) -> TreeDocument:
    """Return a document whose one segment is `text`, which may hold lone surrogates."""
    return read_tree({"text": text}, _TABLE, str)


def text_of(document: Document) -> str:
    """Return the text of such a document as it is now."""
    return str(document.tree["text"])
