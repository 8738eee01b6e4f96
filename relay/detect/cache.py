"""Remember the spans of a text without remembering the text.

A client resends its whole history on every turn. The spans that recognizers and the model found in a segment are kept
under a keyed hash of the segment, so a resent segment costs one hash. So are those that the model found in each piece
of a long segment, so of one that was edited or has grown the model reads only what is new.

Kept: BLAKE2b of texts and values under a key of this process, and offsets, types and scores. No text, no value. Not
hidden: a reader of this process's memory, key included, can test whether a guessed text or value was seen within the
last `life_s` seconds. Policy can turn the cache off for that reason; the analyzer then has none.

A text that is known is answered sooner than a new one. So each client has a cache of its own, under a key of its own:
nothing that one client sends changes how long another one's request takes to read. Their memory is bounded together,
and the client that holds the most makes room, so that others lose nothing to it.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from relay.types import Span

__all__ = ["Kept", "SpanCache", "SpanCaches"]


@dataclass(frozen=True, slots=True)
class Kept:
    """The record of a text: its spans, whether it has a normalised copy, and the hints for making that.

    `alikes` are the look-alikes of a placeholder. `searched` names, by keyed hash, the values of the last request that
    were searched in the text, and `occurrences` lists their places, as (name, start, end): a request with the same
    values needs no search. `disguised`: the copy spells one of the spans differently from the text.
    `implied` is what its passages imply, None where nothing read it for that.
    """

    spans: tuple[Span, ...]
    hints: frozenset[str] = frozenset()
    copied: bool = False
    alikes: tuple[Span, ...] = ()
    disguised: bool = False
    searched: frozenset[bytes] = frozenset()
    occurrences: tuple[tuple[bytes, int, int], ...] = ()
    implied: tuple[Span, ...] | None = None


_DIGEST_BYTES = 16  # among 2**32 texts two collide with a probability of 2**-65


# A text counts as one row, as do each of its spans and occurrences and each value searched in it. A row takes 135 to
# 275 bytes (tracemalloc, CPython 3.11), so a process keeps at most 36 MB.
_LIMIT_ROWS = 131_072


class SpanCache:
    """Spans by text, at most `limit` rows, each for `life_s` seconds after it was made. Thread-safe."""

    def __init__(
        self,
        key: bytes,
        *,
        limit: int = _LIMIT_ROWS,
        life_s: float = 900.0,
        clock: Callable[[], float],
        caches: SpanCaches | None = None,
    ) -> None:
        """Start empty. `key`: 16 to 64 random bytes of this process; `clock` returns monotonic seconds.

        `caches` are those that it shares its memory with.
        """
        if not 16 <= len(key) <= 64:
            raise ValueError(f"a key of {len(key)} bytes, expected 16 to 64")
        self.size = 0  # in rows
        self._key = key
        self._limit = limit
        self._life_s = life_s
        self._clock = clock
        self._caches = caches
        self._lock = threading.Lock()
        self._rows: OrderedDict[bytes, tuple[float, Kept]] = OrderedDict()
        # The texts of a request share the set of what was searched in them.
        self._searched: Counter[frozenset[bytes]] = Counter()

    def __repr__(self) -> str:
        return f"SpanCache({self.size} of {self._limit})"

    def digest(self, text: str, variant: bytes = b"") -> bytes:
        """Return the key of `text` in this cache; `variant` separates different readings of one text."""
        salt = variant if len(variant) <= 16 else blake2b(variant, digest_size=16).digest()
        return blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._key, salt=salt, digest_size=_DIGEST_BYTES
        ).digest()

    def find(self, text: str, variant: bytes = b"") -> tuple[bytes, Kept | None]:
        """Return the name of `text` and what is kept under it."""
        digest = self.digest(text, variant)
        return digest, self.get(digest)

    def recall(self, text: str, variant: bytes) -> tuple[bytes, tuple[Span, ...] | None]:
        """Return the name of a piece of text, and the spans that were kept for it."""
        digest, kept = self.find(text, variant)
        return digest, None if kept is None else kept.spans

    def keep(self, name: bytes, spans: tuple[Span, ...]) -> None:
        """Remember what a model found in a piece of text."""
        self.put(name, Kept(spans))

    def get(self, digest: bytes) -> Kept | None:
        """Return what is kept under `digest`, or None when there is nothing or it is too old."""
        with self._lock:
            row = self._rows.get(digest)
            if row is None:
                return None
            if self._clock() - row[0] > self._life_s:
                self._take(digest)
                return None
            self._rows.move_to_end(digest)
            return row[1]

    def put(self, digest: bytes, kept: Kept) -> None:
        """Add `kept`; the least recently used entries are evicted."""
        with self._lock:
            self._set(digest, self._clock(), kept)
        self._make_room()

    def amend(self, digest: bytes, kept: Kept) -> None:
        """Replace the entry under `digest` by `kept`, without extending its life."""
        with self._lock:
            row = self._rows.get(digest)
            if row is None:
                return
            self._set(digest, row[0], kept)
        self._make_room()

    def evict(self) -> None:
        """Remove the least recently used entry, if there is one."""
        with self._lock:
            if self._rows:
                self._take(next(iter(self._rows)))

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._rows.clear()
            self._searched.clear()
            self.size = 0

    def _set(self, digest: bytes, at: float, kept: Kept) -> None:
        if digest in self._rows:
            self._take(digest)
        self._rows[digest] = at, kept
        self.size += _rows_of(kept)
        if kept.searched:
            if kept.searched not in self._searched:
                self.size += len(kept.searched)
            self._searched[kept.searched] += 1

    def _take(self, digest: bytes) -> None:
        _, kept = self._rows.pop(digest)
        self.size -= _rows_of(kept)
        if kept.searched:
            self._searched[kept.searched] -= 1
            if not self._searched[kept.searched]:
                del self._searched[kept.searched]
                self.size -= len(kept.searched)

    def _make_room(self) -> None:
        while self.size > self._limit:
            self.evict()
        if self._caches is not None:
            self._caches.make_room()


class SpanCaches(dict[str, SpanCache]):
    """A cache for each client, by its name: `caches[client]` makes what is not there. At most `limit` rows together.

    Without configured clients all requests are one client's, of the name "".
    """

    def __init__(
        self,
        random_bytes: Callable[[int], bytes],
        *,
        limit: int = _LIMIT_ROWS,
        life_s: float = 900.0,
        clock: Callable[[], float],
    ) -> None:
        """Start without any. `random_bytes` returns so many of them; `clock` returns monotonic seconds."""
        super().__init__()
        self._random_bytes = random_bytes
        self._limit = limit
        self._life_s = life_s
        self._clock = clock
        self._lock = threading.Lock()

    def __missing__(self, client: str) -> SpanCache:
        with self._lock:
            fresh = SpanCache(
                self._random_bytes(32), limit=self._limit, life_s=self._life_s, clock=self._clock, caches=self
            )
            return self.setdefault(client, fresh)

    def __repr__(self) -> str:
        return f"SpanCaches({len(self)} clients, {sum(cache.size for cache in self.values())} of {self._limit})"

    def make_room(self) -> None:
        """Let the client that holds the most evict its oldest entries until all are within the limit."""
        with self._lock:
            while sum([cache.size for cache in self.values()]) > self._limit:
                max(self.values(), key=_size).evict()


def _rows_of(kept: Kept) -> int:
    return 1 + len(kept.spans) + len(kept.alikes) + len(kept.occurrences) + len(kept.implied or ())


def _size(cache: SpanCache) -> int:
    return cache.size
