"""Remember the spans of a text without remembering the text.

A client resends its whole history on every turn. The spans that recognizers and the model found in a segment are kept
under a keyed hash of the segment, so a resent segment costs one hash.

What is kept: BLAKE2b of texts and values under a key of this process, and offsets, types and scores. No text, no value.
What this does not hide: from whoever reads this process's memory, key included, that a guessed text or value was seen
within the last `life_s` seconds. Policy can turn the cache off for that reason; then none is given to the analyzer.
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
    """What is remembered of a text: its spans, whether it has a normalised copy, and the hints for making that.

    `alikes` are the look-alikes of a placeholder. `searched` names, by keyed hash, the values of the request that were
    last searched in the text, and `occurrences` says where they stood, as (name, start, end): a request with the same
    values need not search. `disguised` tells that the copy writes one of the spans otherwise than the text.
    """

    spans: tuple[Span, ...]
    hints: frozenset[str] = frozenset()
    copied: bool = False
    alikes: tuple[Span, ...] = ()
    disguised: bool = False
    searched: frozenset[bytes] = frozenset()
    occurrences: tuple[tuple[bytes, int, int], ...] = ()


_DIGEST_BYTES = 16  # two of 2**32 texts meet with a chance of 2**-65


class SpanCache:
    """Spans by text, at most `limit` entries, each for `life_s` seconds after it was made. Thread-safe."""

    def __init__(self, key: bytes, *, limit: int = 4096, life_s: float = 900.0, clock: Callable[[], float]) -> None:
        """Start empty. `key`: 16 to 64 random bytes of this process; `clock` counts seconds and never goes back."""
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
        """Return the name of `text` in this cache; `variant` tells apart what one text can be read as."""
        return blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._key, salt=variant[:16], digest_size=_DIGEST_BYTES
        ).digest()

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
        """Keep `kept`; the entries used least recently make room."""
        with self._lock:
            self._rows[digest] = (self._clock(), kept)
            self._rows.move_to_end(digest)
            while len(self._rows) > self._limit:
                self._rows.popitem(last=False)

    def amend(self, digest: bytes, kept: Kept) -> None:
        """Put `kept` in the place of what is kept under `digest`, which gets no younger by it."""
        with self._lock:
            row = self._rows.get(digest)
            if row is not None:
                self._rows[digest] = (row[0], kept)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._rows.clear()
