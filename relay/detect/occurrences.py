"""Find the values of a request wherever else they stand in its texts, without searching what was searched before.

A client resends its history, so most texts of a request were searched for most of its values on the turn before. The
cache remembers, with each text, which values were searched and where they stood (both by keyed hash): only values that
are new are searched in a text that is not.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from relay.detect.cache import Kept, SpanCache
from relay.detect.known import KnownValues, form, is_off, searchable
from relay.detect.normalize import Normalized
from relay.detect.overlap import MODEL
from relay.detect.taxonomy import describe
from relay.types import Span

__all__ = ["Text", "find", "find_with_cache"]


class Text(Protocol):
    """A text with what is remembered of it."""

    text: str
    digest: bytes
    kept: Kept | None

    @property
    def copy(self) -> Normalized | None:
        """The normalised copy, made when it is first asked for."""
        ...


def find(texts: Sequence[Text], values: Iterable[tuple[str, str]], spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """Return where the `(entity type, value)` pairs stand in each text, but for the places that `spans` have."""
    known = KnownValues(values)
    if not known:
        return [[] for _ in texts]
    return [
        # A type that is off hides none that is on.
        [span for _, span in _search(known, text, {span[1:3] for span in own if describe(span.entity_type).default})]
        for text, own in zip(texts, spans, strict=True)
    ]


def find_with_cache(texts: Sequence[Text], values: Iterable[tuple[str, str]], cache: SpanCache) -> list[list[Span]]:
    """Return the same, the places of the model's spans included, and remember it. Every text has its digest."""
    # Of two types for one value the same one stays as in KnownValues.
    first: dict[str, tuple[str, str]] = {}
    for pair in sorted(values, key=is_off):
        if searchable(pair[1]):
            first.setdefault(form(pair[1]), pair)
    names = {value: cache.digest(f"{pair[0]} {value}", b"value") for value, pair in first.items()}
    values_by_name = {names[value]: pair for value, pair in first.items()}
    wanted = frozenset(values_by_name)
    # What is left to search, by what was searched already: most texts have that in common.
    tables: dict[frozenset[bytes], KnownValues] = {}
    found = []
    for text in texts:
        kept = text.kept or Kept(())
        table = tables.get(kept.searched)
        if table is None:
            table = tables[kept.searched] = KnownValues(values_by_name[name] for name in wanted - kept.searched)
        rows = [row for row in kept.occurrences if row[0] in values_by_name]
        if table:
            # What a pattern found stands whatever else the request holds; a guess of the model may be given up.
            own = {span[1:3] for span in kept.spans if span.recognizer != MODEL and describe(span.entity_type).default}
            rows += [(names[form(value)], span) for value, span in _search(table, text, own)]
        if kept.searched != wanted:
            cache.amend(text.digest, replace(kept, searched=wanted, occurrences=tuple(rows)))
        found.append([span for _, span in rows])
    return found


def _search(known: KnownValues, text: Text, besides: Container[tuple[int, int]]) -> Iterator[tuple[str, Span]]:
    """Yield each occurrence in `text` or in its copy, as it is written there, with its span in the text."""
    for span in known.find(text.text, besides):
        yield text.text[span.start : span.end], span
    copy = text.copy
    if copy is not None:
        for span in known.find(copy.text):
            yield copy.text[span.start : span.end], copy.back(span)
