"""Remember the spans of a text without remembering the text.

A client resends its whole history on every turn. The spans that recognizers and the model found in a segment are kept
under a keyed hash of the segment, so a resent segment costs one hash.

Kept: BLAKE2b of texts and values under a key of this process, and offsets, types and scores. No text, no value.
Not hidden: a reader of this process's memory, key included, can test whether a guessed text or value was seen within
the last `life_s` seconds. Policy can turn the cache off for that reason; the analyzer then has none.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from relay.types import Span

__all__ = ["Kept", "SpanCache"]


@dataclass(frozen=True, slots=True)
class Kept:
    """The record of a text: its spans, whether it has a normalised copy, and the hints for making that.

    `alikes` are the look-alikes of a placeholder. `searched` names, by keyed hash, the values of the last request that
    were searched in the text, and `occurrences` lists their places, as (name, start, end): a request with the same
    values needs no search. `disguised`: the copy spells one of the spans differently from the text.
    """

    spans: tuple[Span, ...]
    hints: frozenset[str] = frozenset()
    copied: bool = False
    alikes: tuple[Span, ...] = ()
    disguised: bool = False
    searched: frozenset[bytes] = frozenset()
    occurrences: tuple[tuple[bytes, int, int], ...] = ()


_DIGEST_BYTES = 16  # among 2**32 texts two collide with a probability of 2**-65


class SpanCache:
    """Spans by text, at most `limit` entries, each for `life_s` seconds after it was made. Thread-safe."""

    def __init__(self, key: bytes, *, limit: int = 4096, life_s: float = 900.0, clock: Callable[[], float]) -> None:
        """Start empty. `key`: 16 to 64 random bytes of this process; `clock` returns monotonic seconds."""
        if not 16 <= len(key) <= 64:
            raise ValueError(f"a key of {len(key)} bytes, expected 16 to 64")
        self._key = key
        self._limit = limit
        self._life_s = life_s
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: OrderedDict[bytes, tuple[float, Kept]] = OrderedDict()

    def __repr__(self) -> str:
        return f"SpanCache({len(self._rows)} of {self._limit})"

    def digest(self, text: str, variant: bytes = b"") -> bytes:
        """Return the key of `text` in this cache; `variant` separates different readings of one text."""
        return blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._key, salt=variant[:16], digest_size=_DIGEST_BYTES
        ).digest()

    def find(self, text: str, variant: bytes = b"") -> tuple[bytes, Kept | None]:
        """Return the name of `text` and what is kept under it."""
        digest = self.digest(text, variant)
        return digest, self.get(digest)

    def get(self, digest: bytes) -> Kept | None:
        """Return what is kept under `digest`, or None when there is nothing or it is too old."""
        with self._lock:
            row = self._rows.get(digest)
            if row is None:
                return None
            if self._clock() - row[0] > self._life_s:
                del self._rows[digest]
                return None
            self._rows.move_to_end(digest)
            return row[1]

    def put(self, digest: bytes, kept: Kept) -> None:
        """Add `kept`; the least recently used entries are evicted."""
        with self._lock:
            self._rows[digest] = (self._clock(), kept)
            self._rows.move_to_end(digest)
            while len(self._rows) > self._limit:
                self._rows.popitem(last=False)

    def amend(self, digest: bytes, kept: Kept) -> None:
        """Replace the entry under `digest` by `kept`, without extending its life."""
        with self._lock:
            row = self._rows.get(digest)
            if row is not None:
                self._rows[digest] = (row[0], kept)

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._rows.clear()
