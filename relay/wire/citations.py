"""Numbers in answers that say where in a text something stands: the offsets of citations.

A provider counts in the text as it wrote or read it, with placeholders. The client has the text with values, so the
numbers have to move; and when it sends an answer back, they have to move back. Formats list the numbers with the text
they count in; `relay.response.citation_offsets` moves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from relay.types import JSON, CitationOffset

__all__ = ["INDEX_FIELD", "dicts", "ranges"]

# Ends the name of every field that holds an offset: a request without it brings none back.
INDEX_FIELD = b'_index"'


def ranges(
    text: JSON, holder: JSON, keys: Iterable[str], *, in_bytes: bool = False, asked: bool = False
) -> Iterator[CitationOffset]:
    """Yield a quote of those of `keys` that are offsets in `holder`; nothing where `text` is no text."""
    if type(text) is str and type(holder) is dict:
        there = tuple(key for key in keys if type(holder.get(key)) is int)
        if there:
            yield CitationOffset(text, holder, there, in_bytes, asked)


def dicts(holder: JSON, *keys: str) -> list[dict[str, JSON]]:
    """Return the objects that a path of keys leads to; arrays on the way are gone through."""
    found: list[JSON] = [holder]
    for key in keys:
        found = [one[key] for one in _each(found) if isinstance(one, dict | Mapping) and key in one]
        if not found:
            break  # most events cite nothing, and this is asked of every one
    return [one for one in _each(found) if type(one) is dict]


def _each(found: list[JSON]) -> list[JSON]:
    """Return what is found, with the items of an array in its place."""
    return [each for one in found for each in (one if type(one) is list else (one,))]
