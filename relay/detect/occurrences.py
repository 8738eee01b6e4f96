"""Find the occurrences of values in the texts of a request, without repeating earlier searches.

A client resends its history, so most texts of a request were searched for most of its values on the turn before. The
cache records, with each text, which values were searched and where they occur (both by keyed hash): a known text is
searched for new values only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from relay.detect.cache import Kept, SpanCache
from relay.detect.identifiers import INSIDE, NamesInside, inside
from relay.detect.known import KnownValues, form, searchable
from relay.detect.normalize import Normalized
from relay.detect.spellings import spellings
from relay.process.slices import in_slices
from relay.types import Span

__all__ = ["Occurrences", "Row", "Text"]

_NONE: frozenset[bytes] = frozenset()
# The value's form, alone or inside of identifiers, and its place.
Row = tuple[str, int, int]


class Text(Protocol):
    """A text with its cache entry."""

    text: str
    digest: bytes
    kept: Kept | None

    @property
    def copy(self) -> Normalized | None:
        """The normalised copy, made when it is first asked for."""
        ...


class Occurrences:
    """The occurrences of the values that were searched: in `rows`, for each text. Not shared between threads."""

    __slots__ = ("_cache", "_names", "_texts", "rows")

    def __init__(self, texts: Sequence[Text], cache: SpanCache | None) -> None:
        """Begin with no value. With a cache every text has its digest."""
        self._texts = texts
        self._cache = cache
        self._names: dict[str, bytes] = {}  # form that was searched: its name in the cache
        self.rows: list[list[Row]] = [[] for _ in texts]

    def look_for(self, values: Iterable[str], people: Iterable[str] = ()) -> list[int]:
        """Search those of `values` that were not searched yet; return the texts with an occurrence.

        Those of `people` are looked for inside of identifiers, too.
        """
        new = {form(value): value for value in values if searchable(value)}
        new |= {key: value for value in people if (key := inside(value))}
        for known in new.keys() & self._names.keys():
            del new[known]
        if not new:
            return []
        names = {key: b"" if self._cache is None else self._cache.digest(key, b"value") for key in new}
        self._names |= names
        forms = {name: key for key, name in names.items()}
        # What is left to search, by what was searched already: most texts have that in common.
        left: dict[int, _Table] = {}
        hit = []
        for place, text in enumerate(self._texts):
            kept = text.kept if self._cache is not None else None
            searched = kept.searched if kept is not None else _NONE
            table = left.get(id(searched))
            if table is None:
                rest = {key: value for key, value in new.items() if names[key] not in searched}
                table = left[id(searched)] = _Table(rest)
            before = len(self.rows[place])
            if kept is not None:
                self.rows[place] += [
                    (forms[name], start, end) for name, start, end in kept.occurrences if name in forms
                ]
            if table:
                self.rows[place] += table.search(text)
            if len(self.rows[place]) > before:
                hit.append(place)
        return hit

    def remember(self) -> None:
        """Record in the cache what was searched, and where it occurs."""
        if self._cache is None or not self._names:
            return
        wanted = frozenset(self._names.values())
        same: dict[int, bool] = {}
        for text, rows in zip(self._texts, self.rows, strict=True):
            kept = text.kept or Kept(())
            known = same.get(id(kept.searched))
            if known is None:
                known = same[id(kept.searched)] = kept.searched == wanted
            if not known:
                named = tuple((self._names[key], start, end) for key, start, end in rows)
                self._cache.amend(text.digest, replace(kept, searched=wanted, occurrences=named))


class _Table:
    """What is left to search in some of the texts: values by their forms."""

    def __init__(self, values: Mapping[str, str]) -> None:
        known = {key: value for key, value in values.items() if not key.startswith(INSIDE)}
        self._others = {form(other): key for key, value in known.items() for other in spellings(value)}
        self._known = KnownValues(("", value) for value in (*known.values(), *self._others))
        self._inside = NamesInside(value for key, value in values.items() if key.startswith(INSIDE))

    def __bool__(self) -> bool:
        return bool(self._known or self._inside)

    def search(self, text: Text) -> Iterator[Row]:
        """Yield each occurrence in `text`, and those in its copies that are not the same."""
        seen = set()
        for row in in_slices(self._rows(text.text)):
            seen.add(row)
            yield row
        copy = text.copy
        for reads in () if copy is None else (copy, *copy.others):
            for key, start, end in in_slices(self._rows(reads.text)):
                back = reads.back(Span("", start, end))
                row = key, back.start, back.end
                if row not in seen:
                    seen.add(row)
                    yield row

    def _rows(self, text: str) -> Iterator[Row]:
        for span in self._known.find(text):
            key = form(text[span.start : span.end])
            yield self._others.get(key, key), span.start, span.end
        yield from self._inside.find(text)
